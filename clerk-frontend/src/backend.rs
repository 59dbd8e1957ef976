//! Making clients of the Backend API.

use crate::generated::backend::Client;
use crate::runtime::{Credentials, Error, Method, RawCall, Settings, Surface, settings_methods};

/// The environment variable that [`Client::from_env`] reads.
const SECRET_KEY: &str = "CLERK_SECRET_KEY";

const BASE_URL: &str = "https://api.clerk.com/v1";

impl Client {
    /// Starts the making of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Makes a client with an instance's secret key (`sk_test_...`, `sk_live_...`).
    ///
    /// # Errors
    ///
    /// Fails if the key cannot be one, and says why.
    pub fn new(secret_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().secret_key(secret_key).build()
    }

    /// Makes a client with the secret key in the environment variable `CLERK_SECRET_KEY`.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set, or cannot be a secret key.
    pub fn from_env() -> Result<Self, Error> {
        let key = std::env::var(SECRET_KEY).map_err(|error| {
            Error::build(format!(
                "the environment variable {SECRET_KEY} {}",
                reason(&error)
            ))
        })?;
        Self::new(key)
    }

    /// Calls any path of the API below its version, such as `/audit_logs`, with this client's credentials.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(&self.core, method, path)
    }

    /// Returns the URL that paths are appended to.
    pub fn base_url(&self) -> &str {
        &self.core.base_url
    }
}

/// What is wrong with a variable. The error itself is not kept: it can print the variable's value.
fn reason(error: &std::env::VarError) -> &'static str {
    match error {
        std::env::VarError::NotPresent => "is not set",
        std::env::VarError::NotUnicode(_) => "is not text",
    }
}

/// Makes clients of the Backend API.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    settings: Settings,
    secret_key: Option<String>,
    base_url: Option<String>,
}

settings_methods!(ClientBuilder);

impl ClientBuilder {
    /// Authenticates with an instance's secret key (`sk_test_...`, `sk_live_...`), or a machine's.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// Sets the URL that paths are appended to, version included, in place of `https://api.clerk.com/v1`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Makes the client. Without a secret key, only calls that need none succeed.
    ///
    /// # Errors
    ///
    /// Fails if what is given is not what it should be; the error says which.
    pub fn build(self) -> Result<Client, Error> {
        let credentials = match self.secret_key.as_deref().map(str::trim) {
            None => Credentials::None,
            Some(key) if key.starts_with("pk_") => {
                return Err(Error::build(
                    "the secret key is a publishable key; the Backend API wants the key that begins with `sk_`",
                ));
            }
            Some(key) => Credentials::bearer(key, "the secret key")?,
        };
        let base_url = self.base_url.as_deref().unwrap_or(BASE_URL);
        let core = self
            .settings
            .build(Surface::Backend, base_url, credentials)?;
        Ok(Client { core })
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .field(
                "secret_key",
                &self.secret_key.as_ref().map(|_| "<redacted>"),
            )
            .field("base_url", &self.base_url)
            .field("settings", &self.settings)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn calls_carry_the_secret_key() {
        let client = Client::new("sk_test_hush").unwrap();
        let call = client
            .request(Method::Post, "/audit_logs?limit=1")
            .json(json!({"a": 1}));
        let request = call.request().unwrap();
        assert_eq!(request.url(), "https://api.clerk.com/v1/audit_logs?limit=1");
        assert_eq!(request.header("authorization"), Some("Bearer sk_test_hush"));
        assert_eq!(request.header("clerk-api-version"), Some("2026-05-12"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.body(), br#"{"a":1}"#);
        let builder = Client::builder().secret_key("sk_test_hush");
        for debug in [
            format!("{builder:?}"),
            format!("{client:?}"),
            format!("{call:?}"),
            format!("{request:?}"),
        ] {
            assert!(!debug.contains("hush"), "{debug}");
        }
    }

    #[test]
    fn problems_are_named() {
        assert!(
            Client::new("")
                .unwrap_err()
                .to_string()
                .contains("the secret key is empty")
        );
        assert!(
            Client::new("pk_test_x")
                .unwrap_err()
                .to_string()
                .contains("publishable key")
        );
        let error = Client::new("sk_\nhush").unwrap_err();
        assert!(!format!("{error:?}").contains("hush"));
    }
}
