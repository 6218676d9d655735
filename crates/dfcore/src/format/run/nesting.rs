//! How deep in `if`, loops, `case` and groups the tokens of a script stand.

use super::tokens::{Token, TokenKind};

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// In how many constructs a line that begins with it stands.
    pub(super) depth: usize,
    /// Whether a command may begin with it, and what it follows then.
    pub(super) start: Option<After>,
    /// Whether it stands between `[[` and `]]`.
    pub(super) is_test: bool,
}

/// What the beginning of a command follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The start of the script, `;`, `then`, `(` and so on.
    Nothing,
    /// `&&`
    And,
    /// `||` or `|`
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    If,
    Loop,
    /// Between the branches of a `case`.
    Case,
    /// In a branch of a `case`.
    Branch,
    Group,
    Subshell,
}

/// What has been read of a `case` before its branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CaseHead {
    Keyword,
    Subject,
}

/// The places of tokens; `None` when the constructs do not add up, or are none that we know.
pub(super) fn places(text: &str, tokens: &[Token]) -> Option<Vec<Place>> {
    let mut walker = Walker { open: Vec::new(), start: Some(After::Nothing), head: None, is_test: false };
    let mut places = Vec::with_capacity(tokens.len());
    for token in tokens {
        let start = walker.start;
        let was_test = walker.is_test;
        let depth = match token.kind {
            TokenKind::Word => walker.word(&text[token.range.clone()])?,
            operator => walker.operator(operator)?,
        };
        places.push(Place { depth, start, is_test: was_test && walker.is_test });
    }
    (walker.open.is_empty() && walker.head.is_none() && !walker.is_test).then_some(places)
}

struct Walker {
    open: Vec<Open>,
    /// Whether a command may begin now.
    start: Option<After>,
    head: Option<CaseHead>,
    is_test: bool,
}

impl Walker {
    /// Reads an operator; gives back the depth of a line that begins with it.
    fn operator(&mut self, kind: TokenKind) -> Option<usize> {
        let depth = self.open.len();
        if self.head.is_some() {
            return None;
        }
        if self.is_test {
            return matches!(kind, TokenKind::And | TokenKind::Or).then_some(depth);
        }
        if self.open.last() == Some(&Open::Case) {
            // Between patterns, and around them.
            match kind {
                TokenKind::Pipe | TokenKind::Open => {}
                TokenKind::Close => {
                    self.open.push(Open::Branch);
                    self.start = Some(After::Nothing);
                }
                _ => return None,
            }
            return Some(depth);
        }
        match kind {
            TokenKind::And => self.start = Some(After::And),
            TokenKind::Or | TokenKind::Pipe => self.start = Some(After::Other),
            TokenKind::End => self.start = Some(After::Nothing),
            TokenKind::BranchEnd => {
                self.close(Open::Branch)?;
                self.start = None;
            }
            TokenKind::Open => {
                self.start?;
                self.open.push(Open::Subshell);
                self.start = Some(After::Nothing);
            }
            TokenKind::Close => {
                self.close(Open::Subshell)?;
                self.start = None;
                return Some(depth - 1);
            }
            TokenKind::Word => return None,
        }
        Some(depth)
    }

    /// The same for a word.
    fn word(&mut self, word: &str) -> Option<usize> {
        let depth = self.open.len();
        if self.is_test {
            self.is_test = word != "]]";
            return Some(depth);
        }
        match self.head {
            Some(CaseHead::Keyword) => {
                self.head = Some(CaseHead::Subject);
                return Some(depth);
            }
            Some(CaseHead::Subject) => {
                self.head = None;
                self.open.push(Open::Case);
                return (word == "in").then_some(depth);
            }
            None => {}
        }
        if self.open.last() == Some(&Open::Case) {
            if word == "esac" {
                self.open.pop();
                return Some(depth - 1);
            }
            return Some(depth);
        }
        if self.start.is_none() {
            return Some(depth);
        }
        // What begins a command where another one may begin at once leaves `start` as it is.
        match word {
            "if" => self.begin(Open::If),
            "while" | "until" => self.begin(Open::Loop),
            "{" => self.begin(Open::Group),
            "!" => {}
            "for" => {
                self.begin(Open::Loop);
                self.start = None;
            }
            "case" => {
                self.head = Some(CaseHead::Keyword);
                self.start = None;
            }
            "[[" => {
                self.is_test = true;
                self.start = None;
            }
            "then" | "else" | "elif" => return self.middle(Open::If),
            "do" => return self.middle(Open::Loop),
            "fi" => return self.end(Open::If),
            "done" => return self.end(Open::Loop),
            "}" => return self.end(Open::Group),
            "esac" => {
                // The last branch needs no end.
                self.close(Open::Branch)?;
                self.end(Open::Case)?;
                return Some(depth - 2);
            }
            "function" | "select" | "coproc" | "time" => return None,
            _ => self.start = None,
        }
        Some(depth)
    }

    fn begin(&mut self, construct: Open) {
        self.open.push(construct);
        self.start = Some(After::Nothing);
    }

    fn middle(&mut self, construct: Open) -> Option<usize> {
        self.start = Some(After::Nothing);
        (self.open.last() == Some(&construct)).then(|| self.open.len() - 1)
    }

    fn end(&mut self, construct: Open) -> Option<usize> {
        self.start = None;
        self.close(construct)?;
        Some(self.open.len())
    }

    fn close(&mut self, construct: Open) -> Option<()> {
        (self.open.pop() == Some(construct)).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;

    /// The script with the depth of each token.
    fn depths(text: &str) -> Option<String> {
        let tokens = tokens::read(text)?;
        let places = places(text, &tokens)?;
        let parts = tokens.iter().zip(&places);
        let parts: Vec<_> =
            parts.map(|(token, place)| format!("{}{}", &text[token.range.clone()], place.depth)).collect();
        Some(parts.join(" "))
    }

    #[test]
    fn constructs_nest() {
        let cases = [
            ("if a; then b; else c; fi; d", "if0 a1 ;1 then0 b1 ;1 else0 c1 ;1 fi0 ;0 d0"),
            ("for x in a; do { b; }; done | c", "for0 x1 in1 a1 ;1 do0 {1 b2 ;2 }1 ;1 done0 |0 c0"),
            (
                "case $x in a|b) c;; *) d; esac && e",
                "case0 $x0 in0 a1 |1 b1 )1 c2 ;;2 *1 )1 d2 ;2 esac0 &&0 e0",
            ),
            ("case x in (a) b;; esac", "case0 x0 in0 (1 a1 )1 b2 ;;2 esac0"),
            ("(a && b)", "(0 a1 &&1 b1 )0"),
            ("[[ a && b ]] && echo if fi", "[[0 a0 &&0 b0 ]]0 &&0 echo0 if0 fi0"),
        ];
        for (text, expected) in cases {
            assert_eq!(depths(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        for text in [
            "fi",
            "if a; then b",
            "a )",
            "(a",
            "a (b)",
            "case x in",
            "[[ a",
            "time a",
            "do a; done",
            "then a",
            ";;",
        ] {
            assert_eq!(depths(text), None, "{text}");
        }
    }
}
