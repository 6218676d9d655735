//! Names of RPM packages, for dnf and zypper.

/// A package's name without the architecture after it.
pub(super) fn without_architecture(name: &str) -> &str {
    const ARCHITECTURES: [&str; 9] =
        [".x86_64", ".noarch", ".aarch64", ".i386", ".i586", ".i686", ".ppc64le", ".s390x", ".src"];
    ARCHITECTURES.iter().find_map(|architecture| name.strip_suffix(architecture)).unwrap_or(name)
}

/// Splits a name from a version, which a minus joins to it like the parts of the name; without a version that is
/// empty. `None` when only the repository could tell: `gcc-toolset-12` and `cuda-toolkit-12-4` are names.
pub(super) fn split_version(text: &str) -> Option<(&str, &str)> {
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let is_open = |part: &str| is_number(part) || part.contains(['$', '*', '?']);
    if !text.split('-').skip(1).any(is_open) {
        return Some((text, ""));
    }
    let (before, last) = text.rsplit_once('-')?;
    // An epoch stands in no name.
    if is_number(last) && last.contains(':') {
        return Some((before, &text[before.len()..]));
    }
    let (name, version) = before.rsplit_once('-')?;
    // Neither does a version with a dot before a release, nor a release with the distribution's tag (`3.el9`).
    let is_certain = version.contains(['.', ':']) || last.contains('.');
    (is_number(version) && is_number(last) && is_certain).then(|| (name, &text[name.len()..]))
}
