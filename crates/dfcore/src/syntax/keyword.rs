use super::ast::InstructionKind;

/// The instructions that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

impl Keyword {
    const ALL: [Self; 18] = [
        // The frequent ones first, since they are looked for in this order.
        Self::Run,
        Self::Copy,
        Self::Env,
        Self::From,
        Self::Arg,
        Self::Workdir,
        Self::Label,
        Self::Cmd,
        Self::Entrypoint,
        Self::Expose,
        Self::User,
        Self::Add,
        Self::Volume,
        Self::Healthcheck,
        Self::Shell,
        Self::Maintainer,
        Self::Onbuild,
        Self::Stopsignal,
    ];

    /// The instruction of that name in any case.
    pub(super) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keyword| keyword.name().eq_ignore_ascii_case(text))
    }

    /// The upper-case name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Arg => "ARG",
            Self::Cmd => "CMD",
            Self::Copy => "COPY",
            Self::Entrypoint => "ENTRYPOINT",
            Self::Env => "ENV",
            Self::Expose => "EXPOSE",
            Self::From => "FROM",
            Self::Healthcheck => "HEALTHCHECK",
            Self::Label => "LABEL",
            Self::Maintainer => "MAINTAINER",
            Self::Onbuild => "ONBUILD",
            Self::Run => "RUN",
            Self::Shell => "SHELL",
            Self::Stopsignal => "STOPSIGNAL",
            Self::User => "USER",
            Self::Volume => "VOLUME",
            Self::Workdir => "WORKDIR",
        }
    }

    /// The upper-case names of all.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().map(Self::name)
    }
}

impl InstructionKind {
    /// The upper-case keyword (`"RUN"`); `"UNKNOWN"` when it is no instruction.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Add(_) => Keyword::Add.name(),
            Self::Arg(_) => Keyword::Arg.name(),
            Self::Cmd(_) => Keyword::Cmd.name(),
            Self::Copy(_) => Keyword::Copy.name(),
            Self::Entrypoint(_) => Keyword::Entrypoint.name(),
            Self::Env(_) => Keyword::Env.name(),
            Self::Expose(_) => Keyword::Expose.name(),
            Self::From(_) => Keyword::From.name(),
            Self::Healthcheck(_) => Keyword::Healthcheck.name(),
            Self::Label(_) => Keyword::Label.name(),
            Self::Maintainer(_) => Keyword::Maintainer.name(),
            Self::Onbuild(_) => Keyword::Onbuild.name(),
            Self::Run(_) => Keyword::Run.name(),
            Self::Shell(_) => Keyword::Shell.name(),
            Self::Stopsignal(_) => Keyword::Stopsignal.name(),
            Self::User(_) => Keyword::User.name(),
            Self::Volume(_) => Keyword::Volume.name(),
            Self::Workdir(_) => Keyword::Workdir.name(),
            Self::Unknown => "UNKNOWN",
        }
    }
}
