//! Path templates and the values that go into them.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::error::Error;

/// Everything but RFC 3986's unreserved characters is encoded, so that a value can neither leave its place nor be
/// read as something else by a proxy on the way.
pub(crate) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Appends `template` to `url`, each `{name}` replaced by its percent-encoded value.
pub(crate) fn expand(
    url: &mut String,
    template: &str,
    values: &[(&'static str, String)],
) -> Result<(), Error> {
    let mut rest = template;
    while let Some((literal, tail)) = rest.split_once('{') {
        let Some((name, tail)) = tail.split_once('}') else {
            return Err(Error::build(format!(
                "the path template `{template}` has an unclosed parameter"
            )));
        };
        let value = values.iter().find(|(known, _)| *known == name);
        let Some((_, value)) = value else {
            return Err(Error::build(format!(
                "the path parameter `{name}` has no value"
            )));
        };
        check_value(name, value)?;
        url.push_str(literal);
        url.extend(utf8_percent_encode(value, ENCODED));
        rest = tail;
    }
    url.push_str(rest);
    Ok(())
}

/// Appends a path (and query) that a caller wrote, after making sure that it stays below the base URL.
pub(crate) fn append_raw(url: &mut String, raw: &str) -> Result<(), Error> {
    // A query may hold secrets, so the messages show the path only.
    let path = raw.split_once('?').map_or(raw, |(path, _)| path);
    let problem = if !path.starts_with('/') {
        "does not begin with `/`"
    } else if raw.contains('#') {
        "has a fragment"
    } else if path.contains(|character: char| character.is_ascii_control()) {
        // URL parsers drop tabs and line breaks, which makes `.\t.` a parent step.
        "has a control character"
    } else if has_dot_segment(path) {
        "has a `.` or `..` segment"
    } else {
        url.push_str(raw);
        return Ok(());
    };
    Err(Error::build(format!("the path {path:?} {problem}")))
}

fn check_value(name: &str, value: &str) -> Result<(), Error> {
    if value.is_empty() {
        return Err(Error::build(format!(
            "the path parameter `{name}` is empty"
        )));
    }
    if has_dot_segment(value) {
        return Err(Error::build(format!(
            "the path parameter `{name}` is a path step (`.` or `..`)"
        )));
    }
    Ok(())
}

/// Whether the text is or contains a `.` or `..` path segment, now or after any number of percent-decodings.
///
/// Encoding such a value would not help: URL parsers take `%2e%2e` for a parent step, and servers may decode twice.
fn has_dot_segment(value: &str) -> bool {
    let mut current = Cow::Borrowed(value);
    loop {
        let mut segments = current.split(['/', '\\']);
        if segments.any(|segment| matches!(segment, "." | "..")) {
            return true;
        }
        let decoded = percent_decode_str(&current).decode_utf8_lossy();
        if decoded == current {
            return false;
        }
        current = Cow::Owned(decoded.into_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(template: &str, value: &str) -> Result<String, String> {
        let mut url = String::new();
        expand(&mut url, template, &[("id", value.to_owned())])
            .map(|()| url)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_encoded_as_one_segment() {
        assert_eq!(
            expanded("/v1/users/{id}/ban", "user_1").unwrap(),
            "/v1/users/user_1/ban"
        );
        assert_eq!(
            expanded("/a/{id}", "a/b c+d?e#f%").unwrap(),
            "/a/a%2Fb%20c%2Bd%3Fe%23f%25"
        );
        assert_eq!(expanded("/a/{id}", "ü").unwrap(), "/a/%C3%BC");
        assert_eq!(expanded("/a/{id}", "a..b~_-").unwrap(), "/a/a..b~_-");
    }

    #[test]
    fn a_parameter_may_share_its_segment() {
        assert_eq!(
            expanded("/metadata/{id}.xml", "samlc_1").unwrap(),
            "/metadata/samlc_1.xml"
        );
    }

    #[test]
    fn path_steps_are_refused() {
        for value in [
            ".",
            "..",
            "%2e",
            "%2E%2e",
            "%252e%252e",
            "%25252e.",
            "../users",
            "a/../b",
            "a%2f..%2fb",
            "..\\a",
            "a%5c..",
        ] {
            let message = expanded("/a/{id}", value).unwrap_err();
            assert!(
                message.contains("`id` is a path step"),
                "{value}: {message}"
            );
        }
        assert!(
            expanded("/a/{id}", "")
                .unwrap_err()
                .contains("`id` is empty")
        );
    }

    #[test]
    fn a_missing_value_is_an_error() {
        let mut url = String::new();
        assert!(
            expand(&mut url, "/a/{id}", &[])
                .unwrap_err()
                .to_string()
                .contains("`id` has no value")
        );
        assert!(expand(&mut url, "/a/{id", &[]).is_err());
    }

    #[test]
    fn raw_paths_stay_below_the_base() {
        let mut url = String::from("https://example.com");
        append_raw(&mut url, "/v1/me?a=1").unwrap();
        assert_eq!(url, "https://example.com/v1/me?a=1");
        for raw in [
            "v1/me",
            "@evil.example",
            "/v1/../x",
            "/v1/%2e%2e/x",
            "/v1#x",
            "/v1/.\t./x",
            "",
        ] {
            assert!(append_raw(&mut String::new(), raw).is_err(), "{raw:?}");
        }
    }
}
