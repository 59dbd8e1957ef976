//! The one error type of both APIs.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::decode::DecodeError;
use super::error_body::{self, ErrorBody};
use super::model;
use super::operation::{Method, Target};
use super::request::REDACTED;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// How many bytes of a response an [`Error`] keeps.
const KEPT_BODY: usize = 64 * 1024;

/// How many characters of a text that a server sent are printed.
const SHOWN: usize = 240;

/// How long a secret must be to be looked for in what a server says: shorter ones are in many a word.
const HIDDEN: usize = 4;

/// How many of a server's error codes are printed.
const SHOWN_CODES: usize = 8;

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the request could not be built; nothing was sent.
    Build,
    /// The request could not be sent, or its response not be read.
    Transport,
    /// The response did not come in time.
    Timeout,
    /// The server answered with an error status.
    Status,
    /// The server answered with a redirect, which is not followed; see [`Error::location`].
    Redirect,
    /// The response's body is not what it should be; see [`Error::json_path`].
    Decode,
    /// The response is larger than allowed; see [`ClientBuilder::max_response_size`](crate::ClientBuilder::max_response_size).
    TooLarge,
    /// The store of the client's token could not be read or written; nothing was sent.
    TokenStore,
}

/// One error as Clerk reports it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ClerkError {
    /// What went wrong, for programs: `form_identifier_not_found`, `session_exists` ...
    pub code: String,
    /// What went wrong, for developers.
    pub message: String,
    /// What went wrong, for people.
    pub long_message: Option<String>,
    /// Further facts, such as the name of the parameter at fault.
    pub meta: Option<Map<String, Value>>,
}

model! {
    ClerkError {
        0 => code: "code", REQUIRED;
        1 => message: "message", REQUIRED;
        2 => long_message: "long_message", OPTIONAL;
        3 => meta: "meta", OPTIONAL;
    }
}

impl ClerkError {
    /// Returns the name of the request parameter at fault, if Clerk names one.
    pub fn param_name(&self) -> Option<&str> {
        self.meta.as_ref()?.get("param_name")?.as_str()
    }
}

impl fmt::Display for ClerkError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (shown(&self.code), shown(&self.message)) {
            (code, message) if code.is_empty() => formatter.write_str(&message),
            (code, message) if message.is_empty() => formatter.write_str(&code),
            (code, message) => write!(formatter, "{code}: {message}"),
        }
    }
}

impl std::error::Error for ClerkError {}

/// Why a call, or the making of a client, failed.
///
/// `Display` is one line: the operation, the status and Clerk's first error. The cause, if another library reported one, is
/// [`source`](std::error::Error::source) and not repeated. Neither `Display` nor `Debug` prints bodies or credentials.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    source: Option<Source>,
    target: Option<Target>,
    connect: bool,
    attempts: u32,
    status: Option<StatusCode>,
    location: Option<String>,
    retry_after: Option<Duration>,
    trace_id: Option<String>,
    errors: Vec<ClerkError>,
    meta: Option<Map<String, Value>>,
    json_path: Option<String>,
    body: Bytes,
    /// Secrets of the request: a server may repeat them, and they are not printed.
    secrets: Vec<String>,
}

impl Error {
    fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let inner = Inner {
            kind,
            message: message.into(),
            source: None,
            target: None,
            connect: false,
            attempts: 0,
            status: None,
            location: None,
            retry_after: None,
            trace_id: None,
            errors: Vec::new(),
            meta: None,
            json_path: None,
            body: Bytes::new(),
            secrets: Vec::new(),
        };
        Self {
            inner: Box::new(inner),
        }
    }

    pub(crate) fn build(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Build, message)
    }

    pub(crate) fn transport(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Transport, message)
    }

    /// The call has no time left for another attempt.
    pub(crate) fn deadline() -> Self {
        Self::new(ErrorKind::Timeout, "the call's deadline is over")
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("the response is larger than the {limit} bytes allowed");
        Self::new(ErrorKind::TooLarge, message)
    }

    pub(crate) fn token_store(source: impl Into<Source>) -> Self {
        Self::new(ErrorKind::TokenStore, "the token store failed").with_source(source)
    }

    /// An error of the HTTP client. Its URL is taken off: a query can hold secrets.
    pub(crate) fn from_http(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut made = if error.is_timeout() {
            Self::new(ErrorKind::Timeout, "no response in time")
        } else if error.is_builder() {
            Self::new(ErrorKind::Build, "the request could not be built")
        } else if is_connect(&error) {
            let mut made = Self::transport("the server could not be reached");
            made.inner.connect = true;
            made
        } else if error.is_body() || error.is_decode() {
            Self::transport("the connection broke while the body was on its way")
        } else {
            Self::transport("the request could not be sent")
        };
        made.inner.connect |= is_connect(&error);
        made.inner.source = Some(Box::new(error));
        made
    }

    /// A response with an error status.
    pub(crate) fn status_error(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        let ErrorBody {
            errors,
            meta,
            trace_id,
            text,
        } = ErrorBody::read(body);
        let mut error = Self::new(ErrorKind::Status, text.unwrap_or_default());
        error.inner.errors = errors;
        error.inner.meta = meta;
        error.inner.trace_id = trace_id;
        error.with_response(status, headers, body)
    }

    /// A redirect where none is expected.
    pub(crate) fn redirect(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        let mut error = Self::new(ErrorKind::Redirect, "a redirect, which is not followed");
        error.inner.location = location(headers).map(str::to_owned);
        error.with_response(status, headers, body)
    }

    /// A response that is not what it should be.
    pub(crate) fn decode(
        cause: &DecodeError,
        status: StatusCode,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Self {
        let message = format!("the response could not be read: {cause}");
        let mut error = Self::new(ErrorKind::Decode, message);
        error.inner.json_path = Some(cause.path.clone());
        error.with_response(status, headers, body)
    }

    /// A list that cannot be read to its end.
    pub(crate) fn list(message: String) -> Self {
        Self::new(ErrorKind::Decode, message)
    }

    fn with_response(mut self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Self {
        self.inner.status = Some(status);
        self.inner.retry_after = error_body::retry_after(headers);
        if self.inner.trace_id.is_none() {
            self.inner.trace_id = error_body::trace_id(headers);
        }
        // A copy, so that a small piece does not keep a large body alive.
        self.inner.body = match body.get(..KEPT_BODY) {
            Some(start) => Bytes::copy_from_slice(start),
            None => body.clone(),
        };
        self
    }

    /// Keeps these secrets out of what is printed.
    pub(crate) fn hiding(mut self, secrets: &[String]) -> Self {
        let long_enough = secrets.iter().filter(|secret| secret.len() >= HIDDEN);
        self.inner.secrets = long_enough.cloned().collect();
        // A secret that is part of another would leave the rest of it behind.
        self.inner
            .secrets
            .sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    pub(crate) fn with_target(mut self, target: &Target) -> Self {
        self.inner.target = Some(target.clone());
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner.attempts = attempts;
        self
    }

    /// Returns what failed.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns the response's status code, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.inner.status.map(|status| status.as_u16())
    }

    pub(crate) fn status_code(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// Returns the errors that Clerk reported, in its order.
    ///
    /// An OAuth error (`{"error": .., "error_description": ..}`) is given as one error with the OAuth code.
    pub fn errors(&self) -> &[ClerkError] {
        &self.inner.errors
    }

    /// Returns the code of the first error that Clerk reported.
    pub fn code(&self) -> Option<&str> {
        let first = self.inner.errors.first()?;
        Some(first.code.as_str()).filter(|code| !code.is_empty())
    }

    /// Returns whether Clerk reported an error with this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.inner.errors.iter().any(|error| error.code == code)
    }

    /// Returns the `meta` object that came beside the errors.
    pub fn meta(&self) -> Option<&Map<String, Value>> {
        self.inner.meta.as_ref()
    }

    /// Returns Clerk's trace id (or the id of the proxy in front of it), to be quoted to Clerk's support.
    pub fn trace_id(&self) -> Option<&str> {
        self.inner.trace_id.as_deref()
    }

    /// Returns how long the server asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Returns where a redirect leads to.
    pub fn location(&self) -> Option<&str> {
        self.inner.location.as_deref()
    }

    /// Returns the id of the operation, as in Clerk's API document.
    pub fn operation_id(&self) -> Option<&str> {
        self.inner.target.as_ref()?.id()
    }

    /// Returns the HTTP method of the call.
    pub fn method(&self) -> Option<Method> {
        Some(self.inner.target.as_ref()?.method())
    }

    /// Returns the path of the call, as a template: without the values of its parameters.
    pub fn path(&self) -> Option<&str> {
        Some(self.inner.target.as_ref()?.path())
    }

    /// Returns how often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Returns where in the body decoding failed, such as `$.response.sessions[0].id`.
    pub fn json_path(&self) -> Option<&str> {
        self.inner.json_path.as_deref()
    }

    /// Returns the response's body as it came, its first 64 KiB at most.
    ///
    /// A body can hold secrets: do not log it unseen.
    pub fn body(&self) -> &[u8] {
        &self.inner.body
    }

    /// Reads the response's body as JSON of a type of the caller's choice.
    ///
    /// # Errors
    ///
    /// Fails if the body is not JSON of that type, or was cut because it is larger than what is kept.
    pub fn body_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.inner.body)
    }

    /// Returns whether nothing was sent because the client or the request could not be built.
    pub fn is_build(&self) -> bool {
        self.kind() == ErrorKind::Build
    }

    /// Returns whether the response did not come in time.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns whether no connection to the server came about, so that the request was not processed.
    pub fn is_connect(&self) -> bool {
        self.inner.connect
    }

    /// Returns whether the request could not be sent or its response not be read, for a reason other than time.
    pub fn is_transport(&self) -> bool {
        self.kind() == ErrorKind::Transport
    }

    /// Returns whether the response is larger than the client allows.
    pub fn is_too_large(&self) -> bool {
        self.kind() == ErrorKind::TooLarge
    }

    /// Returns whether the store of the client's token failed.
    pub fn is_token_store(&self) -> bool {
        self.kind() == ErrorKind::TokenStore
    }

    /// Returns whether the server answered with a redirect.
    pub fn is_redirect(&self) -> bool {
        self.kind() == ErrorKind::Redirect
    }

    /// Returns whether the response's body was not what it should be.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// Returns whether too many requests were made (429); see [`Error::retry_after`].
    ///
    /// Says nothing about whether someone is signed in.
    pub fn is_rate_limited(&self) -> bool {
        self.has_status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Returns whether the credentials are missing, wrong or no longer good (401).
    pub fn is_unauthenticated(&self) -> bool {
        self.has_status(StatusCode::UNAUTHORIZED)
    }

    /// Returns whether the credentials are good but do not allow this call (403).
    pub fn is_forbidden(&self) -> bool {
        self.has_status(StatusCode::FORBIDDEN)
    }

    /// Returns whether what the call is about does not exist (404).
    pub fn is_not_found(&self) -> bool {
        self.has_status(StatusCode::NOT_FOUND)
    }

    /// Returns whether the call contradicts the present state (409).
    pub fn is_conflict(&self) -> bool {
        self.has_status(StatusCode::CONFLICT)
    }

    /// Returns whether the server found the input invalid (400 or 422).
    pub fn is_invalid_input(&self) -> bool {
        self.has_status(StatusCode::UNPROCESSABLE_ENTITY)
            || self.has_status(StatusCode::BAD_REQUEST)
    }

    /// Returns whether the server failed (5xx).
    pub fn is_server_error(&self) -> bool {
        self.inner
            .status
            .is_some_and(|status| status.is_server_error())
    }

    /// Returns whether the instance does not allow native clients: its Native API has to be switched on in Clerk's dashboard.
    pub fn is_native_api_disabled(&self) -> bool {
        self.has_code("native_api_disabled")
    }

    /// A server's text without the secrets of the request.
    fn hidden<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.inner.secrets {
            if text.contains(secret.as_str()) {
                text = Cow::Owned(text.replace(secret.as_str(), REDACTED));
            }
        }
        text
    }

    fn has_status(&self, status: StatusCode) -> bool {
        self.kind() == ErrorKind::Status && self.inner.status == Some(status)
    }
}

/// The `Location` of a response.
pub(crate) fn location(headers: &HeaderMap) -> Option<&str> {
    headers.get(http::header::LOCATION)?.to_str().ok()
}

#[cfg(not(target_family = "wasm"))]
fn is_connect(error: &reqwest::Error) -> bool {
    error.is_connect()
}

/// Browsers do not tell a refused connection from any other failure.
#[cfg(target_family = "wasm")]
fn is_connect(_error: &reqwest::Error) -> bool {
    false
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        let mut separator = "";
        if let Some(target) = &inner.target {
            write!(formatter, "{target}")?;
            separator = ": ";
        }
        if let Some(status) = inner.status {
            write!(formatter, "{separator}{}", status.as_u16())?;
            if let Some(reason) = status.canonical_reason() {
                write!(formatter, " {reason}")?;
            }
            separator = ": ";
        }
        if let Some(first) = inner.errors.first() {
            let first = ClerkError {
                code: self.hidden(&first.code).into_owned(),
                message: self.hidden(&first.message).into_owned(),
                ..ClerkError::default()
            };
            write!(formatter, "{separator}{first}")?;
            if inner.errors.len() > 1 {
                write!(formatter, " (and {} more)", inner.errors.len() - 1)?;
            }
        } else if !inner.message.is_empty() {
            write!(
                formatter,
                "{separator}{}",
                shown(&self.hidden(&inner.message))
            )?;
        }
        Ok(())
    }
}

/// A server's text as it is printed.
fn shown(text: &str) -> Cow<'_, str> {
    error_body::one_line(text, SHOWN)
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.inner;
        let mut debug = formatter.debug_struct("Error");
        debug.field("kind", &inner.kind);
        debug.field("message", &self.to_string());
        if !inner.errors.is_empty() {
            let first = inner.errors.iter().take(SHOWN_CODES);
            let codes: Vec<_> = first
                .map(|error| shown(&self.hidden(&error.code)).into_owned())
                .collect();
            debug.field("codes", &codes);
        }
        if let Some(trace_id) = &inner.trace_id {
            debug.field("trace_id", &shown(&self.hidden(trace_id)));
        }
        if let Some(retry_after) = &inner.retry_after {
            debug.field("retry_after", retry_after);
        }
        if inner.attempts > 0 {
            debug.field("attempts", &inner.attempts);
        }
        if !inner.body.is_empty() {
            debug.field("body", &format_args!("<{} bytes>", inner.body.len()));
        }
        if let Some(source) = &inner.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use http::HeaderValue;

    use super::super::operation::{Auth, BodyFormat, Operation};
    use super::*;

    static SIGN_IN: Operation = Operation {
        id: "createSignIn",
        method: Method::Post,
        path: "/v1/client/sign_ins",
        auth: Auth::Client,
        body: BodyFormat::Form,
        body_required: false,
        wrapped: true,
    };

    fn status(code: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Error {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        Error::status_error(
            StatusCode::from_u16(code).unwrap(),
            &map,
            &Bytes::from(body),
        )
        .with_target(&Target::Documented(&SIGN_IN))
        .with_attempts(1)
    }

    #[test]
    fn clerk_errors_are_read_and_shown_in_one_line() {
        let error = status(
            422,
            &[],
            r#"{"errors":[{"code":"form_identifier_not_found","message":"Couldn't find your account.","long_message":null,"meta":{"param_name":"identifier"}},{"code":"x"}],"clerk_trace_id":"trace_1","meta":{"client":null}}"#,
        );
        assert_eq!(
            error.to_string(),
            "POST /v1/client/sign_ins (createSignIn): 422 Unprocessable Entity: form_identifier_not_found: Couldn't find your account. (and 1 more)"
        );
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status(), Some(422));
        assert_eq!(error.code(), Some("form_identifier_not_found"));
        assert!(error.has_code("x") && !error.has_code("y"));
        assert_eq!(error.errors()[0].param_name(), Some("identifier"));
        assert_eq!(error.trace_id(), Some("trace_1"));
        assert_eq!(error.operation_id(), Some("createSignIn"));
        assert_eq!(error.path(), Some("/v1/client/sign_ins"));
        assert!(error.meta().is_some_and(|meta| meta.contains_key("client")));
        assert!(error.is_invalid_input() && !error.is_not_found());
        assert_eq!(error.attempts(), 1);
    }

    #[test]
    fn rate_limits_are_not_sign_outs() {
        let error = status(
            429,
            &[("retry-after", "7"), ("cf-ray", "ray_1")],
            "slow down",
        );
        assert!(error.is_rate_limited() && !error.is_unauthenticated());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.trace_id(), Some("ray_1"));
        assert!(
            error
                .to_string()
                .ends_with("429 Too Many Requests: slow down")
        );
    }

    #[test]
    fn markup_is_not_shown() {
        let error = status(502, &[], "<html><body>Bad Gateway</body></html>");
        assert!(error.to_string().ends_with("502 Bad Gateway"), "{error}");
        assert!(error.is_server_error());
        assert!(error.body().starts_with(b"<html>"));
        assert!(error.errors().is_empty());
    }

    #[test]
    fn kept_bodies_are_bounded() {
        let body = Bytes::from(vec![b'x'; KEPT_BODY * 2]);
        let error = Error::status_error(StatusCode::BAD_GATEWAY, &HeaderMap::new(), &body);
        assert_eq!(error.body().len(), KEPT_BODY);
        assert!(error.to_string().len() < 300);
    }

    #[test]
    fn sources_are_kept_and_not_repeated() {
        let error =
            Error::build("the base URL is not a URL").with_source("relative URL without a base");
        assert_eq!(error.to_string(), "the base URL is not a URL");
        assert_eq!(
            error.source().unwrap().to_string(),
            "relative URL without a base"
        );
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn what_was_secret_in_the_request_is_not_repeated() {
        let body = r#"{"errors":[{"code":"x_quiet","message":"quiet and quieter are no 123"}]}"#;
        let error = status(400, &[("cf-ray", "ray-quiet")], body);
        let error = error.hiding(&["quiet", "quieter", "123", ""].map(str::to_owned));
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("quiet") && !text.contains("<redacted>er"),
            "{text}"
        );
        // Too short to be told from anything else.
        assert!(text.contains("are no 123"), "{text}");
        let padding = "x".repeat(SHOWN - 3);
        let error = status(500, &[], "").hiding(&["quiet".to_owned()]);
        assert_eq!(
            error.hidden(&format!("{padding}quiet")),
            format!("{padding}<redacted>")
        );
    }

    #[test]
    fn bodies_do_not_reach_debug() {
        let error = status(
            400,
            &[],
            r#"{"token":"hush","errors":[{"code":"a","message":"b"}]}"#,
        );
        let debug = format!("{error:?}");
        assert!(
            !debug.contains("hush") && debug.contains("54 bytes"),
            "{debug}"
        );
    }

    #[test]
    fn redirects_tell_where_to() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "location",
            HeaderValue::from_static("https://example.com/?ticket=hush"),
        );
        let error = Error::redirect(StatusCode::SEE_OTHER, &headers, &Bytes::new());
        assert_eq!(error.location(), Some("https://example.com/?ticket=hush"));
        assert_eq!(
            error.to_string(),
            "303 See Other: a redirect, which is not followed"
        );
        assert!(!format!("{error:?}").contains("hush"));
    }
}
