//! `RUN --mount`.

use std::ops::Range;

use super::super::ast::{Mount, MountKey, MountOption, MountSetting, MountType, Sharing, Word};
use super::super::flags::FlagText;
use super::super::{suggest, values};
use super::{Context, fields};
use crate::text::Span;

/// The names of the keys.
const KEYS: [(&str, MountKey); 19] = [
    ("type", MountKey::Type),
    ("from", MountKey::From),
    ("source", MountKey::Source),
    ("target", MountKey::Target),
    ("readonly", MountKey::ReadOnly),
    ("id", MountKey::Id),
    ("sharing", MountKey::Sharing),
    ("required", MountKey::Required),
    ("size", MountKey::Size),
    ("mode", MountKey::Mode),
    ("uid", MountKey::UserId),
    ("gid", MountKey::GroupId),
    ("src", MountKey::Source),
    ("dst", MountKey::Target),
    ("destination", MountKey::Target),
    ("ro", MountKey::ReadOnly),
    ("rw", MountKey::ReadOnly),
    ("readwrite", MountKey::ReadOnly),
    ("env", MountKey::Environment),
];

const TYPES: [(&str, MountType); 5] = [
    ("bind", MountType::Bind),
    ("cache", MountType::Cache),
    ("secret", MountType::Secret),
    ("ssh", MountType::Ssh),
    ("tmpfs", MountType::Tmpfs),
];

const SHARING_MODES: [(&str, Sharing); 3] =
    [("shared", Sharing::Shared), ("private", Sharing::Private), ("locked", Sharing::Locked)];

/// The mount of a flag's value.
pub(super) fn read(context: &mut Context<'_, '_>, flag: &FlagText<'_>, value: Range<usize>) -> Mount {
    let span = context.line.span(flag.range.clone());
    let mut mount_type = MountType::default();
    let mut options = Vec::new();
    for field in fields::read(context, flag, value).unwrap_or_default() {
        let (key, value) = field.key_and_value(flag, context);
        let name = key.text(context.source).to_ascii_lowercase();
        let mut reader = OptionReader {
            value: value.as_ref().map(|value| value.text(context.source)),
            place: value.as_ref().map_or(key.span, |value| value.span),
            context,
            key: &key,
            name: &name,
        };
        let setting = reader.setting(mount_type).unwrap_or(MountSetting::Invalid);
        if let MountSetting::Type(known) = setting {
            mount_type = known;
        } else if name == "type" {
            mount_type = MountType::Unknown;
        }
        options.push(MountOption { key, value, setting });
    }
    let mount = Mount { span, mount_type, options: options.into() };
    check_whole(context, &mount);
    mount
}

/// Reads one option, as BuildKit does in their order. Values with variables, quotes or escapes are left to the
/// build, which expands them first.
struct OptionReader<'r, 'a, 'e> {
    context: &'r mut Context<'a, 'e>,
    key: &'r Word,
    /// The key in lower case.
    name: &'r str,
    value: Option<&'r str>,
    /// What to point at when the value is wrong.
    place: Span,
}

impl OptionReader<'_, '_, '_> {
    /// What it says, given the type that options before it said; `None` after an error.
    fn setting(&mut self, mount_type: MountType) -> Option<MountSetting> {
        let Some(&(_, key)) = KEYS.iter().find(|(name, _)| *name == self.name) else {
            let help = match suggest::nearest(self.name, KEYS.map(|(name, _)| name)) {
                Some(nearest) => suggest::did_you_mean(nearest),
                None => "the keys are listed under `RUN --mount` in the Dockerfile reference".to_owned(),
            };
            let message = format!("unknown key of `--mount`: {}", suggest::quoted(self.name));
            return self.refuse(self.key.span, message, help);
        };
        self.check_type(key, mount_type)?;
        // `rw=false` is `ro`.
        let is_inverted = matches!(self.name, "rw" | "readwrite");
        let Some(value) = self.value else {
            return match key {
                MountKey::ReadOnly => Some(MountSetting::ReadOnly(!is_inverted)),
                MountKey::Required => Some(MountSetting::Required(true)),
                _ => {
                    let written = self.key.text(self.context.source);
                    let message = format!("{} has no value", suggest::quoted(written));
                    self.refuse(self.key.span, message, format!("write `{written}=…`"))
                }
            };
        };
        let text = match key {
            MountKey::From if values::has_variable(value) => {
                let help = "give the image a stage of its own (`FROM $image AS name`) and mount from that";
                return self.refuse(self.place, "variables are not expanded in `from`", help.to_owned());
            }
            MountKey::From => Some(MountSetting::From),
            MountKey::Source => Some(MountSetting::Source),
            MountKey::Target => Some(MountSetting::Target),
            MountKey::Id => Some(MountSetting::Id),
            MountKey::Environment => Some(MountSetting::Environment),
            _ => None,
        };
        if text.is_some() {
            return text;
        }
        if !values::is_literal(value, self.context.escape) {
            return Some(MountSetting::Unexpanded(key));
        }
        match key {
            MountKey::Type => self.choose(value, "mount type", &TYPES).map(MountSetting::Type),
            MountKey::Sharing => {
                self.choose(value, "sharing mode", &SHARING_MODES).map(MountSetting::Sharing)
            }
            MountKey::ReadOnly => self
                .expect(values::boolean(value), "`true` or `false`")
                .map(|is_on| MountSetting::ReadOnly(is_on != is_inverted)),
            MountKey::Required => {
                self.expect(values::boolean(value), "`true` or `false`").map(MountSetting::Required)
            }
            MountKey::Size => {
                self.expect(values::bytes(value), "a size such as `64m` or `1g`").map(MountSetting::Size)
            }
            MountKey::Mode => self
                .expect(values::number(value, 8), "an octal number such as `0755`")
                .map(MountSetting::Mode),
            MountKey::UserId => self.expect(values::number(value, 10), "a number").map(MountSetting::UserId),
            MountKey::GroupId => {
                self.expect(values::number(value, 10), "a number").map(MountSetting::GroupId)
            }
            _ => None,
        }
    }

    /// Some keys go with a type that stands before them.
    fn check_type(&mut self, key: MountKey, mount_type: MountType) -> Option<()> {
        let (is_allowed, types) = match key {
            MountKey::Required => {
                (matches!(mount_type, MountType::Secret | MountType::Ssh), "`type=secret` or `type=ssh`")
            }
            MountKey::Size => (mount_type == MountType::Tmpfs, "`type=tmpfs`"),
            _ => return Some(()),
        };
        if is_allowed || mount_type == MountType::Unknown {
            return Some(());
        }
        let message = format!("`{}` does not go with this type of mount", self.name);
        let help = format!("`{}` goes with {types}, which must stand before it", self.name);
        self.refuse(self.key.span, message, help)
    }

    fn choose<T: Copy>(&mut self, value: &str, what: &str, choices: &[(&'static str, T)]) -> Option<T> {
        match suggest::choose(&value.to_ascii_lowercase(), choices) {
            Ok(choice) => Some(choice),
            Err(help) => self.refuse(self.place, format!("unknown {what} {}", suggest::quoted(value)), help),
        }
    }

    fn expect<T>(&mut self, value: Option<T>, what: &str) -> Option<T> {
        if value.is_none() {
            let written = suggest::quoted(self.value.unwrap_or_default());
            return self.refuse(self.place, format!("`{}` is {what}, not {written}", self.name), None);
        }
        value
    }

    fn refuse<T>(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<Option<String>>,
    ) -> Option<T> {
        self.context.errors.refused(span, message, help);
        None
    }
}

/// Checks what the options must be together.
fn check_whole(context: &mut Context<'_, '_>, mount: &Mount) {
    let mount_type = mount.mount_type;
    if mount_type == MountType::Unknown {
        return;
    }
    let place = |option: &MountOption| option.value.as_ref().map_or(option.key.span, |value| value.span);
    if matches!(mount_type, MountType::Bind | MountType::Tmpfs) {
        for option in &mount.options {
            if let Some(MountKey::Mode | MountKey::UserId | MountKey::GroupId) = option.setting.key() {
                let key = option.key.text(context.source).to_ascii_lowercase();
                let help = "it goes with `type=cache`, `type=secret` and `type=ssh`".to_owned();
                let message = format!("`{key}` does not go with this type of mount");
                context.errors.refused(place(option), message, help);
            }
        }
    }
    if let Some(sharing) = mount.option(MountKey::Sharing)
        && mount_type != MountType::Cache
    {
        let help = "it goes with `type=cache`".to_owned();
        context.errors.refused(place(sharing), "`sharing` does not go with this type of mount", help);
    }
    if mount_type == MountType::Secret {
        check_secret(context, mount, place);
    }
}

/// Checks where a secret comes from. What may be empty in the build is given the benefit of the doubt.
fn check_secret(context: &mut Context<'_, '_>, mount: &Mount, place: impl Fn(&MountOption) -> Span) {
    let (source, escape) = (context.source, context.escape);
    let text = |key| mount.option(key)?.value.as_ref().map(|value| value.text(source));
    let may_be_set = |key| text(key).is_some_and(|text| !text.is_empty());
    let is_set = |key| text(key).is_some_and(|text| !text.is_empty() && values::is_literal(text, escape));
    if let Some(from) = mount.option(MountKey::From)
        && is_set(MountKey::From)
    {
        context.errors.refused(place(from), "a secret mount comes from nowhere: `from` is not for it", None);
    }
    if let Some(option) = mount.option(MountKey::Source)
        && is_set(MountKey::Source)
        && is_set(MountKey::Id)
    {
        let help = "`source` is another name of `id` here: keep one".to_owned();
        context.errors.refused(place(option), "a secret mount has both `source` and `id`", help);
    }
    if ![MountKey::Source, MountKey::Target, MountKey::Id].into_iter().any(may_be_set) {
        let help = "add `id=…`, the name that the build is given the secret under".to_owned();
        context.errors.refused(mount.span, "a secret mount does not say which secret", help);
    }
}
