use std::fmt;

/// A piece of a Markdown text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A line outside fenced blocks.
    Line(String),
    /// A fenced block: what stands behind its opening fence, and its lines.
    Block { info: String, body: String },
}

impl fmt::Display for Part {
    /// The piece for people: of the marks that make a block a test, only the language or file name stays.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => writeln!(f, "{line}"),
            Self::Block { info, body } => {
                let shown = info.split(',').next().unwrap_or_default();
                match shown.strip_prefix("file=") {
                    Some(path) => write!(f, "`{path}`:\n\n```text\n{body}```\n"),
                    None => write!(f, "```{shown}\n{body}```\n"),
                }
            }
        }
    }
}

/// Takes a Markdown text apart into lines and fenced blocks. A block without an end goes to the end.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        open = match (open, line.strip_prefix("```")) {
            (None, Some(info)) => Some((info.trim().to_owned(), String::new())),
            (None, None) => {
                parts.push(Part::Line(line.to_owned()));
                None
            }
            (Some((info, body)), Some("")) => {
                parts.push(Part::Block { info, body });
                None
            }
            (Some((info, body)), _) => Some((info, body + line + "\n")),
        };
    }
    parts.extend(open.map(|(info, body)| Part::Block { info, body }));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lose_their_marks_for_people() {
        let text = "One.\n\n```dockerfile,bad\nFROM a\n```\n\n```file=.dockerignore,fixed\n.git\n```\n";
        let shown: String = parts(text).iter().map(Part::to_string).collect();
        assert_eq!(shown, "One.\n\n```dockerfile\nFROM a\n```\n\n`.dockerignore`:\n\n```text\n.git\n```\n");
    }
}
