//! Where the generated calls take their values from.

use std::collections::BTreeSet;
use std::fmt;

use clerk_frontend::decode::{DecodeError, Output, from_slice_with};
use clerk_frontend::{Drift, Error, FilePart, Object, Request, Value};
use serde_json::json;

/// Which values are made up when none is given. Required ones always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples {
    /// Only required values.
    Required,
    /// All values.
    All,
    /// Required values; the fields that can be cleared are cleared.
    Clear,
}

/// The values of one call, and a record of what the call asked for.
#[derive(Debug)]
pub struct Input<'a> {
    samples: Samples,
    parameters: Option<&'a Object>,
    body: Option<&'a Value>,
    format: usize,
    credentials: Option<(&'a str, &'a str)>,
    headers: Vec<(&'static str, String)>,
    asked: BTreeSet<&'static str>,
    sent: Vec<Sent>,
    drift: Vec<Drift>,
}

/// One value that was handed to a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub name: &'static str,
    pub place: Place,
    /// As given or made up; null for a cleared field.
    pub value: Value,
}

/// Where in a request a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Path, query or header.
    Parameter,
    Field,
    File,
    /// The value is the whole body.
    Body,
}

/// Why a call could not be made.
#[derive(Debug)]
pub enum InputError {
    /// A value given does not fit; the path is that in the body or the parameters.
    Value(DecodeError),
    /// A value was to be made up, and none of the samples fits.
    NoSample(&'static str),
    /// The client refused to build the request.
    Build(Error),
}

impl fmt::Display for InputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(error) => error.fmt(formatter),
            Self::NoSample(name) => write!(formatter, "no sample fits `{name}`"),
            Self::Build(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for InputError {}

impl<'a> Input<'a> {
    /// Starts without any value given.
    #[must_use]
    pub fn new(samples: Samples) -> Self {
        Self {
            samples,
            parameters: None,
            body: None,
            format: 0,
            credentials: None,
            headers: Vec::new(),
            asked: BTreeSet::new(),
            sent: Vec::new(),
            drift: Vec::new(),
        }
    }

    /// Gives path, query and header parameters, by their names in the document.
    #[must_use]
    pub fn parameters(mut self, parameters: &'a Object) -> Self {
        self.parameters = Some(parameters);
        self
    }

    /// Gives the body.
    #[must_use]
    pub fn body(mut self, body: &'a Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Chooses among the media types that the operation takes: the first is the one sent by default.
    #[must_use]
    pub fn media_type(mut self, index: usize) -> Self {
        self.format = index;
        self
    }

    /// Gives the id and the secret for operations that authenticate with HTTP basic.
    #[must_use]
    pub fn credentials(mut self, id: &'a str, secret: &'a str) -> Self {
        self.credentials = Some((id, secret));
        self
    }

    /// Adds a header that is none of the operation's parameters.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns the names of the parameters given.
    pub fn given_parameters(&self) -> impl Iterator<Item = &'a str> {
        let parameters = self.parameters.into_iter().flatten();
        parameters.map(|(name, _)| name.as_str())
    }

    /// Returns what was handed to the call.
    #[must_use]
    pub fn sent(&self) -> &[Sent] {
        &self.sent
    }

    /// Returns what in the values given the call does not know, with paths in the body.
    #[must_use]
    pub fn drift(&self) -> &[Drift] {
        &self.drift
    }

    /// Returns the fields of the body given that the call never asked for.
    #[must_use]
    pub fn unknown_fields(&self) -> Vec<&'a str> {
        let fields = self.body.and_then(Value::as_object).into_iter().flatten();
        fields
            .map(|(name, _)| name.as_str())
            .filter(|name| !self.asked.contains(name))
            .collect()
    }

    pub(crate) fn required_parameter<T: Output>(
        &mut self,
        name: &'static str,
    ) -> Result<T, InputError> {
        match self.given_parameter(name)? {
            Some(value) => Ok(value),
            None => self.sample(name, Place::Parameter),
        }
    }

    pub(crate) fn required_field<T: Output>(
        &mut self,
        name: &'static str,
    ) -> Result<T, InputError> {
        match self.given_field(name) {
            Some(given) => self.take(name, Place::Field, given),
            None => self.sample(name, Place::Field),
        }
    }

    /// The body that is a list.
    pub(crate) fn items<T: Output>(&mut self) -> Result<T, InputError> {
        match self.body {
            Some(given) => self.take("", Place::Body, given),
            None => self.sample("", Place::Body),
        }
    }

    pub(crate) fn file(&mut self, name: &'static str) -> FilePart {
        self.asked.insert(name);
        self.record(name, Place::File, Value::Null);
        FilePart::new("sample.png", "sample")
    }

    /// What is in a file does not matter: a given one is made up as well.
    pub(crate) fn optional_file<B>(
        &mut self,
        builder: B,
        name: &'static str,
        set: impl FnOnce(B, FilePart) -> B,
    ) -> B {
        if self.samples == Samples::All || self.given_field(name).is_some() {
            set(builder, self.file(name))
        } else {
            builder
        }
    }

    pub(crate) fn parameter<B, T: Output>(
        &mut self,
        builder: B,
        name: &'static str,
        set: impl FnOnce(B, T) -> B,
    ) -> Result<B, InputError> {
        let value = match self.given_parameter(name)? {
            None if self.samples == Samples::All => Some(self.sample(name, Place::Parameter)?),
            given => given,
        };
        Ok(match value {
            Some(value) => set(builder, value),
            None => builder,
        })
    }

    pub(crate) fn field<B, T: Output>(
        &mut self,
        builder: B,
        name: &'static str,
        set: impl FnOnce(B, T) -> B,
    ) -> Result<B, InputError> {
        Ok(match self.optional_field(name)? {
            Some(value) => set(builder, value),
            None => builder,
        })
    }

    pub(crate) fn nullable_field<B, T: Output>(
        &mut self,
        builder: B,
        name: &'static str,
        set: impl FnOnce(B, T) -> B,
        clear: impl FnOnce(B) -> B,
    ) -> Result<B, InputError> {
        let cleared = match self.given_field(name) {
            Some(given) => given.is_null(),
            None => self.samples == Samples::Clear,
        };
        if cleared {
            self.record(name, Place::Field, Value::Null);
            return Ok(clear(builder));
        }
        self.field(builder, name, set)
    }

    /// Whether the client could build the request.
    pub(crate) fn built(&self, request: Result<Request, Error>) -> Result<(), InputError> {
        request.map(drop).map_err(InputError::Build)
    }

    pub(crate) fn format<B>(&self, builder: B, index: usize, set: impl FnOnce(B) -> B) -> B {
        if self.format == index {
            set(builder)
        } else {
            builder
        }
    }

    pub(crate) fn basic_auth<B>(
        &self,
        builder: B,
        set: impl FnOnce(B, &'a str, &'a str) -> B,
    ) -> B {
        match self.credentials {
            Some((id, secret)) => set(builder, id, secret),
            None => builder,
        }
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (*name, value.as_str()))
    }

    fn given_parameter<T: Output>(&mut self, name: &'static str) -> Result<Option<T>, InputError> {
        match self.parameters.and_then(|parameters| parameters.get(name)) {
            Some(given) => self.take(name, Place::Parameter, given).map(Some),
            None => Ok(None),
        }
    }

    fn given_field(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.insert(name);
        self.body?.get(name)
    }

    fn optional_field<T: Output>(&mut self, name: &'static str) -> Result<Option<T>, InputError> {
        match self.given_field(name) {
            // Null where the document has none is as good as absent.
            Some(Value::Null) => Ok(None),
            Some(given) => self.take(name, Place::Field, given).map(Some),
            None if self.samples == Samples::All => self.sample(name, Place::Field).map(Some),
            None => Ok(None),
        }
    }

    fn record(&mut self, name: &'static str, place: Place, value: Value) {
        self.sent.push(Sent { name, place, value });
    }

    fn take<T: Output>(
        &mut self,
        name: &'static str,
        place: Place,
        given: &Value,
    ) -> Result<T, InputError> {
        let (value, drift) = read(given);
        let prefix = |path: String| match (name, path.strip_prefix('$')) {
            ("", _) | (_, None) => path,
            (name, Some(rest)) => format!("$.{name}{rest}"),
        };
        self.drift.extend(drift.into_iter().map(|mut drift: Drift| {
            drift.path = prefix(drift.path);
            drift
        }));
        let value = value.map_err(|mut error| {
            error.path = prefix(error.path);
            InputError::Value(error)
        })?;
        self.record(name, place, given.clone());
        Ok(value)
    }

    /// Makes up a value: the first of a few that the type takes.
    fn sample<T: Output>(&mut self, name: &'static str, place: Place) -> Result<T, InputError> {
        for sample in samples() {
            if let (Ok(value), _) = read(&sample) {
                self.record(name, place, sample);
                return Ok(value);
            }
        }
        Err(InputError::NoSample(name))
    }
}

fn samples() -> [Value; 8] {
    [
        json!("sample"),
        json!(1),
        json!(true),
        json!({}),
        json!(["sample"]),
        json!([1]),
        json!([true]),
        json!([{}]),
    ]
}

/// Reads a value and what is unknown about it.
fn read<T: Output>(value: &Value) -> (Result<T, DecodeError>, Vec<Drift>) {
    let mut drift = Vec::new();
    let text = value.to_string();
    let value = from_slice_with(text.as_bytes(), &mut |found| drift.push(found));
    (value, drift)
}
