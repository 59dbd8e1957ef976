//! Credentials, and how each call carries them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::error::Error;
use super::form;

const X_MOBILE: HeaderName = HeaderName::from_static("x-mobile");

/// The credentials of a client.
#[derive(Clone, Default)]
pub(crate) enum Credentials {
    #[default]
    None,
    /// As Clerk's native SDKs: a flag in the query, a header, and the client's token without a scheme.
    Native { token: Option<HeaderValue> },
    /// `Authorization: Bearer ...`
    #[cfg_attr(
        not(feature = "backend"),
        allow(dead_code, reason = "only the Backend API's clients have a key")
    )]
    Bearer(HeaderValue),
}

impl Credentials {
    #[cfg_attr(
        not(feature = "backend"),
        allow(dead_code, reason = "only the Backend API's clients have a key")
    )]
    pub(crate) fn bearer(token: &str, what: &str) -> Result<Self, Error> {
        Ok(Self::Bearer(bearer(token, what)?))
    }

    pub(crate) fn native(token: Option<&str>) -> Result<Self, Error> {
        let token = token.map(|token| secret(token.trim(), "the native token"));
        Ok(Self::Native {
            token: token.transpose()?,
        })
    }

    /// Adds the credentials to a request.
    pub(crate) fn apply(&self, url: &mut String, headers: &mut HeaderMap) {
        match self {
            Self::None => {}
            Self::Native { token } => {
                form::append_query_text(url, "_is_native", "true");
                headers.insert(X_MOBILE, HeaderValue::from_static("1"));
                if let Some(token) = token {
                    headers.insert(AUTHORIZATION, token.clone());
                }
            }
            Self::Bearer(value) => {
                headers.insert(AUTHORIZATION, value.clone());
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "None",
            Self::Native { token: None } => "Native",
            Self::Native { token: Some(_) } => "Native(<redacted>)",
            Self::Bearer(_) => "Bearer(<redacted>)",
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
    // The cause is not kept: it could only repeat the text.
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::build(format!("{what} has a character that a header cannot hold")))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_tokens_are_sent_raw() {
        let mut url = String::from("https://example.com/v1/client");
        let mut headers = HeaderMap::new();
        Credentials::native(Some("token_1"))
            .unwrap()
            .apply(&mut url, &mut headers);
        assert_eq!(url, "https://example.com/v1/client?_is_native=true");
        assert_eq!(headers.get("authorization").unwrap(), "token_1");
        assert_eq!(headers.get("x-mobile").unwrap(), "1");
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
        for credentials in [
            Credentials::bearer("hush", "it"),
            Credentials::native(Some("hush")),
        ] {
            assert!(!format!("{:?}", credentials.unwrap()).contains("hush"));
        }
        assert!(!format!("{:?}", bearer("hush\nhush", "it").unwrap_err()).contains("hush"));
        assert!(!format!("{:?}", basic("id", "hush").unwrap()).contains("aWQ"));
    }
}
