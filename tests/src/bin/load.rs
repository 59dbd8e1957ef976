//! Many calls at once against a server in the same process; see `--help`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use clerk_frontend_tests::load::{self, Plan};

const EXIT_CODES: &str = "\
Exit codes:
  0  every call succeeded and memory was stable
  1  a call failed, or memory grew
  2  bad use, or the run could not be set up

How fast it was is printed and not judged. Use a release build.";

/// Make many calls at once against a server in the same process: through clerk-frontend, and with plain reqwest and serde.
#[derive(Debug, Parser)]
#[command(name = "load", after_help = EXIT_CODES)]
struct Args {
    /// How many calls are made in each of the two ways
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(20..))]
    calls: u32,

    /// How many of them are under way at once
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1000))]
    at_once: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Args { calls, at_once } = Args::parse();
    match load::run(Plan { calls, at_once }).await {
        Ok(report) => {
            // Whoever closes the other end early has read enough.
            let _ = io::stdout().write_all(report.to_string().as_bytes());
            if report.is_good() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(1)
            }
        }
        Err(problem) => {
            let _ = writeln!(io::stderr(), "error: {problem}");
            ExitCode::from(2)
        }
    }
}
