//! What flags and mounts say: their typed values, and what BuildKit refuses in them.

#![allow(clippy::unwrap_used)]

use dfcore::syntax::ast::{
    Device, Flag, FlagValue, Instruction, InstructionKind, Mount, MountKey, MountSetting, MountType, Sharing,
    Word,
};
use dfcore::syntax::parse;
use dfcore::text::SourceFile;

fn source(text: &str) -> SourceFile {
    SourceFile::new("Dockerfile", text).unwrap()
}

/// What the flags of the last instruction say, then the errors: `value | value › error (help)`.
fn flags(text: &str) -> String {
    let text = if text.starts_with("FROM") { text.to_owned() } else { format!("FROM a\n{text}") };
    let source = source(&text);
    let parsed = parse(&source);
    let instruction = parsed.dockerfile.instructions.last().unwrap();
    let values: Vec<_> = instruction.flags.iter().map(|flag| value(flag, &source)).collect();
    let errors = parsed.errors.iter().map(|error| {
        let help = error.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
        format!(" › {}{help}", error.message)
    });
    std::iter::once(values.join(" | ")).chain(errors).collect()
}

fn value(flag: &Flag, source: &SourceFile) -> String {
    let word = |word: &Word| word.text(source).to_owned();
    let optional = |part: &Option<Word>| part.as_ref().map_or_else(|| "-".to_owned(), word);
    match &flag.typed {
        FlagValue::Platform(platform) => {
            let parts = [&platform.os, &platform.os_options, &platform.architecture, &platform.variant];
            format!("Platform({})", parts.map(optional).join(" "))
        }
        FlagValue::Owner(owner) => format!("Owner({} {})", word(&owner.user), optional(&owner.group)),
        FlagValue::Checksum(sum) => format!("Checksum({} {})", optional(&sum.algorithm), word(&sum.digits)),
        FlagValue::Device(Device { name, required }) => format!("Device({} {required})", optional(name)),
        FlagValue::Mode(mode) => format!("Mode({mode:o})"),
        other => format!("{other:?}"),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for &(text, expected) in cases {
        assert_eq!(flags(text), expected, "{text}");
    }
}

#[test]
fn booleans() {
    check(&[
        ("COPY --link --parents=TRUE a b", "Boolean(true) | Boolean(true)"),
        (
            "ADD --keep-git-dir=false --unpack --link=False a b",
            "Boolean(false) | Boolean(true) | Boolean(false)",
        ),
        (
            "COPY --link= a b",
            "Invalid › `--link` has no value (write `--link=…`, without blanks around the `=`)",
        ),
        ("COPY --link=1 a b", "Invalid › `--link` is either `true` or `false`, not `1`"),
        ("COPY --link --link a b", "Boolean(true) | Invalid › `--link` is given twice (keep one of them)"),
    ]);
}

#[test]
fn health_checks() {
    check(&[
        ("HEALTHCHECK --interval=1m30s --timeout=500ms CMD x", "Duration(90s) | Duration(500ms)"),
        ("HEALTHCHECK --start-period=0s --start-interval=+1.5h CMD x", "Duration(0ns) | Duration(5400s)"),
        ("HEALTHCHECK --interval= --retries= CMD x", "Ignored | Ignored"),
        ("HEALTHCHECK --retries=+3 CMD x", "Retries(3)"),
        ("HEALTHCHECK --retries=x --interval=1 NONE", "Ignored | Ignored"),
        ("HEALTHCHECK --timeout=999us CMD x", "Invalid › the shortest duration is `1ms`"),
        ("HEALTHCHECK --timeout=-1s CMD x", "Invalid › the shortest duration is `1ms`"),
        (
            "HEALTHCHECK --timeout=$T CMD x",
            "Invalid › `$T` is no duration (write a number with a unit, such as `30s`, `1m30s` or `500ms`)",
        ),
        (
            "HEALTHCHECK --retries=2147483648 CMD x",
            "Invalid › `2147483648` is no number of retries (it is a whole number such as `3`; `0` is the engine's default)",
        ),
        (
            "HEALTHCHECK --intervall=1s CMD x",
            "Invalid › unknown flag `--intervall` of `HEALTHCHECK` (did you mean `--interval`?)",
        ),
    ]);
}

#[test]
fn run() {
    check(&[
        ("RUN --network=none --security=insecure x", "Network(None) | Security(Insecure)"),
        ("RUN --network=default --security=sandbox x", "Network(Default) | Security(Sandbox)"),
        (
            "RUN --network=foo x",
            "Invalid › unknown network mode `foo` (it is one of `default`, `none`, `host`)",
        ),
        ("RUN --network=NONE x", "Invalid › unknown network mode `NONE` (did you mean `none`?)"),
        ("RUN --network= x", "Invalid › unknown network mode `` (it is one of `default`, `none`, `host`)"),
        (
            "RUN --network=$N x",
            "Invalid › unknown network mode `$N` (it is one of `default`, `none`, `host`)",
        ),
        (
            "RUN --security=foo x",
            "Invalid › unknown security mode `foo` (it is one of `sandbox`, `insecure`)",
        ),
        (
            "RUN --security=unsecure x",
            "Invalid › unknown security mode `unsecure` (did you mean `insecure`?)",
        ),
        ("RUN --mount=target=/a --network=none --mount=target=/b x", "Mount(0) | Network(None) | Mount(1)"),
    ]);
}

#[test]
fn devices() {
    check(&[
        ("RUN --device=v.com/d=x,required x", "Device(v.com/d=x true)"),
        ("RUN --device=required=1,NAME=d --device=d,required=f x", "Device(d true) | Device(d false)"),
        // An empty name leaves room for another.
        ("RUN --device=name=,d --device=\"\\\"v/d=a,b\\\"\" x", "Device(d false) | Device(v/d=a,b false)"),
        ("RUN --device=required x", "Device(- true)"),
        ("RUN --device=a,name=b x", "Invalid › the device is named twice"),
        (
            "RUN --device=a,require x",
            "Invalid › unknown key of `--device`: `require` (did you mean `required`?)",
        ),
        (
            "RUN --device=a,b=c x",
            "Invalid › unknown key of `--device`: `b=c` (the keys are `name` and `required`)",
        ),
        ("RUN --device=a,required=no x", "Invalid › `no` is neither true nor false"),
    ]);
}

#[test]
fn owners_modes_and_checksums() {
    let sum = "0a".repeat(32);
    check(&[
        ("COPY --chown=app --chmod=0644 a b", "Owner(app -) | Mode(644)"),
        ("COPY --chown=1:2:3 --chmod=u=rwX,go=rX a b", "Owner(1 2:3) | SymbolicMode"),
        ("ADD --chown=:\\\ngroup --chmod=$M a b", "Owner( group) | Unexpanded"),
        (
            "ADD --chown=\"a:b\" --chown= a b",
            "Owner(a b) | Invalid › `--chown` is given twice (keep one of them)",
        ),
        ("COPY --chown= --chmod= --from= --exclude= a b", "Ignored | Ignored | Ignored | Text"),
        ("COPY --from=base --exclude=*.md --exclude=$x a b", "Text | Text | Text"),
        (
            "COPY --chmod=10000 a b",
            "Invalid › `10000` is no file mode (write an octal number of at most `7777`, or clauses such as `u=rwX,go=rX`)",
        ),
        (
            "COPY --chmod=rwx a b",
            "Invalid › `rwx` is no file mode (write an octal number of at most `7777`, or clauses such as `u=rwX,go=rX`)",
        ),
        (
            "COPY --from=$STAGE a b",
            "Invalid › variables are not expanded in `--from` (give the image a stage of its own (`FROM $image AS name`) and copy from that)",
        ),
        (&format!("ADD --checksum=sha256:{sum} a b"), &format!("Checksum(sha256 {sum})")),
        ("ADD --checksum=e83c5163 a b", "Checksum(- e83c5163)"),
        ("ADD --checksum=${SUM} a b", "Unexpanded"),
        (
            "ADD --checksum=sha256:0 a b",
            "Invalid › `sha256:0` is no checksum (write `sha256:` and 64 lower-case hexadecimal digits, or the commit of a Git source)",
        ),
    ]);
}

#[test]
fn platforms() {
    check(&[
        ("FROM --platform=linux/arm/v7 a", "Platform(linux - arm v7)"),
        ("FROM --platform='linux/amd64' a", "Platform(linux - amd64 -)"),
        ("FROM --platform=arm64 a", "Platform(- - arm64 -)"),
        ("FROM --platform=windows(10.0.17763)/amd64 a", "Platform(windows 10.0.17763 amd64 -)"),
        ("FROM --platform=$BUILDPLATFORM a", "Unexpanded"),
        ("FROM --platform= a", "Ignored"),
        (
            "FROM --platform=BUILDPLATFORM a",
            "Invalid › `BUILDPLATFORM` is no platform (did you mean `$BUILDPLATFORM`?)",
        ),
        ("FROM --platform=amd46 a", "Invalid › `amd46` is no platform (did you mean `amd64`?)"),
        (
            "FROM --platform=linux:amd64 a",
            "Invalid › `linux:amd64` is no platform (write `os/architecture` or `os/architecture/variant`, such as `linux/amd64`)",
        ),
    ]);
}

#[test]
fn flags_that_are_not_looked_at() {
    check(&[
        ("ARG --a b", "Ignored"),
        ("STOPSIGNAL --x=y SIGTERM", "Ignored"),
        ("RNU --x y", "Ignored › unknown instruction `RNU` (did you mean `RUN`?)"),
        (
            "CMD --x y",
            "Invalid › unknown flag `--x` of `CMD` (`CMD` takes no flags; put `--` before a first argument that starts with dashes)",
        ),
    ]);
}

/// The mount of a `RUN --mount=…`, with the messages of the errors.
fn mount(options: &str) -> (Mount, SourceFile, Vec<String>) {
    let source = source(&format!("FROM a\nRUN --mount={options} x\n"));
    let parsed = parse(&source);
    let InstructionKind::Run(run) = &parsed.dockerfile.instructions[1].kind else { panic!("a RUN") };
    let errors = parsed.errors.iter().map(|error| error.message.clone()).collect();
    (run.mounts[0].clone(), source, errors)
}

#[test]
fn settings_of_mounts() {
    let (mount, source, errors) =
        mount("type=CACHE,Target=/c,id=x,from=base,SRC=/s,Sharing=LOCKED,mode=0750,uid=1,gid=2,ro=false");
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(mount.mount_type, MountType::Cache);
    assert_eq!(mount.target(&source), Some("/c"), "keys are compared in lower case");
    assert_eq!(mount.id(&source), Some("x"));
    assert_eq!(mount.from(&source), Some("base"));
    assert_eq!(mount.source(&source), Some("/s"));
    assert_eq!(mount.sharing(), Some(Sharing::Locked));
    assert_eq!(mount.mode(), Some(0o750));
    assert_eq!((mount.user_id(), mount.group_id()), (Some(1), Some(2)));
    assert_eq!(mount.is_read_only(), Some(false));
    assert_eq!(mount.is_required(), Some(false));
    assert_eq!((mount.size(), mount.environment(&source)), (None, None));
    let settings: Vec<_> = mount.options.iter().map(|option| option.setting).collect();
    assert_eq!(
        settings,
        [
            MountSetting::Type(MountType::Cache),
            MountSetting::Target,
            MountSetting::Id,
            MountSetting::From,
            MountSetting::Source,
            MountSetting::Sharing(Sharing::Locked),
            MountSetting::Mode(0o750),
            MountSetting::UserId(1),
            MountSetting::GroupId(2),
            MountSetting::ReadOnly(false),
        ]
    );
}

#[test]
fn mounts_have_the_defaults_of_their_type() {
    for (options, read_only, sharing) in [
        ("target=/a", Some(true), None),
        ("target=/a,rw", Some(false), None),
        ("target=/a,readwrite=false", Some(true), None),
        ("target=/a,ro,rw", Some(false), None),
        ("type=cache,target=/a", Some(false), Some(Sharing::Shared)),
        ("type=cache,target=/a,sharing=$S", Some(false), None),
        ("type=tmpfs,target=/a", Some(false), None),
        ("type=tmpfs,target=/a,readonly", Some(true), None),
        ("type=secret,id=a", Some(true), None),
        ("type=ssh", Some(true), None),
        ("type=$T,target=/a", None, None),
        ("type=$T,target=/a,ro=1", Some(true), None),
        ("target=/a,ro=$R", None, None),
    ] {
        let (mount, _, errors) = mount(options);
        assert_eq!((mount.is_read_only(), mount.sharing()), (read_only, sharing), "{options}: {errors:?}");
        assert_eq!(errors, Vec::<String>::new(), "{options}");
    }
    assert_eq!(mount("type=tmpfs,target=/a,size=64m").0.size(), Some(64 << 20));
    assert_eq!(mount("type=secret,id=a,required").0.is_required(), Some(true));
    assert_eq!(mount("type=secret,id=a,required=$R").0.is_required(), None);
    let (secret, source, _) = mount("type=secret,id=a,env=TOKEN");
    assert_eq!(secret.environment(&source), Some("TOKEN"));
}

#[test]
fn values_that_only_the_build_knows() {
    let (mount, _, errors) = mount("type=tmpfs,target=/a,size='1g',ro=\\\\1");
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(mount.size(), Some(1 << 30), "the flag's own quotes are gone before");
    assert_eq!(
        mount.option(MountKey::ReadOnly).unwrap().setting,
        MountSetting::Unexpanded(MountKey::ReadOnly)
    );
}

#[test]
fn mounts_are_refused_where_the_build_refuses_them() {
    for (options, expected) in [
        ("type=cache,sharing=lockd", "unknown sharing mode `lockd`"),
        ("type=cache,uid=root", "`uid` is a number, not `root`"),
        ("ro=yes", "`ro` is `true` or `false`, not `yes`"),
        ("type=ssh,size=1", "`size` does not go with this type of mount"),
        ("size=1,type=tmpfs", "`size` does not go with this type of mount"),
        ("type=secret,id=a,source=b", "a secret mount has both `source` and `id`"),
        ("type=secret,id=a,from=b", "a secret mount comes from nowhere: `from` is not for it"),
        ("type=secret,id=", "a secret mount does not say which secret"),
        ("type=secret,id=a,id=", "a secret mount does not say which secret"),
        ("type=ssh,sharing=$S", "`sharing` does not go with this type of mount"),
    ] {
        assert_eq!(mount(options).2, [expected], "{options}");
    }
    // Empty is as good as missing, and what is a variable may be empty.
    for options in ["type=secret,id=a,source=$B", "type=secret,id=a,from=", "type=secret,id=a,src="] {
        assert_eq!(mount(options).2, Vec::<String>::new(), "{options}");
    }
}

#[test]
fn parts_stand_where_they_are_written() {
    let source = source("FROM a\nCOPY --chown=\"app:st\\\naff\" --chmod=755 a b\n");
    let parsed = parse(&source);
    let FlagValue::Owner(owner) = &parsed.dockerfile.instructions[1].flags[0].typed else {
        panic!("an owner")
    };
    assert_eq!(source.slice(owner.user.span), "\"app");
    let group = owner.group.as_ref().unwrap();
    assert_eq!((group.text(&source), source.slice(group.span)), ("staff", "st\\\naff\""));
}

/// There are few flags, and their values are read without allocating; of instructions there are many.
#[test]
#[cfg(target_pointer_width = "64")]
fn sizes() {
    assert!(size_of::<Flag>() <= 128);
    assert!(size_of::<Instruction>() <= 160);
}
