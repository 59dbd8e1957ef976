//! Making clients of the Frontend API.

mod authentication;
mod piggyback;
mod state;

use std::any::Any;
use std::sync::Arc;

use crate::environment::variable;
use crate::generated::frontend::Client;
use crate::models;
use crate::runtime::{
    ClientParts, Error, Instance, Method, PublishableKey, RawCall, Settings, Surface, is_host,
    settings_methods,
};

pub use authentication::{Authentication, DevelopmentBrowser, Native, ProductionBrowser};
pub use state::ClientChanges;
use state::{State, Watcher};

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
        Self::builder().publishable_key_from_env()?.build()
    }

    /// Calls any path of the API, such as `/v1/client/device_attestation/challenges`, with this client's credentials.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(&self.core, method, path)
    }

    /// Returns the URL that paths are appended to.
    pub fn base_url(&self) -> &str {
        &self.core.base_url
    }

    /// Returns a client that calls in this session, where a user has several; it shares everything else with this one.
    ///
    /// Calls carry it as `_clerk_session_id`, except those about the client itself and the waitlist.
    #[must_use]
    pub fn with_session(&self, session_id: impl Into<String>) -> Self {
        let core = self.core.with_session(session_id.into());
        Self { core }
    }

    /// Returns the client (device, browser) with its sessions, as the latest answer told it; nothing before the first
    /// one, and when there is none.
    ///
    /// Clerk sends it along with most answers, and with errors. An answer that comes late, or to a token that is not the
    /// current one, does not count.
    pub fn current_client(&self) -> Option<Arc<models::Client>> {
        self.state()?.client()
    }

    /// Returns a stream of [`current_client`](Self::current_client): what it is now, and then each change.
    pub fn client_changes(&self) -> ClientChanges {
        self.state()
            .map_or_else(ClientChanges::none, State::changes)
    }

    fn state(&self) -> Option<&State> {
        let follower: &dyn Any = self.core.follower.as_deref()?;
        follower.downcast_ref()
    }
}

impl Error {
    /// Returns the client (device, browser) that came along with an error of the Frontend API.
    pub fn client(&self) -> Option<models::Client> {
        let client = self.meta()?.get("client")?;
        serde_json::from_value(client.clone()).ok()
    }
}

/// Makes clients of the Frontend API.
///
/// The API's address comes from, in this order: [`base_url`](Self::base_url), [`proxy_url`](Self::proxy_url),
/// [`frontend_api`](Self::frontend_api), [`domain`](Self::domain) on production instances,
/// [`publishable_key`](Self::publishable_key). One of them is needed.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    settings: Settings,
    publishable_key: Option<String>,
    frontend_api: Option<String>,
    domain: Option<String>,
    proxy_url: Option<String>,
    base_url: Option<String>,
    authentication: Authentication,
    watcher: Option<Watcher>,
}

settings_methods!(ClientBuilder);

impl ClientBuilder {
    /// Takes the API's host from a publishable key (`pk_test_...`, `pk_live_...`).
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// Takes the API's host from the publishable key in the environment variable `CLERK_PUBLISHABLE_KEY`.
    ///
    /// # Errors
    ///
    /// Fails if the variable is not set.
    pub fn publishable_key_from_env(self) -> Result<Self, Error> {
        let key = variable(PUBLISHABLE_KEY)?;
        Ok(self.publishable_key(key))
    }

    /// Sets the domain of a satellite application, such as `shop.example`.
    ///
    /// On production instances, whose publishable key begins with `pk_live_`, it takes the place of the API's host; on
    /// development instances it goes along with every call as `__domain`.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
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

    /// Sets how calls say who makes them; [`Authentication::Anonymous`] unless set.
    pub fn authentication(mut self, authentication: impl Into<Authentication>) -> Self {
        self.authentication = authentication.into();
        self
    }

    /// Calls as a native application does that has no token yet: [`Native::new`].
    pub fn native(self) -> Self {
        self.authentication(Native::new())
    }

    /// Calls as a native application does, starting with the token that it has: [`Native::token`].
    pub fn native_token(self, token: impl Into<String>) -> Self {
        self.authentication(Native::new().token(token.into()))
    }

    /// Calls `watcher` with the client (device, browser) whenever an answer tells about it, in the order in which it
    /// changed; with nothing if there is none. See [`Client::client_changes`] for a stream.
    ///
    /// It is called while the answer is on its way to its caller, and has to be quick.
    pub fn on_client(
        mut self,
        watcher: impl Fn(Option<&models::Client>) + Send + Sync + 'static,
    ) -> Self {
        self.watcher = Some(Arc::new(watcher));
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
        // A bad key is worth knowing about even where another address goes before it.
        let key = self.publishable_key.as_deref().map(PublishableKey::read);
        let key = key.transpose()?;
        self.check_mode(key.as_ref())?;
        let base_url = self.address(key.as_ref())?;
        let in_development = key.is_some_and(|key| key.instance == Instance::Development);
        let (credentials, tokens) = self.authentication.parts()?;
        let core = self.settings.build(ClientParts {
            surface: Surface::Frontend,
            base_url,
            credentials,
            tokens,
            follower: Some(Arc::new(State::new(self.watcher))),
            satellite: self.domain.filter(|_| in_development),
        })?;
        Ok(Client { core })
    }

    /// Each kind of browser belongs to one kind of instance.
    fn check_mode(&self, key: Option<&PublishableKey>) -> Result<(), Error> {
        let problem = match (&self.authentication, key.map(|key| key.instance)) {
            (Authentication::DevelopmentBrowser(_), Some(Instance::Production)) => {
                "development browsers belong to development instances; the publishable key is a production instance's"
            }
            (Authentication::ProductionBrowser(_), Some(Instance::Development)) => {
                "production browsers belong to production instances; the publishable key is a development instance's"
            }
            _ => return Ok(()),
        };
        Err(Error::build(problem))
    }

    fn address(&self, key: Option<&PublishableKey>) -> Result<String, Error> {
        if let Some(url) = self.base_url.as_ref().or(self.proxy_url.as_ref()) {
            return Ok(url.clone());
        }
        if let Some(host) = &self.frontend_api {
            return https(host, "the host of a Frontend API");
        }
        match (key, &self.domain) {
            (Some(key), Some(domain)) if key.instance == Instance::Production => {
                https(domain, "a domain")
            }
            (Some(key), _) => Ok(format!("https://{}", key.host)),
            (None, _) => Err(Error::build(
                "a client of the Frontend API needs a publishable key, or the API's host or URL",
            )),
        }
    }
}

fn https(host: &str, what: &str) -> Result<String, Error> {
    match is_host(host) {
        true => Ok(format!("https://{host}")),
        false => Err(Error::build(format!("{host:?} is not {what}"))),
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ClientBuilder")
            .field("publishable_key", &self.publishable_key)
            .field("frontend_api", &self.frontend_api)
            .field("domain", &self.domain)
            .field("proxy_url", &self.proxy_url)
            .field("base_url", &self.base_url)
            .field("authentication", &self.authentication)
            .field("on_client", &self.watcher.is_some())
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
        // The token is read from its store when the call is sent.
        assert_eq!(request.header("authorization"), None);
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
