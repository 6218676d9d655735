//! What a pip requirements file refers to.
//!
//! Source: <https://pip.pypa.io/en/stable/reference/requirements-file-format/>

/// The references of a requirements file to other files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequirementsReferences {
    /// The files that `-r` and `-c` name, relative to the file's own folder.
    pub includes: Vec<String>,
    /// Whether something is installed from a local path, such as `-e .` or `./lib`.
    pub local: bool,
}

/// Reads the references of a requirements file.
#[must_use]
pub fn requirements_references(text: &str) -> RequirementsReferences {
    let mut references = RequirementsReferences::default();
    for line in text.lines().map(str::trim) {
        if let Some(file) = option(line, "-r", "--requirement").or_else(|| option(line, "-c", "--constraint"))
        {
            references.includes.push(file.to_owned());
        } else if let Some(target) = option(line, "-e", "--editable") {
            references.local |= !target.contains("://");
        } else {
            let is_path = line.starts_with(['.', '/']) || line.contains("file:") || line.contains(" @ .");
            references.local |= is_path;
        }
    }
    references
}

/// The value of an option that takes up a line.
fn option<'a>(line: &'a str, short: &str, long: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(long).or_else(|| line.strip_prefix(short))?;
    let value = rest.trim_start_matches(['=', ' ', '\t']);
    let value = value.split(" #").next().unwrap_or(value).trim();
    (!value.is_empty() && !value.starts_with('-')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_includes_and_local_paths() {
        let references = |text| {
            let found = requirements_references(text);
            (found.includes.join(","), found.local)
        };
        let text = "# x\nflask==3\n-r base.txt # more\n--constraint=c.txt\n-e git+https://x/y\n--index-url https://z\n";
        assert_eq!(references(text), ("base.txt,c.txt".to_owned(), false));
        for local in ["-e .", "--editable ./lib", "./lib", "/srv/x.whl", "x @ file:///srv/x", "--editable=."]
        {
            assert!(references(local).1, "{local}");
        }
    }
}
