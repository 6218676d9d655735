use super::*;

fn with_model<T>(text: &str, ask: impl FnOnce(&Model<'_>) -> T) -> T {
    let source = SourceFile::new("Dockerfile", text).expect("small");
    ask(&Model::new(&source))
}

#[test]
fn stages_know_their_bases() {
    let text =
        "ARG TAG=3.20\nARG OPEN\nFROM alpine:$TAG AS Base\nFROM base\nFROM scratch AS x\nFROM ${OPEN}/y:1";
    with_model(text, |model| {
        let show = |stage: &Stage| match &stage.base {
            Base::Scratch => "scratch".to_owned(),
            Base::Stage(index) => format!("stage {index}"),
            Base::Image(value) => format!(
                "image {} {:?}",
                value.text(),
                value.unknown_parts().iter().map(|part| &*part.name).collect::<Vec<_>>()
            ),
        };
        let bases: Vec<_> = model.stages().iter().map(show).collect();
        assert_eq!(bases, ["image alpine:3.20 []", "stage 0", "scratch", "image ${OPEN}/y:1 [\"OPEN\"]"]);
        assert_eq!(model.stages()[0].name.as_deref(), Some("base"));
        assert_eq!(model.stages()[1].display_name(), "stage 2");
    });
}

#[test]
fn a_stage_inherits_what_its_base_ends_with() {
    let text = "FROM debian AS a\nENV HOME=/srv A=1\nARG B=2\nUSER app\nWORKDIR /w\nSHELL [\"/bin/bash\",\"-c\"]\n\
                FROM a\nWORKDIR sub\nENV C=$A$B\nRUN id";
    with_model(text, |model| {
        let state = model.state(model.dockerfile.instructions.len() - 1);
        assert_eq!(state.workdir.as_known(), Some("/w/sub"));
        assert_eq!(state.user.name(), Some("app"));
        assert_eq!(state.home().as_deref(), Some("/srv"));
        assert_eq!(state.shell, ["/bin/bash", "-c"]);
        assert_eq!(state.scope.env("C").and_then(Value::as_known), Some("12"));
        assert_eq!(state.scope.env("B"), None);
    });
}

#[test]
fn arguments_have_scopes() {
    let text = "ARG G=global\nARG N\nFROM debian\nRUN a\nARG G\nARG N\nARG TARGETARCH\nARG L=local\nRUN b\nFROM scratch\nRUN c";
    with_model(text, |model| {
        let value = |index: usize, name: &str| match model.state(index).scope.get(name) {
            Lookup::Unset => "unset".to_owned(),
            Lookup::Unknown(_) => "unknown".to_owned(),
            Lookup::Set(value) => value.text().to_owned(),
        };
        // A base image may have set anything; `scratch` has not.
        assert_eq!(value(3, "G"), "unknown");
        assert_eq!(
            [value(8, "G"), value(8, "N"), value(8, "TARGETARCH"), value(8, "L")],
            ["global", "unknown", "unknown", "local"]
        );
        assert_eq!([value(10, "G"), value(10, "L")], ["unset", "unset"]);
    });
}

#[test]
fn users_and_folders() {
    let text = "FROM scratch\nRUN a\nFROM debian\nRUN b\nUSER 1000:5\nRUN c\nWORKDIR rel\nRUN d\nWORKDIR /x/../y/\nRUN e\n\
                ARG U\nUSER $U\nRUN f\nUSER root\nRUN g";
    with_model(text, |model| {
        let states: Vec<_> = (0..model.dockerfile.instructions.len())
            .filter(|&index| matches!(model.instruction(index).kind, InstructionKind::Run(_)))
            .map(|index| {
                let state = model.state(index);
                (state.user.is_root(), state.workdir.as_known().map(str::to_owned), state.home())
            })
            .collect();
        let root = || Some("/root".to_owned());
        let expected = [
            (Some(true), Some("/".to_owned()), root()),
            (None, None, root()),
            (Some(false), None, None),
            (Some(false), None, None),
            (Some(false), Some("/y".to_owned()), None),
            (None, Some("/y".to_owned()), None),
            (Some(true), Some("/y".to_owned()), root()),
        ];
        assert_eq!(states, expected);
    });
}

#[test]
fn the_graph_follows_bases_copies_and_mounts() {
    let text = "FROM a AS one\nFROM b AS two\nFROM c AS three\nFROM one AS four\nCOPY --from=1 /x /x\n\
                RUN --mount=type=bind,from=THREE,target=/m id\nCOPY --from=nginx:1 /e /e\nFROM d AS five";
    with_model(text, |model| {
        assert_eq!(model.needed_stages(&model.stages()[3]), [0, 1, 2]);
        assert_eq!(model.built_for(&model.stages()[3]), [true, true, true, true, false]);
        assert_eq!(model.built_for(&model.stages()[4]), [false, false, false, false, true]);
        let lineage: Vec<_> = model.lineage(&model.stages()[3]).iter().map(|stage| stage.index).collect();
        assert_eq!(lineage, [3, 0]);
        assert_eq!(model.copy_origin(6), Some(Origin::External(Value::known("nginx:1"))));
    });
}

#[test]
fn a_file_without_stages_is_no_problem() {
    for text in ["", "RUN id", "ARG A=1\nENV B=2", "FROM", "FROM a AS\nCOPY"] {
        with_model(text, |model| {
            for (index, _) in model.instructions() {
                let _ = (
                    model.state(index),
                    model.script(index),
                    model.installs(index),
                    model.copy_origin(index),
                );
            }
        });
    }
}

#[test]
fn windows_images_have_another_shell() {
    let text = "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN dir C:\\ && echo x\nFROM golang:1.25-nanoserver\nRUN x";
    with_model(text, |model| {
        assert_eq!(model.state(1).shell[0], "cmd");
        assert!(model.script(1).commands.is_empty());
        assert_eq!(model.state(3).shell[0], "cmd");
    });
}

#[test]
fn a_name_may_be_given_again() {
    let text = "FROM a AS x\nFROM b AS X\nFROM x\nCOPY --from=X /a /a\nFROM X\nFROM c AS x";
    with_model(text, |model| {
        assert_eq!(model.stages()[2].base, Base::Stage(1));
        // `--from` takes the last of the whole file; `FROM` compares with names in lower case.
        assert_eq!(model.copy_origin(3), Some(Origin::Stage(4)));
        assert!(matches!(model.stages()[3].base, Base::Image(_)));
    });
}

#[test]
fn stages_may_need_later_ones_but_not_in_a_circle() {
    with_model("FROM a AS x\nCOPY --from=y /a /a\nFROM b AS y", |model| {
        assert_eq!(model.needed_stages(&model.stages()[0]), [1]);
        assert_eq!(model.circle(), None);
    });
    let text = "FROM a\nCOPY --from=1 / /\nFROM b AS y\nRUN --mount=from=z id\nFROM y AS z";
    with_model(text, |model| assert_eq!(model.circle(), Some(vec![1, 2])));
    with_model("FROM a AS x\nCOPY --from=x / /", |model| assert_eq!(model.circle(), Some(vec![0])));
}

#[test]
fn what_nobody_needs_is_shipped() {
    let text = "FROM a AS base\nFROM b AS build\nFROM base AS test\nCOPY --from=build /x /x\nFROM c AS tools\nFROM base\nCOPY --from=build / /\nRUN --mount=from=tools,target=/t id";
    with_model(text, |model| {
        let shipped: Vec<_> = model.stages().iter().map(|stage| model.is_shipped(stage)).collect();
        assert_eq!(shipped, [true, false, true, false, true]);
    });
}

#[test]
fn triggers_run_in_the_stages_above() {
    let text = "FROM a AS base\nONBUILD USER app\nONBUILD ENV A=$B\nONBUILD COPY --from=tools /t /t\nENV B=1\n\
                FROM scratch AS tools\nFROM base AS child\nRUN id\nFROM child\nRUN id";
    with_model(text, |model| {
        assert_eq!(model.stages()[2].triggers, [1, 2, 3]);
        assert_eq!(model.state(7).user.name(), Some("app"));
        assert_eq!(model.state(7).scope.env("A").and_then(Value::as_known), Some("1"));
        assert_eq!(model.needed_stages(&model.stages()[0]), [0; 0]);
        assert_eq!(model.needed_stages(&model.stages()[2]), [0, 1]);
        // They are not passed on.
        assert_eq!(model.stages()[3].triggers, [0; 0]);
        assert_eq!(model.external_for(&model.stages()[3]), [Value::known("a")]);
    });
}

#[test]
fn the_environment_of_the_base_wins_over_its_arguments() {
    let text = "FROM scratch AS base\nENV A=env PATH=$PATH:/x\nARG A=arg B=$A\nRUN a\nFROM base\nRUN b\nARG A=mine\nRUN c";
    with_model(text, |model| {
        let show = |index: usize| {
            let text = |name| model.state(index).scope.run_environment(name).and_then(Value::as_known);
            (text("A"), text("B"))
        };
        // Each of several arguments sees those before it.
        assert_eq!(show(3), (Some("arg"), Some("arg")));
        assert_eq!(show(5), (Some("env"), Some("arg")));
        assert_eq!(show(7), (Some("mine"), Some("arg")));
        let path = model.state(5).scope.env("PATH").and_then(Value::as_known);
        assert_eq!(path, Some("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/x"));
    });
}

#[test]
fn values_that_grow_without_end_are_given_up() {
    let text = format!("FROM scratch\nENV A=0123456789\n{}RUN id", "ENV A=$A$A\n".repeat(64));
    with_model(&text, |model| {
        let Lookup::Set(value) = model.state(model.dockerfile.instructions.len() - 1).scope.get("A") else {
            panic!("it is set");
        };
        assert_eq!(value.unknown_parts()[0].reason, Reason::TooLarge);
    });
}

#[test]
fn what_the_build_is_given_wins() {
    let text = "ARG TAG=1\nARG OPEN\nARG TARGETVARIANT\nFROM a:$TAG$TARGETVARIANT\nARG TAG\nARG OPEN\nARG OWN=$TAG-x\nARG TARGETARCH\nARG GIVEN=default\nRUN id";
    let source = SourceFile::new("Dockerfile", text).expect("small");
    let show = |arguments: &BuildArguments| {
        let model = Model::with_arguments(&source, arguments);
        let Base::Image(value) = &model.stages()[0].base else { panic!("an image") };
        let mut all = vec![value.text().to_owned()];
        let scope = model.state(9).scope;
        all.extend(["TAG", "OPEN", "OWN", "TARGETARCH", "GIVEN"].map(|name| match scope.get(name) {
            Lookup::Set(value) => value.text().to_owned(),
            Lookup::Unset => "unset".to_owned(),
            Lookup::Unknown(reason) => format!("{reason:?}"),
        }));
        all.join(" ")
    };
    let none = BuildArguments::new();
    assert_eq!(show(&none), "a:1${TARGETVARIANT} 1 BuildArgument 1-x Platform default");
    let some = none.argument("TAG", "2").argument("GIVEN", "g").target_platform("linux/arm/v7");
    assert_eq!(show(&some), "a:2v7 2 BuildArgument 2-x arm g");
    // `OPEN` is not given then; the base image may have set it.
    assert_eq!(show(&some.complete()), "a:2v7 2 BaseImage 2-x arm g");
}

#[test]
fn the_environment_survives_arguments_of_its_name() {
    let text = "FROM scratch AS base\nENV A=1\nARG A=2\nENV A=3\nARG A=4\nRUN a\nFROM base\nARG A=5\nRUN b";
    with_model(text, |model| {
        let env = |index: usize| model.state(index).scope.env("A").and_then(Value::as_known);
        assert_eq!(
            [env(1), env(2), env(3), env(5), env(8)],
            [None, Some("1"), Some("1"), Some("3"), Some("3")]
        );
    });
}

#[test]
fn a_tower_of_stages_has_an_end() {
    let tower: String = (1..100).map(|stage| format!("FROM s{} AS s{stage}\n", stage - 1)).collect();
    with_model(&format!("FROM scratch AS s0\nENV A=1\n{tower}RUN id\nENV B=2\nRUN id"), |model| {
        let scope = model.state(model.dockerfile.instructions.len() - 1).scope;
        assert_eq!(scope.get("A"), Lookup::Unknown(Reason::TooLarge));
        assert_eq!(scope.get("B"), Lookup::Set(&Value::known("2")));
    });
}
