//! Whether everything in a payload is there again in what was made of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clerk_frontend::Value;

use crate::table::Failure;

/// Returns each place of `input` that `written` does not have equal. Null counts as absent, 1.0 equals 1, and paths in `unknown` are
/// passed over.
pub(crate) fn compare(
    path: &str,
    input: &Value,
    written: &Value,
    unknown: &BTreeSet<&str>,
) -> Vec<Failure> {
    let mut comparison = Comparison {
        path: path.to_owned(),
        unknown,
        failures: Vec::new(),
    };
    comparison.value(input, Some(written));
    comparison.failures
}

struct Comparison<'a> {
    path: String,
    unknown: &'a BTreeSet<&'a str>,
    failures: Vec<Failure>,
}

impl Comparison<'_> {
    fn value(&mut self, input: &Value, written: Option<&Value>) {
        if input.is_null() || self.unknown.contains(self.path.as_str()) {
            return;
        }
        let Some(written) = written else {
            return self.fail(format!("{} is not written back", kind(input)));
        };
        match (input, written) {
            (Value::Object(input), Value::Object(written)) => {
                for (key, value) in input {
                    self.below(&Step::Key(key), value, written.get(key));
                }
            }
            (Value::Array(input), Value::Array(written)) => self.list(input, written),
            // A page can come as a plain list, and goes as one if it knows nothing but its elements.
            (Value::Array(input), Value::Object(page)) => match page.get("data") {
                Some(Value::Array(written)) => self.list(input, written),
                _ => self.fail("array is written back as object".to_owned()),
            },
            (Value::Object(page), Value::Array(_)) if page.contains_key("data") => {
                for (key, value) in page {
                    let written = (key == "data").then_some(written);
                    self.below(&Step::Key(key), value, written);
                }
            }
            _ if equal(input, written) => {}
            _ if kind(input) == kind(written) => {
                self.fail(format!("another {} is written back", kind(input)));
            }
            _ => self.fail(format!(
                "{} is written back as {}",
                kind(input),
                kind(written)
            )),
        }
    }

    fn list(&mut self, input: &[Value], written: &[Value]) {
        // A null element may be left out: it is absent.
        let mut written = written.iter().filter(|value| !value.is_null());
        for (index, value) in input.iter().enumerate() {
            if !value.is_null() {
                self.below(&Step::Index(index), value, written.next());
            }
        }
        if written.next().is_some() {
            self.fail("more elements are written back than there were".to_owned());
        }
    }

    fn below(&mut self, step: &Step<'_>, input: &Value, written: Option<&Value>) {
        let length = self.path.len();
        step.append_to(&mut self.path);
        self.value(input, written);
        self.path.truncate(length);
    }

    fn fail(&mut self, reason: String) {
        self.failures.push(Failure::new(self.path.clone(), reason));
    }
}

/// One step of a JSON path, as the client writes them.
pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Step<'_> {
    pub(super) fn append_to(&self, path: &mut String) {
        // Writing to a text cannot fail.
        let _ = match self {
            Self::Key(key) if is_plain(key) => write!(path, ".{key}"),
            Self::Key(key) => write!(path, "[{key:?}]"),
            Self::Index(index) => write!(path, "[{index}]"),
        };
    }
}

fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !key.is_empty() && key.bytes().all(plain)
}

fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        _ => left == right,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failures(input: &Value, written: &Value) -> Vec<String> {
        let failures = compare("$", input, written, &BTreeSet::from(["$.a.new"]));
        failures
            .iter()
            .map(|failure| format!("{}: {}", failure.path, failure.reason))
            .collect()
    }

    #[test]
    fn harmless_differences_pass() {
        let input = json!({"a": {"n": 1.0, "new": 1, "none": null}, "list": [1, null, 2]});
        assert!(failures(&input, &json!({"a": {"n": 1, "more": ""}, "list": [1, 2]})).is_empty());
        assert!(failures(&json!([{"a": 1}]), &json!({"data": [{"a": 1}]})).is_empty());
        assert!(failures(&json!({"data": [1], "total_count": null}), &json!([1])).is_empty());
        assert!(failures(&json!({"a": null}), &json!({"a": ""})).is_empty());
    }

    #[test]
    fn losses_are_found_where_they_are() {
        assert_eq!(
            failures(&json!({"a": 1}), &json!({})),
            ["$.a: number is not written back"]
        );
        assert_eq!(
            failures(&json!({"a.b": ["x"]}), &json!({"a.b": ["y"]})),
            ["$[\"a.b\"][0]: another string is written back"]
        );
        assert_eq!(
            failures(&json!([1, 2]), &json!([1])),
            ["$[1]: number is not written back"]
        );
        assert_eq!(
            failures(&json!([1]), &json!([1, 2])),
            ["$: more elements are written back than there were"]
        );
        assert_eq!(
            failures(&json!(true), &json!("true")),
            ["$: boolean is written back as string"]
        );
        assert_eq!(
            failures(&json!([1]), &json!({})),
            ["$: array is written back as object"]
        );
        assert_eq!(
            failures(&json!({"data": [1, 2], "total_count": 2}), &json!([1])),
            [
                "$.data[1]: number is not written back",
                "$.total_count: number is not written back"
            ]
        );
        assert_eq!(
            failures(&json!({"a": 9_007_199_254_740_993_i64}), &json!({"a": 1})).len(),
            1
        );
    }
}
