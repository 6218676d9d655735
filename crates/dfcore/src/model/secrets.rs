//! Which variables hold secrets, by their names and values.

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

/// Whether the name of a variable says that its value is a secret: `NPM_TOKEN`, `DB_PASSWORD`, `API_KEY`.
#[must_use]
pub fn names_a_secret(name: &str) -> bool {
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

/// Whether a value could be a secret: not nothing, a switch, a path, the name of a file, or an address.
#[must_use]
pub fn could_be_secret(value: &str) -> bool {
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
            assert!(names_a_secret(name), "{name}");
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
            assert!(!names_a_secret(name), "{name}");
        }
    }
}
