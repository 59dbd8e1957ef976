//! One call: the values a builder collects, and the request they become.

use std::borrow::Cow;
use std::fmt;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName};
use serde_json::Value;
use url::Url;

use super::auth;
use super::body::{self, Content};
use super::core::Core;
use super::error::Error;
use super::file_part::FilePart;
use super::form;
use super::input::Input;
use super::operation::{Auth, BodyFormat, Operation, Target};
use super::options::CallOptions;
use super::path;
use super::payload::Payload;
use super::request::{REDACTED, Request, Secrets, shown_value};
use super::response::Exchange;
use super::settings::header_value;

type Name = Cow<'static, str>;

const SESSION_ID: &str = "_clerk_session_id";

/// The values of one call. Builders only collect; one function makes the request of them.
#[derive(Clone)]
pub(crate) struct Call {
    // A builder is passed on by each of its setters: one pointer moves better than all of this.
    values: Box<Values>,
}

#[derive(Clone)]
struct Values {
    core: Core,
    target: Target,
    format: BodyFormat,
    path: Vec<(&'static str, String)>,
    query: Vec<QueryValue>,
    headers: Vec<(Name, String, Secrecy)>,
    content: Content,
    authorization: Option<Authorization>,
    options: CallOptions,
}

#[derive(Clone)]
struct QueryValue {
    name: Name,
    value: Value,
    secrecy: Secrecy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    Open,
    Secret,
}

/// Credentials given with a call, in place of the client's.
#[derive(Clone)]
enum Authorization {
    Basic { id: String, secret: String },
    Bearer(String),
}

impl Call {
    #[inline]
    pub(crate) fn new(core: &Core, operation: &'static Operation) -> Self {
        Self::to(core.clone(), Target::Documented(operation), operation.body)
    }

    pub(crate) fn to(core: Core, target: Target, format: BodyFormat) -> Self {
        let values = Values {
            core,
            target,
            format,
            path: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            content: Content::default(),
            authorization: None,
            options: CallOptions::default(),
        };
        Self {
            values: Box::new(values),
        }
    }

    /// Gives a path parameter its value.
    #[inline]
    pub(crate) fn path(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.path.push((name, value.into()));
        self
    }

    /// Sets a query parameter; a list repeats the key.
    #[inline]
    pub(crate) fn query(&mut self, name: &'static str, value: impl Input) {
        self.set_query(name, value.into_value(), Secrecy::Open);
    }

    /// Sets a query parameter that is not printed.
    #[inline]
    pub(crate) fn secret_query(&mut self, name: &'static str, value: impl Input) {
        self.set_query(name, value.into_value(), Secrecy::Secret);
    }

    /// Sets a query parameter to the items of a list with a separator between them.
    #[inline]
    pub(crate) fn query_joined(&mut self, name: &'static str, separator: char, value: impl Input) {
        let text = form::joined(&value.into_value(), separator);
        self.set_query(name, Value::String(text), Secrecy::Open);
    }

    /// Returns whether a query parameter is set.
    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.values.query.iter().any(|known| known.name == name)
    }

    /// Returns the whole number that a query parameter is set to, be it as text.
    pub(crate) fn query_integer(&self, name: &str) -> Option<i64> {
        let values = self.values.query.iter();
        let mut named = values.filter(|known| known.name == name);
        match &named.next_back()?.value {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        }
    }

    /// Takes a query parameter off again.
    pub(crate) fn remove_query(&mut self, name: &str) {
        self.values.query.retain(|known| known.name != name);
    }

    /// Returns what the call is addressed to.
    pub(crate) fn target(&self) -> &Target {
        &self.values.target
    }

    fn set_query(&mut self, name: &'static str, value: Value, secrecy: Secrecy) {
        self.remove_query(name);
        self.add_query(Cow::Borrowed(name), value, secrecy);
    }

    pub(crate) fn add_query_text(&mut self, name: String, value: String) {
        self.add_query(Cow::Owned(name), Value::String(value), Secrecy::Secret);
    }

    fn add_query(&mut self, name: Name, value: Value, secrecy: Secrecy) {
        self.values.query.push(QueryValue {
            name,
            value,
            secrecy,
        });
    }

    /// Sets a header.
    #[inline]
    pub(crate) fn header(&mut self, name: &'static str, value: impl Into<String>) {
        self.set_header(Cow::Borrowed(name), value.into(), Secrecy::Open);
    }

    /// Sets a header that is not printed.
    #[inline]
    pub(crate) fn secret_header(&mut self, name: &'static str, value: impl Into<String>) {
        self.set_header(Cow::Borrowed(name), value.into(), Secrecy::Secret);
    }

    pub(crate) fn extra_header(&mut self, name: String, value: String) {
        self.set_header(Cow::Owned(name), value, Secrecy::Secret);
    }

    fn set_header(&mut self, name: Name, value: String, secrecy: Secrecy) {
        self.values.headers.push((name, value, secrecy));
    }

    /// Sets a body field.
    #[inline]
    pub(crate) fn field(&mut self, name: &'static str, value: impl Input) {
        self.values
            .content
            .set(Cow::Borrowed(name), value.into_value(), false);
    }

    /// Sets a body field that is not printed.
    #[inline]
    pub(crate) fn secret_field(&mut self, name: &'static str, value: impl Input) {
        self.values
            .content
            .set(Cow::Borrowed(name), value.into_value(), true);
    }

    /// What a field is that this crate does not know nobody can say, so its value is not printed.
    pub(crate) fn extra_field(&mut self, name: String, value: Value) {
        let values = &mut *self.values;
        if values.format == BodyFormat::None {
            values.format = values.core.surface.body_format();
        }
        values.content.set(Cow::Owned(name), value, true);
    }

    /// Asks the server to clear a field: JSON `null`, or an empty form value.
    #[inline]
    pub(crate) fn clear(&mut self, name: &'static str) {
        self.values
            .content
            .set(Cow::Borrowed(name), Value::Null, false);
    }

    /// Sets a body that is not an object.
    #[cfg_attr(
        not(feature = "backend"),
        allow(dead_code, reason = "only the Backend API has such bodies")
    )]
    #[inline]
    pub(crate) fn items(&mut self, value: impl Input) {
        self.whole(value.into_value());
    }

    pub(crate) fn whole(&mut self, value: Value) {
        self.values.content.whole = Some(value);
    }

    /// Adds a file.
    #[inline]
    pub(crate) fn file(&mut self, name: &'static str, file: FilePart) {
        let files = &mut self.values.content.files;
        files.retain(|(known, _)| known != name);
        files.push((Cow::Borrowed(name), file));
    }

    /// Picks one of the media types that an operation offers.
    #[inline]
    pub(crate) fn format(&mut self, format: BodyFormat) {
        self.values.format = format;
    }

    /// Authenticates this call with an id and a secret.
    #[inline]
    pub(crate) fn basic_auth(&mut self, id: impl Into<String>, secret: impl Into<String>) {
        let (id, secret) = (id.into(), secret.into());
        self.values.authorization = Some(Authorization::Basic { id, secret });
    }

    /// Authenticates this call with a token of its own.
    #[inline]
    pub(crate) fn bearer_auth(&mut self, token: impl Into<String>) {
        self.values.authorization = Some(Authorization::Bearer(token.into()));
    }

    pub(crate) fn options(&mut self, options: CallOptions) {
        self.values.options = options;
    }

    /// Makes the request.
    pub(crate) fn request(&self) -> Result<Request, Error> {
        let values = &*self.values;
        values
            .request()
            .map_err(|error| error.with_target(&values.target))
    }

    /// Starts the exchange; nothing is sent before it is polled.
    pub(crate) fn exchange(self) -> Exchange {
        let request = self.request();
        let values = *self.values;
        Exchange::new(values.core, values.target, request, values.options)
    }
}

impl Values {
    fn request(&self) -> Result<Request, Error> {
        let mut url = String::with_capacity(self.core.base_url.len() + 96);
        url.push_str(&self.core.base_url);
        match &self.target {
            Target::Documented(operation) => path::expand(&mut url, operation.path, &self.path)?,
            Target::Raw { path, .. } => path::append_raw(&mut url, path)?,
        }

        let core = &self.core;
        let mut headers = core.headers.clone();
        let auth = self.target.auth();
        core.credentials
            .apply(auth, &core.api_version, &mut url, &mut headers);
        let method = core.credentials.method(self.target.method(), &mut url);
        self.add_scope(&mut url);
        match &self.authorization {
            None => {}
            Some(Authorization::Basic { id, secret }) => {
                headers.insert(AUTHORIZATION, auth::basic(id, secret)?);
            }
            Some(Authorization::Bearer(token)) => {
                headers.insert(AUTHORIZATION, auth::bearer(token, "the bearer token")?);
            }
        }

        for QueryValue { name, value, .. } in &self.query {
            form::append_query(&mut url, name, value);
        }
        let url = Url::parse(&url).map_err(|error| {
            Error::build("base URL and path do not make a URL").with_source(error)
        })?;

        let body = body::encode(self.format, &self.content, self.target.body_required())?;
        let mut payload = Payload::empty();
        if let Some(body) = body {
            payload = body.payload;
            headers.extend(body.content_type.map(|value| (CONTENT_TYPE, value)));
        }
        for (name, value, secrecy) in &self.headers {
            insert_header(&mut headers, name, value, *secrecy)?;
        }
        if auth == Auth::Session && !headers.contains_key(AUTHORIZATION) {
            return Err(Error::build(
                "this operation is called with a session token in place of the client's: give it with `bearer_auth`",
            ));
        }

        Ok(Request {
            target: self.target.clone(),
            method,
            url,
            headers,
            payload,
            secrets: self.secrets(),
        })
    }

    /// Says which session and which satellite the call is made for, as Clerk's browser SDK does.
    fn add_scope(&self, url: &mut String) {
        let path = self.target.path();
        let sessionless = ["/v1/client", "/v1/waitlist"];
        if let Some(session) = self.core.session()
            && self.target.auth() == Auth::Client
            && !sessionless.iter().any(|prefix| path.starts_with(prefix))
            && !self.query.iter().any(|known| known.name == SESSION_ID)
        {
            form::append_query_text(url, SESSION_ID, session);
        }
        if let Some(domain) = &self.core.satellite {
            form::append_query_text(url, "__domain", domain);
        }
    }

    fn secrets(&self) -> Secrets {
        let query = self
            .query
            .iter()
            .filter(|value| value.secrecy == Secrecy::Secret);
        let fields = self.content.fields.iter().filter(|field| field.secret);
        Secrets {
            query: query.map(|value| value.name.clone()).collect(),
            fields: fields.map(|field| field.name.clone()).collect(),
        }
    }
}

fn insert_header(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    secrecy: Secrecy,
) -> Result<(), Error> {
    let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
        return Err(Error::build(format!(
            "`{}` is not a header name",
            name.escape_debug()
        )));
    };
    let mut value = header_value(value, &format!("the header `{name}`"))?;
    value.set_sensitive(secrecy == Secrecy::Secret);
    headers.insert(header, value);
    Ok(())
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = &*self.values;
        let mut debug = formatter.debug_struct("Call");
        debug.field("operation", &format_args!("{}", values.target));
        for (name, value) in &values.path {
            debug.field(name, value);
        }
        for QueryValue {
            name,
            value,
            secrecy,
        } in &values.query
        {
            debug.field(name, &shown(value, *secrecy == Secrecy::Secret));
        }
        for (name, value, secrecy) in &values.headers {
            match secrecy {
                Secrecy::Open => debug.field(name, value),
                Secrecy::Secret => debug.field(name, &REDACTED),
            };
        }
        for field in &values.content.fields {
            debug.field(&field.name, &shown(&field.value, field.secret));
        }
        if values.content.whole.is_some() {
            debug.field("body", &REDACTED);
        }
        for (name, file) in &values.content.files {
            debug.field(name, file);
        }
        if values.authorization.is_some() {
            debug.field("authorization", &REDACTED);
        }
        debug.finish()
    }
}

fn shown(value: &Value, secret: bool) -> Value {
    match secret {
        true => REDACTED.into(),
        false => shown_value(value),
    }
}

/// What every builder can do, whatever its operation; `$value` is what `send` returns, `$body` what the body holds.
macro_rules! call_methods {
    ($builder:ident => $value:ty) => {
        $crate::runtime::call_methods!($builder => $value, $value);
    };
    ($builder:ident => $value:ty, $body:ty) => {
        impl $builder {
            /// Adds a query parameter that the API's document does not have; given twice, the name is sent twice.
            #[inline]
            pub fn extra_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.call.add_query_text(name.into(), value.into());
                self
            }

            /// Sets a header, in place of what this crate would send under its name.
            #[inline]
            pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.call.extra_header(name.into(), value.into());
                self
            }

            /// Sets a body field, also one that the API's document does not have.
            #[inline]
            pub fn extra_field(
                mut self,
                name: impl Into<String>,
                value: impl Into<$crate::runtime::Value>,
            ) -> Self {
                self.call.extra_field(name.into(), value.into());
                self
            }

            /// Authenticates this call with a bearer token in place of the client's credentials.
            #[inline]
            pub fn bearer_auth(mut self, token: impl Into<String>) -> Self {
                self.call.bearer_auth(token);
                self
            }

            /// Makes this call differ from its client: timeouts, retries.
            #[inline]
            pub fn options(mut self, options: $crate::runtime::CallOptions) -> Self {
                self.call.options(options);
                self
            }

            /// Returns the request that would be sent.
            ///
            /// # Errors
            ///
            /// Fails if a value cannot be sent, such as a path parameter that is empty.
            #[inline]
            pub fn request(&self) -> Result<$crate::runtime::Request, $crate::runtime::Error> {
                self.call.request()
            }

            /// Sends the request and returns its value once awaited.
            #[inline]
            pub fn send(self) -> $crate::runtime::Sending<$value> {
                $crate::runtime::Sending::new(self.call.exchange())
            }

            /// Sends the request and returns the whole response once awaited: status, headers, raw and decoded body.
            #[inline]
            pub fn send_response(self) -> $crate::runtime::SendingResponse<$body> {
                $crate::runtime::SendingResponse::new(self.call.exchange())
            }
        }
    };
}
pub(crate) use call_methods;
