//! Writes values as YAML that every reader takes for the same values.
//!
//! The YAML crate's own writer leaves `no`, `on` and `2026-05-12` bare, which readers of YAML 1.1
//! (most outside of Rust) take for booleans and dates.

use serde_json::Value;

/// Words that are no text in YAML 1.1 or 1.2, in lower case.
const RESERVED: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// The value in block style, keys in their order, one entry to a line.
pub(crate) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0, false);
    out
}

/// Writes a value from the start of a line, or from behind the `- ` that ends at `indent`.
fn block(out: &mut String, value: &Value, indent: usize, mut behind_dash: bool) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                pad(out, indent, &mut behind_dash);
                text(out, key);
                out.push(':');
                match value {
                    Value::Object(entries) if !entries.is_empty() => {
                        out.push('\n');
                        block(out, value, indent + 2, false);
                    }
                    Value::Array(elements) if !elements.is_empty() => {
                        out.push('\n');
                        block(out, value, indent, false);
                    }
                    _ => {
                        out.push(' ');
                        scalar(out, value);
                    }
                }
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements {
                pad(out, indent, &mut behind_dash);
                out.push_str("- ");
                block(out, element, indent + 2, true);
            }
        }
        _ => {
            pad(out, indent, &mut behind_dash);
            scalar(out, value);
        }
    }
}

fn pad(out: &mut String, indent: usize, behind_dash: &mut bool) {
    if !std::mem::take(behind_dash) {
        out.extend(std::iter::repeat_n(' ', indent));
    }
}

/// Writes a value without parts, and ends the line.
fn scalar(out: &mut String, value: &Value) {
    match value {
        Value::String(value) => text(out, value),
        // Numbers, booleans, null, `{}` and `[]` are the same in JSON and YAML.
        other => out.push_str(&other.to_string()),
    }
    out.push('\n');
}

fn text(out: &mut String, text: &str) {
    if is_plain(text) {
        out.push_str(text);
    } else if text.chars().all(is_printable) {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    } else {
        out.push('"');
        for character in text.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                other if is_printable(other) => out.push(other),
                other => out.push_str(&format!("\\U{:08X}", u32::from(other))),
            }
        }
        out.push('"');
    }
}

/// Whether text may stand without quotes; narrower than YAML's own rule.
fn is_plain(text: &str) -> bool {
    let mut characters = text.chars();
    let starts_well = characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || "_/$".contains(first));
    starts_well
        && !text.ends_with(' ')
        && characters.all(|other| other.is_ascii_alphanumeric() || "_-./{}$ ".contains(other))
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a character stands for itself on one line of quoted text.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        && !matches!(character, '\u{fff0}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::Source;
    use crate::load::load;

    fn reread(value: &Value) -> Value {
        let text = write(value);
        let source = Source {
            name: "d.yaml".to_owned(),
            text: text.clone(),
        };
        load(&source).unwrap_or_else(|errors| panic!("{}\n{text}", errors[0]))
    }

    #[test]
    fn the_layout_is_one_entry_to_a_line() {
        let value = json!({
            "openapi": "3.0.3",
            "/v1/{id}.xml": {"get": {"tags": ["Sign Ins", "on"], "security": [{}, {"A": []}]}},
            "$ref": "#/a",
            "200": [[1, [2.5]], {"a": {"b": null}, "c": true}, []],
        });
        assert_eq!(
            write(&value),
            "\
openapi: '3.0.3'
/v1/{id}.xml:
  get:
    tags:
    - Sign Ins
    - 'on'
    security:
    - {}
    - A: []
$ref: '#/a'
'200':
- - 1
  - - 2.5
- a:
    b: null
  c: true
- []
"
        );
        assert_eq!(reread(&value), value);
    }

    #[test]
    fn text_that_readers_disagree_about_is_quoted() {
        for word in [
            "no",
            "Yes",
            "ON",
            "null",
            "~",
            "",
            "2026-05-12",
            "1.5",
            "0x1",
            "1e3",
            ".inf",
            "a: b",
            "a #b",
            "-a",
            "a ",
            " a",
            "12:30",
            "<<",
            "=",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "[a",
            "{a",
        ] {
            let written = write(&json!({ "k": word }));
            assert_eq!(written, format!("k: '{word}'\n"));
        }
        assert_eq!(write(&json!({"k": "it's"})), "k: 'it''s'\n");
        assert_eq!(
            write(&json!({"k": "a\n\"\u{85}"})),
            "k: \"a\\n\\\"\\U00000085\"\n"
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
            "[-a-z0-9:#{}' .\\\\\"\n]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[-a-z0-9:#{}' .\n]{0,6}", inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_reads_back(value in any_value()) {
            let value = json!({ "k": value });
            prop_assert_eq!(reread(&value), value);
        }
    }
}
