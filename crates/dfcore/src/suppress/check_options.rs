use crate::syntax::Dockerfile;
use crate::syntax::suggest::nearest;
use crate::text::{SourceFile, Span};

/// What BuildKit's directive `# check=` at the top of a file says beside the checks that it skips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckOptions {
    /// Whether findings of BuildKit's checks are errors: `error=true`.
    pub is_error: bool,
    /// The checks that are asked for by name: `experimental=X,Y`.
    pub experimental: Vec<String>,
    /// Whether all experimental checks are asked for: `experimental=all`.
    pub all_experimental: bool,
    /// What BuildKit does not know, and how it may have been meant.
    pub(super) unknown: Vec<(Span, Option<String>)>,
}

impl CheckOptions {
    /// Reads the directives of a file.
    #[must_use]
    pub fn of(dockerfile: &Dockerfile, source: &SourceFile) -> Self {
        let mut options = Self::default();
        for directive in dockerfile.directives.iter().filter(|directive| directive.is("check", source)) {
            let mut at = directive.value.start;
            for part in source.slice(directive.value).split(';') {
                let span = Span::new(at, at + part.len() as u32);
                at = span.end + 1;
                options.read(part.trim(), span);
            }
        }
        options
    }

    fn read(&mut self, part: &str, span: Span) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (key.trim(), value.trim());
        match key {
            "error" => self.is_error |= value == "true",
            "experimental" => {
                let names = value.split(',').map(str::trim);
                for name in names.filter(|name| !name.is_empty()) {
                    self.all_experimental |= name == "all";
                    self.experimental.push(name.to_owned());
                }
            }
            "" | "skip" => {}
            _ => {
                let nearest = nearest(key, ["skip", "error", "experimental"]);
                let suggestion = nearest.filter(|_| value.len() <= 80).map(|key| format!("{key}={value}"));
                self.unknown.push((span, suggestion));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> CheckOptions {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        CheckOptions::of(&crate::syntax::parse(&source).dockerfile, &source)
    }

    #[test]
    fn options_are_read_from_directives_only() {
        let options =
            read("# syntax=docker/dockerfile:1\n# check=skip=a; error=true;experimental=B, C\nFROM a\n");
        assert!(options.is_error && !options.all_experimental && options.unknown.is_empty());
        assert_eq!(options.experimental, ["B", "C"]);
        assert!(read("# check=experimental=all\n").all_experimental);
        assert_eq!(read("# check=error=false\n"), CheckOptions::default());
        assert_eq!(read("FROM a\n# check=error=true\n"), CheckOptions::default());
    }

    #[test]
    fn what_buildkit_does_not_know_is_kept() {
        let text = "# check=skp=a;errors=true;x\n";
        let unknown = read(text).unknown;
        let parts: Vec<_> =
            unknown.iter().map(|(span, suggestion)| (&text[span.range()], suggestion.as_deref())).collect();
        assert_eq!(parts, [("skp=a", Some("skip=a")), ("errors=true", Some("error=true")), ("x", None)]);
    }
}
