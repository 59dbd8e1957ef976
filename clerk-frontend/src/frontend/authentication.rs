//! The ways in which calls of the Frontend API say who makes them.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName};
use secrecy::SecretString;

use crate::runtime::{
    Carrier, Credentials, Error, MemoryTokenStore, TokenStore, Tokens, header_value,
};

/// How a client of the Frontend API says who calls; for [`ClientBuilder::authentication`](crate::ClientBuilder::authentication).
///
/// Whichever it is, the operations of OAuth take their own credentials with the call (`basic_auth`), and those of API keys a
/// session's token (`bearer_auth`).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Authentication {
    /// Calls are nobody's. What a client is unless told otherwise.
    #[default]
    Anonymous,
    /// Calls are those of a native application.
    Native(Native),
    /// Calls are those of a browser on a development instance.
    DevelopmentBrowser(DevelopmentBrowser),
    /// Calls are those of a browser on a production instance.
    ProductionBrowser(ProductionBrowser),
}

/// A native application: mobile, desktop, command line. The instance's Native API has to be switched on in Clerk's
/// dashboard; [`Error::is_native_api_disabled`](crate::Error::is_native_api_disabled) tells if it is not.
///
/// Calls carry the query parameter `_is_native`, the headers `x-mobile`, `clerk-api-version` and, once the client is known,
/// `x-clerk-client-id`, and the client's token as it is in `Authorization`. Answers may bring a new token there, which goes into
/// the store. It works on development instances as well.
#[derive(Clone, Default)]
#[must_use]
pub struct Native {
    store: Option<Arc<dyn TokenStore>>,
    device_id: Option<String>,
    sdk: Option<(String, String)>,
}

/// A browser on a development instance, where cookies do not cross sites: a token that stands for it goes along in the query.
///
/// The token is obtained from Clerk with the first call (`POST /v1/dev_browser`), kept in the store, replaced by what
/// answers bring in `Clerk-Db-Jwt`, and obtained anew when Clerk no longer knows it. As from browsers, the API's version goes into
/// the query and `PUT`, `PATCH` and `DELETE` are sent as `POST` with `_method`.
#[derive(Clone, Default)]
#[must_use]
pub struct DevelopmentBrowser {
    store: Option<Arc<dyn TokenStore>>,
}

/// A browser on a production instance: the client's token is the cookie `__client`.
///
/// The cookie is kept in the store and replaced by what answers set. As from browsers, the API's version goes into the query and
/// `PUT`, `PATCH` and `DELETE` are sent as `POST` with `_method`.
#[derive(Clone, Default)]
#[must_use]
pub struct ProductionBrowser {
    store: Option<Arc<dyn TokenStore>>,
}

/// What the three modes with a token have in common.
macro_rules! token_methods {
    ($mode:ident, $variant:ident) => {
        impl $mode {
            /// Starts without a token, which is kept in memory once there is one.
            pub fn new() -> Self {
                Self::default()
            }

            /// Starts with a token, kept in memory from then on.
            pub fn token(self, token: impl Into<SecretString>) -> Self {
                self.token_store(MemoryTokenStore::with_token(token))
            }

            /// Keeps the token in a store.
            pub fn token_store(mut self, store: impl TokenStore + 'static) -> Self {
                self.store = Some(Arc::new(store));
                self
            }

            /// Keeps the token in a store that others use as well.
            pub fn shared_token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
                self.store = Some(store);
                self
            }
        }

        impl From<$mode> for Authentication {
            fn from(mode: $mode) -> Self {
                Self::$variant(mode)
            }
        }
    };
}

token_methods!(Native, Native);
token_methods!(DevelopmentBrowser, DevelopmentBrowser);
token_methods!(ProductionBrowser, ProductionBrowser);

impl Native {
    /// Names the device, as `x-native-device-id`.
    pub fn device_id(mut self, id: impl Into<String>) -> Self {
        self.device_id = Some(id.into());
        self
    }

    /// Names the SDK that calls and its version, as `x-<platform>-sdk-version`: `ios`, `android`, `flutter` ...
    pub fn sdk(mut self, platform: impl Into<String>, version: impl Into<String>) -> Self {
        self.sdk = Some((platform.into(), version.into()));
        self
    }

    fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        if let Some(id) = &self.device_id {
            let name = HeaderName::from_static("x-native-device-id");
            headers.insert(name, header_value(id, "the device's id")?);
        }
        if let Some((platform, version)) = &self.sdk {
            let name = format!("x-{platform}-sdk-version");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                Error::build("the SDK's platform has a character that a header's name cannot hold")
            })?;
            headers.insert(name, header_value(version, "the SDK's version")?);
        }
        Ok(headers)
    }
}

impl Authentication {
    /// What stays the same with every call, and the token that does not.
    pub(crate) fn parts(&self) -> Result<(Credentials, Option<Tokens>), Error> {
        let tokens = |carrier, store: &Option<Arc<dyn TokenStore>>| {
            let store = store.clone();
            Some(Tokens::new(
                carrier,
                store.unwrap_or_else(|| Arc::new(MemoryTokenStore::new())),
            ))
        };
        Ok(match self {
            Self::Anonymous => (Credentials::None, None),
            Self::Native(native) => {
                let headers = native.headers()?;
                (
                    Credentials::Native { headers },
                    tokens(Carrier::Authorization, &native.store),
                )
            }
            Self::DevelopmentBrowser(browser) => {
                (Credentials::Browser, tokens(Carrier::Query, &browser.store))
            }
            Self::ProductionBrowser(browser) => (
                Credentials::Browser,
                tokens(Carrier::Cookie, &browser.store),
            ),
        })
    }
}

impl fmt::Debug for Native {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Native")
            .field("device_id", &self.device_id)
            .field("sdk", &self.sdk)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DevelopmentBrowser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DevelopmentBrowser")
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ProductionBrowser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ProductionBrowser")
            .finish_non_exhaustive()
    }
}
