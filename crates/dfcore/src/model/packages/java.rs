//! System properties of Java programs.

use super::options::Arguments;
use super::place::Place;

/// The value of a system property that `-D` sets on the command line, else in one of the variables with options for Java;
/// and which of them does.
pub(super) fn property(
    place: &Place<'_>,
    arguments: &Arguments<'_>,
    define: &[&str],
    variables: &[&'static str],
    name: &str,
) -> Option<(String, &'static str)> {
    let value = |setting: &str| Some(setting.strip_prefix(name)?.strip_prefix('=')?.to_owned());
    let options = arguments.all(define).filter_map(|option| value(option.value.as_deref()?));
    options.last().map(|value| (value, "-D")).or_else(|| {
        variables.iter().find_map(|variable| {
            let (options, _) = place.variable(variable)?;
            let mut values = options.split_whitespace().filter_map(|word| value(word.strip_prefix("-D")?));
            Some((values.next_back()?, *variable))
        })
    })
}
