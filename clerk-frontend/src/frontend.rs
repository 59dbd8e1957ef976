//! Making clients of the Frontend API.

use crate::generated::frontend::Client;
use crate::runtime::{
    Credentials, Error, Method, RawCall, Settings, Surface, frontend_api, is_host, settings_methods,
};

/// The environment variable that [`Client::from_env`] reads.
const PUBLISHABLE_KEY: &str = "CLERK_PUBLISHABLE_KEY";

impl Client {
    /// Starts the making of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Makes a client of the instance that a publishable key (`pk_test_...`, `pk_live_...`) belongs to, without credentials.
    ///
    /// # Errors
    ///
    /// Fails if the key is none, and says what is wrong with it.
    pub fn new(publishable_key: impl Into<String>) -> Result<Self, Error> {
        Self::builder().publishable_key(publishable_key).build()
    }

    /// Makes a client of the instance whose publishable key is in the environment variable `CLERK_PUBLISHABLE_KEY`.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set, or is not a publishable key.
    pub fn from_env() -> Result<Self, Error> {
        let key = std::env::var(PUBLISHABLE_KEY).map_err(|error| {
            Error::build(format!(
                "the environment variable {PUBLISHABLE_KEY} cannot be read"
            ))
            .with_source(error)
        })?;
        Self::new(key)
    }

    /// Calls any path of the API, such as `/v1/client/device_attestation/challenges`, with this client's credentials.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(&self.core, method, path)
    }

    /// Returns the URL that paths are appended to.
    pub fn base_url(&self) -> &str {
        &self.core.base_url
    }
}

/// Makes clients of the Frontend API.
///
/// The API's address comes from, in this order: [`base_url`](Self::base_url), [`proxy_url`](Self::proxy_url),
/// [`frontend_api`](Self::frontend_api), [`publishable_key`](Self::publishable_key). One of them is needed.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    settings: Settings,
    publishable_key: Option<String>,
    frontend_api: Option<String>,
    proxy_url: Option<String>,
    base_url: Option<String>,
    native: Native,
}

/// Whether calls are those of a native application.
#[derive(Clone, Default)]
enum Native {
    #[default]
    No,
    SignedOut,
    Token(String),
}

settings_methods!(ClientBuilder);

impl ClientBuilder {
    /// Takes the API's host from a publishable key (`pk_test_...`, `pk_live_...`).
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// Sets the API's host, such as `clerk.example.com`, in place of the one in the publishable key.
    pub fn frontend_api(mut self, host: impl Into<String>) -> Self {
        self.frontend_api = Some(host.into());
        self
    }

    /// Sends requests through a proxy for the Frontend API, such as `https://example.com/__clerk`.
    pub fn proxy_url(mut self, url: impl Into<String>) -> Self {
        self.proxy_url = Some(url.into());
        self
    }

    /// Sets the URL that paths are appended to, such as that of a mock server.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Calls as a native application does that has no token yet.
    ///
    /// The instance's Native API has to be switched on in Clerk's dashboard.
    pub fn native(mut self) -> Self {
        self.native = Native::SignedOut;
        self
    }

    /// Calls as a native application does, with the token that it keeps for its client.
    ///
    /// The instance's Native API has to be switched on in Clerk's dashboard.
    pub fn native_token(mut self, token: impl Into<String>) -> Self {
        self.native = Native::Token(token.into());
        self
    }

    /// Sends this `Origin` with every request; Clerk puts it into session tokens as `azp`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.settings.origin = Some(origin.into());
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// Fails if no address is given, or what is given is not what it should be; the error says which.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = self.address()?;
        let credentials = match &self.native {
            Native::No => Credentials::None,
            Native::SignedOut => Credentials::native(None)?,
            Native::Token(token) => Credentials::native(Some(token))?,
        };
        let core = self
            .settings
            .build(Surface::Frontend, &base_url, credentials)?;
        Ok(Client { core })
    }

    fn address(&self) -> Result<String, Error> {
        // A bad key is worth knowing about even where another address goes before it.
        let from_key = self
            .publishable_key
            .as_deref()
            .map(frontend_api)
            .transpose()?;
        if let Some(url) = self.base_url.as_ref().or(self.proxy_url.as_ref()) {
            return Ok(url.clone());
        }
        if let Some(host) = &self.frontend_api {
            return match is_host(host) {
                true => Ok(format!("https://{host}")),
                false => Err(Error::build(format!(
                    "{host:?} is not the host of a Frontend API"
                ))),
            };
        }
        match from_key {
            Some(host) => Ok(format!("https://{host}")),
            None => Err(Error::build(
                "a client of the Frontend API needs a publishable key, or the API's host or URL",
            )),
        }
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let native = match self.native {
            Native::No => "no",
            Native::SignedOut => "without a token",
            Native::Token(_) => "<redacted>",
        };
        formatter
            .debug_struct("ClientBuilder")
            .field("publishable_key", &self.publishable_key)
            .field("frontend_api", &self.frontend_api)
            .field("proxy_url", &self.proxy_url)
            .field("base_url", &self.base_url)
            .field("native", &native)
            .field("settings", &self.settings)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";

    fn problem(builder: ClientBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn addresses_have_an_order() {
        let builder = Client::builder().publishable_key(KEY);
        let address =
            |builder: &ClientBuilder| builder.clone().build().unwrap().base_url().to_owned();
        assert_eq!(address(&builder), "https://clerk.example.com");
        let builder = builder.frontend_api("clerk.other.example");
        assert_eq!(address(&builder), "https://clerk.other.example");
        let builder = builder.proxy_url("https://example.com/__clerk/");
        assert_eq!(address(&builder), "https://example.com/__clerk");
        let builder = builder.base_url("http://127.0.0.1:8080");
        assert_eq!(address(&builder), "http://127.0.0.1:8080");
    }

    #[test]
    fn problems_are_named() {
        assert!(problem(Client::builder()).contains("needs a publishable key"));
        assert!(
            problem(Client::builder().publishable_key("pk_test_x")).contains("publishable key")
        );
        assert!(problem(Client::builder().frontend_api("https://a.b")).contains("is not the host"));
        assert!(problem(Client::builder().proxy_url("/__clerk")).contains("not an absolute URL"));
        assert!(
            problem(Client::builder().base_url("x").publishable_key("sk_test_x"))
                .contains("secret key")
        );
    }

    #[test]
    fn raw_calls_carry_the_clients_credentials() {
        let client = Client::builder()
            .publishable_key(KEY)
            .native_token("hush")
            .origin("https://example.com");
        assert!(!format!("{client:?}").contains("hush"));
        let client = client.build().unwrap();
        let call = client
            .request(Method::Post, "/v1/client/verify")
            .query("a", "b c")
            .form("token", "quiet")
            .form("list", vec!["x", "y"]);
        let request = call.request().unwrap();
        assert_eq!(
            request.url(),
            "https://clerk.example.com/v1/client/verify?_is_native=true&a=b%20c"
        );
        assert_eq!(request.header("authorization"), Some("hush"));
        assert_eq!(request.header("origin"), Some("https://example.com"));
        assert_eq!(
            request.header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert_eq!(request.body(), b"token=quiet&list=x&list=y");
        for debug in [
            format!("{client:?}"),
            format!("{call:?}"),
            format!("{request:?}"),
        ] {
            assert!(
                !debug.contains("hush") && !debug.contains("quiet"),
                "{debug}"
            );
        }
    }
}
