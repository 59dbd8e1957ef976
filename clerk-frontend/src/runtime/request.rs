//! A request that is ready to be sent.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::operation::{Method, Target};
use super::payload::{Part, PartValue, Payload};

/// A request as it goes over the wire: method, URL, headers and encoded body.
///
/// Made by a builder's `request()`, for tests and logs. What the client adds when it is sent is not in it: the token from the
/// client's store, and the boundary of a multipart body. `Debug` leaves secrets out; the accessors do not.
#[derive(Clone)]
pub struct Request {
    pub(crate) target: Target,
    /// As sent; browsers send others than the operation's.
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) secrets: Secrets,
}

/// The names whose values are not printed.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    pub(crate) query: Vec<Cow<'static, str>>,
    pub(crate) fields: Vec<Cow<'static, str>>,
}

impl Request {
    /// Returns the HTTP method as it is sent.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Returns the URL, query included.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Returns the path of the URL.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Returns the query of the URL, percent-encoded.
    pub fn query(&self) -> Option<&str> {
        self.url.query()
    }

    /// Returns the query's names and values, decoded, in order.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        self.url.query_pairs().into_owned().collect()
    }

    /// Returns the headers, except those that the HTTP client adds on its own (`host`, `content-length`, `accept`).
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns a header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the media type of the body: the header's, or `multipart/form-data`, whose header is made when it is sent.
    pub fn content_type(&self) -> Option<&str> {
        match self.payload {
            Payload::Multipart(_) => Some("multipart/form-data"),
            Payload::Bytes(_) => self.header(CONTENT_TYPE.as_str()),
        }
    }

    /// Returns the encoded body; empty if there is none, and if it is multipart.
    pub fn body(&self) -> &[u8] {
        self.payload.bytes()
    }

    /// Returns the parts of a multipart body; none if the body is another.
    pub fn parts(&self) -> &[Part] {
        self.payload.parts()
    }

    /// Returns the id of the operation, as in Clerk's API document.
    pub fn operation_id(&self) -> Option<&str> {
        self.target.id()
    }

    /// The secrets in it, as text: what a server may repeat in an error, and nobody is to print.
    pub(crate) fn secret_values(&self) -> Vec<String> {
        let mut values = Vec::new();
        let headers = self.headers.values().filter(|value| value.is_sensitive());
        for text in headers.filter_map(|value| value.to_str().ok()) {
            match text.split_once(' ') {
                Some(("Basic", encoded)) => values.extend(basic_secret(encoded)),
                Some((_, token)) => values.push(token.to_owned()),
                None => {}
            }
            values.push(text.to_owned());
        }
        for (name, value) in self.url.query_pairs() {
            if self.is_secret_query(&name) {
                values.push(value.into_owned());
            }
        }
        for part in self.parts() {
            if let PartValue::Text(text) = &part.value
                && self.is_secret_field(&part.name)
            {
                values.push(text.clone());
            }
        }
        match self.header(CONTENT_TYPE.as_str()).unwrap_or_default() {
            FORM => {
                for (name, value) in form_urlencoded::parse(self.body()) {
                    if is_json(&value) {
                        texts(
                            &serde_json::from_str(&value).unwrap_or_default(),
                            &mut values,
                        );
                    }
                    if is_json(&value) || self.is_secret_field(&name) {
                        values.push(value.into_owned());
                    }
                }
            }
            JSON => match serde_json::from_slice(self.body()).unwrap_or_default() {
                Value::Object(object) => {
                    for (name, value) in &object {
                        if self.is_secret_field(name) || shown_value(value) != *value {
                            texts(value, &mut values);
                        }
                    }
                }
                // Nobody can say what is in it.
                other => texts(&other, &mut values),
            },
            _ => {}
        }
        values
    }

    fn is_secret_query(&self, name: &str) -> bool {
        self.is_raw() || self.secrets.query.iter().any(|known| *known == name)
    }

    fn is_secret_field(&self, name: &str) -> bool {
        self.is_raw() || self.secrets.fields.iter().any(|known| *known == name)
    }

    /// Nobody can say what is in a call to a path that a caller wrote.
    fn is_raw(&self) -> bool {
        matches!(self.target, Target::Raw { .. })
    }

    fn shown_url(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        let mut text = String::from(url);
        for (name, value) in self.url.query_pairs() {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&name);
            text.push('=');
            let secret = self.is_secret_query(&name);
            text.push_str(if secret { REDACTED } else { &value });
        }
        text
    }

    /// The body with secret fields left out; nothing of it where fields cannot be told apart.
    fn shown_body(&self) -> String {
        if let Payload::Multipart(parts) = &self.payload {
            let names = parts.iter().map(|part| match &part.value {
                PartValue::Text(_) => part.name.clone(),
                PartValue::File(file) => format!("{}={file:?}", part.name),
            });
            return format!("<multipart: {}>", names.collect::<Vec<_>>().join(", "));
        }
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        match content_type {
            FORM => {
                let pairs = form_urlencoded::parse(self.body());
                let shown = pairs.map(|(name, value)| {
                    let secret = self.is_secret_field(&name) || is_json(&value);
                    format!("{name}={}", if secret { REDACTED } else { &value })
                });
                shown.collect::<Vec<_>>().join("&")
            }
            JSON => match serde_json::from_slice(self.body()) {
                Ok(Value::Object(mut object)) => {
                    for (name, value) in &mut object {
                        *value = match self.is_secret_field(name) {
                            true => REDACTED.into(),
                            false => shown_value(value),
                        };
                    }
                    Value::Object(object).to_string()
                }
                _ => self.body_size(),
            },
            _ => self.body_size(),
        }
    }

    fn body_size(&self) -> String {
        format!("<{} bytes>", self.body().len())
    }
}

pub(crate) const REDACTED: &str = "<redacted>";

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A value as it is printed: what is in an object may be a secret whatever the object is called.
pub(crate) fn shown_value(value: &Value) -> Value {
    match value {
        Value::Object(_) => REDACTED.into(),
        Value::Array(items) => items.iter().map(shown_value).collect(),
        other => other.clone(),
    }
}

/// Whether a field of a form looks like an object, which nobody can say what is in.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '['])
}

/// All texts in a value.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(object) => object.values().for_each(|item| texts(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The secret in the value of a header of basic authentication.
fn basic_secret(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    Some(decoded.split_once(':')?.1.to_owned())
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Request");
        if let Some(id) = self.target.id() {
            debug.field("operation", &id);
        }
        debug
            .field("method", &self.method())
            .field("url", &self.shown_url())
            // Secret values are marked as such and print themselves as `Sensitive`.
            .field("headers", &self.headers)
            .field("body", &self.shown_body())
            .finish()
    }
}
