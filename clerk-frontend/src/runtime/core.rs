//! What all calls of a client share.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderValue};

use super::auth::{Credentials, Tokens};
use super::follow::Follower;
use super::operation::BodyFormat;
use super::settings::Settings;

/// The API version that this crate is made from and asks for.
pub const API_VERSION: &str = "2026-05-12";

/// Which of the two APIs a client talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    Frontend,
    #[cfg_attr(
        not(feature = "backend"),
        allow(dead_code, reason = "the Backend API is a feature")
    )]
    Backend,
}

impl Surface {
    /// How fields are sent that were added to an operation without a body.
    pub(crate) fn body_format(self) -> BodyFormat {
        match self {
            Self::Frontend => BodyFormat::Form,
            Self::Backend => BodyFormat::Json,
        }
    }
}

/// The shared part of a client; cheap to clone.
#[derive(Clone)]
pub(crate) struct Core {
    inner: Arc<Inner>,
    /// The session that calls are made in, where it is not the client's choice.
    session: Option<Arc<str>>,
}

pub(crate) struct Inner {
    pub(crate) surface: Surface,
    /// Without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) credentials: Credentials,
    /// The token that changes, for clients that have one.
    pub(crate) tokens: Option<Tokens>,
    pub(crate) follower: Option<Arc<dyn Follower>>,
    /// Sent with every request.
    pub(crate) headers: HeaderMap,
    pub(crate) api_version: HeaderValue,
    /// The domain of a development satellite, sent with every request.
    pub(crate) satellite: Option<String>,
    pub(crate) http: reqwest::Client,
    pub(crate) settings: Settings,
    /// How many requests were sent, which puts them in order.
    pub(crate) sequence: AtomicU64,
}

impl Core {
    pub(crate) fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
            session: None,
        }
    }

    /// The same client, calling in this session.
    pub(crate) fn with_session(&self, id: String) -> Self {
        Self {
            inner: self.inner.clone(),
            session: Some(id.into()),
        }
    }

    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed)
    }
}

impl std::ops::Deref for Core {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Core")
            .field("api", &self.surface)
            .field("base_url", &self.base_url)
            .field("credentials", &self.credentials)
            .field("tokens", &self.tokens)
            .field("session", &self.session)
            .field("settings", &self.settings)
            .finish()
    }
}
