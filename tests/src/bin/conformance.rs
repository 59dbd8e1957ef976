//! Calls every operation and lets Prism judge; see `--help`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use clerk_frontend_tests::Api;
use clerk_frontend_tests::conformance::{self, Mode, Options};

const EXIT_CODES: &str = "\
Exit codes:
  0  every operation passed
  1  an operation failed
  2  bad use, Node is missing, or Prism cannot be run";

/// Call every operation through the client's public API and let Prism, a mock server that knows the documents only, judge
/// requests and make up answers.
#[derive(Debug, Parser)]
#[command(name = "conformance", bin_name = "cargo xtask conformance", after_help = EXIT_CODES)]
struct Args {
    /// Only this API; both, one after the other, if not given
    #[arg(long)]
    api: Option<ApiName>,

    /// Only calls with every input
    #[arg(long, conflicts_with = "minimal")]
    full: bool,

    /// Only calls with the required inputs
    #[arg(long)]
    minimal: bool,

    /// Seed of the random answers; can be given more than once
    #[arg(long, value_name = "N", default_values_t = [1, 2, 3])]
    seed: Vec<u64>,

    /// Only these operations, by their ids in the document
    #[arg(value_name = "OPERATION")]
    operations: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ApiName {
    Frontend,
    Backend,
}

impl Args {
    fn options(self) -> Options {
        Options {
            apis: match self.api {
                None => Api::ALL.to_vec(),
                Some(ApiName::Frontend) => vec![Api::Frontend],
                Some(ApiName::Backend) => vec![Api::Backend],
            },
            modes: match (self.minimal, self.full) {
                (true, _) => vec![Mode::Minimal],
                (_, true) => vec![Mode::Full],
                _ => Mode::ALL.to_vec(),
            },
            seeds: self.seed,
            operations: self.operations,
        }
    }
}

fn main() -> ExitCode {
    match conformance::run(&Args::parse().options(), &mut io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problems) => {
            for problem in problems {
                // Nobody is there to read it.
                let _ = writeln!(io::stderr(), "error: {problem}");
            }
            ExitCode::from(2)
        }
    }
}
