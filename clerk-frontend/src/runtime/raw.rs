//! Calls to paths that the API's document does not have.

use serde_json::Value;

use super::call::Call;
use super::core::Core;
use super::decode::Output;
use super::error::Error;
use super::operation::{BodyFormat, Method, Target};
use super::options::CallOptions;
use super::request::Request;
use super::response::{Sending, SendingResponse};

/// A call to any path, with the client's credentials and errors; made by a client's `request`.
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RawCall {
    call: Call,
}

impl RawCall {
    pub(crate) fn new(core: &Core, method: Method, path: impl Into<String>) -> Self {
        let target = Target::Raw {
            method,
            path: path.into(),
        };
        Self {
            call: Call::to(core.clone(), target, BodyFormat::None),
        }
    }

    /// Adds a query parameter; given twice, the name is sent twice.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.call.add_query_text(name.into(), value.into());
        self
    }

    /// Sets a header, in place of what this crate would send under its name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.call.extra_header(name.into(), value.into());
        self
    }

    /// Sets the whole body, sent as JSON.
    pub fn json(mut self, body: impl Into<Value>) -> Self {
        self.call.format(BodyFormat::Json);
        self.call.whole(body.into());
        self
    }

    /// Sets a field of a form body: lists repeat the name, objects are sent as JSON text, `null` as an empty value.
    pub fn form(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.call.format(BodyFormat::Form);
        self.call.extra_field(name.into(), value.into());
        self
    }

    /// Authenticates this call with a bearer token in place of the client's credentials.
    pub fn bearer_auth(mut self, token: impl Into<String>) -> Self {
        self.call.bearer_auth(token);
        self
    }

    /// Authenticates this call with an id and a secret in place of the client's credentials.
    pub fn basic_auth(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.call.basic_auth(id, secret);
        self
    }

    /// Makes this call differ from its client: timeouts, retries.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.call.options(options);
        self
    }

    /// Returns the request that would be sent.
    ///
    /// # Errors
    ///
    /// Fails if a value cannot be sent, such as a path with a `..` in it.
    pub fn request(&self) -> Result<Request, Error> {
        self.call.request()
    }

    /// Sends the request and returns the response once awaited, its body as it is; an empty body is `None`.
    pub fn send(self) -> SendingResponse<Option<Value>> {
        SendingResponse::new(self.call.exchange())
    }

    /// Sends the request and returns its value once awaited, read as a type of this crate.
    pub fn send_as<T: Output>(self) -> Sending<T> {
        Sending::new(self.call.exchange())
    }
}
