//! Error responses, read as loosely as can be: an error about an error would hide the first one.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName};
use serde_json::{Map, Value};

use super::clock;
use super::error::ClerkError;

const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How much of a body that is not JSON is kept as text; less of it is shown, once secrets are taken out.
const KEPT_TEXT: usize = 4096;

/// What an error response says.
#[derive(Default)]
pub(crate) struct ErrorBody {
    pub(crate) errors: Vec<ClerkError>,
    pub(crate) meta: Option<Map<String, Value>>,
    pub(crate) trace_id: Option<String>,
    /// The start of a body that is neither JSON nor markup.
    pub(crate) text: Option<String>,
}

impl ErrorBody {
    pub(crate) fn read(body: &[u8]) -> Self {
        match serde_json::from_slice(body) {
            Ok(Value::Object(mut object)) => Self {
                errors: errors(&mut object),
                trace_id: text(&mut object, "clerk_trace_id"),
                meta: map(&mut object, "meta"),
                text: None,
            },
            Ok(Value::String(text)) => Self {
                text: shown(&text),
                ..Self::default()
            },
            Ok(_) => Self::default(),
            Err(_) => Self {
                text: shown(&String::from_utf8_lossy(body)),
                ..Self::default()
            },
        }
    }
}

/// Clerk's errors, an OAuth error, or a lone message.
fn errors(object: &mut Map<String, Value>) -> Vec<ClerkError> {
    match object.remove("errors") {
        Some(Value::Array(items)) => return items.into_iter().filter_map(clerk_error).collect(),
        Some(single @ Value::Object(_)) => return clerk_error(single).into_iter().collect(),
        _ => {}
    }
    let (code, message) = match object.remove("error") {
        Some(nested @ Value::Object(_)) => return clerk_error(nested).into_iter().collect(),
        Some(Value::String(code)) => (code, text(object, "error_description")),
        _ => (text(object, "code").unwrap_or_default(), None),
    };
    let message = message
        .or_else(|| text(object, "message"))
        .unwrap_or_default();
    if code.is_empty() && message.is_empty() {
        return Vec::new();
    }
    vec![ClerkError {
        code,
        message,
        ..ClerkError::default()
    }]
}

fn clerk_error(value: Value) -> Option<ClerkError> {
    match value {
        Value::Object(mut object) => Some(ClerkError {
            code: text(&mut object, "code").unwrap_or_default(),
            message: text(&mut object, "message").unwrap_or_default(),
            long_message: text(&mut object, "long_message"),
            meta: map(&mut object, "meta"),
        }),
        Value::String(message) => Some(ClerkError {
            message,
            ..ClerkError::default()
        }),
        _ => None,
    }
}

fn text(object: &mut Map<String, Value>, name: &str) -> Option<String> {
    match object.remove(name)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn map(object: &mut Map<String, Value>, name: &str) -> Option<Map<String, Value>> {
    match object.remove(name)? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The first words of a text; nothing of markup, which says little and at length.
fn shown(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('<') {
        return None;
    }
    Some(one_line(text, KEPT_TEXT).into_owned())
}

/// A text on one line, and of at most so many characters.
pub(crate) fn one_line(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars();
    let start = characters.by_ref().take(most);
    let mut line: String = start
        .map(|character| match character.is_control() {
            true => ' ',
            false => character,
        })
        .collect();
    if characters.next().is_some() {
        line.push_str("...");
    }
    Cow::Owned(line)
}

/// The trace id from the headers: Clerk's own, else that of the network in front of it.
pub(crate) fn trace_id(headers: &HeaderMap) -> Option<String> {
    let value = headers
        .get("clerk-trace-id")
        .or_else(|| headers.get("cf-ray"))?;
    Some(value.to_str().ok()?.to_owned())
}

/// How long to wait before the next request: `Retry-After` in seconds or as a date, else the Unix time in seconds of
/// `X-RateLimit-Reset`. Moments are counted from the response's own date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let from_now = |until: Duration| {
        let sent = clock::sent_at(headers).unwrap_or_else(clock::unix_time);
        until.saturating_sub(sent)
    };
    if let Some(value) = text(&RETRY_AFTER) {
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        if let Ok(until) = httpdate::parse_http_date(value) {
            let until = until.duration_since(SystemTime::UNIX_EPOCH);
            return Some(from_now(until.unwrap_or_default()));
        }
    }
    let seconds = text(&RATE_LIMIT_RESET)?.parse().ok()?;
    Some(from_now(Duration::from_secs(seconds)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::DATE;

    use super::*;

    fn first(body: &str) -> ClerkError {
        ErrorBody::read(body.as_bytes())
            .errors
            .into_iter()
            .next()
            .unwrap()
    }

    #[test]
    fn many_shapes_are_read() {
        let oauth =
            first(r#"{"error":"invalid_grant","error_description":"The grant is used up."}"#);
        assert_eq!(
            (oauth.code.as_str(), oauth.message.as_str()),
            ("invalid_grant", "The grant is used up.")
        );
        assert_eq!(first(r#"{"error":"invalid_token"}"#).code, "invalid_token");
        assert_eq!(
            first(r#"{"status":"error","message":"Proxy is down."}"#).message,
            "Proxy is down."
        );
        assert_eq!(first(r#"{"error":{"code":"a","message":"b"}}"#).code, "a");
        assert_eq!(first(r#"{"errors":{"code":"a","message":"b"}}"#).code, "a");
        assert_eq!(first(r#"{"errors":["text"]}"#).message, "text");
        assert_eq!(
            first(r#"{"errors":[{"code":404,"message":null,"meta":[]}]}"#).code,
            "404"
        );
    }

    #[test]
    fn anything_else_is_survived() {
        for body in [
            "",
            "null",
            "[]",
            "{",
            "{}",
            "[1]",
            r#"{"errors":null}"#,
            r#"{"errors":[null]}"#,
            "\u{0}",
        ] {
            assert!(ErrorBody::read(body.as_bytes()).errors.is_empty(), "{body}");
        }
        assert!(ErrorBody::read(&[0xff, 0xfe]).errors.is_empty());
        assert_eq!(
            ErrorBody::read(b"upstream\nfailed").text.unwrap(),
            "upstream failed"
        );
        assert!(
            ErrorBody::read("x".repeat(10_000).as_bytes())
                .text
                .unwrap()
                .len()
                < 5000
        );
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let mut headers = HeaderMap::new();
        let mut at = |value: &'static str| {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            headers.insert(
                DATE,
                HeaderValue::from_static("Wed, 21 Oct 2026 07:28:00 GMT"),
            );
            retry_after(&headers)
        };
        assert_eq!(at("30"), Some(Duration::from_secs(30)));
        assert_eq!(
            at("Wed, 21 Oct 2026 07:28:10 GMT"),
            Some(Duration::from_secs(10))
        );
        assert_eq!(at("Wed, 21 Oct 2026 07:27:10 GMT"), Some(Duration::ZERO));
        assert_eq!(at("soon"), None);
        assert_eq!(at("-1"), None);
    }

    #[test]
    fn a_rate_limit_tells_when_it_is_over() {
        let at = |values: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            // One second after 2026-10-21 07:28:00.
            headers.insert(
                DATE,
                HeaderValue::from_static("Wed, 21 Oct 2026 07:28:01 GMT"),
            );
            for (name, value) in values {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            retry_after(&headers)
        };
        assert_eq!(
            at(&[("x-ratelimit-reset", "1792567686")]),
            Some(Duration::from_secs(5))
        );
        assert_eq!(at(&[("x-ratelimit-reset", "1")]), Some(Duration::ZERO));
        assert_eq!(at(&[("x-ratelimit-reset", "soon")]), None);
        let both = [("x-ratelimit-reset", "1792567686"), ("retry-after", "9")];
        assert_eq!(at(&both), Some(Duration::from_secs(9)));
        let odd = [("x-ratelimit-reset", "1792567686"), ("retry-after", "soon")];
        assert_eq!(at(&odd), Some(Duration::from_secs(5)));
    }

    #[test]
    fn clerks_trace_id_goes_first() {
        let mut headers = HeaderMap::new();
        headers.insert("cf-ray", HeaderValue::from_static("ray"));
        assert_eq!(trace_id(&headers).as_deref(), Some("ray"));
        headers.insert("clerk-trace-id", HeaderValue::from_static("trace"));
        assert_eq!(trace_id(&headers).as_deref(), Some("trace"));
    }
}
