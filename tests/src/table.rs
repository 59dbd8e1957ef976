//! What the generated tables are made of.

use std::fmt;

use clerk_frontend::decode::{DecodeError, Output, from_slice, from_slice_with};
use clerk_frontend::{Drift, Redirect, Request, Text, Value};
use serde::Serialize;

use crate::input::{Input, InputError};

/// What an operation answers.
#[derive(Debug)]
pub struct ResponseEntry {
    pub operation_id: &'static str,
    /// The documented statuses of success and, where redirects are the answer, those of redirects.
    pub statuses: &'static [u16],
    pub check: Check,
}

/// What a schema of the document decodes to.
#[derive(Debug)]
pub struct SchemaEntry {
    pub schema: &'static str,
    pub check: Check,
}

/// How an operation is called.
pub struct CallEntry<Client> {
    pub operation_id: &'static str,
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    pub call: fn(&Client, &mut Input<'_>) -> Result<Request, InputError>,
}

impl<Client> fmt::Debug for CallEntry<Client> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} ({})",
            self.method, self.path, self.operation_id
        )
    }
}

/// Decodes a body as the client would and writes the value back.
pub type Check = fn(&[u8]) -> Result<Checked, Failure>;

/// A body that could be decoded.
#[derive(Debug, Default)]
pub struct Checked {
    /// The value written back; nothing for answers that are not JSON.
    pub written: Option<Value>,
    pub drift: Vec<Drift>,
}

/// What is wrong with a body, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A JSON path, such as `$.response.id`.
    pub path: String,
    pub reason: String,
}

impl Failure {
    #[must_use]
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
        }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::new(error.path, error.message)
    }
}

/// The check of an answer that is JSON.
pub(crate) fn check<T: Output + Serialize>(body: &[u8]) -> Result<Checked, Failure> {
    let mut drift = Vec::new();
    let value: T = from_slice_with(body, &mut |found| drift.push(found))?;
    let written = serde_json::to_value(value)
        .map_err(|error| Failure::new("$", format!("the value cannot be written: {error}")))?;
    Ok(Checked {
        written: Some(written),
        drift,
    })
}

/// The check of an answer without a body.
pub(crate) fn check_nothing(body: &[u8]) -> Result<Checked, Failure> {
    from_slice::<()>(body)?;
    Ok(Checked::default())
}

/// The check of an answer that is text.
pub(crate) fn check_text(body: &[u8]) -> Result<Checked, Failure> {
    from_slice::<Text>(body)?;
    Ok(Checked::default())
}

/// The check of an answer that is a redirect: its body says nothing.
pub(crate) fn check_redirect(body: &[u8]) -> Result<Checked, Failure> {
    from_slice::<Redirect>(body)?;
    Ok(Checked::default())
}
