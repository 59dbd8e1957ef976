//! What all calls of a client share.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;

use super::auth::Credentials;
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
}

pub(crate) struct Inner {
    pub(crate) surface: Surface,
    /// Without a slash at its end.
    pub(crate) base_url: String,
    pub(crate) credentials: Credentials,
    /// Sent with every request.
    pub(crate) headers: HeaderMap,
    pub(crate) http: reqwest::Client,
    pub(crate) settings: Settings,
}

impl Core {
    pub(crate) fn new(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
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
            .field("settings", &self.settings)
            .finish()
    }
}
