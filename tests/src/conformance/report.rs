//! What is printed.

use std::io::Write;
use std::time::Duration;

use super::Mode;
use super::repairs::Repair;
use crate::Api;

/// How an operation did in one mode.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    passed: usize,
    pub(super) failures: Vec<String>,
    excepted: Option<&'static str>,
}

impl Cell {
    pub(super) fn failed(reason: &str) -> Self {
        Self {
            failures: vec![reason.to_owned()],
            ..Self::default()
        }
    }

    /// Adds one request; `what` tells it from the others.
    pub(super) fn add(&mut self, what: &str, judged: Result<(), String>) {
        match judged {
            Ok(()) => self.passed += 1,
            Err(reason) if what.is_empty() => self.failures.push(reason),
            Err(reason) => self.failures.push(format!("{what}: {reason}")),
        }
    }

    /// Passes over what failed; if nothing did, that is a failure.
    pub(super) fn excepted(mut self, reason: &'static str) -> Self {
        if self.failures.is_empty() {
            self.failures.push(format!(
                "is excepted and passes; drop the exception ({reason})"
            ));
        } else {
            self.failures.clear();
            self.excepted = Some(reason);
        }
        self
    }

    fn text(&self) -> String {
        match (self.excepted, self.passed, self.failures.len()) {
            (Some(_), _, _) => "excepted".to_owned(),
            (None, 0, 0) => "-".to_owned(),
            (None, passed, 0) => passed.to_string(),
            (None, passed, failed) => format!("{passed}/{}", passed + failed),
        }
    }
}

/// How an operation did.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    cells: Vec<(Mode, Cell)>,
}

impl Row {
    pub(super) fn push(&mut self, mode: Mode, cell: Cell) {
        self.cells.push((mode, cell));
    }

    fn failures(&self) -> Vec<String> {
        let cells = self.cells.iter();
        cells
            .flat_map(|(mode, cell)| {
                cell.failures
                    .iter()
                    .map(move |text| format!("{mode}: {text}"))
            })
            .collect()
    }
}

/// Prints as it goes and counts.
pub(super) struct Report<'a> {
    api: Api,
    out: &'a mut dyn Write,
    passed: usize,
    failed: usize,
    requests: Vec<(Mode, usize)>,
    exceptions: Vec<String>,
    failures: Vec<String>,
}

const NAME_WIDTH: usize = 48;
const WIDTH: usize = 9;

impl<'a> Report<'a> {
    pub(super) fn new(api: Api, out: &'a mut dyn Write) -> Self {
        Self {
            api,
            out,
            passed: 0,
            failed: 0,
            requests: Mode::ALL.map(|mode| (mode, 0)).to_vec(),
            exceptions: Vec::new(),
            failures: Vec::new(),
        }
    }

    pub(super) fn repairs(&mut self, repairs: &[(&Repair, usize)]) {
        self.line(&format!("{}: repairs for Prism", self.api.name()));
        for (repair, count) in repairs {
            self.line(&format!("{count:>5} x {}: {}", repair.name, repair.reason));
        }
    }

    pub(super) fn started(&mut self, elapsed: Duration) {
        self.line(&format!(
            "Prism listens after {:.1} s\n",
            elapsed.as_secs_f64()
        ));
        let mut heading = format!("{:NAME_WIDTH$}", "operation");
        for mode in Mode::ALL {
            heading.push_str(&format!("{:>WIDTH$}", mode.to_string()));
        }
        self.line(&heading);
    }

    pub(super) fn row(&mut self, id: &str, row: Row) {
        let mut line = format!("{id:NAME_WIDTH$}");
        for (mode, cell) in &row.cells {
            line.push_str(&format!("{:>WIDTH$}", cell.text()));
            if let Some((_, count)) = self.requests.iter_mut().find(|(known, _)| known == mode) {
                *count += cell.passed;
            }
            if let Some(reason) = cell.excepted {
                self.exceptions
                    .push(format!("excepted: {id} {mode}: {reason}"));
            }
        }
        let failures = row.failures();
        if failures.is_empty() {
            self.passed += 1;
        } else {
            self.failed += 1;
            line.push_str("  FAILED");
        }
        self.failures.extend(
            failures
                .iter()
                .map(|failure| format!("failed: {id} {failure}")),
        );
        self.line(&line);
    }

    /// Prints the totals; returns whether there were no failures.
    pub(super) fn finish(mut self, elapsed: Duration, memory: Option<u64>) -> bool {
        let mut total = format!("{:NAME_WIDTH$}", "requests that passed");
        for (_, count) in &self.requests {
            total.push_str(&format!("{count:>WIDTH$}"));
        }
        self.line(&total);
        self.line("");
        for line in self.exceptions.clone().iter().chain(&self.failures.clone()) {
            self.line(line);
        }
        let memory = memory.map_or_else(String::new, |peak| format!(", Prism took {peak} MiB"));
        self.line(&format!(
            "{}: {} passed, {} failed, {} excepted ({:.0} s{memory})\n",
            self.api.name(),
            self.passed,
            self.failed,
            self.exceptions.len(),
            elapsed.as_secs_f64(),
        ));
        self.failed == 0
    }

    fn line(&mut self, line: &str) {
        // Whoever closes the other end early has read enough.
        let _ = writeln!(self.out, "{line}");
        let _ = self.out.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(failures: &[&str]) -> Cell {
        let mut cell = Cell::default();
        cell.add("", Ok(()));
        for failure in failures {
            cell.add("status 200", Err((*failure).to_owned()));
        }
        cell
    }

    #[test]
    fn an_exception_that_passes_is_a_failure() {
        let excepted = cell(&["no"]).excepted("cannot be");
        assert!(excepted.failures.is_empty());
        assert_eq!(excepted.text(), "excepted");
        let stale = cell(&[]).excepted("cannot be");
        assert_eq!(
            stale.failures,
            ["is excepted and passes; drop the exception (cannot be)"]
        );
    }

    #[test]
    fn the_totals_count_operations() {
        let mut out = Vec::new();
        let mut report = Report::new(Api::Backend, &mut out);
        for failures in [&[][..], &["no"], &["a", "b"]] {
            let mut row = Row::default();
            row.push(Mode::Minimal, cell(failures));
            report.row("GetUser", row);
        }
        assert!(!report.finish(Duration::from_secs(2), Some(3)));
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("failed: GetUser minimal: status 200: no\n"),
            "{text}"
        );
        assert!(
            text.ends_with("backend: 1 passed, 2 failed, 0 excepted (2 s, Prism took 3 MiB)\n\n"),
            "{text}"
        );
    }
}
