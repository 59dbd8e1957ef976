//! Decoding a whole body: what it may look like, what is reported, and what fails.

mod error;
mod path;
mod reader;

pub use error::{DecodeError, DecodeErrorKind};

use super::model::{FieldShape, ShapeKind, flags};
use super::{Drift, DriftKind, Field, Model, Shape, Slot, Value, View};
use path::Place;
use reader::{Journal, Outcome, read};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// The parts of an answer a value can be made from.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// How to decode: who is told about drift, and whether drift is an error.
#[derive(Default)]
pub struct Context<'a> {
    observer: Option<&'a mut dyn FnMut(Drift)>,
    strict: bool,
    wrapped: bool,
}

impl<'a> Context<'a> {
    /// Returns a context in which drift is neither reported nor looked for.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports drift to this callback, in the order of the document.
    #[must_use]
    pub fn observer(mut self, observer: &'a mut dyn FnMut(Drift)) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Makes drift an error.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Expects the value in an envelope that the type does not have: only what is inside is wanted.
    #[must_use]
    pub(crate) fn wrapped(mut self, wrapped: bool) -> Self {
        self.wrapped = wrapped;
        self
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("observed", &self.observer.is_some())
            .field("strict", &self.strict)
            .finish()
    }
}

/// A type that an answer can be decoded into.
pub trait Output: Sized + Send + 'static {
    /// Whether a redirect is a value of this type, and not an error.
    #[doc(hidden)]
    const REDIRECT: bool = false;

    /// Decodes the answer.
    ///
    /// # Errors
    ///
    /// Fails with the place in the body and what was wrong there.
    fn decode(parts: &Parts<'_>, context: &mut Context<'_>) -> Result<Self, DecodeError>;
}

impl<T: Field + Send + 'static> Output for T {
    #[inline]
    fn decode(parts: &Parts<'_>, context: &mut Context<'_>) -> Result<Self, DecodeError> {
        let mut value = T::default();
        decode_body(parts.body, value.slot(), context)?;
        Ok(value)
    }
}

/// Decodes a body.
///
/// # Errors
///
/// Fails with the place in the body and what was wrong there.
#[inline]
pub fn from_slice<T: Output>(body: &[u8]) -> Result<T, DecodeError> {
    from_body(body, &mut Context::new())
}

/// Decodes a body and reports drift.
///
/// # Errors
///
/// Fails with the place in the body and what was wrong there.
#[inline]
pub fn from_slice_with<T: Output>(
    body: &[u8],
    observer: &mut dyn FnMut(Drift),
) -> Result<T, DecodeError> {
    from_body(body, &mut Context::new().observer(observer))
}

/// Decodes a body and takes drift for an error.
///
/// # Errors
///
/// Fails with the place in the body and what was wrong or unexpected there.
#[inline]
pub fn from_slice_strict<T: Output>(body: &[u8]) -> Result<T, DecodeError> {
    from_body(body, &mut Context::new().strict(true))
}

#[inline]
fn from_body<T: Output>(body: &[u8], context: &mut Context<'_>) -> Result<T, DecodeError> {
    let parts = Parts {
        status: 200,
        location: None,
        body,
    };
    T::decode(&parts, context)
}

/// Decodes a value from any self-describing serde format, with the same rules and no observer.
///
/// # Errors
///
/// Fails with the format's own error; its text holds the place and what was wrong there.
#[inline]
pub fn deserialize<'de, T: Field, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    let mut journal = Journal::new(false);
    match read(deserializer, &mut value.slot(), &mut journal)? {
        Outcome::Value | Outcome::NullTaken => Ok(value),
        Outcome::Null => match journal.correct_root(&value.slot()) {
            Ok(()) => Ok(value),
            Err(error) => Err(serde::de::Error::custom(error)),
        },
    }
}

/// Decodes a value that may or may not be in an envelope from any self-describing serde format.
///
/// # Errors
///
/// Fails with the format's own error; its text holds the place and what was wrong there.
pub(crate) fn deserialize_root<'de, T: Field, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let mut value = T::default();
    // Which of the two it is may only be known at its end.
    let body = Value::deserialize(deserializer)?.to_string();
    decode_body(body.as_bytes(), value.slot(), &mut Context::new())
        .map_err(serde::de::Error::custom)?;
    Ok(value)
}

/// Decodes a body into a place, whether or not it comes in an envelope, and tells the observer.
fn decode_body(body: &[u8], slot: Slot<'_>, context: &mut Context<'_>) -> Result<(), DecodeError> {
    let watching = context.strict || context.observer.is_some();
    let mut drift = Vec::new();
    let result = match slot {
        Slot::Ignored => Ok(()),
        slot if context.wrapped => {
            let mut wrapper = Wrapper { response: slot };
            decode_root(body, Slot::Model(&mut wrapper), watching, &mut drift)
        }
        slot => decode_root(body, slot, watching, &mut drift),
    };
    let first = if context.strict {
        drift.first().cloned()
    } else {
        None
    };
    if let Some(observer) = context.observer.as_mut() {
        drift.into_iter().for_each(observer);
    }
    result?;
    match first {
        Some(drift) => Err(DecodeError::new(
            DecodeErrorKind::Drift,
            drift.path,
            format!("{}: {}", drift.kind, drift.detail),
        )),
        None => Ok(()),
    }
}

fn decode_root(
    body: &[u8],
    mut slot: Slot<'_>,
    watching: bool,
    drift: &mut Vec<Drift>,
) -> Result<(), DecodeError> {
    // Checked once for the whole body, which is faster than for each string.
    let body = std::str::from_utf8(body).map_err(not_text)?;
    if body.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return match accepts_nothing(slot.reborrow()) {
            true => Ok(()),
            false => Err(DecodeError::mismatch(
                DecodeErrorKind::Empty,
                Place::ROOT.to_string(),
                slot.expects(),
                "empty body",
            )),
        };
    }

    match slot {
        Slot::Model(model) if model.shape().kind == ShapeKind::Envelope => {
            decode_wrapped(body, model, watching, drift)
        }
        slot => decode_bare(body, slot, watching, drift),
    }
}

/// Reads an envelope, or what should be in one.
fn decode_wrapped(
    body: &str,
    envelope: &mut dyn Model,
    watching: bool,
    drift: &mut Vec<Drift>,
) -> Result<(), DecodeError> {
    let (result, journal) = attempt(body, &mut Slot::Model(envelope), watching);
    // An error may have come before the `response`.
    if journal.saw_response || (result.is_err() && has_response(body)) {
        *drift = journal.drift;
        return result;
    }
    // What the first attempt took for the client belongs to the value.
    Slot::Model(envelope).reset();
    let (result, journal) = attempt(body, &mut envelope.slot(0), watching);
    if watching {
        drift.push(envelope_drift(
            DriftKind::EnvelopeMissing,
            "the body has no `response`",
        ));
    }
    drift.extend(journal.drift);
    result
}

/// Reads a value that should not be in an envelope.
fn decode_bare(
    body: &str,
    mut slot: Slot<'_>,
    watching: bool,
    drift: &mut Vec<Drift>,
) -> Result<(), DecodeError> {
    let (result, journal) = attempt(body, &mut slot, watching);
    if journal.may_be_wrapped {
        slot.reborrow().reset();
        let mut wrapper = Wrapper { response: slot };
        let (unwrapped, inner) = attempt(body, &mut Slot::Model(&mut wrapper), watching);
        if inner.saw_response {
            if watching {
                drift.push(envelope_drift(
                    DriftKind::EnvelopeUnexpected,
                    "the body has a `response`",
                ));
            }
            drift.extend(inner.drift);
            return unwrapped;
        }
    }
    *drift = journal.drift;
    result
}

/// Whether a body has a `response`, whatever else is wrong with it.
fn has_response(body: &str) -> bool {
    let mut wrapper = Wrapper {
        response: Slot::Ignored,
    };
    let (_, journal) = attempt(body, &mut Slot::Model(&mut wrapper), false);
    journal.saw_response
}

/// Returns the error for a body that is not UTF-8.
pub(crate) fn not_text(error: std::str::Utf8Error) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::Encoding,
        Place::ROOT.to_string(),
        error.to_string(),
    )
}

fn envelope_drift(kind: DriftKind, detail: &str) -> Drift {
    Drift::new(kind, Place::ROOT.to_string(), detail)
}

/// Whether an empty body is a value of this type.
fn accepts_nothing(slot: Slot<'_>) -> bool {
    match slot {
        Slot::Ignored
        | Slot::Option(_)
        | Slot::OptionString(_)
        | Slot::OptionBool(_)
        | Slot::OptionInteger(_) => true,
        Slot::Model(model) if model.shape().kind == ShapeKind::Envelope => {
            accepts_nothing(model.slot(0))
        }
        _ => false,
    }
}

/// Reads the whole body once.
fn attempt(body: &str, slot: &mut Slot<'_>, watching: bool) -> (Result<(), DecodeError>, Journal) {
    let mut journal = Journal::new(watching);
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let read = read(&mut deserializer, slot, &mut journal)
        .and_then(|outcome| deserializer.end().map(|()| outcome));
    let result = match read {
        Ok(Outcome::Value | Outcome::NullTaken) => Ok(()),
        Ok(Outcome::Null) => journal.correct_root(slot),
        Err(error) => Err(journal.failure.take().unwrap_or_else(|| {
            let path = journal
                .place
                .take()
                .unwrap_or_else(|| Place::ROOT.to_string());
            DecodeError::new(DecodeErrorKind::Syntax, path, error.to_string())
        })),
    };
    (result, journal)
}

/// The names of the two keys of an envelope.
pub(crate) static ENVELOPE: Shape = Shape {
    name: "Envelope",
    kind: ShapeKind::Envelope,
    fields: &[
        FieldShape {
            wire: "response",
            flags: flags::REQUIRED,
        },
        FieldShape {
            wire: "client",
            flags: flags::OPTIONAL,
        },
    ],
};

/// An envelope nobody expected: only what is inside is wanted.
struct Wrapper<'a> {
    response: Slot<'a>,
}

impl Model for Wrapper<'_> {
    fn shape(&self) -> &'static Shape {
        &ENVELOPE
    }

    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => self.response.reborrow(),
            _ => Slot::Ignored,
        }
    }

    fn view(&self, _: usize) -> View<'_> {
        View::Absent
    }
}
