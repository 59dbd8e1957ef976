//! Making clients of the Backend API.

use http::HeaderValue;

use crate::environment::variable;
use crate::generated::backend::Client;
use crate::runtime::{
    ClientParts, Credentials, Error, Method, RawCall, Settings, Surface, bearer, settings_methods,
};

/// The environment variables that [`Client::from_env`] reads.
const SECRET_KEY: &str = "CLERK_SECRET_KEY";

const MACHINE_SECRET_KEY: &str = "CLERK_MACHINE_SECRET_KEY";

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

    /// Makes a client with the secret key in the environment variable `CLERK_SECRET_KEY`, and the machine's in
    /// `CLERK_MACHINE_SECRET_KEY` if it is set.
    ///
    /// # Errors
    ///
    /// Fails if `CLERK_SECRET_KEY` is not set, or one of them cannot be what it should be.
    pub fn from_env() -> Result<Self, Error> {
        let builder = Self::builder().secret_key(variable(SECRET_KEY)?);
        match variable(MACHINE_SECRET_KEY) {
            Ok(key) => builder.machine_secret_key(key).build(),
            Err(_) => builder.build(),
        }
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

/// Makes clients of the Backend API.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    settings: Settings,
    secret_key: Option<String>,
    machine_secret_key: Option<String>,
    base_url: Option<String>,
}

settings_methods!(ClientBuilder);

impl ClientBuilder {
    /// Authenticates with an instance's secret key (`sk_test_...`, `sk_live_...`).
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// Authenticates calls about M2M tokens with a machine's secret key (`ak_...`), in place of the instance's.
    pub fn machine_secret_key(mut self, key: impl Into<String>) -> Self {
        self.machine_secret_key = Some(key.into());
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
        let secret = self.secret_key.as_deref();
        let machine = self.machine_secret_key.as_deref();
        let credentials = Credentials::Keys {
            secret: secret
                .map(|key| checked(key, "the secret key", "sk_"))
                .transpose()?,
            machine: machine
                .map(|key| checked(key, "the machine's secret key", "ak_"))
                .transpose()?,
        };
        let core = self.settings.build(ClientParts {
            surface: Surface::Backend,
            base_url: self.base_url.unwrap_or_else(|| BASE_URL.to_owned()),
            credentials,
            tokens: None,
            follower: None,
            satellite: None,
        })?;
        Ok(Client { core })
    }
}

/// Refuses what can be seen to be another kind of key: sent, it would be a puzzling error, and a secret in the wrong place.
fn checked(key: &str, what: &str, prefix: &str) -> Result<HeaderValue, Error> {
    let others = [
        ("pk_", "a publishable key"),
        ("sk_", "a secret key"),
        ("ak_", "a machine's secret key"),
    ];
    let other = others
        .into_iter()
        .find(|(other, _)| *other != prefix && key.trim().starts_with(other));
    match other {
        Some((_, other)) => Err(Error::build(format!(
            "{what} is {other}; wanted is the one that begins with `{prefix}`"
        ))),
        None => bearer(key, what),
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
            .field(
                "machine_secret_key",
                &self.machine_secret_key.as_ref().map(|_| "<redacted>"),
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
        let machine = |key: &str| Client::builder().machine_secret_key(key).build();
        assert!(machine("ak_1").is_ok());
        for (key, other) in [
            ("sk_hush", "a secret key"),
            ("pk_hush", "a publishable key"),
        ] {
            let problem = machine(key).unwrap_err().to_string();
            assert!(
                problem.contains(other) && !problem.contains("hush"),
                "{problem}"
            );
        }
        assert!(
            Client::new("ak_hush")
                .unwrap_err()
                .to_string()
                .contains("a machine's")
        );
        let error = Client::new("sk_\nhush").unwrap_err();
        assert!(!format!("{error:?}").contains("hush"));
    }
}
