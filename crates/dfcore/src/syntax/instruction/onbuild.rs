//! `ONBUILD`.

use super::super::TokenKind;
use super::super::ast::{InstructionKind, Onbuild};
use super::{Context, Parts, Region};

/// `ONBUILD ONBUILD` is an error already; what is nested deeper than this is not looked at.
const MAX_DEPTH: u32 = 4;

pub(super) fn read(context: &mut Context<'_, '_>, parts: &Parts<'_>) -> Onbuild {
    let arguments = parts.arguments.clone();
    if arguments.is_empty() {
        context.errors.refused(context.line.span(parts.all()), "`ONBUILD` needs an instruction", None);
        return Onbuild { instruction: None };
    }
    if context.errors.triggers >= MAX_DEPTH {
        context.regions.push(Region { range: arguments, kind: TokenKind::Text });
        return Onbuild { instruction: None };
    }
    context.errors.triggers += 1;
    let instruction = super::read(context, arguments);
    context.errors.triggers -= 1;

    // BuildKit attaches heredocs to an ONBUILD only for the instruction directly inside.
    match &instruction.kind {
        InstructionKind::Onbuild(_) => {
            context.markers.clear();
            let help = "a trigger runs once, in the next build; there is no way to pass one on".to_owned();
            context.errors.refused(instruction.keyword, "`ONBUILD` cannot hold another `ONBUILD`", help);
        }
        kind @ (InstructionKind::From(_) | InstructionKind::Maintainer(_)) => {
            let message = format!("`ONBUILD` cannot hold `{}`", kind.name());
            context.errors.refused(instruction.keyword, message, None);
        }
        _ => {}
    }
    Onbuild { instruction: Some(Box::new(instruction)) }
}
