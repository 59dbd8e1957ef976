//! Commands that are programs of the tests, which alone know the generated types.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::report::{Failure, Outcome, Verdict};

/// Builds and runs a program of the tests, in the caller's folder and with the caller's streams.
pub(crate) fn run(
    root: &Path,
    program: &str,
    arguments: Vec<OsString>,
) -> Result<Outcome, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        .args(["run", "--quiet", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .args(["-p", "clerk-frontend-tests", "--bin", program, "--"])
        .args(arguments)
        .status()
        .map_err(|reason| {
            Failure::new(format_args!(
                "cannot run {}: {reason}",
                Path::new(&cargo).display()
            ))
        })?;
    Ok(Outcome {
        verdict: verdict(status),
        ..Outcome::default()
    })
}

/// The program's own exit code; whatever else ended it (a failed build, a signal) is no verdict.
fn verdict(status: ExitStatus) -> Verdict {
    match status.code() {
        Some(0) => Verdict::Fine,
        Some(1) => Verdict::Failed,
        _ => Verdict::Bad,
    }
}
