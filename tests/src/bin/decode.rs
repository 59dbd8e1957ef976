//! Decodes recorded payloads as the client would; see `--help`.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

const EXIT_CODES: &str = "\
Exit codes:
  0  every payload passed
  1  a payload failed
  2  bad use or a bad index; nothing was decoded";

/// Decode recorded payloads as the client would; one line per failure, then the totals.
#[derive(Debug, Parser)]
#[command(name = "decode", after_help = EXIT_CODES)]
struct Args {
    /// JSON array that lists the payloads: file, api, operation_id or schema, direction, status
    index: PathBuf,

    /// Also list the paths of corrected fields, unknown fields and unknown enum values
    #[arg(long)]
    drift: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    // Whoever closes the other end early has read enough.
    match clerk_frontend_tests::decode::run(&args.index, args.drift) {
        Ok(report) => {
            let _ = io::stdout().write_all(report.text.as_bytes());
            if report.failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(1)
            }
        }
        Err(problems) => {
            for problem in problems {
                let _ = writeln!(io::stderr(), "error: {problem}");
            }
            ExitCode::from(2)
        }
    }
}
