//! One image for two platforms.

use std::fs;

use e2e::{BOTH, BUSYBOX, Project, Repository, Tag, dfbuild, elf_machine, unique};

/// A Dockerfile whose steps no earlier run has cached.
fn fresh_dockerfile() -> String {
    format!("FROM {BUSYBOX}\nRUN echo {} > /fresh\nRUN uname -m > /machine\n", unique("step"))
}

#[test]
fn an_image_holds_programs_of_both_architectures() {
    let tag = Tag::new("both");
    let project = Project::new(&fresh_dockerfile());
    dfbuild().args(BOTH).args(["-t", tag.name()]).arg(project.path()).run().expect(0);

    assert_eq!(tag.run("linux/amd64", &["cat", "/machine"]).trim(), "x86_64");
    assert_eq!(tag.run("linux/arm64", &["cat", "/machine"]).trim(), "aarch64");
}

#[test]
fn exported_files_are_of_the_right_architecture() {
    let project = Project::new(&fresh_dockerfile());
    let out = project.file("out");
    let output = format!("type=local,dest={}", out.display());
    dfbuild().args(BOTH).args(["--output", &output]).arg(project.path()).run().expect(0);

    for (folder, architecture) in [("linux_amd64", "amd64"), ("linux_arm64", "arm64")] {
        let program = fs::read(out.join(folder).join("bin/busybox")).unwrap();
        assert_eq!(elf_machine(&program), Some(architecture));
    }
}

#[test]
fn a_pushed_index_names_both_platforms_and_holds_what_it_names() {
    let repository = Repository::new("index");
    let project = Project::new(&fresh_dockerfile());
    let tag = repository.tag();
    dfbuild().args(BOTH).args(["-t", &tag, "--push"]).arg(project.path()).run().expect(0);

    let index = repository.index();
    let manifests = index["manifests"].as_array().unwrap();
    let mut architectures = Vec::new();
    for entry in manifests {
        let architecture = entry["platform"]["architecture"].as_str().unwrap();
        let manifest = repository.manifest(entry["digest"].as_str().unwrap());
        let configuration = repository.json(manifest["config"]["digest"].as_str().unwrap());
        assert_eq!(configuration["architecture"], architecture);
        let program = repository.file(&manifest, "bin/busybox").unwrap();
        assert_eq!(elf_machine(&program), Some(architecture));
        architectures.push(architecture);
    }
    architectures.sort_unstable();
    assert_eq!(architectures, ["amd64", "arm64"]);
}

#[test]
fn a_second_run_is_cached_throughout() {
    let tag = Tag::new("cached");
    let project = Project::new(&(fresh_dockerfile() + "COPY file /file\n"));
    project.write("file", "content");
    let build = || {
        let report = project.file("report.json");
        let run = dfbuild().args(BOTH).args(["-t", tag.name(), "--report"]).arg(&report).arg(project.path());
        run.run().expect(0);
        project.json("report.json")
    };
    let first = build();
    let second = build();

    let cached = |report: &serde_json::Value| {
        let steps = report["steps"].as_array().unwrap().clone();
        let steps = steps.into_iter().filter(|step| step["instruction"].is_string());
        steps.map(|step| step["cached"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert!(cached(&first).contains(&false), "the first run has something to do: {first:#}");
    assert!(cached(&second).iter().all(|&cached| cached), "the second has nothing: {second:#}");
    assert!(cached(&second).len() >= 6, "three steps for two platforms: {second:#}");
}
