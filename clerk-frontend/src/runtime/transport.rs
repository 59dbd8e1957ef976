//! The seam to the HTTP client: everything that differs between native targets and browsers is in here.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::core::Core;
use super::error::Error;
use super::request::Request;

/// A boxed future: `Send`, except in browsers, where nothing is.
#[cfg(not(target_family = "wasm"))]
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// A boxed future: `Send`, except in browsers, where nothing is.
#[cfg(target_family = "wasm")]
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A response, read as a whole.
#[derive(Clone)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Sends a request once and reads the response.
pub(crate) async fn send(core: &Core, request: &Request) -> Result<Received, Error> {
    let mut outgoing = reqwest::Request::new(request.method().into(), request.url.clone());
    *outgoing.headers_mut() = request.headers.clone();
    if !request.body.is_empty() {
        *outgoing.body_mut() = Some(request.body.clone().into());
    }
    *outgoing.timeout_mut() = core.settings.timeout;

    let mut response = core
        .http
        .execute(outgoing)
        .await
        .map_err(Error::from_http)?;
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    mark_secrets(&mut headers);
    if response.url() != &request.url {
        return Err(Error::redirect(status, &headers, &Bytes::new()).with_source(
            "the HTTP client given to the builder followed it; build that client with `redirect::Policy::none()`",
        ));
    }
    let body = read(response, core.settings.max_response_size).await?;
    Ok(Received {
        status,
        headers,
        body,
    })
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

fn too_large(limit: usize) -> Error {
    Error::transport(format!(
        "the response is larger than the {limit} bytes allowed"
    ))
}

#[cfg(not(target_family = "wasm"))]
async fn read(mut response: reqwest::Response, limit: usize) -> Result<Bytes, Error> {
    let announced = response
        .content_length()
        .map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let mut body = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = response.chunk().await.map_err(Error::from_http)? {
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
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
        return Err(too_large(limit));
    }
    Ok(body)
}

/// The HTTP client of those who bring none.
pub(crate) fn default_client() -> Result<reqwest::Client, Error> {
    http_client_builder()?.build().map_err(|error| {
        Error::build("the HTTP client could not be built").with_source(error.without_url())
    })
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
            .connect_timeout(std::time::Duration::from_secs(10)),
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
