use crate::model::Model;
use crate::model::packages::{PackageCommand, PackageSource};
use crate::rule::packages::report_together;
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::shell::Command;
use crate::syntax::ast::InstructionKind;
use crate::text::Span;

declare_rule! {
    /// Packages are installed whoever made them: the check of signatures is off.
    ///
    /// apt, dnf, zypper, apk and rpm take packages from mirrors that anybody may run, often without TLS. What makes that
    /// safe is the signature of the distribution. Without its check a mirror, or whoever is on the way to it, chooses what the
    /// build installs as root.
    ///
    /// The option is mostly there because a repository's key is missing: then the key belongs into the image
    /// (`/etc/apt/keyrings` and `signed-by=`, `gpgkey=`, `rpm --import`, `/etc/apk/keys`).
    ///
    /// The rule knows `--allow-unauthenticated`, `--force-yes` and `[trusted=yes]` of apt, `--nogpgcheck` and `gpgcheck=0` of
    /// dnf, yum, microdnf and tdnf, `--no-gpg-checks` and its like of zypper, `--allow-untrusted` of apk, `--nosignature`,
    /// `--nodigest`, `--noverify` and `--nofiledigest` of rpm, `--no-check-gpg` of debootstrap, and `SigLevel = Never` of
    /// pacman.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN echo 'deb [trusted=yes] https://repo.example.com/apt stable main' > /etc/apt/sources.list.d/tool.list
    /// RUN apt-get update && apt-get install -y --allow-unauthenticated tool
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM rockylinux:9
    /// RUN dnf install -y --nogpgcheck https://repo.example.com/tool.rpm
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// ADD --checksum=sha256:24534f6f3b2a0c7ff5b1b6e3b3d5a2c5d8e4b6c0f1a2938475665748392a1b0c \
    ///     https://repo.example.com/key.asc /etc/apt/keyrings/tool.asc
    /// RUN echo 'deb [signed-by=/etc/apt/keyrings/tool.asc] https://repo.example.com/apt stable main' > /etc/apt/sources.list.d/tool.list
    /// RUN apt-get update && apt-get install -y tool
    /// ```
    ///
    /// Packages that are compared with a checksum in the same step need no signature, and a repository that the build
    /// itself makes has none:
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN wget -q https://example.com/tool.apk \
    ///     && echo "9f2c…  tool.apk" | sha256sum -c \
    ///     && apk add --no-cache --allow-untrusted ./tool.apk
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN echo 'deb [trusted=yes] file:/srv/debs ./' > /etc/apt/sources.list.d/own.list
    /// ```
    ///
    /// ## Fix safety
    ///
    /// There is no fix: without the option the build fails until the key is there.
    ///
    /// ## Limits
    ///
    /// `repo_gpgcheck=0` is left alone: the packages themselves are still checked.
    ///
    /// ## Sources
    ///
    /// - [apt-secure(8)](https://manpages.debian.org/bookworm/apt/apt-secure.8.en.html)
    /// - [apt-get(8)](https://manpages.debian.org/bookworm/apt/apt-get.8.en.html), `--allow-unauthenticated`, `--force-yes`
    /// - [DNF, `gpgcheck`](https://dnf.readthedocs.io/en/latest/conf_ref.html)
    /// - [rpm(8)](https://rpm.org/docs/latest/man/rpm.8)
    /// - checkov's [graph checks for Dockerfiles](https://github.com/bridgecrewio/checkov/tree/main/checkov/dockerfile/checks/graph_checks),
    ///   whose ids these are: CKV2_DOCKER_7 (apk), 8 (apt), 9 (yum, dnf, tdnf), 10 (rpm), 11 (`--force-yes`).
    pub SignatureVerificationOff {
        code: "DF2007",
        name: "signature-verification-off",
        group: Security,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"],
        preview: true,
    }
}

/// Programs and their switches that take any package.
const SWITCHES: &[(&[&str], &[&str])] = &[
    (
        &["apt-get", "apt", "aptitude"],
        &["--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"],
    ),
    (&["dnf", "dnf5", "yum", "microdnf", "tdnf", "dnf-3"], &["--nogpgcheck"]),
    (&["zypper"], &["--no-gpg-checks", "--no-gpgcheck", "--allow-unsigned-rpm", "--gpgcheck-allow-unsigned"]),
    (&["apk"], &["--allow-untrusted"]),
    (&["debootstrap", "mmdebstrap"], &["--no-check-gpg"]),
];

const RPM_SWITCHES: [&str; 4] = ["--nosignature", "--nodigest", "--noverify", "--nofiledigest"];

/// Keys of apt's configuration, in lower case, that take any package when they are true.
const APT_KEYS: [&str; 3] =
    ["apt::get::allowunauthenticated", "acquire::allowinsecurerepositories", "apt::get::force-yes"];

impl Rule for SignatureVerificationOff {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for (index, instruction) in cx.model.instructions() {
            if !matches!(
                instruction.inner().kind,
                InstructionKind::Run(_) | InstructionKind::Copy(_) | InstructionKind::Add(_)
            ) {
                continue;
            }
            let places = places(cx, index);
            let Some((_, what)) = places.first() else { continue };
            let message = format!("`{what}` switches the check of package signatures off");
            let spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
            let Some(finding) = report_together(report, &spans, message, "so does this") else { continue };
            finding
                .note("a mirror, or whoever is on the way to it, chooses what the build installs as root")
                .help("leave it out, and give the image the key of the repository");
        }
    }
}

fn places(cx: &RuleContext<'_>, index: usize) -> Vec<(Span, String)> {
    let model = cx.model;
    let mut places: Vec<(Span, String)> = Vec::new();
    let verified = verified_commands(model, index);
    for (place, command) in model.script(index).commands.iter().enumerate() {
        if cx.sees(command) && !verified.contains(&place) {
            places.extend(switches(command));
        }
        places.extend(said(command));
    }
    let texts = model.written_texts(index).into_iter();
    places.extend(texts.filter_map(|written| Some((written.span, unsigned(&written.text)?.to_owned()))));
    places.sort_by_key(|(span, _)| *span);
    // A command that says it in a word and writes that word.
    places.dedup_by(|later, earlier| earlier.0.cover(later.0) == earlier.0);
    places
}

/// The installs of files that the same step compares with a checksum or a signature of their own.
fn verified_commands(model: &Model<'_>, index: usize) -> Vec<usize> {
    if !model.verifies_files(index) {
        return Vec::new();
    }
    let is_verified = |command: &&PackageCommand| {
        command.packages.iter().all(|package| package.source != PackageSource::Registry)
    };
    model.package_commands(index).iter().filter(is_verified).map(|command| command.command).collect()
}

fn switches(command: &Command) -> Option<(Span, String)> {
    let name = command.name.as_deref()?;
    let words = command.arguments();
    if name == "rpm" {
        let installs = |text: &str| {
            matches!(text, "--install" | "--upgrade" | "--freshen" | "--reinstall")
                || (!text.starts_with("--")
                    && text.strip_prefix('-').is_some_and(|letters| {
                        letters.contains(['i', 'U', 'F']) && !letters.contains(['q', 'V', 'e'])
                    }))
        };
        if !words.iter().any(|word| installs(&word.text())) {
            return None;
        }
        let word = words.iter().find(|word| RPM_SWITCHES.iter().any(|switch| word.is(switch)))?;
        return Some((word.span, word.text().into_owned()));
    }
    let (programs, switches) = SWITCHES.iter().find(|(programs, _)| programs.contains(&name))?;
    let is_apt = programs.contains(&"apt");
    let is_off = |text: &str| {
        switches.contains(&text)
            || (is_apt && allows(text))
            || text.strip_prefix("--setopt=").is_some_and(skips_check)
    };
    let word = words.iter().find(|word| is_off(&word.text()))?;
    Some((word.span, word.text().into_owned()))
}

/// `APT::Get::AllowUnauthenticated=true`, behind `-o` or joined to it.
fn allows(word: &str) -> bool {
    let setting = word.strip_prefix("-o").unwrap_or(word).to_ascii_lowercase();
    setting
        .split_once('=')
        .is_some_and(|(key, value)| APT_KEYS.contains(&key) && matches!(value, "true" | "1" | "yes" | "on"))
}

/// `gpgcheck=0`, also of one repository.
fn skips_check(setting: &str) -> bool {
    let Some((key, value)) = setting.split_once('=') else { return false };
    (key == "gpgcheck" || key.ends_with(".gpgcheck")) && matches!(value, "0" | "false" | "no")
}

/// What a command says of repositories in one of its words, which end in a file or come from one.
fn said(command: &Command) -> Option<(Span, String)> {
    const SPEAKERS: [&str; 6] = ["echo", "printf", "sed", "perl", "add-apt-repository", "apt-add-repository"];
    if !SPEAKERS.contains(&command.name.as_deref()?) {
        return None;
    }
    command.arguments().iter().find_map(|word| Some((word.span, unsigned(&word.text())?.to_owned())))
}

/// What of a text makes a repository one without signatures.
fn unsigned(text: &str) -> Option<&'static str> {
    let is_own = text.contains("file:") || text.contains("copy:");
    let is_remote = text.contains("http:") || text.contains("https:") || text.contains("mirrorlist");
    if is_own && !is_remote {
        return None;
    }
    if text.contains("trusted=yes") {
        return Some("trusted=yes");
    }
    let lower = text.to_ascii_lowercase().replace(' ', "");
    // Of a replacement, the last is what it becomes.
    let last = lower.rmatch_indices("gpgcheck=").find(|(at, _)| !lower[..*at].ends_with('_'));
    if let Some((at, key)) = last
        && lower[at + key.len()..].starts_with(['0', 'n', 'f'])
    {
        return Some("gpgcheck=0");
    }
    lower.contains("siglevel=never").then_some("SigLevel = Never")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceFile;

    fn found(instruction: &str) -> Vec<String> {
        let source = SourceFile::new("Dockerfile", format!("FROM a\n{instruction}\n")).expect("small");
        let model = Model::new(&source);
        let labels = crate::rule::LabelRules::default();
        let cx = RuleContext::new(&model, None, crate::rule::Convention::Own, &labels);
        places(&cx, 1).into_iter().map(|(_, what)| what).collect()
    }

    #[test]
    fn what_switches_the_check_off() {
        for (instruction, expected) in [
            ("RUN apt-get install -y --force-yes x", "--force-yes"),
            (
                "RUN apt-get -o APT::Get::AllowUnauthenticated=true install x",
                "APT::Get::AllowUnauthenticated=true",
            ),
            ("RUN dnf --setopt=epel.gpgcheck=0 install x", "--setopt=epel.gpgcheck=0"),
            ("RUN rpm -Uvh --nosignature x.rpm", "--nosignature"),
            ("RUN sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.conf", "gpgcheck=0"),
            ("RUN bash -c \"echo 'deb [trusted=yes] http://x y' > /z\"", "trusted=yes"),
            ("RUN cat <<EOF > /etc/yum.repos.d/x.repo\nbaseurl=https://x\ngpgcheck=0\nEOF", "gpgcheck=0"),
            ("COPY <<EOF /etc/yum.repos.d/x.repo\nbaseurl=https://x\ngpgcheck = 0\nEOF", "gpgcheck=0"),
            ("RUN apk add --allow-untrusted x.apk", "--allow-untrusted"),
        ] {
            assert_eq!(found(instruction).join("|"), expected, "{instruction}");
        }
        for instruction in [
            "RUN rpm -qa --nosignature",
            "RUN rpm -e --nodeps --noverify x",
            "RUN echo repo_gpgcheck=0 >> /etc/yum.conf",
            "RUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.conf",
            "RUN sha256sum --check sums && dnf install -y --nogpgcheck ./x.rpm",
            "RUN apt-get install -y apt-transport-https",
        ] {
            assert_eq!(found(instruction), [""; 0], "{instruction}");
        }
    }
}
