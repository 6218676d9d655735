use super::{CommandForm, Few, Mount};

/// `RUN`
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Run {
    /// The `--mount` flags in order.
    pub mounts: Few<Mount>,
    /// The command. In shell form with a heredoc, the heredoc's body belongs to the script too.
    pub command: CommandForm,
}
