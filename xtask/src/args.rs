//! What can be typed after `cargo xtask`.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use generator::ApiKind;

const EXIT_CODES: &str = "\
Exit codes:
  0  everything is fine
  1  drift or failures were found
  2  bad use or bad input; nothing was written";

/// The commands that keep clerk-frontend in step with Clerk's OpenAPI documents.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Codegen(CodegenArgs),
    Import(ImportArgs),
    Decode(DecodeArgs),
    Conformance(ConformanceArgs),
}

/// Write the generated code from the documents in spec/, or check that it is up to date.
///
/// Without options: reads spec/ and rewrites clerk-frontend/src/generated, tests/src/generated and
/// docs/operations.md, touching only what changed and removing what is no longer generated.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct CodegenArgs {
    /// Write nothing; name every stale, missing or orphaned file and exit with 1 if there is one
    #[arg(long, conflicts_with = "out")]
    pub(crate) check: bool,

    /// Write a crate of its own into DIR instead of the workspace
    ///
    /// DIR is created, must be empty, or must have been written by an earlier run.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Read the Frontend API from FILE, any dated OpenAPI document, instead of spec/frontend.yaml
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) frontend: Option<PathBuf>,

    /// Read the Backend API from FILE, any dated OpenAPI document, instead of spec/backend.yaml
    #[arg(long, value_name = "FILE", requires = "out")]
    pub(crate) backend: Option<PathBuf>,

    /// List every overlay action that does not apply to the given documents
    #[arg(long)]
    pub(crate) verbose: bool,
}

/// Rewrite spec/<API>.yaml, the facts without the prose, from an upstream document.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ImportArgs {
    /// Which API the document describes
    #[arg(long)]
    pub(crate) api: Api,

    /// Write nothing; compare every fact of FILE with spec/<API>.yaml and exit with 1 if one differs
    #[arg(long)]
    pub(crate) verify: bool,

    /// The upstream OpenAPI document
    pub(crate) file: PathBuf,
}

/// Decode recorded payloads as the client would; one line per failure, then the totals.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct DecodeArgs {
    /// JSON array that lists the payloads: file, api, operation_id or schema, direction, status
    pub(crate) index: PathBuf,

    /// Also list the paths of corrected fields, unknown fields and unknown enum values
    #[arg(long)]
    pub(crate) drift: bool,
}

/// Call every operation through the client's public API and let Prism, a mock server that knows the documents only, judge
/// requests and make up answers. Needs Node 18.20.1 or newer with npm.
///
/// Per operation: a call with the required inputs, one with every input in each media type, random answers by seed,
/// every documented status, and broken requests, which Prism must refuse.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ConformanceArgs {
    /// Only this API; both, one after the other, if not given
    #[arg(long)]
    pub(crate) api: Option<Api>,

    /// Only calls with every input
    #[arg(long, conflicts_with = "minimal")]
    pub(crate) full: bool,

    /// Only calls with the required inputs
    #[arg(long)]
    pub(crate) minimal: bool,

    /// Seed of the random answers, in place of 1, 2 and 3; can be given more than once
    #[arg(long, value_name = "N")]
    pub(crate) seed: Vec<u64>,

    /// Only these operations, by their ids in the document
    #[arg(value_name = "OPERATION")]
    pub(crate) operations: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Api {
    Frontend,
    Backend,
}

impl Api {
    pub(crate) const ALL: [Self; 2] = [Self::Frontend, Self::Backend];

    pub(crate) fn kind(self) -> ApiKind {
        match self {
            Self::Frontend => ApiKind::Frontend,
            Self::Backend => ApiKind::Backend,
        }
    }

    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Frontend => "frontend",
            Self::Backend => "backend",
        }
    }

    /// Where the facts of the API are, relative to the workspace root.
    pub(crate) fn document(self) -> &'static str {
        match self {
            Self::Frontend => "spec/frontend.yaml",
            Self::Backend => "spec/backend.yaml",
        }
    }

    /// The overlays of the API in the order they apply, relative to the workspace root.
    pub(crate) fn overlays(self) -> [&'static str; 3] {
        match self {
            Self::Frontend => [
                "spec/overlays/frontend/corrections.yaml",
                "spec/overlays/frontend/names.yaml",
                "spec/overlays/frontend/docs.yaml",
            ],
            Self::Backend => [
                "spec/overlays/backend/corrections.yaml",
                "spec/overlays/backend/names.yaml",
                "spec/overlays/backend/docs.yaml",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Args;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }
}
