//! Values as text: the query and `application/x-www-form-urlencoded` bodies.
//!
//! Clerk's form endpoints take lists as repeated keys, objects as JSON text, and an empty value where JSON would say
//! `null`; they refuse brackets.

use std::borrow::Cow;

use percent_encoding::utf8_percent_encode;
use serde_json::{Number, Value};
use url::form_urlencoded;

use super::path::ENCODED;

/// Appends a field to a form body.
pub(crate) fn append_field(body: &mut String, name: &str, value: &Value) {
    each_text(value, |text| {
        if !body.is_empty() {
            body.push('&');
        }
        body.extend(form_urlencoded::byte_serialize(name.as_bytes()));
        body.push('=');
        body.extend(form_urlencoded::byte_serialize(text.as_bytes()));
    });
}

/// Appends a query parameter to a URL; `null` is left out.
pub(crate) fn append_query(url: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    each_text(value, |text| append_query_text(url, name, text));
}

/// Appends one query parameter to a URL.
pub(crate) fn append_query_text(url: &mut String, name: &str, text: &str) {
    url.push(if url.contains('?') { '&' } else { '?' });
    url.extend(utf8_percent_encode(name, ENCODED));
    url.push('=');
    url.extend(utf8_percent_encode(text, ENCODED));
}

/// Joins the items of a list to one text; anything but a list is one item.
pub(crate) fn joined(value: &Value, separator: char) -> String {
    let mut text = String::new();
    each_text(value, |item| {
        if !text.is_empty() {
            text.push(separator);
        }
        text.push_str(item);
    });
    text
}

/// Calls `emit` with each text that a value is sent as.
pub(crate) fn each_text(value: &Value, mut emit: impl FnMut(&str)) {
    match value {
        Value::Array(items) if items.iter().all(is_scalar) => {
            for item in items {
                emit(&scalar_text(item));
            }
        }
        other => emit(&scalar_text(other)),
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// The text of one value.
pub(crate) fn scalar_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => Cow::Owned(number_text(number)),
        Value::String(text) => Cow::Borrowed(text),
        Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    }
}

/// Numbers without a fraction are written without one: the server refuses `limit=10.0`.
fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
            format!("{float:.0}")
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(fields: &[(&str, Value)]) -> String {
        let mut body = String::new();
        for (name, value) in fields {
            append_field(&mut body, name, value);
        }
        body
    }

    fn query(name: &str, value: &Value) -> String {
        let mut url = String::from("https://example.com/a");
        append_query(&mut url, name, value);
        url.split_off("https://example.com/a".len())
    }

    #[test]
    fn scalars_are_sent_as_text() {
        let fields = [
            ("text", json!("a b&c=d+ü")),
            ("yes", json!(true)),
            ("no", json!(false)),
            ("count", json!(10)),
            ("whole", json!(10.0)),
            ("part", json!(1.5)),
        ];
        assert_eq!(
            form(&fields),
            "text=a+b%26c%3Dd%2B%C3%BC&yes=true&no=false&count=10&whole=10&part=1.5"
        );
    }

    #[test]
    fn lists_repeat_their_key() {
        assert_eq!(
            form(&[("scope", json!(["a", "b,c"]))]),
            "scope=a&scope=b%2Cc"
        );
        assert_eq!(form(&[("scope", json!([]))]), "");
    }

    #[test]
    fn null_is_an_empty_value_and_objects_are_json() {
        assert_eq!(form(&[("name", Value::Null), ("x", json!(1))]), "name=&x=1");
        assert_eq!(
            form(&[("meta", json!({"a": [1]}))]),
            "meta=%7B%22a%22%3A%5B1%5D%7D"
        );
        assert_eq!(
            form(&[("list", json!([{"a": 1}]))]),
            "list=%5B%7B%22a%22%3A1%7D%5D"
        );
    }

    #[test]
    fn queries_are_percent_encoded() {
        assert_eq!(
            query("order_by", &json!("+created_at")),
            "?order_by=%2Bcreated_at"
        );
        assert_eq!(query("query", &json!("a b,c*")), "?query=a%20b%2Cc%2A");
        assert_eq!(query("limit", &json!(10.0)), "?limit=10");
        assert_eq!(query("zero", &json!(0)), "?zero=0");
        assert_eq!(query("flag", &json!(false)), "?flag=false");
        assert_eq!(query("none", &Value::Null), "");
        assert_eq!(query("user_id", &json!(["a", "b"])), "?user_id=a&user_id=b");
    }

    #[test]
    fn lists_can_be_joined() {
        assert_eq!(joined(&json!(["openid", "email"]), ' '), "openid email");
        assert_eq!(joined(&json!([1, true]), ','), "1,true");
        assert_eq!(joined(&json!("alone"), ','), "alone");
    }
}
