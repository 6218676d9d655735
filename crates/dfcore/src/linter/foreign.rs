//! Files that are no Dockerfiles, though a build starts from them.

use crate::syntax::{Frontend, FrontendForm, frontend};
use crate::text::SourceFile;

/// The images that read Dockerfiles as BuildKit does.
const OFFICIAL: [&str; 2] = ["docker/dockerfile", "docker.io/docker/dockerfile"];

/// Whether a frontend image is Docker's own for Dockerfiles, in any version.
///
/// ```
/// use dfcore::linter::is_official_frontend;
/// assert!(is_official_frontend("docker/dockerfile:1"));
/// assert!(!is_official_frontend("example/dockerfile:1"));
/// ```
#[must_use]
pub fn is_official_frontend(image: &str) -> bool {
    let rests = OFFICIAL.iter().filter_map(|official| image.strip_prefix(official));
    rests.into_iter().any(|rest| rest.is_empty() || rest.starts_with([':', '@']))
}

/// The frontend that alone can read a file which is no Dockerfile: it is named behind `//` or in JSON, and BuildKit
/// hands the file over unread. Nothing can be linted there, and a syntax error would be none.
///
/// A `# syntax=` line is a comment of a Dockerfile: such a file is linted, whatever its frontend.
///
/// ```
/// use dfcore::linter::{foreign_frontend, lint};
/// use dfcore::text::SourceFile;
///
/// let source = SourceFile::new("build.hcl", "// syntax=example/hcl:1\ntarget \"app\" {}\n")?;
/// assert_eq!(foreign_frontend(&source).expect("it names one").image, "example/hcl:1");
/// assert!(lint(&source, None, &Default::default()).is_empty());
/// # Ok::<(), dfcore::text::TooLarge>(())
/// ```
#[must_use]
pub fn foreign_frontend(source: &SourceFile) -> Option<Frontend> {
    let named = frontend(source)?;
    // Docker's own reads nothing but Dockerfiles, however it was asked for.
    let is_foreign = named.form != FrontendForm::Directive && !is_official_frontend(&named.image);
    (is_foreign && !named.image.is_empty()).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(text: &str) -> Option<String> {
        let source = SourceFile::new("Dockerfile", text).expect("small");
        foreign_frontend(&source).map(|frontend| frontend.image)
    }

    #[test]
    fn a_file_that_is_no_dockerfile_names_who_reads_it() {
        assert_eq!(foreign("//syntax=example/hcl\n").as_deref(), Some("example/hcl"));
        assert_eq!(foreign("{\"syntax\": \"example/json:1\"}").as_deref(), Some("example/json:1"));
    }

    #[test]
    fn a_dockerfile_is_for_us() {
        for text in [
            "FROM alpine\n",
            "# syntax=example/other\nINSTALL it\n",
            "// syntax=docker/dockerfile:1\nFROM alpine\n",
            "{\"syntax\": \"docker.io/docker/dockerfile@sha256:0\"}",
            "{\"syntax\": \"\"}",
        ] {
            assert_eq!(foreign(text), None, "{text:?}");
        }
    }
}
