//! The pages for people who come from another linter: each of its rules, what it is here, and what differs. Written from
//! the rules; a stale page is written anew and fails once.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dfcore::config::Profile;
use dfcore::rule::{Registered, RuleMeta};
use dfcore::rules;

/// The rules of hadolint 2.15.1, by its README. `DL1000` is its error of syntax, and `SC*` are ShellCheck's.
const HADOLINT: &str = "\
    DL1000 DL1001 DL3000 DL3001 DL3002 DL3003 DL3004 DL3006 DL3007 DL3008 DL3009 DL3010 DL3011 DL3012 DL3013 DL3014 \
    DL3015 DL3016 DL3018 DL3019 DL3020 DL3021 DL3022 DL3023 DL3024 DL3025 DL3026 DL3027 DL3028 DL3029 DL3030 DL3032 \
    DL3033 DL3034 DL3035 DL3036 DL3037 DL3038 DL3040 DL3041 DL3042 DL3043 DL3044 DL3045 DL3046 DL3047 DL3048 DL3049 \
    DL3050 DL3051 DL3052 DL3053 DL3054 DL3055 DL3056 DL3057 DL3058 DL3059 DL3060 DL3061 DL3062 DL3063 DL3064 DL3065 \
    DL3066 DL3067 DL4000 DL4001 DL4003 DL4004 DL4005 DL4006 SC*";

/// The checks of the Dockerfile frontend 1.26, by `frontend/dockerfile/linter/ruleset.go`.
const BUILDKIT: &str = "\
    ConsistentInstructionCasing CopyIgnoredFile DuplicateStageName ExposeInvalidFormat ExposeProtoCasing FromAsCasing \
    FromPlatformFlagConstDisallowed InvalidBaseImagePlatform InvalidDefaultArgInFrom InvalidDefinitionDescription \
    JSONArgsRecommended LegacyKeyValueFormat MaintainerDeprecated MultipleInstructionsDisallowed NoEmptyContinuation \
    RedundantTargetPlatform ReservedStageName SecretsUsedInArgOrEnv StageNameCasing UndefinedArgInFrom UndefinedVar \
    WorkdirRelativePath";

/// What has no rule, and why.
const WITHOUT_RULE: [(&str, &str); 1] = [(
    "InvalidBaseImagePlatform",
    "It compares with what a registry says of the image; dflint opens no connection. `dfbuild` stops at it.",
)];

#[test]
fn the_page_for_hadolint_is_fresh() {
    let introduction = "# Coming from hadolint\n\n\
        `dflint check --profile hadolint` runs these rules, as severe as hadolint has them and in all stages; outputs for \
        programs name the line where an instruction begins, as hadolint does, and end where our finding ends. Its ids work \
        wherever a rule is named: `--select DL3008`, `--ignore 'DL30*'`, `[lint.rules.DL3008]`, and in its own comments \
        (`# hadolint ignore=DL3008`). \"On\" says whether the default profile has the rule, too.\n";
    let ids: Vec<&str> = HADOLINT.split_whitespace().collect();
    assert_fresh("coming-from-hadolint.md", &page(introduction, &ids, Profile::Hadolint));
}

#[test]
fn the_page_for_buildkit_is_fresh() {
    let introduction = "# Coming from `docker build --check`\n\n\
        `dflint check --profile buildkit` runs these rules, without an engine. The names of the checks work wherever a rule is \
        named: `--select StageNameCasing`, `[lint.rules.StageNameCasing]`, and in its own comments \
        (`# check=skip=StageNameCasing`). \"On\" says whether the default profile has the rule, too.\n";
    let ids: Vec<&str> = BUILDKIT.split_whitespace().collect();
    assert_fresh("coming-from-build-check.md", &page(introduction, &ids, Profile::Buildkit));
}

/// A table of a tool's rules, then what differs.
fn page(introduction: &str, ids: &[&str], profile: Profile) -> String {
    let mut text = format!(
        "{introduction}\n| There | Here | Severity with the profile | On | |\n|---|---|---|---|---|\n"
    );
    let mut differences = String::new();
    for id in ids {
        let is_meant = |meta: &&RuleMeta| {
            meta.aliases.contains(id) || meta.checks.iter().any(|check| check.answers_to(id))
        };
        let found: Vec<&RuleMeta> = rules::all().iter().map(Registered::meta).filter(is_meant).collect();
        if found.is_empty() {
            let reason = WITHOUT_RULE.iter().find(|(name, _)| name == id);
            let (_, reason) = reason.unwrap_or_else(|| panic!("no rule has the alias `{id}`"));
            _ = writeln!(text, "| `{id}` | | | | {reason} |");
        }
        for meta in found {
            let (severity, on) = if meta.checks.is_empty() {
                let severity = profile.severity(meta).map_or("off", |severity| severity.as_str());
                (severity, if meta.is_default() { "yes" } else { "" })
            } else {
                ("ShellCheck's", "warnings and errors")
            };
            let (name, summary) = (meta.name, meta.summary());
            _ = writeln!(text, "| `{id}` | [{name}](rules/{name}.md) | {severity} | {on} | {summary} |");
            if let Some(difference) = section(&meta.documentation(), "## Differs from") {
                _ = write!(differences, "\n### {id}: {name}\n\n{difference}\n");
            }
        }
    }
    if !differences.is_empty() {
        text.push_str("\n## What differs, and who is right\n");
        text.push_str(&differences);
    }
    text
}

/// A section of a rule's documentation, without its heading.
fn section(documentation: &str, heading: &str) -> Option<String> {
    let (_, rest) = documentation.split_once(&format!("{heading}\n"))?;
    let end = rest.find("\n## ").unwrap_or(rest.len());
    Some(rest[..end].trim().to_owned())
}

fn assert_fresh(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    if fs::read_to_string(&path).is_ok_and(|text| text.replace("\r\n", "\n") == expected) {
        return;
    }
    fs::write(&path, expected).expect("the file can be written");
    panic!("docs/{file} was stale and is written anew; run the tests again");
}
