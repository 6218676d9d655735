/// What can be chosen about the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Style {
    /// A line that is longer is broken where a Dockerfile has places for that.
    pub line_width: usize,
}

impl Style {
    /// The number of blanks of a level.
    pub(super) const INDENT: usize = 4;

    /// The default style with lines of that many characters.
    #[must_use]
    pub const fn with_line_width(line_width: usize) -> Self {
        Self { line_width }
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::with_line_width(100)
    }
}
