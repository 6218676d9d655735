//! `RUN --device`.

use std::ops::Range;

use super::super::ast::{Device, Word};
use super::super::flags::FlagText;
use super::super::{suggest, values};
use super::Context;
use super::fields::{self, Field};

/// Reads `[name=]NAME[,required[=BOOL]]`; `None` after an error.
pub(super) fn read(
    context: &mut Context<'_, '_>,
    flag: &FlagText<'_>,
    value: Range<usize>,
) -> Option<Device> {
    let mut device = Device { name: None, required: false };
    let mut is_valid = true;
    for field in fields::read(context, flag, value)? {
        is_valid &= read_field(context, flag, &field, &mut device).is_some();
    }
    is_valid.then_some(device)
}

fn read_field(
    context: &mut Context<'_, '_>,
    flag: &FlagText<'_>,
    field: &Field,
    device: &mut Device,
) -> Option<()> {
    let whole = field.word(flag, context);
    let (key, value) = field.key_and_value(flag, context);
    let key = key.text(context.source).to_ascii_lowercase();
    // An empty name is none: another one may follow.
    let is_set = |word: &Word| !word.text(context.source).is_empty();
    let is_named = device.name.as_ref().is_some_and(is_set);
    match (key.as_str(), value) {
        ("required", None) => device.required = true,
        ("required", Some(value)) => {
            let text = value.text(context.source);
            let Some(required) = values::boolean(text) else {
                let message = format!("{} is neither true nor false", suggest::quoted(text));
                context.errors.refused(whole.span, message, None);
                return None;
            };
            device.required = required;
        }
        ("name", Some(_)) if is_named => {
            context.errors.refused(whole.span, "the device is named twice", None);
            return None;
        }
        ("name", Some(value)) => device.name = Some(value),
        _ if is_named => {
            let message = format!("unknown key of `--device`: {}", suggest::quoted(&field.text));
            let help = match suggest::nearest(&key, ["name", "required"]) {
                Some(nearest) => suggest::did_you_mean(nearest),
                None => "the keys are `name` and `required`".to_owned(),
            };
            context.errors.refused(whole.span, message, help);
            return None;
        }
        _ => device.name = Some(whole),
    }
    Some(())
}
