//! Publishable keys name the host of an instance's Frontend API.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use url::Url;

use super::error::Error;

/// Keys are made by many tools: padding is optional, and so are clean last bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// What a publishable key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublishableKey {
    pub(crate) instance: Instance,
    /// The host of the Frontend API.
    pub(crate) host: String,
}

/// Which of an application's instances it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instance {
    Development,
    Production,
}

impl PublishableKey {
    /// Reads a key: `pk_test_` or `pk_live_` and the base64 (either alphabet, padded or not) of the host and a `$`.
    pub(crate) fn read(key: &str) -> Result<Self, Error> {
        read(key).map_err(|problem| Error::build(format!("the publishable key {problem}")))
    }
}

fn read(key: &str) -> Result<PublishableKey, String> {
    let key = key.trim();
    if key.is_empty() {
        return Err("is empty".into());
    }
    if key.starts_with("sk_") {
        return Err(
            "is a secret key; the Frontend API wants the key that begins with `pk_`".into(),
        );
    }
    let mut parts = key.split('_');
    let (instance, encoded) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("pk"), Some("test"), Some(encoded), None) => (Instance::Development, encoded),
        (Some("pk"), Some("live"), Some(encoded), None) => (Instance::Production, encoded),
        _ => return Err("is not of the form `pk_test_...` or `pk_live_...`".into()),
    };
    let standard = encoded.replace('-', "+");
    let decoded = LENIENT
        .decode(standard)
        .map_err(|error| format!("is not base64 after its prefix: {error}"))?;
    let text = String::from_utf8(decoded).map_err(|_| "does not hold text".to_owned())?;
    let Some(host) = text.strip_suffix('$') else {
        return Err("does not end in `$` once decoded; is it cut off?".into());
    };
    if host.contains('$') {
        return Err("holds more than one `$` once decoded".into());
    }
    if !host.contains('.') {
        return Err(format!(
            "names `{host}`, which is not a host: it has no dot"
        ));
    }
    if !is_host(host) {
        return Err(format!("names {host:?}, which is not a host"));
    }
    Ok(PublishableKey {
        instance,
        host: host.to_owned(),
    })
}

/// Whether the text is a host (and port), and nothing that would lead a URL elsewhere.
pub(crate) fn is_host(text: &str) -> bool {
    let characters_fit = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'));
    characters_fit
        && text.split('.').all(|label| !label.is_empty())
        && Url::parse(&format!("https://{text}/"))
            .is_ok_and(|url| url.path() == "/" && url.username().is_empty() && url.host().is_some())
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

    use super::*;

    fn frontend_api(key: &str) -> Result<String, Error> {
        PublishableKey::read(key).map(|key| key.host)
    }

    fn problem(key: &str) -> String {
        frontend_api(key).unwrap_err().to_string()
    }

    fn key(text: &str) -> String {
        format!("pk_test_{}", STANDARD.encode(text))
    }

    #[test]
    fn keys_name_their_host() {
        assert_eq!(
            frontend_api("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k").unwrap(),
            "clerk.example.com"
        );
        for host in [
            "clerk.example.com",
            "happy-hippo-1.clerk.accounts.dev",
            "a.bc",
            "a.bcd",
            "127.0.0.1:8080",
        ] {
            let text = format!("{host}$");
            for encoded in [STANDARD.encode(&text), STANDARD_NO_PAD.encode(&text)] {
                assert_eq!(frontend_api(&format!("pk_live_{encoded}")).unwrap(), host);
            }
        }
        assert_eq!(
            frontend_api(" pk_test_Y2xlcmsuZXhhbXBsZS5jb20k\n").unwrap(),
            "clerk.example.com"
        );
    }

    #[test]
    fn bad_keys_say_what_is_wrong() {
        assert_eq!(problem(""), "the publishable key is empty");
        assert!(problem("sk_test_abc").contains("is a secret key"));
        for malformed in [
            "pk_",
            "pk_test",
            "pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k",
            "pk_test_a_b",
            "hello",
            "PK_test_Y2xlcmsuZXhhbXBsZS5jb20k",
        ] {
            assert!(
                problem(malformed).contains("is not of the form"),
                "{malformed}"
            );
        }
        assert!(problem("pk_test_!!!").contains("is not base64"));
        assert!(problem(&key("clerk.example.com")).contains("does not end in `$`"));
        assert!(problem(&key("clerk.example.com$$")).contains("more than one `$`"));
        assert!(problem(&key("a$b.example.com$")).contains("more than one `$`"));
        assert!(problem(&key("localhost$")).contains("no dot"));
        for host in [
            "a.b/c", "user@a.b", "a.b?c", "a.b#c", "a.b\\c", "a b.c", "a.b:x", ".", "a..b",
        ] {
            assert!(
                problem(&key(&format!("{host}$"))).contains("not a host"),
                "{host}"
            );
        }
        let bytes = STANDARD.encode([0xff, 0xfe, b'.', b'$']);
        assert!(problem(&format!("pk_test_{bytes}")).contains("text"));
    }
}
