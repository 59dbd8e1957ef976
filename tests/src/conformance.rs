//! The `conformance` command: every operation, called through the public API and judged by Prism.
//!
//! Prism (<https://github.com/stoplightio/prism>) answers by the document alone, and refuses every request that the document does
//! not allow.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, by names: what is not there reads as null"
)]

mod control;
mod exceptions;
mod judge;
mod operation;
mod prism;
mod repairs;
mod report;

use std::env;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use judge::Judge;
use operation::Vocabulary;
use prism::Installed;
use report::Report;

use crate::table::CallEntry;
use crate::{Api, document};

/// What is asked of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Required inputs only, answered with a fixed sample.
    Minimal,
    /// Every input, answered with a fixed sample.
    Full,
    /// Answers made up at random, one per seed.
    Dynamic,
    /// Every documented status in turn.
    Statuses,
    /// Broken requests, which must be refused.
    Refused,
}

impl Mode {
    /// In the order of the columns.
    pub const ALL: [Self; 5] = [
        Self::Minimal,
        Self::Full,
        Self::Dynamic,
        Self::Statuses,
        Self::Refused,
    ];
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Minimal => "minimal",
            Self::Full => "full",
            Self::Dynamic => "dynamic",
            Self::Statuses => "statuses",
            Self::Refused => "refused",
        })
    }
}

/// What a run goes through.
#[derive(Clone, Debug)]
pub struct Options {
    pub apis: Vec<Api>,
    pub modes: Vec<Mode>,
    /// Of the random answers.
    pub seeds: Vec<u64>,
    /// Only these operations; all if there are none.
    pub operations: Vec<String>,
}

/// Goes through all operations and prints a table per API; returns whether all of them passed.
///
/// # Errors
///
/// Fails if Prism cannot be installed or run, or a document cannot be read.
pub fn run(options: &Options, out: &mut dyn Write) -> Result<bool, Vec<String>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| tests.join("../target"), PathBuf::from)
        .join("prism");
    let installed = Installed::new(&tests.join("prism"), target).map_err(|error| vec![error])?;
    let mut passed = true;
    for api in &options.apis {
        passed &= run_api(*api, options, &installed, out)?;
    }
    Ok(passed)
}

fn run_api(
    api: Api,
    options: &Options,
    installed: &Installed,
    out: &mut dyn Write,
) -> Result<bool, Vec<String>> {
    let started = Instant::now();
    let document = document::corrected(api)?;
    let mut repaired = document.clone();
    let repairs = repairs::repair(&mut repaired);
    let operations = operation::operations(&document);
    let problem = |error: String| vec![error];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| problem(format!("the calls cannot be made: {error}")))?;

    let prism = installed.start(api.name(), &repaired).map_err(problem)?;
    let mut report = Report::new(api, out);
    report.repairs(&repairs);
    report.started(started.elapsed());
    let mut judge = Judge::new(api, prism, Vocabulary::of(&document), options).map_err(problem)?;
    for (id, operation) in &operations {
        if options.operations.is_empty() || options.operations.iter().any(|known| known == id) {
            let row = runtime
                .block_on(judge.operation(id, operation))
                .map_err(problem)?;
            report.row(id, row);
        }
    }
    Ok(report.finish(started.elapsed(), judge.peak_memory()))
}
