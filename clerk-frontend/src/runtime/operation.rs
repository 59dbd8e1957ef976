//! What generated code says about an operation: constant data, read by the shared request builder.

use std::fmt;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `OPTIONS`
    Options,
}

impl Method {
    /// Returns the method as it is written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Head => Self::HEAD,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
            Method::Options => Self::OPTIONS,
        }
    }
}

/// Which credentials an operation is called with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// Those of the client.
    Client,
    /// A session's token, given with the call.
    Session,
    /// The machine's key if the client has one, else those of the client.
    #[cfg_attr(
        not(feature = "backend"),
        allow(dead_code, reason = "only the Backend API has machines")
    )]
    Machine,
    /// None.
    None,
    /// HTTP basic authentication, given with the call.
    Basic,
}

/// How the fields of a call become a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFormat {
    /// The operation has no body.
    None,
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data`
    Multipart,
    /// `application/octet-stream`
    OctetStream,
}

/// One operation of an API.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The path template, `{name}` standing for a path parameter.
    pub(crate) path: &'static str,
    pub(crate) auth: Auth,
    pub(crate) body: BodyFormat,
    /// Whether a body is sent even when no field was set.
    pub(crate) body_required: bool,
    /// Whether the response comes in the Frontend API's `{response, client}` envelope.
    pub(crate) wrapped: bool,
}

/// What a call is addressed to: an operation of the document, or any path.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Documented(&'static Operation),
    Raw { method: Method, path: String },
}

impl Target {
    pub(crate) fn id(&self) -> Option<&'static str> {
        match self {
            Self::Documented(operation) => Some(operation.id),
            Self::Raw { .. } => None,
        }
    }

    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Documented(operation) => operation.method,
            Self::Raw { method, .. } => *method,
        }
    }

    /// The path without values: the template, or a raw path without its query.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Documented(operation) => operation.path,
            Self::Raw { path, .. } => path.split_once('?').map_or(path.as_str(), |(path, _)| path),
        }
    }

    pub(crate) fn auth(&self) -> Auth {
        match self {
            Self::Documented(operation) => operation.auth,
            Self::Raw { .. } => Auth::Client,
        }
    }

    pub(crate) fn body_required(&self) -> bool {
        match self {
            Self::Documented(operation) => operation.body_required,
            Self::Raw { .. } => false,
        }
    }

    pub(crate) fn wrapped(&self) -> bool {
        match self {
            Self::Documented(operation) => operation.wrapped,
            Self::Raw { .. } => false,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method(), self.path())?;
        match self.id() {
            Some(id) => write!(formatter, " ({id})"),
            None => Ok(()),
        }
    }
}
