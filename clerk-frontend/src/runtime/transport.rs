//! The seam to the HTTP client: everything that differs between native targets and browsers is in here.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use url::Url;

use super::core::Core;
use super::error::Error;
use super::payload::Payload;

/// How much memory is reserved for a body on the server's word.
const RESERVED: usize = 64 * 1024;

/// A boxed future: `Send`, except in browsers, where nothing is.
#[cfg(not(target_family = "wasm"))]
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// A boxed future: `Send`, except in browsers, where nothing is.
#[cfg(target_family = "wasm")]
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A request, ready for the HTTP client.
pub(crate) struct Outgoing {
    pub(crate) method: http::Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
    pub(crate) timeout: Option<Duration>,
}

/// A response whose body is still on its way.
pub(crate) struct Head {
    status: StatusCode,
    headers: HeaderMap,
    response: reqwest::Response,
}

/// A response, read as a whole.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How often the request was sent.
    pub(crate) attempts: u32,
    /// The secrets that were sent, if the answer is an error that may repeat them.
    pub(crate) secrets: Vec<String>,
}

/// Sends a request and waits for the head of its response.
pub(crate) async fn head(core: &Core, outgoing: Outgoing) -> Result<Head, Error> {
    let Outgoing {
        method,
        url,
        headers,
        body,
        timeout,
    } = outgoing;
    let mut request = core.http.request(method, url.clone()).headers(headers);
    if let Some(timeout) = timeout {
        request = request.timeout(timeout);
    }
    request = body.attach(request).await?;
    let mut response = request.send().await.map_err(Error::from_http)?;
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    mark_secrets(&mut headers);
    if response.url() != &url {
        return Err(Error::redirect(status, &headers, &Bytes::new()).with_source(
            "the HTTP client given to the builder followed it; build that client with `redirect::Policy::none()`",
        ));
    }
    Ok(Head {
        status,
        headers,
        response,
    })
}

impl Head {
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Reads the body.
    pub(crate) async fn read(self, core: &Core) -> Result<Received, Error> {
        let body = read(self.response, core.settings.max_response_size).await?;
        Ok(Received {
            status: self.status,
            headers: self.headers,
            body,
            attempts: 1,
            secrets: Vec::new(),
        })
    }
}

/// Response headers that carry credentials are not to be printed.
fn mark_secrets(headers: &mut HeaderMap) {
    for name in ["authorization", "set-cookie", "clerk-db-jwt", "location"] {
        if let http::header::Entry::Occupied(mut entry) = headers.entry(name) {
            entry
                .iter_mut()
                .for_each(|value: &mut HeaderValue| value.set_sensitive(true));
        }
    }
}

#[cfg(not(target_family = "wasm"))]
async fn read(mut response: reqwest::Response, limit: usize) -> Result<Bytes, Error> {
    let announced = response
        .content_length()
        .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > limit) {
        return Err(Error::too_large(limit));
    }
    // What a server announces is believed up to a point: memory is taken as bytes arrive.
    let mut body = Vec::with_capacity(announced.unwrap_or_default().min(RESERVED));
    while let Some(chunk) = response.chunk().await.map_err(Error::from_http)? {
        if body.len() + chunk.len() > limit {
            return Err(Error::too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// Browsers hand over the body as a whole.
#[cfg(target_family = "wasm")]
async fn read(response: reqwest::Response, limit: usize) -> Result<Bytes, Error> {
    let body = response.bytes().await.map_err(Error::from_http)?;
    if body.len() > limit {
        return Err(Error::too_large(limit));
    }
    Ok(body)
}

/// The HTTP client of those who bring none.
pub(crate) fn default_client(connect_timeout: Option<Duration>) -> Result<reqwest::Client, Error> {
    connect_within(http_client_builder()?, connect_timeout)
        .build()
        .map_err(|error| {
            Error::build("the HTTP client could not be built").with_source(error.without_url())
        })
}

#[cfg(not(target_family = "wasm"))]
fn connect_within(
    builder: reqwest::ClientBuilder,
    timeout: Option<Duration>,
) -> reqwest::ClientBuilder {
    match timeout {
        Some(timeout) => builder.connect_timeout(timeout),
        None => builder,
    }
}

/// Browsers decide themselves how long they try.
#[cfg(target_family = "wasm")]
fn connect_within(
    builder: reqwest::ClientBuilder,
    _timeout: Option<Duration>,
) -> reqwest::ClientBuilder {
    builder
}

/// Starts an HTTP client for `ClientBuilder::http_client`: with this crate's TLS, no redirects followed, and ten seconds to
/// connect.
///
/// reqwest's own `Client::new` has no TLS provider when this crate is the only one that chooses reqwest's features, and panics;
/// start here instead to set proxies, certificates or limits of one's own.
///
/// # Errors
///
/// Fails if TLS cannot be set up.
#[cfg(not(target_family = "wasm"))]
pub fn http_client_builder() -> Result<reqwest::ClientBuilder, Error> {
    with_tls(
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10)),
    )
}

/// Starts an HTTP client for `ClientBuilder::http_client`: the browser's own.
///
/// # Errors
///
/// Never fails; other targets may.
#[cfg(target_family = "wasm")]
pub fn http_client_builder() -> Result<reqwest::ClientBuilder, Error> {
    Ok(reqwest::Client::builder())
}

/// rustls with ring, unless the process has chosen another provider, and the operating system's certificates.
///
/// reqwest's own choice, aws-lc-rs, takes far longer to build. The configuration is handed over instead of installing a provider for the
/// whole process, which is not a library's to decide.
#[cfg(all(feature = "rustls", not(target_family = "wasm")))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    use rustls::crypto::{CryptoProvider, ring};
    use rustls_platform_verifier::BuilderVerifierExt;

    let provider = match CryptoProvider::get_default() {
        Some(provider) => provider.clone(),
        None => std::sync::Arc::new(ring::default_provider()),
    };
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| Error::build("TLS could not be set up").with_source(error))?
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config))
}

/// The operating system's TLS library.
#[cfg(all(
    feature = "native-tls",
    not(feature = "rustls"),
    not(target_family = "wasm")
))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_native())
}

/// Plain HTTP only.
#[cfg(not(any(feature = "rustls", feature = "native-tls", target_family = "wasm")))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder)
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_http_client_of_ones_own_can_be_built() {
        let client = super::http_client_builder().unwrap().no_proxy().build();
        assert!(client.is_ok());
    }
}
