use std::ops::Range;

use super::super::suggest;

/// Where the parts of a platform stand in its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::syntax) struct PlatformParts {
    pub(in crate::syntax) os: Option<Range<usize>>,
    pub(in crate::syntax) os_options: Option<Range<usize>>,
    pub(in crate::syntax) architecture: Option<Range<usize>>,
    pub(in crate::syntax) variant: Option<Range<usize>>,
}

/// Reads `os[(options)]/architecture[/variant]`, or one of the first two alone.
///
/// Source: the package `github.com/containerd/platforms`, which knows systems and architectures only where one
/// stands alone; then the builder fills in its own for the other.
pub(in crate::syntax) fn platform(text: &str) -> Option<PlatformParts> {
    let mut parts = PlatformParts::default();
    let mut at = 0;
    for (index, part) in text.split('/').enumerate() {
        let range = at..at + part.len();
        at = range.end + 1;
        match index {
            0 => {
                let (name_length, has_options) = os_name(part)?;
                parts.os = Some(range.start..range.start + name_length);
                parts.os_options = has_options.then(|| range.start + name_length + 1..range.end - 1);
                continue;
            }
            1 => parts.architecture = Some(range),
            2 => parts.variant = Some(range),
            _ => return None,
        }
        if part.is_empty() || !part.bytes().all(|byte| is_name(byte) || byte == b'.') {
            return None;
        }
    }
    if parts.architecture.is_some() || is_known(&OS, text[parts.os.clone()?].as_ref()) {
        return Some(parts);
    }
    is_known(&ARCHITECTURES, text)
        .then(|| PlatformParts { architecture: parts.os, ..PlatformParts::default() })
}

/// The known name nearest to a system or architecture that stands alone.
pub(in crate::syntax) fn nearest_platform(text: &str) -> Option<&'static str> {
    suggest::nearest(&text.to_ascii_lowercase(), OS.into_iter().chain(ARCHITECTURES))
}

/// The length of the system's name, and whether options in parentheses follow: `windows(10.0.17763+win32k)`.
fn os_name(part: &str) -> Option<(usize, bool)> {
    let length = part.bytes().position(|byte| !is_name(byte)).unwrap_or(part.len());
    if length == 0 {
        return None;
    }
    if length == part.len() {
        return Some((length, false));
    }
    let options = part[length..].strip_prefix('(')?.strip_suffix(')')?;
    let is_option = |option: &str| option.bytes().all(|byte| is_name(byte) || matches!(byte, b'.' | b'%'));
    let mut options = options.split('+');
    let is_valid = options.next().is_some_and(is_option)
        && options.all(|feature| !feature.is_empty() && is_option(feature));
    is_valid.then_some((length, true))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_known(names: &[&str], text: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

/// The systems that Go knows, with their other names.
const OS: [&str; 18] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "macos",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

/// The architectures that Go knows, with their other names.
const ARCHITECTURES: [&str; 30] = [
    "386",
    "aarch64",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "armel",
    "armhf",
    "i386",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
    "x86-64",
    "x86_64",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let parts = platform(text)?;
        let part = |range: Option<Range<usize>>| range.map_or("-", |range| &text[range]).to_owned();
        Some([parts.os, parts.os_options, parts.architecture, parts.variant].map(part).join(" "))
    }

    #[test]
    fn platforms() {
        for (text, expected) in [
            ("linux/amd64", "linux - amd64 -"),
            ("linux/arm/v7", "linux - arm v7"),
            ("LINUX", "LINUX - - -"),
            ("arm64", "- - arm64 -"),
            ("x86_64", "- - x86_64 -"),
            ("any/thing", "any - thing -"),
            ("windows(10.0.17763+win32k)/amd64", "windows 10.0.17763+win32k amd64 -"),
            ("windows()", "windows  - -"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "/",
            "linux/",
            "/amd64",
            "linux/a/b/c",
            "linux/*",
            "amd",
            "linux/a b",
            "windows(1",
            "w(1++a)/x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(nearest_platform("amd46"), Some("amd64"));
    }
}
