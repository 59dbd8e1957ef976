//! Prism: installed, started, stopped.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clerk_frontend::Value;

/// The oldest Node that the pinned version of Prism runs on.
const OLDEST_NODE: [u32; 3] = [18, 20, 1];

/// What is installed, and what ends Prism together with us.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "end-with-parent.js"];
/// A copy of the lock file, written once everything in it is there.
const INSTALLED: &str = "installed.json";

/// Prism compiles a document's routes before it listens.
const START: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(50);
const LOG_LINES: usize = 20;

/// A folder with Prism in it.
#[derive(Debug)]
pub(super) struct Installed {
    folder: PathBuf,
}

impl Installed {
    /// Installs what the lock file in `source` says into `folder`, unless it is there already.
    pub(super) fn new(source: &Path, folder: PathBuf) -> Result<Self, String> {
        let node = version("node")?;
        if !is_new_enough(&node) {
            let [major, minor, patch] = OLDEST_NODE;
            return Err(format!(
                "Node {node} is too old: Prism needs Node {major}.{minor}.{patch} or newer (https://nodejs.org)"
            ));
        }
        version("npm")?;
        fs::create_dir_all(&folder).map_err(|error| cannot("write", &folder, &error))?;
        let mut lock = Vec::new();
        for name in FILES {
            let file = source.join(name);
            let content = fs::read(&file).map_err(|error| cannot("read", &file, &error))?;
            let file = folder.join(name);
            fs::write(&file, &content).map_err(|error| cannot("write", &file, &error))?;
            if name == "package-lock.json" {
                lock = content;
            }
        }
        let installed = folder.join(INSTALLED);
        if fs::read(&installed).ok().as_ref() != Some(&lock) {
            install(&folder)?;
            fs::write(&installed, &lock).map_err(|error| cannot("write", &installed, &error))?;
        }
        Ok(Self { folder })
    }

    /// Starts Prism with a document and waits until it listens.
    pub(super) fn start(&self, name: &str, document: &Value) -> Result<Prism, String> {
        let file = self.folder.join(format!("{name}.json"));
        fs::write(&file, document.to_string()).map_err(|error| cannot("write", &file, &error))?;
        let log = self.folder.join(format!("{name}.log"));
        let output = File::create(&log).map_err(|error| cannot("write", &log, &error))?;
        let errors = output
            .try_clone()
            .map_err(|error| cannot("write", &log, &error))?;
        let address = free_address().map_err(|error| format!("no port is free: {error}"))?;
        let child = Command::new("node")
            .current_dir(&self.folder)
            .args(["--require", "./end-with-parent.js"])
            .arg("node_modules/@stoplight/prism-cli/dist/index.js")
            .arg("mock")
            .arg(&file)
            .args(["--host", &address.ip().to_string()])
            .args(["--port", &address.port().to_string()])
            .args(["--verboseLevel", "error"])
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("node cannot be started: {error}"))?;
        let mut prism = Prism {
            child,
            address,
            log,
        };
        prism.wait()?;
        Ok(prism)
    }
}

fn cannot(act: &str, path: &Path, error: &io::Error) -> String {
    format!("cannot {act} {}: {error}", path.display())
}

/// Returns what a program of Node calls its version.
fn version(program: &str) -> Result<String, String> {
    let output = Command::new(program).arg("--version").output();
    match output {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        }
        _ => Err(missing(program)),
    }
}

fn missing(program: &str) -> String {
    let [major, minor, patch] = OLDEST_NODE;
    format!(
        "`{program}` cannot be run: the conformance run needs Node {major}.{minor}.{patch} or newer with npm, and nothing \
         else does; install it from https://nodejs.org or with your system's packages (nodejs, npm)"
    )
}

fn is_new_enough(version: &str) -> bool {
    let numbers: Vec<u32> = version
        .trim_start_matches('v')
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect();
    numbers.as_slice() >= OLDEST_NODE.as_slice()
}

fn install(folder: &Path) -> Result<(), String> {
    // Nothing that comes with a package is run on installation, and nothing is asked of the registry but the packages.
    let output = Command::new("npm")
        .current_dir(folder)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .output()
        .map_err(|_| missing("npm"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "Prism could not be installed: npm ci ended with {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr).trim_end()
    ))
}

/// The port is free when this is called; Prism says so if it no longer is.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// A running Prism, ended when dropped. It also ends itself when its standard input closes, which it does however this
/// process ends.
#[derive(Debug)]
pub(super) struct Prism {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Prism {
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn wait(&mut self) -> Result<(), String> {
        let started = Instant::now();
        while started.elapsed() < START {
            if let Some(status) = self.ended() {
                return Err(format!("Prism ended with {status}\n{}", self.log()));
            }
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(format!(
            "Prism does not listen after {} s\n{}",
            START.as_secs(),
            self.log()
        ))
    }

    /// Returns how it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Returns the end of what it has printed.
    pub(super) fn log(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(LOG_LINES);
        lines.get(from..).unwrap_or_default().join("\n")
    }

    /// Returns the most memory it has taken, in MiB, where the system tells.
    pub(super) fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kilobytes / 1024)
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        // Nothing can be done about a process that cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for new in ["v18.20.1", "v18.20.10", "v20.0.0", "v100.1.0"] {
            assert!(is_new_enough(new), "{new}");
        }
        for old in ["v18.20.0", "v16.99.99", "v9.0.0", "", "nonsense"] {
            assert!(!is_new_enough(old), "{old}");
        }
    }

    #[test]
    fn a_missing_program_is_named_with_what_to_do() {
        let error = version("no-such-program-of-node").unwrap_err();
        assert!(
            error.starts_with("`no-such-program-of-node` cannot be run"),
            "{error}"
        );
        assert!(error.contains("https://nodejs.org"), "{error}");
    }

    #[test]
    fn a_free_address_is_on_this_machine_only() {
        let address = free_address().unwrap();
        assert!(address.ip().is_loopback() && address.port() > 0);
    }
}
