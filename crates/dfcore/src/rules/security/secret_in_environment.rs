use crate::model::{Lookup, Model, Reason, expand};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::{InstructionKind, KeyValue};

declare_rule! {
    /// A password, token or key is in the environment of the image, or comes as a build argument.
    ///
    /// What `ENV` sets is stored in the image and shown by `docker inspect`. The value of an `ARG` that a `RUN` could see is
    /// stored in its history, and shown by `docker history --no-trunc`. Deleting the variable in a later step does not
    /// help. A secret that a build needs is mounted for the one step that needs it, and one that the program needs is given to
    /// the container.
    ///
    /// The name says what is a secret: one of its words ends in `PASSWORD`, `PASSWD`, `PASSPHRASE`, `SECRET`, `TOKEN`,
    /// `CREDENTIALS` or `APIKEY`, or it has a word such as `API`, `ACCESS` or `PRIVATE` before `KEY`. Names that tell where a
    /// secret lies or how it is used (`…_FILE`, `…_PATH`, `…_URL`, `…_TTL`, `PUBLIC_…`, `ALLOW_…`) are none, and neither are
    /// values that cannot be one: nothing, `true` or `no`, a path or the name of a file, a web address.
    ///
    /// In stages that are only built from, what comes from outside does not ship; there only values that the file itself
    /// gives are reported.
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM node:24
    /// ARG NPM_TOKEN
    /// RUN npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN && npm ci
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM postgres:17
    /// ENV POSTGRES_USER=app POSTGRES_PASSWORD=hunter2
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM node:24
    /// RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
    /// ENV TOKENIZERS_PARALLELISM=false \
    ///     DB_PASSWORD_FILE=/run/secrets/db \
    ///     ALLOW_EMPTY_PASSWORD=yes \
    ///     API_TOKEN="" \
    ///     ADMIN_PASSWORD=${ADMIN_PASSWORD:-} \
    ///     RESET_PASSWORD=reset-password.sh \
    ///     GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint's DL3064 takes every name that contains `token`, `secret`, `private`, `username` or the like, so that it
    /// reports `USERNAME`, `PRIVATE_ZONEFILE` and `TOKENIZERS_PARALLELISM`, and has names on its list that say nothing
    /// (`TRAVIS_SUDO`, `STRIPE_DEVICE_NAME`). It reports a file's name and an empty value too, and one name in an instruction
    /// with several. In the profile `hadolint` this rule asks for the same parts of names and does not look at values:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "hadolint"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ARG USERNAME=dev
    /// ```
    ///
    /// There it leaves out the names on the list that no secret has.
    ///
    /// BuildKit's check takes every word `KEY` and `AUTH` (`GPG_KEY`, `SSH_AUTH_SOCK`, `AUTH_MODE`), does not know `PASSPHRASE`
    /// and `PGPASSWORD`, and does not look at values, nor above the first `FROM` and behind `ONBUILD`. In the profile `buildkit`
    /// this rule does the same:
    ///
    /// ```toml,options
    /// [lint]
    /// profile = "buildkit"
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D
    /// ```
    ///
    /// ```dockerfile,good
    /// ARG NPM_TOKEN
    /// FROM debian:12
    /// ENV PGPASSWORD=hunter2 TOKEN_FILE=/run/secrets/token
    /// ```
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/>
    /// - <https://docs.docker.com/build/building/secrets/>
    /// - [hadolint DL3064](https://github.com/hadolint/hadolint/wiki/DL3064)
    pub SecretInEnvironment {
        code: "DF2003",
        name: "secret-in-environment",
        group: Security,
        severity: Warning,
        confidence: Medium,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3064", "SecretsUsedInArgOrEnv"],
    }
}

/// What the last word of a name that means a secret ends in; `PGPASSWORD` is one too.
const SECRETS: [&str; 10] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PWORD",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "APIKEY",
];
/// What makes a secret of a `KEY` behind it.
const KINDS_OF_KEY: [&str; 15] = [
    "ACCESS",
    "ACCOUNT",
    "API",
    "APP",
    "APPLICATION",
    "AUTH",
    "CLIENT",
    "DEPLOY",
    "ENCRYPTION",
    "JWT",
    "LICENSE",
    "MASTER",
    "PRIVATE",
    "SIGNING",
    "SSH",
];
/// What makes a secret of an `AUTH` behind it.
const KINDS_OF_AUTH: [&str; 6] = ["BASIC", "COMPOSER", "DOCKER", "HTTP", "NPM", "REGISTRY"];
/// Last words of names that tell something about a secret, and not the secret.
const ABOUT: [&str; 44] = [
    "ALGORITHM",
    "AUDIENCE",
    "BACKEND",
    "COUNT",
    "DAYS",
    "DIR",
    "DIRECTORY",
    "ENABLED",
    "ENDPOINT",
    "EXPIRATION",
    "EXPIRE",
    "EXPIRES",
    "EXPIRY",
    "FILE",
    "FILENAME",
    "FORMAT",
    "HEADER",
    "HOST",
    "HOURS",
    "ISSUER",
    "LEN",
    "LENGTH",
    "LIFETIME",
    "LIMIT",
    "METHOD",
    "MINUTES",
    "MODE",
    "NAME",
    "PARALLELISM",
    "PATH",
    "POLICY",
    "PORT",
    "PREFIX",
    "PROVIDER",
    "REQUIRED",
    "SECONDS",
    "SERVER",
    "SIZE",
    "SUFFIX",
    "TIMEOUT",
    "TTL",
    "TYPE",
    "URL",
    "VERSION",
];
/// First words of names that switch or measure something.
const SWITCHES: [&str; 10] =
    ["ALLOW", "DISABLE", "ENABLE", "HAS", "MAX", "MIN", "NO", "REQUIRE", "SKIP", "USE"];

impl Rule for SecretInEnvironment {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for (index, instruction) in model.instructions() {
            let (pairs, is_env) = match &instruction.inner().kind {
                InstructionKind::Env(pairs) => (pairs, true),
                InstructionKind::Arg(pairs) => (pairs, false),
                _ => continue,
            };
            if cx.follows_hadolint() {
                let suspect = pairs.pairs.iter().find(|pair| is_suspect(model.text(&pair.key)));
                if let Some(pair) = suspect {
                    let comes = if pair.value.is_some() { From::File } else { From::Build };
                    secret(pair, model.text(&pair.key), comes, is_env, report);
                }
                continue;
            }
            if cx.follows_buildkit() {
                // Its check runs where a stage does.
                let is_looked_at = model.stage_of(index).is_some()
                    && !matches!(instruction.kind, InstructionKind::Onbuild(_));
                for pair in pairs.pairs.iter().filter(|_| is_looked_at) {
                    let name = model.text(&pair.key);
                    if has_secret_word(name) {
                        let comes = if pair.value.is_some() { From::File } else { From::Build };
                        secret(pair, name, comes, is_env, report);
                    }
                }
                continue;
            }
            for pair in &pairs.pairs {
                let name = model.text(&pair.key);
                if !is_secret(name) {
                    continue;
                }
                let Some(comes) = comes_from(model, index, pair) else { continue };
                let is_spoken_of = comes == From::File || cx.speaks_of_all_stages();
                if is_spoken_of || cx.speaks_of_instruction(index) {
                    secret(pair, name, comes, is_env, report);
                }
            }
        }
    }
}

/// Where the value comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    /// It stands in the file.
    File,
    /// The build is given it.
    Build,
}

/// `None` for a value that is no secret.
fn comes_from(model: &Model<'_>, index: usize, pair: &KeyValue) -> Option<From> {
    let Some(word) = &pair.value else { return Some(From::Build) };
    // An image is not asked for secrets that it might have, so the fallback counts in `${PASSWORD:-admin}`.
    let scope = model.state(index).scope;
    let value = expand(model.text(word), model.dockerfile.escape, &|name| match scope.get(name) {
        Lookup::Unknown(Reason::BaseImage) => Lookup::Unset,
        other => other,
    });
    if !could_be_secret(value.text()) {
        return None;
    }
    Some(if value.as_known().is_some() { From::File } else { From::Build })
}

fn could_be_secret(value: &str) -> bool {
    const SWITCHES: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "0", "1", "none", "null"];
    const FILES: [&str; 12] =
        ["conf", "crt", "jks", "json", "key", "p12", "pem", "properties", "py", "sh", "txt", "yaml"];
    let is_file = value.rsplit_once('.').is_some_and(|(_, extension)| FILES.contains(&extension));
    let is_address = value.starts_with("http://") || value.starts_with("https://");
    !value.is_empty()
        && !SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch))
        && !value.starts_with(['/', '.', '~'])
        && !is_file
        && (!is_address || value.contains('@'))
}

fn secret(pair: &KeyValue, name: &str, comes: From, is_env: bool, report: &mut Report<'_>) {
    let finding = report.at(
        pair.key.span,
        match comes {
            From::File => format!("the file gives `{name}` a value, which is a secret by its name"),
            From::Build => format!("`{name}` is a secret by its name, and the image tells it"),
        },
    );
    let (note, help) = if is_env {
        (
            "`docker inspect` shows it to everybody who has the image",
            "give it to the container when it starts, or to one step with `RUN --mount=type=secret`",
        )
    } else {
        (
            "`docker history --no-trunc` shows the value to everybody who has the image",
            "give it to the step that needs it with `RUN --mount=type=secret`",
        )
    };
    finding.note(note).help(help);
}

/// Whether hadolint takes a name for that of a secret.
fn is_suspect(name: &str) -> bool {
    const PARTS: [&str; 7] = ["api_key", "client_key", "password", "private", "secret", "token", "username"];
    let lower = name.to_ascii_lowercase();
    PARTS.iter().any(|part| lower.contains(part)) || is_secret(name)
}

/// Whether BuildKit takes a name for that of a secret.
fn has_secret_word(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "passwd",
        "password",
        "pword",
        "secret",
        "token",
    ];
    const HARMLESS: [&str; 3] = ["file", "public", "version"];
    let has =
        |list: &[&str]| name.split('_').any(|word| list.iter().any(|other| word.eq_ignore_ascii_case(other)));
    has(&WORDS) && !has(&HARMLESS)
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    if words.contains(&"PUBLIC") || ABOUT.contains(last) || SWITCHES.contains(first) {
        return false;
    }
    let is_word = |word: &&str| SECRETS.iter().any(|secret| word.ends_with(secret));
    words.iter().any(is_word)
        || words.windows(2).any(|pair| pair[1] == "KEY" && KINDS_OF_KEY.contains(&pair[0]))
        || (*last == "AUTH" && words.iter().rev().nth(1).is_some_and(|kind| KINDS_OF_AUTH.contains(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets() {
        for name in [
            "PASSWORD",
            "db_password",
            "PGPASSWORD",
            "NPM_TOKEN",
            "AUTH_TOKEN",
            "DJANGO_SECRET_KEY",
            "API_KEY",
            "OPENAI_API_KEY",
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "GPG_PASSPHRASE",
            "COMPOSER_AUTH",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "APIKEY",
            "oauth.client-secret",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "USERNAME",
            "GPG_KEY",
            "KEY",
            "TOKENIZERS_PARALLELISM",
            "TOKEN_FILE",
            "SECRET_NAME",
            "PUBLIC_API_KEY",
            "ALLOW_EMPTY_PASSWORD",
            "SSH_AUTH_SOCK",
            "AUTH_MODE",
            "TOKEN_TTL",
            "PRIVATE_ZONEFILE",
            "",
            "_",
            "PASSWORD_MIN_LENGTH",
            "MAX_TOKEN",
            "KEY_VERSION",
            "KEYBOARD",
            "MONKEY",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
