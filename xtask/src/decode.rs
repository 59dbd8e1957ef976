//! `cargo xtask decode`: hands over to the decoder of the tests, which alone knows the generated types.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus};

use crate::args::DecodeArgs;
use crate::report::{Failure, Outcome, Verdict};

pub(crate) fn run(root: &Path, args: &DecodeArgs) -> Result<Outcome, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(&cargo)
        .args(arguments(root, args))
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

/// The manifest is named so that `INDEX` can stay relative to where the caller is.
fn arguments(root: &Path, args: &DecodeArgs) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = ["run", "--quiet", "--manifest-path"]
        .map(OsString::from)
        .to_vec();
    arguments.push(root.join("Cargo.toml").into());
    arguments.extend(["-p", "clerk-frontend-tests", "--bin", "decode", "--"].map(OsString::from));
    arguments.push(args.index.clone().into());
    arguments.extend(args.drift.then(|| OsString::from("--drift")));
    arguments
}

/// The decoder's own exit code; whatever else ended it (a failed build, a signal) is no verdict on payloads.
fn verdict(status: ExitStatus) -> Verdict {
    match status.code() {
        Some(0) => Verdict::Fine,
        Some(1) => Verdict::Failed,
        _ => Verdict::Bad,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::arguments;
    use crate::args::DecodeArgs;

    #[test]
    fn the_index_and_the_flag_are_passed_on() {
        let args = DecodeArgs {
            index: "some/index.json".into(),
            drift: true,
        };
        let arguments = arguments(Path::new("root"), &args);
        assert!(
            arguments.ends_with(&["--".into(), "some/index.json".into(), "--drift".into()]),
            "{arguments:?}"
        );
        let args = DecodeArgs {
            drift: false,
            ..args
        };
        assert!(
            super::arguments(Path::new("root"), &args)
                .ends_with(&["--".into(), "some/index.json".into()])
        );
    }
}
