//! Programs that run another program, and where in their words it stands.

use std::ops::Range;

use super::word::name_prefix;
use super::{Command, Dialect, Word};

/// A program or builtin that runs another command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Wrapper {
    /// `sudo` and `doas`
    Sudo,
    /// `su`, `runuser`, `gosu`, `su-exec`, `setpriv`: another user runs it.
    User,
    /// `env`
    Env,
    /// `exec`
    Exec,
    /// `command` and `builtin`
    Command,
    /// `time`
    Time,
    /// `timeout`
    Timeout,
    /// `nice` and `ionice`
    Nice,
    /// `nohup` and `setsid`
    Nohup,
    /// `xargs`: more arguments come from its input.
    Xargs,
    /// `find … -exec`: file names are put in.
    Find,
    /// `chroot`
    Chroot,
    /// `tini`, `dumb-init` and `catatonit`
    Init,
    /// `sh -c '…'`, a script on a shell's input, or `eval '…'`.
    Shell,
    /// `busybox`, `stdbuf`, `fakeroot`, `xvfb-run` and others that change the surroundings only.
    Other,
}

/// How a wrapper's command line is read up to the command.
struct Grammar {
    names: &'static [&'static str],
    wrapper: Wrapper,
    /// The letters of the short options that take a value.
    letters: &'static str,
    /// The long options whose value is the next word when it is not joined with `=`.
    long: &'static [&'static str],
    /// How many words stand before the command: a duration, a user, a directory.
    operands: usize,
}

const GRAMMARS: &[Grammar] = &[
    Grammar {
        names: &["sudo"],
        wrapper: Wrapper::Sudo,
        letters: "CDghpRrTtUu",
        long: &[
            "--chdir",
            "--chroot",
            "--close-from",
            "--command-timeout",
            "--group",
            "--host",
            "--other-user",
            "--prompt",
            "--role",
            "--type",
            "--user",
        ],
        operands: 0,
    },
    Grammar { names: &["doas"], wrapper: Wrapper::Sudo, letters: "aCu", long: &[], operands: 0 },
    Grammar { names: &["gosu", "su-exec"], wrapper: Wrapper::User, letters: "", long: &[], operands: 1 },
    Grammar {
        names: &["setpriv"],
        wrapper: Wrapper::User,
        letters: "",
        long: &[
            "--ambient-caps",
            "--apparmor-profile",
            "--bounding-set",
            "--egid",
            "--euid",
            "--groups",
            "--inh-caps",
            "--pdeathsig",
            "--regid",
            "--reuid",
            "--rgid",
            "--ruid",
            "--securebits",
            "--selinux-label",
        ],
        operands: 0,
    },
    Grammar {
        names: &["env"],
        wrapper: Wrapper::Env,
        letters: "aCu",
        long: &["--argv0", "--chdir", "--unset"],
        operands: 0,
    },
    Grammar { names: &["exec"], wrapper: Wrapper::Exec, letters: "a", long: &[], operands: 0 },
    Grammar {
        names: &["command", "builtin"],
        wrapper: Wrapper::Command,
        letters: "",
        long: &[],
        operands: 0,
    },
    Grammar {
        names: &["time"],
        wrapper: Wrapper::Time,
        letters: "fo",
        long: &["--format", "--output"],
        operands: 0,
    },
    Grammar {
        names: &["timeout"],
        wrapper: Wrapper::Timeout,
        letters: "ks",
        long: &["--kill-after", "--signal"],
        operands: 1,
    },
    Grammar { names: &["nice"], wrapper: Wrapper::Nice, letters: "n", long: &["--adjustment"], operands: 0 },
    Grammar {
        names: &["ionice"],
        wrapper: Wrapper::Nice,
        letters: "cn",
        long: &["--class", "--classdata"],
        operands: 0,
    },
    Grammar { names: &["nohup", "setsid"], wrapper: Wrapper::Nohup, letters: "", long: &[], operands: 0 },
    Grammar {
        names: &["xargs"],
        wrapper: Wrapper::Xargs,
        letters: "adEILnPs",
        long: &[
            "--arg-file",
            "--delimiter",
            "--max-args",
            "--max-chars",
            "--max-procs",
            "--process-slot-var",
        ],
        operands: 0,
    },
    Grammar {
        names: &["chroot"],
        wrapper: Wrapper::Chroot,
        letters: "",
        long: &["--groups", "--userspec"],
        operands: 1,
    },
    Grammar { names: &["tini", "catatonit"], wrapper: Wrapper::Init, letters: "pe", long: &[], operands: 0 },
    Grammar {
        names: &["dumb-init"],
        wrapper: Wrapper::Init,
        letters: "r",
        long: &["--rewrite"],
        operands: 0,
    },
    Grammar { names: &["busybox", "noglob"], wrapper: Wrapper::Other, letters: "", long: &[], operands: 0 },
    Grammar {
        names: &["stdbuf"],
        wrapper: Wrapper::Other,
        letters: "eio",
        long: &["--error", "--input", "--output"],
        operands: 0,
    },
    Grammar {
        names: &["fakeroot"],
        wrapper: Wrapper::Other,
        letters: "bils",
        long: &["--faked", "--lib"],
        operands: 0,
    },
    Grammar {
        names: &["xvfb-run"],
        wrapper: Wrapper::Other,
        letters: "efnpsw",
        long: &["--auth-file", "--error-file", "--server-args", "--server-num", "--wait", "--xauth-protocol"],
        operands: 0,
    },
];

/// What a command runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inner {
    /// A command: these of the words, after the wrapper set the assignments of those.
    Command { wrapper: Wrapper, words: Range<usize>, assignments: Range<usize> },
    /// A script, in the word of that index.
    Script { wrapper: Wrapper, word: usize, dialect: Dialect },
    /// A script on its input.
    Input { dialect: Dialect },
}

/// What the command runs, if it is a wrapper and that can be told.
pub(super) fn inner(command: &Command) -> Option<Inner> {
    let name = command.name.as_deref()?;
    let words = &command.words;
    match name {
        "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" => shell(words, Dialect::from_program(name)),
        "su" | "runuser" => switched_user(words),
        "eval" => (words.len() == 2).then_some(Inner::Script {
            wrapper: Wrapper::Shell,
            word: 1,
            dialect: Dialect::Sh,
        }),
        "find" => find(words),
        // `command -v pip` only asks whether there is such a program.
        "command" if words.get(1).is_some_and(|word| word.is("-v") || word.is("-V")) => None,
        _ => {
            let grammar = GRAMMARS.iter().find(|grammar| grammar.names.contains(&name))?;
            plain(grammar, words)
        }
    }
}

fn plain(grammar: &Grammar, words: &[Word]) -> Option<Inner> {
    let options_end = end_of_options(words, grammar.letters, grammar.long);
    let sets_variables = matches!(grammar.wrapper, Wrapper::Env | Wrapper::Sudo);
    let is_assignment = |word: &&Word| sets_variables && is_assignment(&word.raw);
    let assigned = words.get(options_end..)?.iter().take_while(is_assignment).count();
    let start = options_end + assigned + grammar.operands;
    (start < words.len()).then_some(Inner::Command {
        wrapper: grammar.wrapper,
        words: start..words.len(),
        assignments: options_end..options_end + assigned,
    })
}

/// The index of the first word that is neither an option nor an option's value.
fn end_of_options(words: &[Word], letters: &str, long: &[&str]) -> usize {
    let mut index = 1;
    while let Some(word) = words.get(index) {
        let text = word.value.as_deref().unwrap_or(&word.raw);
        if text == "--" {
            return index + 1;
        }
        if text == "-" || !text.starts_with('-') {
            return index;
        }
        index += if takes_next_word(text, letters, long) { 2 } else { 1 };
    }
    index
}

fn takes_next_word(option: &str, letters: &str, long: &[&str]) -> bool {
    if option.starts_with("--") {
        return long.contains(&option);
    }
    // The first letter with a value takes the rest of the word, or the next word when there is no rest.
    let cluster = &option[1..];
    cluster.find(|letter| letters.contains(letter)).is_some_and(|at| at + 1 == cluster.len())
}

fn is_assignment(text: &str) -> bool {
    let name = name_prefix(text);
    !name.is_empty() && text[name.len()..].starts_with('=')
}

/// `bash -euxo pipefail -c 'script' name…`, or a shell whose script is its input.
fn shell(words: &[Word], dialect: Dialect) -> Option<Inner> {
    let mut has_script = false;
    let mut index = 1;
    while let Some(option) = words.get(index).and_then(|word| word.value.as_deref()) {
        if option == "--" {
            index += 1;
            break;
        }
        if !option.starts_with(['-', '+']) {
            break;
        }
        index += 1;
        if option.starts_with("--") {
            index += usize::from(matches!(option, "--rcfile" | "--init-file"));
        } else {
            has_script |= option.contains('c');
            index += option.matches(['o', 'O']).count();
        }
    }
    match words.get(index) {
        Some(_) if has_script => Some(Inner::Script { wrapper: Wrapper::Shell, word: index, dialect }),
        None if !has_script => Some(Inner::Input { dialect }),
        Some(_) | None => None,
    }
}

/// `su user -c 'script'` and `runuser -u user -- program`.
fn switched_user(words: &[Word]) -> Option<Inner> {
    let is_script_option = |word: &Word| {
        let option = word.value.as_deref().unwrap_or_default();
        option == "--command"
            || (option.starts_with('-') && !option.starts_with("--") && option.ends_with('c'))
    };
    if let Some(option) = words.iter().position(is_script_option) {
        let word = option + 1;
        return (word < words.len()).then_some(Inner::Script {
            wrapper: Wrapper::User,
            word,
            dialect: Dialect::Sh,
        });
    }
    let runs_program = words[0].program_name().as_deref() == Some("runuser")
        && words.iter().any(|word| word.raw.starts_with("-u") || word.raw.starts_with("--user"));
    if !runs_program {
        return None;
    }
    let start = end_of_options(words, "gGsuw", &["--group", "--shell", "--supp-group", "--user"]);
    (start < words.len()).then_some(Inner::Command {
        wrapper: Wrapper::User,
        words: start..words.len(),
        assignments: 0..0,
    })
}

/// `find … -exec program … ;`
fn find(words: &[Word]) -> Option<Inner> {
    let is_action = |word: &Word| ["-exec", "-execdir", "-ok", "-okdir"].iter().any(|action| word.is(action));
    let start = words.iter().position(is_action)? + 1;
    let length = words[start..].iter().position(|word| word.is(";") || word.is("+"))?;
    (length > 0).then_some(Inner::Command {
        wrapper: Wrapper::Find,
        words: start..start + length,
        assignments: 0..0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    /// What the command line runs: the words of the command, or the script.
    fn run(line: &[&str]) -> Option<String> {
        let words = line.iter().map(|raw| Word::from_shell(raw, Span::default())).collect();
        let command = Command::new(words, Vec::new(), Vec::new());
        Some(match inner(&command)? {
            Inner::Command { words, assignments, .. } => {
                let assigned = line[assignments].iter().map(|word| format!("[{word}] "));
                assigned.collect::<String>() + &line[words].join(" ")
            }
            Inner::Script { word, dialect, .. } => format!("{dialect:?} script {}", line[word]),
            Inner::Input { dialect } => format!("{dialect:?} input"),
        })
    }

    #[test]
    fn options_and_their_values_are_skipped() {
        let cases = [
            ("sudo pip install x", Some("pip install x")),
            ("sudo -u app -E pip -u x", Some("pip -u x")),
            ("sudo -uapp pip", Some("pip")),
            ("sudo -nu app pip", Some("pip")),
            ("sudo --user=app --preserve-env -- pip", Some("pip")),
            ("sudo --user app A=1 B=$x pip C=2", Some("[A=1] [B=$x] pip C=2")),
            ("sudo -u $USER pip", Some("pip")),
            ("sudo", None),
            ("sudo -v", None),
            ("env", None),
            ("env -i A=1 -- x", Some("[A=1] -- x")),
            ("env -u B A=1 x", Some("[A=1] x")),
            ("env A=1", None),
            ("exec -a name x y", Some("x y")),
            ("command pip", Some("pip")),
            ("command -v pip", None),
            ("command -p pip", Some("pip")),
            ("time -p make", Some("make")),
            ("timeout -k 5 --signal KILL 1m curl x", Some("curl x")),
            ("nice -10 make", Some("make")),
            ("nice -n 10 make", Some("make")),
            ("xargs -0 -n 1 -P4 -I {} pip install {}", Some("pip install {}")),
            ("xargs -r", None),
            ("chroot --userspec=a:b /mnt apt-get update", Some("apt-get update")),
            ("gosu app:app npm ci", Some("npm ci")),
            ("su-exec app npm ci", Some("npm ci")),
            ("setpriv --reuid=1 --clear-groups npm ci", Some("npm ci")),
            ("tini -g -- npm start", Some("npm start")),
            ("/usr/bin/dumb-init npm start", Some("npm start")),
            ("busybox wget x", Some("wget x")),
            ("find / -name x -exec rm -r {} +", Some("rm -r {}")),
            ("find / -name x -delete", None),
            ("find / -exec rm", None),
            ("runuser -u app -- npm ci", Some("npm ci")),
            ("runuser app", None),
            ("pip install sudo", None),
        ];
        for (line, expected) in cases {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(run(&words).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn shells_run_a_word_or_their_input() {
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["sh", "-c", "'a b'"], Some("Sh script 'a b'")),
            (&["bash", "-euxo", "pipefail", "-c", "'a'", "name"], Some("Bash script 'a'")),
            (&["bash", "-o", "errexit", "-lc", "$x"], Some("Bash script $x")),
            (&["bash", "--login", "-c", "a"], Some("Bash script a")),
            (&["bash", "--rcfile", "f", "+x", "-c", "--", "a"], Some("Bash script a")),
            (&["zsh", "-c"], None),
            (&["sh", "install.sh"], None),
            (&["sh"], Some("Sh input")),
            (&["bash", "-s"], Some("Bash input")),
            (&["bash", "-s", "--", "arg"], None),
            (&["su", "-", "app", "-c", "a"], Some("Sh script a")),
            (&["su", "app", "--command", "a"], Some("Sh script a")),
            (&["su", "-lc", "a", "app"], Some("Sh script a")),
            (&["su", "app"], None),
            (&["eval", "'a; b'"], Some("Sh script 'a; b'")),
            (&["eval", "a", "b"], None),
        ];
        for (words, expected) in cases {
            assert_eq!(run(words).as_deref(), *expected, "{words:?}");
        }
    }
}
