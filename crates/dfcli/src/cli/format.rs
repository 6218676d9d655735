//! The formats of findings, and how one is asked for: `FORMAT` or `FORMAT=FILE`.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people: the source with the place marked, why it matters, what to do [also: tty]
    #[value(alias = "tty", alias = "full")]
    Text,
    /// One line per finding, as compilers print it; for editors.
    Concise,
    /// One line per finding with its range, in the form of the GNU standards; for Emacs.
    Gnu,
    /// One JSON array; each element has hadolint's keys and more.
    Json,
    /// The elements of that array, one a line [also: json-lines]
    #[value(alias = "json-lines")]
    Jsonl,
    /// SARIF 2.1.0, with rules, fixes and fingerprints; for code scanning.
    Sarif,
    /// Annotations of GitHub Actions [also: github-actions]
    #[value(alias = "github-actions")]
    Github,
    /// A Code Quality report of GitLab [also: gitlab_codeclimate]
    #[value(alias = "gitlab_codeclimate", alias = "gitlab-codeclimate")]
    Gitlab,
    /// Issues of Code Climate's engines, each ended by a NUL.
    Codeclimate,
    /// Checkstyle's XML; for Jenkins and others.
    Checkstyle,
    /// JUnit's XML: a suite per file, a failed test per finding.
    Junit,
    /// reviewdog's JSON, with suggestions.
    Rdjson,
    /// External issues of SonarQube 10.3 and later.
    Sonarqube,
    /// Issues of Codacy's tools, one a line.
    Codacy,
    /// Tables; for the summary of a CI step.
    Markdown,
}

impl fmt::Display for CheckFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.pad(value.as_ref().map_or("", PossibleValue::get_name))
    }
}

/// A format, and the file that it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FormatArg {
    /// The format.
    pub(crate) format: CheckFormat,
    /// The file; `None` leaves it to `--output`, and to standard output without that.
    pub(crate) file: Option<PathBuf>,
}

/// Reads `FORMAT` and `FORMAT=FILE`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = FormatArg;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let parse = |name: &OsStr| EnumValueParser::<CheckFormat>::new().parse_ref(command, arg, name);
        match value.to_str().and_then(|value| value.split_once('=')) {
            Some((name, file)) if !file.is_empty() => {
                Ok(FormatArg { format: parse(name.as_ref())?, file: Some(file.into()) })
            }
            _ => Ok(FormatArg { format: parse(value)?, file: None }),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = CheckFormat::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parsed(value: &str) -> Result<FormatArg, clap::Error> {
        FormatParser.parse_ref(&Command::new("dflint"), None, value.as_ref())
    }

    #[test]
    fn a_file_may_follow() {
        let expected = |format, file: Option<&str>| FormatArg { format, file: file.map(PathBuf::from) };
        assert_eq!(parsed("sarif").unwrap(), expected(CheckFormat::Sarif, None));
        assert_eq!(parsed("json=a b=c.json").unwrap(), expected(CheckFormat::Json, Some("a b=c.json")));
        assert!(parsed("json=").is_err());
        assert!(parsed("jason=out").is_err());
    }

    #[test]
    fn hadolint_s_names_are_understood() {
        for name in [
            "tty",
            "json",
            "checkstyle",
            "codeclimate",
            "gitlab_codeclimate",
            "gnu",
            "codacy",
            "sonarqube",
            "sarif",
            "junit",
        ] {
            parsed(name).unwrap();
        }
    }
}
