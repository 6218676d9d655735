//! Running the two programs as a user does, with a limit on how long that may take.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::environment::variable;

/// Longer than any run of these tests takes on a loaded machine; reached only by one that hangs.
const LIMIT: Duration = Duration::from_mins(10);

/// A run of `dfbuild` that is about to start.
#[must_use]
#[track_caller]
pub fn dfbuild() -> Program {
    let program = Program::new(&variable("DFTEST_DFBUILD"));
    // Asked for here, so that a test that runs without them fails and does not scan with whatever there is.
    program.env("DOCKER_HOST", variable("DOCKER_HOST")).env("TRIVY_CACHE_DIR", variable("TRIVY_CACHE_DIR"))
}

/// A run of `dflint` that is about to start.
#[must_use]
#[track_caller]
pub fn dflint() -> Program {
    Program::new(&variable("DFTEST_DFLINT"))
}

/// A program and its arguments.
#[derive(Debug)]
pub struct Program {
    command: Command,
}

impl Program {
    fn new(path: &str) -> Self {
        let mut command = Command::new(path);
        // What the machine of the test happens to be must not decide: CI makes the gate required.
        command.env_remove("CI").env_remove("DFBUILD_TRIVY").env("NO_COLOR", "1").stdin(Stdio::null());
        Self { command }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it cannot be started or does not end.
    #[must_use]
    #[track_caller]
    pub fn run(self) -> Outcome {
        self.spawn().finish()
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    #[track_caller]
    pub fn spawn(mut self) -> Running {
        let started = Instant::now();
        let mut child = match self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => panic!("cannot start {:?}: {error}", self.command.get_program()),
        };
        let stdout = Stream::follow(child.stdout.take());
        let stderr = Stream::follow(child.stderr.take());
        Running { command: self.command, child, stdout, stderr, started }
    }
}

/// A program that runs.
#[derive(Debug)]
pub struct Running {
    command: Command,
    child: Child,
    stdout: Stream,
    stderr: Stream,
    started: Instant,
}

impl Running {
    /// Waits until `text` has appeared in the standard error.
    ///
    /// # Panics
    /// When it does not within a minute.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.stderr.text().contains(text) {
            assert!(Instant::now() < deadline, "{text:?} does not come; so far:\n{}", self.stderr.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends it a signal, such as `INT`.
    ///
    /// # Panics
    /// When it has ended already.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        // The shell's own `kill`: the program of that name is missing on small systems.
        let status = Command::new("sh").args(["-c", &format!("kill -s {name} {}", self.child.id())]).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot send SIG{name}");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end.
    #[must_use]
    #[track_caller]
    pub fn finish(mut self) -> Outcome {
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if self.started.elapsed() < LIMIT => thread::sleep(Duration::from_millis(10)),
                other => {
                    let _ = self.child.kill();
                    panic!("{:?} does not end ({other:?}); so far:\n{}", self.command, self.stderr.text());
                }
            }
        };
        let elapsed = self.started.elapsed();
        Outcome {
            line: format!("{:?}", self.command),
            status,
            stdout: self.stdout.finish(),
            stderr: self.stderr.finish(),
            elapsed,
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome {
    line: String,
    status: ExitStatus,
    /// The standard output.
    pub stdout: String,
    /// The standard error.
    pub stderr: String,
    /// From start to end.
    pub elapsed: Duration,
}

impl Outcome {
    /// Whether it ended with exit code 0.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// Insists on an exit code.
    ///
    /// # Panics
    /// With another one.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.status.code(),
            Some(code),
            "exit code of {}\n── stdout\n{}\n── stderr\n{}",
            self.line,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Insists on a text in the standard error.
    ///
    /// # Panics
    /// Without it.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.stderr.contains(text),
            "{text:?} is missing in the output of {}:\n{}",
            self.line,
            self.stderr
        );
        self
    }
}

/// An output stream that is read while the program runs.
#[derive(Debug)]
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn follow(source: Option<impl Read + Send + 'static>) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let target = Arc::clone(&text);
        let reader = source.map(|mut source| {
            thread::spawn(move || {
                let mut buffer = [0; 8192];
                while let Ok(read @ 1..) = source.read(&mut buffer) {
                    if let Ok(mut text) = target.lock() {
                        text.extend_from_slice(&buffer[..read]);
                    }
                }
            })
        });
        Self { text, reader }
    }

    fn text(&self) -> String {
        self.text.lock().map_or_else(|_| String::new(), |text| String::from_utf8_lossy(&text).into_owned())
    }

    fn finish(mut self) -> String {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        self.text()
    }
}
