use crate::context::looks_like_secret;
use crate::rule::{Report, Rule, RuleContext, copied_files, declare_rule, removal};

declare_rule! {
    /// A `COPY` names a file that holds secrets.
    ///
    /// Whoever gets the image gets the file. A step that needs a key or password mounts it, so that no layer has it:
    /// `RUN --mount=type=secret,id=…,target=…`, `RUN --mount=type=ssh` for keys of SSH. What the program needs is given to
    /// the container when it starts.
    ///
    /// Files are told by their names: `.env` and `.env.…`, `.netrc`, `.pypirc`, `.git-credentials`, `id_rsa` and its like,
    /// `.aws/credentials`, `.docker/config.json`, `.kube/config`, key stores (`.p12`, `.pfx`, `.jks`, `.keystore`, `.kdbx`),
    /// and private keys of TLS (`privkey.pem`, `server-key.pem`, `server.key`, `x.key` beside `x.crt`). Files that the build
    /// context has are judged by what is in them, which `secret-in-context` does. One that a later step removes is left to
    /// `secret-removed-later`. Stages that do not ship are left alone.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12-slim
    /// COPY .env .netrc /app/
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM nginx:1.27
    /// COPY tls/server.crt tls/server.key /etc/nginx/
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.12-slim
    /// COPY .env.example ca.pem repo.key id_rsa.pub /app/
    /// RUN --mount=type=secret,id=netrc,target=/root/.netrc pip install -r requirements.txt
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/build/building/secrets/>
    /// - [CWE-312, Cleartext Storage of Sensitive Information](https://cwe.mitre.org/data/definitions/312.html)
    pub SecretFileCopied {
        code: "DF2014",
        name: "secret-file-copied",
        group: Security,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: [],
        preview: true,
    }
}

impl Rule for SecretFileCopied {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        for stage in cx.model.stages().iter().filter(|stage| cx.speaks_of(stage)) {
            for file in copied_files(cx, stage, is_secret) {
                if removal(cx.model, stage, &file).is_some() {
                    continue;
                }
                let name = &file.name;
                let help = if name.starts_with("id_") {
                    "forward the agent to the step that needs the key: `RUN --mount=type=ssh …`".to_owned()
                } else {
                    format!(
                        "mount it where a step needs it, `RUN --mount=type=secret,id={} …`, or give it to the container",
                        name.trim_start_matches('.')
                    )
                };
                report
                    .at(
                        file.span,
                        format!("this copies `{name}` into the image, which holds secrets by its name"),
                    )
                    .note("whoever has the image can read it")
                    .help(help);
            }
        }
    }
}

fn is_secret(path: &str, all: &[&str]) -> bool {
    const ENDS: [&str; 4] = [".aws/credentials", ".docker/config.json", ".kube/config", ".pypirc"];
    let name = path.rsplit('/').next().unwrap_or_default();
    looks_like_secret(name)
        || ENDS.iter().any(|end| path.ends_with(end))
        || name == "kubeconfig"
        || is_private_key(path, name, all)
}

/// Whether a file is the private key of a certificate.
fn is_private_key(path: &str, name: &str, all: &[&str]) -> bool {
    const KEYS: [&str; 8] = [
        "privkey",
        "private",
        "private-key",
        "private_key",
        "server-key",
        "server_key",
        "tls-key",
        "ssl-key",
    ];
    let lower = name.to_ascii_lowercase();
    if lower.contains("pub") || lower.contains("example") || lower.contains("sample") {
        return false;
    }
    let Some((stem, end)) = lower.rsplit_once('.') else { return false };
    let has_certificate = || {
        let base = &path[..path.len() - end.len()];
        all.iter().any(|other| {
            other.strip_prefix(base).is_some_and(|end| matches!(end, "crt" | "cert" | "cer" | "pem"))
        })
    };
    match end {
        "pem" => KEYS.contains(&stem),
        "key" => KEYS.contains(&stem) || matches!(stem, "server" | "tls" | "ssl") || has_certificate(),
        _ => false,
    }
}
