//! A request that is ready to be sent.

use std::borrow::Cow;
use std::fmt;

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

    fn shown_url(&self) -> String {
        // Nobody can say what is in the query of a path that a caller wrote.
        let raw = matches!(self.target, Target::Raw { .. });
        let mut url = self.url.clone();
        url.set_query(None);
        let mut text = String::from(url);
        for (name, value) in self.url.query_pairs() {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&name);
            text.push('=');
            let secret = raw || self.secrets.query.contains(&name);
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
        let secret = |name: &str| self.secrets.fields.iter().any(|known| *known == name);
        match content_type {
            "application/x-www-form-urlencoded" => {
                let pairs = form_urlencoded::parse(self.body());
                let shown = pairs.map(|(name, value)| {
                    format!("{name}={}", if secret(&name) { REDACTED } else { &value })
                });
                shown.collect::<Vec<_>>().join("&")
            }
            "application/json" => match serde_json::from_slice(self.body()) {
                Ok(Value::Object(mut object)) => {
                    for (name, value) in &mut object {
                        if secret(name) {
                            *value = REDACTED.into();
                        }
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
