use crate::model::{Base, ImageRelease};
use crate::rule::{Report, Rule, RuleContext, declare_rule};
use crate::syntax::ast::InstructionKind;

declare_rule! {
    /// A base image is a release that no longer gets security fixes.
    ///
    /// What is found in it after its end stays in it, in the language as in the packages of its distribution, and tags of
    /// such releases are not built anew. Package repositories of old distributions are moved away as well, so that
    /// `apt-get update` fails one day.
    ///
    /// The rule knows Docker's official images `alpine`, `centos`, `debian`, `node`, `php`, `python`, `ruby` and `ubuntu`,
    /// and the releases of Alpine, Debian and Ubuntu that other official images name in their tags
    /// (`openjdk:17-slim-buster`).
    ///
    /// ## Example
    ///
    /// ```dockerfile,bad
    /// FROM python:3.8-slim
    /// RUN pip install flask==3.0.3
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM node:22-buster-slim
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM python:3.13-slim-trixie
    /// RUN pip install flask==3.0.3
    /// ```
    ///
    /// ## Limits
    ///
    /// A rule knows no clock: the list is that of February 2026 and names only releases whose end lay before it. What
    /// ends later is found by a later version of dflint. Debian counts with its long-term support, Ubuntu with its
    /// standard support; for longer support that somebody pays for, ignore the rule where it is used.
    ///
    /// ## Sources
    ///
    /// - <https://endoflife.date/>, of February 2026
    /// - <https://devguide.python.org/versions/>
    /// - <https://nodejs.org/en/about/previous-releases>
    /// - <https://alpinelinux.org/releases/>
    /// - <https://wiki.debian.org/LTS>
    /// - <https://ubuntu.com/about/release-cycle>
    pub BaseImageEndOfLife {
        code: "DF2016",
        name: "base-image-end-of-life",
        group: Security,
        severity: Warning,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: [],
    }
}

/// The image, how its versions begin, and the month of the last fixes: of a major version, that of its last minor one, which
/// its tag leads to. Nothing is listed that ended after February 2026.
const VERSIONS: &[(&str, &str, &str)] = &[
    ("alpine", "2", "2015-11"),
    ("alpine", "3.0", "2016-05"),
    ("alpine", "3.1", "2016-11"),
    ("alpine", "3.2", "2017-05"),
    ("alpine", "3.3", "2017-11"),
    ("alpine", "3.4", "2018-05"),
    ("alpine", "3.5", "2018-11"),
    ("alpine", "3.6", "2019-05"),
    ("alpine", "3.7", "2019-11"),
    ("alpine", "3.8", "2020-05"),
    ("alpine", "3.9", "2020-11"),
    ("alpine", "3.10", "2021-05"),
    ("alpine", "3.11", "2021-11"),
    ("alpine", "3.12", "2022-05"),
    ("alpine", "3.13", "2022-11"),
    ("alpine", "3.14", "2023-05"),
    ("alpine", "3.15", "2023-11"),
    ("alpine", "3.16", "2024-05"),
    ("alpine", "3.17", "2024-11"),
    ("alpine", "3.18", "2025-05"),
    ("alpine", "3.19", "2025-11"),
    ("centos", "5", "2017-03"),
    ("centos", "6", "2020-11"),
    ("centos", "7", "2024-06"),
    ("centos", "8", "2021-12"),
    ("debian", "6", "2016-02"),
    ("debian", "7", "2018-05"),
    ("debian", "8", "2020-06"),
    ("debian", "9", "2022-06"),
    ("debian", "10", "2024-06"),
    ("node", "0.10", "2016-10"),
    ("node", "0.12", "2016-12"),
    ("node", "4", "2018-04"),
    ("node", "5", "2016-06"),
    ("node", "6", "2019-04"),
    ("node", "7", "2017-06"),
    ("node", "8", "2019-12"),
    ("node", "9", "2018-06"),
    ("node", "10", "2021-04"),
    ("node", "11", "2019-06"),
    ("node", "12", "2022-04"),
    ("node", "13", "2020-06"),
    ("node", "14", "2023-04"),
    ("node", "15", "2021-06"),
    ("node", "16", "2023-09"),
    ("node", "17", "2022-06"),
    ("node", "18", "2025-04"),
    ("node", "19", "2023-06"),
    ("node", "21", "2024-06"),
    ("node", "23", "2025-06"),
    ("php", "5.3", "2014-08"),
    ("php", "5.4", "2015-09"),
    ("php", "5.5", "2016-07"),
    ("php", "5", "2018-12"),
    ("php", "7.0", "2019-01"),
    ("php", "7.1", "2019-12"),
    ("php", "7.2", "2020-11"),
    ("php", "7.3", "2021-12"),
    ("php", "7", "2022-11"),
    ("php", "8.0", "2023-11"),
    ("php", "8.1", "2025-12"),
    ("python", "2", "2020-01"),
    ("python", "3.3", "2017-09"),
    ("python", "3.4", "2019-03"),
    ("python", "3.5", "2020-09"),
    ("python", "3.6", "2021-12"),
    ("python", "3.7", "2023-06"),
    ("python", "3.8", "2024-10"),
    ("python", "3.9", "2025-10"),
    ("ruby", "1", "2015-02"),
    ("ruby", "2.0", "2016-02"),
    ("ruby", "2.1", "2017-03"),
    ("ruby", "2.2", "2018-03"),
    ("ruby", "2.3", "2019-03"),
    ("ruby", "2.4", "2020-03"),
    ("ruby", "2.5", "2021-03"),
    ("ruby", "2.6", "2022-03"),
    ("ruby", "2", "2023-03"),
    ("ruby", "3.0", "2024-04"),
    ("ruby", "3.1", "2025-03"),
    ("ubuntu", "12.04", "2017-04"),
    ("ubuntu", "12.10", "2014-05"),
    ("ubuntu", "13.04", "2014-01"),
    ("ubuntu", "13.10", "2014-07"),
    ("ubuntu", "14.04", "2019-04"),
    ("ubuntu", "14.10", "2015-07"),
    ("ubuntu", "15.04", "2016-02"),
    ("ubuntu", "15.10", "2016-07"),
    ("ubuntu", "16.04", "2021-04"),
    ("ubuntu", "16.10", "2017-07"),
    ("ubuntu", "17.04", "2018-01"),
    ("ubuntu", "17.10", "2018-07"),
    ("ubuntu", "18.04", "2023-05"),
    ("ubuntu", "18.10", "2019-07"),
    ("ubuntu", "19.04", "2020-01"),
    ("ubuntu", "19.10", "2020-07"),
    ("ubuntu", "20.04", "2025-05"),
    ("ubuntu", "20.10", "2021-07"),
    ("ubuntu", "21.04", "2022-01"),
    ("ubuntu", "21.10", "2022-07"),
    ("ubuntu", "22.10", "2023-07"),
    ("ubuntu", "23.04", "2024-01"),
    ("ubuntu", "23.10", "2024-07"),
    ("ubuntu", "24.10", "2025-07"),
    ("ubuntu", "25.04", "2026-01"),
];

/// The names of releases in tags, what they are, and the month of the last fixes.
const NAMES: &[(&str, &str, &str)] = &[
    ("wheezy", "Debian 7", "2018-05"),
    ("jessie", "Debian 8", "2020-06"),
    ("stretch", "Debian 9", "2022-06"),
    ("buster", "Debian 10", "2024-06"),
    ("precise", "Ubuntu 12.04", "2017-04"),
    ("trusty", "Ubuntu 14.04", "2019-04"),
    ("xenial", "Ubuntu 16.04", "2021-04"),
    ("bionic", "Ubuntu 18.04", "2023-05"),
    ("eoan", "Ubuntu 19.10", "2020-07"),
    ("focal", "Ubuntu 20.04", "2025-05"),
    ("groovy", "Ubuntu 20.10", "2021-07"),
    ("hirsute", "Ubuntu 21.04", "2022-01"),
    ("impish", "Ubuntu 21.10", "2022-07"),
    ("kinetic", "Ubuntu 22.10", "2023-07"),
    ("lunar", "Ubuntu 23.04", "2024-01"),
    ("mantic", "Ubuntu 23.10", "2024-07"),
    ("oracular", "Ubuntu 24.10", "2025-07"),
    ("argon", "Node.js 4", "2018-04"),
    ("boron", "Node.js 6", "2019-04"),
    ("carbon", "Node.js 8", "2019-12"),
    ("dubnium", "Node.js 10", "2021-04"),
    ("erbium", "Node.js 12", "2022-04"),
    ("fermium", "Node.js 14", "2023-04"),
    ("gallium", "Node.js 16", "2023-09"),
    ("hydrogen", "Node.js 18", "2025-04"),
    ("centos6", "CentOS 6", "2020-11"),
    ("centos7", "CentOS 7", "2024-06"),
    ("centos8", "CentOS 8", "2021-12"),
];

/// How the images are called in messages.
const TITLES: [(&str, &str); 8] = [
    ("alpine", "Alpine"),
    ("centos", "CentOS"),
    ("debian", "Debian"),
    ("node", "Node.js"),
    ("php", "PHP"),
    ("python", "Python"),
    ("ruby", "Ruby"),
    ("ubuntu", "Ubuntu"),
];

impl Rule for BaseImageEndOfLife {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        let model = cx.model;
        for stage in model.stages() {
            let Base::Image(value) = &stage.base else { continue };
            let Some(release) = stage.base.image_of_known_version().and_then(|image| image.release()) else {
                continue;
            };
            let InstructionKind::From(from) = &model.instruction(stage.from).kind else { continue };
            let (Some(word), Some((what, ended))) = (&from.image, ended(&release)) else { continue };
            let mut finding = report.at(word.span, format!("{what} has had no security fixes since {ended}"));
            if model.text(word).contains('$') {
                finding = finding.note(format!(
                    "with the defaults of its arguments the image is `{}`",
                    crate::text::displayable(value.text())
                ));
            }
            let title = what.split(' ').next().unwrap_or_default();
            let finding =
                finding.note("what is found in it from then on is never put right, and old packages go away");
            finding.help(format!("move to a release of {title} that is supported"));
        }
    }
}

/// What has ended in a release, and when.
fn ended(release: &ImageRelease<'_>) -> Option<(String, &'static str)> {
    let version = |name: &str, release: &ImageRelease<'_>| {
        let (_, version, ended) =
            VERSIONS.iter().find(|(image, version, _)| *image == name && release.is_version(version))?;
        let title = TITLES.iter().find(|(image, _)| *image == name).map_or(name, |(_, title)| *title);
        Some((format!("{title} {version}"), *ended))
    };
    if let Some(found) = version(release.name, release) {
        return Some(found);
    }
    let named = |word: &&str| NAMES.iter().find(|(name, ..)| word.eq_ignore_ascii_case(name));
    if let Some((_, what, ended)) = release.words.iter().find_map(named) {
        return Some(((*what).to_owned(), ended));
    }
    // `python:3.13-alpine3.18`
    let alpine = release.words.iter().find_map(|word| word.strip_prefix("alpine"))?;
    let numbers = alpine.split('.').map_while(|number| number.parse().ok()).collect();
    version("alpine", &ImageRelease { name: "alpine", numbers, words: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ImageReference;

    #[test]
    fn tags_are_told_apart() {
        for (image, expected) in [
            ("python:2.7", Some("Python 2")),
            ("python:3", None),
            ("python", None),
            ("python:3.10", None),
            ("python:3.8.20-slim", Some("Python 3.8")),
            ("python:3.12-slim-buster", Some("Debian 10")),
            ("python:3.12-alpine3.16", Some("Alpine 3.16")),
            ("python:3.12-alpine", None),
            ("node:lts-alpine", None),
            ("node:20", None),
            ("node:hydrogen-slim", Some("Node.js 18")),
            ("docker.io/library/node:16", Some("Node.js 16")),
            ("me/node:16", None),
            ("debian:10.13-slim", Some("Debian 10")),
            ("debian:buster-20240612", Some("Debian 10")),
            ("debian:bullseye", None),
            ("ubuntu:18.04", Some("Ubuntu 18.04")),
            ("ubuntu:22.04", None),
            ("ubuntu:focal", Some("Ubuntu 20.04")),
            ("alpine:3.1", Some("Alpine 3.1")),
            ("alpine:3.22", None),
            ("alpine:latest", None),
            ("centos:7.9.2009", Some("CentOS 7")),
            ("php:7.4-fpm-alpine", Some("PHP 7")),
            ("php:7.2-apache", Some("PHP 7.2")),
            ("golang:1.26-buster", Some("Debian 10")),
        ] {
            let release = ImageReference::parse(image).release();
            let found = release.and_then(|release| ended(&release)).map(|(what, _)| what);
            assert_eq!(found.as_deref(), expected, "{image}");
        }
    }

    #[test]
    fn every_end_lies_before_the_list() {
        for (_, _, ended) in VERSIONS.iter().chain(NAMES) {
            assert!(*ended < "2026-02", "{ended}");
        }
    }
}
