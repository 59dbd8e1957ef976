//! What both client builders let a caller decide.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use http::header::{ORIGIN, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use url::Url;

use super::auth::{Credentials, Tokens};
use super::clock::{Clock, SystemClock};
use super::core::{API_VERSION, Core, Inner, Surface};
use super::drift::Drift;
use super::error::Error;
use super::exchange::Attempt;
use super::follow::Follower;
use super::retry::Retry;
use super::transport;

/// How large a response may be if nothing else is said.
const MAX_RESPONSE_SIZE: usize = 64 * 1024 * 1024;

/// Called with the operation's id and what its response had that this version does not know.
pub(crate) type Observer = Arc<dyn Fn(&str, Drift) + Send + Sync>;

/// Called with each attempt at a call.
pub(crate) type AttemptWatcher = Arc<dyn Fn(&Attempt<'_>) + Send + Sync>;

/// What both client builders let a caller decide.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) http: Option<reqwest::Client>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) retry: Retry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) on_attempt: Option<AttemptWatcher>,
    pub(crate) user_agent: Option<String>,
    pub(crate) api_version: String,
    pub(crate) origin: Option<String>,
    pub(crate) observer: Option<Observer>,
    pub(crate) strict: bool,
    pub(crate) max_response_size: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            http: None,
            timeout: Some(Duration::from_secs(30)),
            deadline: Some(Duration::from_secs(90)),
            connect_timeout: None,
            retry: Retry::default(),
            clock: Arc::new(SystemClock::new()),
            on_attempt: None,
            user_agent: None,
            api_version: API_VERSION.to_owned(),
            origin: None,
            observer: None,
            strict: false,
            max_response_size: MAX_RESPONSE_SIZE,
        }
    }
}

/// The part of a client that is not the caller's settings.
pub(crate) struct Parts {
    pub(crate) surface: Surface,
    pub(crate) base_url: String,
    pub(crate) credentials: Credentials,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) follower: Option<Arc<dyn Follower>>,
    pub(crate) satellite: Option<String>,
}

impl Settings {
    /// Makes the shared part of a client.
    pub(crate) fn build(self, parts: Parts) -> Result<Core, Error> {
        let base_url = checked_base_url(&parts.base_url)?;
        let headers = self.headers()?;
        let api_version = header_value(&self.api_version, "the API version")?;
        let http = match &self.http {
            Some(http) => http.clone(),
            None => transport::default_client(self.connect_timeout)?,
        };
        Ok(Core::new(Inner {
            surface: parts.surface,
            base_url,
            credentials: parts.credentials,
            tokens: parts.tokens,
            follower: parts.follower,
            headers,
            api_version,
            satellite: parts.satellite,
            http,
            settings: self,
            sequence: AtomicU64::new(0),
        }))
    }

    fn headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(8);
        let mut user_agent = concat!("clerk-frontend/", env!("CARGO_PKG_VERSION")).to_owned();
        if let Some(suffix) = &self.user_agent {
            user_agent.push(' ');
            user_agent.push_str(suffix);
        }
        headers.insert(USER_AGENT, header_value(&user_agent, "the user agent")?);
        if let Some(origin) = &self.origin {
            headers.insert(ORIGIN, header_value(origin, "the origin")?);
        }
        Ok(headers)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("own_http_client", &self.http.is_some())
            .field("timeout", &self.timeout)
            .field("deadline", &self.deadline)
            .field("connect_timeout", &self.connect_timeout)
            .field("retry", &self.retry)
            .field("on_attempt", &self.on_attempt.is_some())
            .field("user_agent", &self.user_agent)
            .field("api_version", &self.api_version)
            .field("origin", &self.origin)
            .field("on_drift", &self.observer.is_some())
            .field("strict", &self.strict)
            .field("max_response_size", &self.max_response_size)
            .finish()
    }
}

/// Returns a header value, if the text can be one.
pub(crate) fn header_value(text: &str, what: &str) -> Result<HeaderValue, Error> {
    // The cause is not kept: it could only repeat the text.
    HeaderValue::from_str(text)
        .ok()
        .filter(|_| !text.contains(char::is_control))
        .ok_or_else(|| Error::build(format!("{what} has a character that a header cannot hold")))
}

/// Returns the base URL without a slash at its end, if it is one that paths can be appended to.
fn checked_base_url(text: &str) -> Result<String, Error> {
    let text = text.trim();
    // The URL itself stays out of the messages: someone may have put a password into it.
    let url = Url::parse(text)
        .map_err(|error| Error::build("the base URL is not an absolute URL").with_source(error))?;
    let problem = if !matches!(url.scheme(), "https" | "http") {
        "the base URL is neither `https` nor `http`"
    } else if !url.username().is_empty() || url.password().is_some() {
        "the base URL has a user name or password"
    } else if url.query().is_some() || url.fragment().is_some() {
        "the base URL has a query or fragment"
    } else {
        return Ok(url.as_str().trim_end_matches('/').to_owned());
    };
    Err(Error::build(problem))
}

/// The builder methods that both APIs share; the builder has a field `settings`.
macro_rules! settings_methods {
    ($builder:ident) => {
        impl $builder {
            /// Sends requests through this HTTP client, with its proxies, certificates and connection pool.
            ///
            /// Start it with [`http_client_builder`](crate::http_client_builder), which has TLS, or build it with
            /// `redirect::Policy::none()`: redirects are part of what this crate returns, and credentials
            /// must not be sent after them. A response that was redirected is an error, but it comes too late: reqwest keeps
            /// `Authorization` and `Cookie` from another host and sends it the rest, which is the body (passwords, codes) after 307
            /// and 308, and the query (a development browser's token) in `Referer`.
            pub fn http_client(mut self, client: reqwest::Client) -> Self {
                self.settings.http = Some(client);
                self
            }

            /// Limits the time of one attempt, from sending a request to the end of its response; 30 seconds unless set.
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.settings.timeout = Some(timeout);
                self
            }

            /// Limits the time of a call, all attempts and the waits between them included; 90 seconds unless set.
            pub fn deadline(mut self, deadline: std::time::Duration) -> Self {
                self.settings.deadline = Some(deadline);
                self
            }

            /// Limits the time it takes to connect; 10 seconds unless set.
            ///
            /// Not for a client that was brought along with [`http_client`](Self::http_client), which has its own limit.
            pub fn connect_timeout(mut self, timeout: std::time::Duration) -> Self {
                self.settings.connect_timeout = Some(timeout);
                self
            }

            /// Sets when calls that failed are sent again; [`Retry::new`](crate::Retry::new) unless set,
            /// [`Retry::none`](crate::Retry::none) for never.
            pub fn retry(mut self, retry: $crate::runtime::Retry) -> Self {
                self.settings.retry = retry;
                self
            }

            /// Calls `watcher` with each attempt at a call: what came of it, and whether there will be another.
            pub fn on_attempt(
                mut self,
                watcher: impl Fn(&$crate::runtime::Attempt<'_>) + Send + Sync + 'static,
            ) -> Self {
                self.settings.on_attempt = Some(std::sync::Arc::new(watcher));
                self
            }

            /// Tells the time and waits by this clock; for tests, and for runtimes other than tokio.
            ///
            /// Only waits between attempts go by it; the HTTP client has its own clock for timeouts.
            pub fn clock(mut self, clock: impl $crate::runtime::Clock + 'static) -> Self {
                self.settings.clock = std::sync::Arc::new(clock);
                self
            }

            /// Appends a product to the user agent, such as `my-app/1.2`.
            pub fn user_agent(mut self, product: impl Into<String>) -> Self {
                self.settings.user_agent = Some(product.into());
                self
            }

            /// Asks for another dated version of the API than the one that this crate is made from.
            pub fn api_version(mut self, version: impl Into<String>) -> Self {
                self.settings.api_version = version.into();
                self
            }

            /// Calls `observer` with the operation's id and each thing in a response that this version of the crate did not expect.
            ///
            /// A raw call has no operation id; the text is empty then.
            pub fn on_drift(
                mut self,
                observer: impl Fn(&str, $crate::runtime::Drift) + Send + Sync + 'static,
            ) -> Self {
                self.settings.observer = Some(std::sync::Arc::new(observer));
                self
            }

            /// Makes everything in a response that this version of the crate did not expect an error; for tests.
            pub fn strict(mut self, strict: bool) -> Self {
                self.settings.strict = strict;
                self
            }

            /// Refuses responses with a larger body than this; 64 MiB unless set.
            ///
            /// A response is held in memory as a whole before it is decoded.
            pub fn max_response_size(mut self, bytes: usize) -> Self {
                self.settings.max_response_size = bytes;
                self
            }
        }
    };
}
pub(crate) use settings_methods;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_checked() {
        assert_eq!(
            checked_base_url("https://example.com").unwrap(),
            "https://example.com"
        );
        assert_eq!(
            checked_base_url(" http://127.0.0.1:1/a/b/ ").unwrap(),
            "http://127.0.0.1:1/a/b"
        );
        for bad in [
            "",
            "example.com",
            "/__clerk",
            "ftp://a.b",
            "https://u:hush@a.b",
            "https://a.b?x=1",
            "https://a.b#c",
        ] {
            let error = checked_base_url(bad).unwrap_err();
            assert!(
                error.to_string().starts_with("the base URL"),
                "{bad}: {error}"
            );
            assert!(!format!("{error:?}").contains("hush"));
        }
    }

    #[test]
    fn every_request_names_version_and_agent() {
        let settings = Settings {
            user_agent: Some("app/1".into()),
            ..Settings::default()
        };
        let headers = settings.headers().unwrap();
        let agent = headers.get("user-agent").unwrap().to_str().unwrap();
        assert!(agent.starts_with("clerk-frontend/") && agent.ends_with(" app/1"));
        for bad in ["a\nb", "a\tb", "a\u{0}b", "a\u{7f}b"] {
            let settings = Settings {
                origin: Some(bad.into()),
                ..Settings::default()
            };
            assert!(settings.headers().is_err(), "{bad:?}");
        }
    }
}
