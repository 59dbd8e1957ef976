//! The commands that keep clerk-frontend in step with Clerk's OpenAPI documents.

mod args;
mod codegen;
mod conformance;
mod decode;
mod hand_over;
mod import;
mod out;
mod report;
mod tree;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use report::{Failure, Outcome};

fn main() -> ExitCode {
    report::print(run(&Args::parse().command))
}

fn run(command: &Command) -> Result<Outcome, Failure> {
    let root = workspace_root();
    match command {
        Command::Codegen(args) => codegen::run(&root, args, generator::generate),
        Command::Import(args) => import::run(&root, args),
        Command::Decode(args) => decode::run(&root, args),
        Command::Conformance(args) => conformance::run(&root, args),
    }
}

/// The folder above this package: of the workspace that runs the command, or, when the binary is started without
/// cargo, of the one that built it.
fn workspace_root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}
