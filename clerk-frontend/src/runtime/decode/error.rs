//! Why a body could not be decoded.

use std::error::Error;
use std::fmt;

/// What went wrong while a body was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The body is not JSON, or ends too early.
    Syntax,
    /// A value has another JSON type than expected.
    Type,
    /// A value that must not be made up is absent or null.
    Missing,
    /// The body is empty.
    Empty,
    /// The body is not text.
    Encoding,
    /// The body differs from what this version expects, and strict decoding was asked for.
    Drift,
}

/// A body that could not be decoded, and where. It never holds values of the body, only their types.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// What went wrong.
    pub kind: DecodeErrorKind,
    /// Where, as a JSON path such as `$.client.sessions[0].user.id`.
    pub path: String,
    /// The JSON type that was expected, or nothing if that is not the point.
    pub expected: String,
    /// The JSON type that was found, or nothing if that is not the point.
    pub found: String,
    /// What went wrong, in words.
    pub message: String,
}

impl DecodeError {
    /// Returns an error about a value of another type than expected.
    pub(crate) fn mismatch(
        kind: DecodeErrorKind,
        path: String,
        expected: &str,
        found: &str,
    ) -> Self {
        Self {
            kind,
            path,
            expected: expected.to_owned(),
            found: found.to_owned(),
            message: format!("expected {expected}, found {found}"),
        }
    }

    /// Returns an error that needs words.
    pub(crate) fn new(kind: DecodeErrorKind, path: String, message: String) -> Self {
        Self {
            kind,
            path,
            expected: String::new(),
            found: String::new(),
            message,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)
    }
}

impl Error for DecodeError {}
