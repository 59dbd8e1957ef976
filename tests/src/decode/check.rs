//! One payload: read, written back, compared.

use std::collections::BTreeSet;
use std::fmt;

use clerk_frontend::{Drift, DriftKind, Value};

use super::compare::compare;
use super::index::{Entry, Subject};
use super::{error_body, request};
use crate::table::{Check, Failure};

/// What came of one payload.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Empty if the payload passed.
    pub(super) failures: Vec<Failure>,
    pub(super) drift: Vec<Note>,
}

/// One place where the payload and the types disagree without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) kind: DriftKind,
    pub(super) path: String,
    pub(super) detail: String,
}

impl From<Drift> for Note {
    fn from(drift: Drift) -> Self {
        Self {
            kind: drift.kind,
            path: drift.path,
            detail: drift.detail,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.path)?;
        match self.kind {
            DriftKind::UnknownEnumValue => write!(formatter, " {}", self.detail),
            _ => Ok(()),
        }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self {
            failures: vec![failure],
            drift: Vec::new(),
        }
    }
}

/// The paths that a comparison passes over.
pub(super) fn unknown(drift: &[Note]) -> BTreeSet<&str> {
    drift
        .iter()
        .filter(|note| note.kind == DriftKind::UnknownField)
        .map(|note| note.path.as_str())
        .collect()
}

pub(super) fn check(entry: &Entry) -> Outcome {
    let body = match std::fs::read(&entry.path) {
        Ok(body) => body,
        Err(error) => return Failure::new("$", format!("cannot be read: {error}")).into(),
    };
    match entry.subject {
        Subject::Response(response) => value(response.check, &body),
        Subject::Schema(schema) => value(schema.check, &body),
        Subject::Request { api, operation_id } => request::check(api, operation_id, &body),
        Subject::Error { status } => error_body::check(status, &body),
    }
}

fn value(check: Check, body: &[u8]) -> Outcome {
    let checked = match check(body) {
        Ok(checked) => checked,
        Err(failure) => return failure.into(),
    };
    let drift: Vec<Note> = checked.drift.into_iter().map(Note::from).collect();
    let failures = match checked.written {
        None => Vec::new(),
        Some(written) => written_back(body, &written, &drift),
    };
    Outcome { failures, drift }
}

/// Compares a body with the value that was made of it, envelope or not.
fn written_back(body: &[u8], written: &Value, drift: &[Note]) -> Vec<Failure> {
    let input: Value = match serde_json::from_slice(body) {
        Ok(input) => input,
        // An answer without a body is a value of some types.
        Err(_) if body.trim_ascii().is_empty() => return Vec::new(),
        Err(error) => return vec![Failure::new("$", error.to_string())],
    };
    let has = |kind| {
        drift
            .iter()
            .any(|note| note.kind == kind && note.path == "$")
    };
    let response = |value: &Value| value.get("response").cloned().unwrap_or_default();
    let unknown = unknown(drift);
    if has(DriftKind::EnvelopeMissing) {
        return compare("$", &input, &response(written), &unknown);
    }
    if has(DriftKind::EnvelopeUnexpected) {
        return compare("$.response", &response(&input), written, &unknown);
    }
    compare("$", &input, written, &unknown)
}
