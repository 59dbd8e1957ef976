//! The `decode` command: reads recorded payloads as the client would, and writes each value back.

mod check;
pub(crate) mod compare;
mod error_body;
mod index;
mod request;

use std::fmt::Write as _;
use std::path::Path;

use check::{Outcome, check};
use index::Entry;

/// How a run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    /// What is printed, the totals included.
    pub text: String,
}

/// Goes through an index; `drift` also lists what the types do not know.
///
/// # Errors
///
/// Fails with everything that is wrong with the index; nothing has been decoded then.
pub fn run(index: &Path, drift: bool) -> Result<Report, Vec<String>> {
    let index = index::read(index)?;
    let mut report = Report {
        skipped: index.skipped,
        ..Report::default()
    };
    for entry in &index.entries {
        report.add(entry, &check(entry), drift);
    }
    report.finish();
    Ok(report)
}

impl Report {
    fn add(&mut self, entry: &Entry, outcome: &Outcome, drift: bool) {
        if drift && !outcome.drift.is_empty() {
            self.line(format_args!("{entry}"));
            for note in &outcome.drift {
                self.line(format_args!("  {note}"));
            }
        }
        match outcome.failures.split_first() {
            None => self.passed += 1,
            Some((first, more)) => {
                self.failed += 1;
                let more = match more.len() {
                    0 => String::new(),
                    count => format!(" (and {count} more)"),
                };
                self.line(format_args!(
                    "failed: {entry} {}: {}{more}",
                    first.path, first.reason
                ));
            }
        }
    }

    fn finish(&mut self) {
        let Self {
            passed,
            failed,
            skipped,
            ..
        } = *self;
        match skipped {
            0 => self.line(format_args!("{passed} passed, {failed} failed")),
            _ => self.line(format_args!(
                "{passed} passed, {failed} failed, {skipped} skipped"
            )),
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "{line}");
    }
}
