use crate::rule::labels::check_values;
use crate::rule::{LabelType, Report, Rule, RuleContext, declare_rule};

declare_rule! {
    /// A label that has to be a time is none.
    ///
    /// Tools sort and prune images by such labels, and read one form of times.
    ///
    /// Which labels these are, the label schema in `df.toml` says; without one the rule is silent. Nothing is said of an empty
    /// value, which is a matter of `empty-label`, and of one with variables, which the build fills in.
    ///
    /// ## Example
    ///
    /// ```toml,options
    /// [lint.labels]
    /// schema = { "org.opencontainers.image.created" = "rfc3339" }
    /// ```
    ///
    /// ```dockerfile,bad
    /// FROM alpine:3.20
    /// LABEL org.opencontainers.image.created="28 Feb 2026"
    /// ```
    ///
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// ARG VALUE
    /// LABEL org.opencontainers.image.created="2026-02-28T13:05:00+01:00" org.opencontainers.image.title="28 Feb 2026"
    /// LABEL org.opencontainers.image.created="${VALUE}"
    /// ```
    ///
    /// ## Differs from
    ///
    /// hadolint takes a variable for a wrong value, and reports an empty one here too. It accepts an offset without a colon (`+0200`), which
    /// RFC 3339 does not.
    ///
    /// ## Sources
    ///
    /// - RFC 3339, section 5.6
    /// - [hadolint DL3053](https://github.com/hadolint/hadolint/wiki/DL3053)
    pub LabelNotTime {
        code: "DF8016",
        name: "label-not-time",
        group: Style,
        severity: Style,
        confidence: High,
        fix: None,
        since: "0.1.0",
        aliases: ["DL3053"],
    }
}

impl Rule for LabelNotTime {
    fn check(&self, cx: &RuleContext<'_>, report: &mut Report<'_>) {
        check_values(
            cx,
            report,
            LabelType::Rfc3339,
            "a time as of RFC 3339",
            "2026-02-28T13:05:00Z",
            is_time,
        );
    }
}

fn is_time(text: &str) -> bool {
    read_time(text).is_some()
}

/// Reads `2026-02-28T13:05:00.5+01:00`.
fn read_time(text: &str) -> Option<()> {
    let (date, time) = text.split_once(['T', 't'])?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, offset) = match time.strip_suffix(['Z', 'z']) {
        Some(time) => (time, None),
        None => {
            let at = time.rfind(['+', '-'])?;
            (&time[..at], Some(&time[at + 1..]))
        }
    };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let [offset_hour, offset_minute] = offset.map_or(Some([0, 0]), |offset| numbers(offset, ':', [2, 2]))?;
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    // The sixtieth second is a leap second.
    let is_time = hour < 24 && minute < 60 && second <= 60 && offset_hour < 24 && offset_minute < 60;
    (is_fraction && is_date && is_time).then_some(())
}

/// Numbers of so many digits each, with a separator between them.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(numbers)
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_values_apart() {
        for value in ["2024-01-02T03:04:05Z", "2024-02-29t23:59:60.25z", "2026-12-31T00:00:00-08:00"] {
            assert!(is_time(value), "{value}");
        }
        for value in [
            "",
            "2024-01-02",
            "2023-02-29T00:00:00Z",
            "2024-01-02 03:04:05Z",
            "2024-01-02T03:04Z",
            "2024-01-02T24:00:00Z",
            "2024-01-02T03:04:05",
            "2024-01-02T03:04:05+0200",
            "2024-1-2T03:04:05Z",
            "2024-01-02T03:04:05.Z",
            "+024-01-02T03:04:05Z",
        ] {
            assert!(!is_time(value), "{value}");
        }
    }
}
