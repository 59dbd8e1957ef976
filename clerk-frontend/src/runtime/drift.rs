//! Where an answer and the document this crate was made from disagree, without harm.

use std::fmt;

/// What kind of disagreement was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// A value that should be there was absent or null; the type's empty value stands in, or a null element was left out.
    Corrected,
    /// A field this version does not know was skipped.
    UnknownField,
    /// An enum value this version does not know was kept as text.
    UnknownEnumValue,
    /// An answer that should be wrapped in `{response, client}` was not.
    EnvelopeMissing,
    /// An answer that should be bare was wrapped in `{response, client}`.
    EnvelopeUnexpected,
}

impl DriftKind {
    /// Returns the kind in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::UnknownField => "unknown field",
            Self::UnknownEnumValue => "unknown enum value",
            Self::EnvelopeMissing => "envelope missing",
            Self::EnvelopeUnexpected => "envelope unexpected",
        }
    }
}

impl fmt::Display for DriftKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// One place where an answer differs from what this version of the crate expects, and was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// What kind of difference it is.
    pub kind: DriftKind,
    /// Where it is, as a JSON path such as `$.response.sessions[0].status`.
    pub path: String,
    /// What was found.
    pub detail: String,
}

impl Drift {
    pub(crate) fn new(kind: DriftKind, path: String, detail: impl Into<String>) -> Self {
        Self {
            kind,
            path,
            detail: detail.into(),
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.path, self.kind, self.detail)
    }
}
