//! Credentials, and how each call carries them.

mod dev_browser;
#[cfg(all(feature = "file-token-store", not(target_family = "wasm")))]
mod file_store;
mod flights;
mod token_store;
mod tokens;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::error::Error;
use super::form;
use super::operation::{Auth, Method};

#[cfg(all(feature = "file-token-store", not(target_family = "wasm")))]
pub use file_store::FileTokenStore;
pub(crate) use token_store::same;
pub use token_store::{MemoryTokenStore, TokenStore, TokenStoreError, TokenStoreFuture};
pub(crate) use tokens::{Carrier, Tokens};

const X_MOBILE: HeaderName = HeaderName::from_static("x-mobile");
const CLERK_API_VERSION: HeaderName = HeaderName::from_static("clerk-api-version");

/// What a client's calls say about who makes them, as far as it stays the same; see [`Tokens`] for what changes.
#[derive(Clone, Default)]
pub(crate) enum Credentials {
    #[default]
    None,
    /// As Clerk's native SDKs: a flag in the query and some headers.
    Native { headers: HeaderMap },
    /// As Clerk's browser SDK: the version in the query, and only the methods `GET` and `POST`.
    Browser,
    /// The keys of a backend.
    #[cfg_attr(
        not(feature = "backend"),
        allow(dead_code, reason = "only the Backend API's clients have keys")
    )]
    Keys {
        secret: Option<HeaderValue>,
        /// For M2M calls, in place of the secret key.
        machine: Option<HeaderValue>,
    },
}

impl Credentials {
    /// Whether requests say how often they were sent before, as Clerk's browser SDK does.
    pub(crate) fn counts_retries(&self) -> bool {
        matches!(self, Self::Browser)
    }

    /// The method to send: browsers lose cookies with others than `GET` and `POST`, so Clerk takes those in the query.
    pub(crate) fn method(&self, method: Method, url: &mut String) -> Method {
        match (self, method) {
            (Self::Browser, Method::Put | Method::Patch | Method::Delete) => {
                form::append_query_text(url, "_method", method.as_str());
                Method::Post
            }
            (_, method) => method,
        }
    }

    /// Adds what goes with every request, and with those that are authenticated.
    pub(crate) fn apply(
        &self,
        auth: Auth,
        api_version: &HeaderValue,
        url: &mut String,
        headers: &mut HeaderMap,
    ) {
        match (self, api_version.to_str()) {
            // A header of its own would cost a browser a preflight request.
            (Self::Browser, Ok(version)) => {
                form::append_query_text(url, "__clerk_api_version", version);
            }
            _ => {
                headers.insert(CLERK_API_VERSION, api_version.clone());
            }
        }
        match (self, auth) {
            (Self::Native { headers: own }, Auth::Client) => {
                form::append_query_text(url, "_is_native", "true");
                headers.insert(X_MOBILE, HeaderValue::from_static("1"));
                headers.extend(own.clone());
            }
            (Self::Keys { secret, machine }, Auth::Client | Auth::Machine) => {
                let machine = machine.as_ref().filter(|_| auth == Auth::Machine);
                if let Some(key) = machine.or(secret.as_ref()) {
                    headers.insert(AUTHORIZATION, key.clone());
                }
            }
            _ => {}
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::Native { .. } => "Native",
            Self::Browser => "Browser",
            Self::Keys { .. } => "Keys(<redacted>)",
        })
    }
}

/// Returns an `Authorization` value with the scheme `Bearer`.
pub(crate) fn bearer(token: &str, what: &str) -> Result<HeaderValue, Error> {
    let token = token.trim();
    if token.is_empty() {
        return Err(Error::build(format!("{what} is empty")));
    }
    secret(&format!("Bearer {token}"), what)
}

/// Returns an `Authorization` value with the scheme `Basic`.
pub(crate) fn basic(id: &str, password: &str) -> Result<HeaderValue, Error> {
    if id.contains(':') {
        return Err(Error::build(
            "the id for basic authentication contains a colon",
        ));
    }
    let encoded = STANDARD.encode(format!("{id}:{password}"));
    secret(&format!("Basic {encoded}"), "the basic authentication")
}

/// Returns a header value that is never printed.
pub(crate) fn secret(text: &str, what: &str) -> Result<HeaderValue, Error> {
    let mut value = super::header_value(text, what)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(credentials: &Credentials, auth: Auth) -> (String, HeaderMap) {
        let mut url = String::from("https://example.com/v1/client");
        let mut headers = HeaderMap::new();
        let version = HeaderValue::from_static("2026-05-12");
        credentials.apply(auth, &version, &mut url, &mut headers);
        (
            url.split_off("https://example.com/v1/client".len()),
            headers,
        )
    }

    #[test]
    fn native_calls_say_so() {
        let mut own = HeaderMap::new();
        own.insert("x-native-device-id", HeaderValue::from_static("device_1"));
        let native = Credentials::Native { headers: own };
        let (query, headers) = applied(&native, Auth::Client);
        assert_eq!(query, "?_is_native=true");
        assert_eq!(headers.get("x-mobile").unwrap(), "1");
        assert_eq!(headers.get("x-native-device-id").unwrap(), "device_1");
        assert_eq!(headers.get("clerk-api-version").unwrap(), "2026-05-12");
        for auth in [Auth::None, Auth::Session] {
            let (query, headers) = applied(&native, auth);
            assert_eq!((query.as_str(), headers.len()), ("", 1));
        }
    }

    #[test]
    fn browsers_send_the_version_in_the_query() {
        let (query, headers) = applied(&Credentials::Browser, Auth::Client);
        assert_eq!(query, "?__clerk_api_version=2026-05-12");
        assert!(headers.is_empty());
    }

    #[test]
    fn machines_have_a_key_of_their_own() {
        let key = |text: &'static str| Some(HeaderValue::from_static(text));
        let sent = |credentials: &Credentials, auth| {
            let (_, headers) = applied(credentials, auth);
            headers
                .get("authorization")
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let both = Credentials::Keys {
            secret: key("sk"),
            machine: key("ak"),
        };
        assert_eq!(sent(&both, Auth::Client).as_deref(), Some("sk"));
        assert_eq!(sent(&both, Auth::Machine).as_deref(), Some("ak"));
        assert_eq!(sent(&both, Auth::None), None);
        let secret = Credentials::Keys {
            secret: key("sk"),
            machine: None,
        };
        assert_eq!(sent(&secret, Auth::Machine).as_deref(), Some("sk"));
        let machine = Credentials::Keys {
            secret: None,
            machine: key("ak"),
        };
        assert_eq!(sent(&machine, Auth::Client), None);
    }

    #[test]
    fn schemes_are_written_out() {
        assert_eq!(
            bearer(" sk_test_1\n", "the secret key").unwrap(),
            "Bearer sk_test_1"
        );
        assert_eq!(basic("id", "se:cret").unwrap(), "Basic aWQ6c2U6Y3JldA==");
        assert!(basic("a:b", "c").is_err());
        assert!(
            bearer("", "the secret key")
                .unwrap_err()
                .to_string()
                .contains("the secret key is empty")
        );
    }

    #[test]
    fn nothing_secret_is_printed() {
        let keys = Credentials::Keys {
            secret: Some(bearer("hush", "it").unwrap()),
            machine: None,
        };
        assert!(!format!("{keys:?}").contains("hush"));
        assert!(!format!("{:?}", bearer("hush\nhush", "it").unwrap_err()).contains("hush"));
        assert!(!format!("{:?}", basic("id", "hush").unwrap()).contains("aWQ"));
    }
}
