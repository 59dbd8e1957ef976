//! Values that a schema allows.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, by names: what is not there reads as null"
)]

use clerk_frontend::Value;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};
use serde_json::{Map, json};

use crate::document::{entries, is_constraint, items, resolve};

/// Which fields of objects are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    Required,
    All,
}

/// Makes up values: the first that the type, the format, the pattern and the bounds of a schema allow.
#[derive(Clone, Copy, Debug)]
pub struct Sampler<'a> {
    /// Where references lead.
    pub document: &'a Value,
    pub fields: Fields,
    /// Which member of unions is taken.
    pub variant: usize,
    /// Text that is bound to nothing.
    pub text: &'a str,
}

/// Lists that are bound to nothing have two items: how they are separated matters.
const ITEMS: u64 = 2;

impl Sampler<'_> {
    /// Returns a value that the schema allows.
    #[must_use]
    pub fn value(&self, schema: &Value) -> Value {
        self.item(schema, 0)
    }

    /// The value at a place in a list, or the only one.
    fn item(&self, schema: &Value, place: usize) -> Value {
        let schema = resolve(self.document, schema);
        for union in ["oneOf", "anyOf"] {
            let members = schema.get(union).unwrap_or(&Value::Null);
            let count = items(members).count();
            if count > 0 && !is_constraint(members) {
                let member = items(members).nth(self.variant % count);
                return self.item(member.unwrap_or(&Value::Null), place);
            }
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && let Some(value) = values.get(place % values.len().max(1))
        {
            return value.clone();
        }
        let mut object = Map::new();
        for member in items(&schema["allOf"]) {
            if is_anything(member) {
                continue;
            }
            match self.item(member, place) {
                Value::Object(fields) => object.extend(fields),
                other => return other,
            }
        }
        let required: Vec<&Value> = items(&schema["required"]).collect();
        for (name, property) in entries(&schema["properties"]) {
            if self.fields == Fields::All || required.iter().any(|known| *known == name) {
                object.insert(name.clone(), self.value(property));
            }
        }
        if self.fields == Fields::All && schema["additionalProperties"].is_object() {
            let value = self.value(&schema["additionalProperties"]);
            object.insert("made_up".to_owned(), value);
        }
        match schema["type"].as_str() {
            _ if !object.is_empty() => Value::Object(object),
            Some("string") => Value::String(self.string(schema)),
            Some("integer" | "number") => json!(number(schema)),
            Some("boolean") => json!(true),
            Some("array") => self.list(schema),
            _ if self.fields == Fields::Required || schema["additionalProperties"] == false => {
                Value::Object(object)
            }
            _ => json!({ "made_up": 1 }),
        }
    }

    fn list(&self, schema: &Value) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0);
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
        let count = if schema["uniqueItems"] == true {
            1
        } else {
            ITEMS
        };
        let count = count.max(least).min(most);
        let places = 0..usize::try_from(count).unwrap_or_default();
        places
            .map(|place| self.item(&schema["items"], place))
            .collect()
    }

    fn string(&self, schema: &Value) -> String {
        let least = schema["minLength"].as_u64().unwrap_or(0);
        let most = schema["maxLength"].as_u64().unwrap_or(u64::MAX);
        let fits = |text: &str| (least..=most).contains(&(text.chars().count() as u64));
        if let Some(pattern) = schema["pattern"].as_str() {
            let mut made = (0..64).filter_map(|repeat| matching(pattern, repeat));
            return made.find(|text| fits(text)).unwrap_or_default();
        }
        let text = match schema["format"].as_str() {
            Some("uri") => "https://app.example/callback?state=1",
            Some("email") => "ada@app.example",
            Some("date-time") => "2026-05-12T10:00:00Z",
            _ => self.text,
        };
        let mut text = text.to_owned();
        while !fits(&text) && (text.chars().count() as u64) < least {
            text.push('x');
        }
        text.chars()
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .collect()
    }
}

/// `{type: object, nullable: true}` beside others only says that there may be nothing.
fn is_anything(schema: &Value) -> bool {
    schema["type"] == "object"
        && !schema["properties"].is_object()
        && !schema["additionalProperties"].is_object()
}

fn number(schema: &Value) -> i64 {
    let bound = |name: &str| schema[name].as_i64();
    let exclusive = |name: &str| i64::from(schema[name] == true);
    let least = bound("minimum").map_or(i64::MIN, |value| value + exclusive("exclusiveMinimum"));
    let most = bound("maximum").map_or(i64::MAX, |value| value - exclusive("exclusiveMaximum"));
    1.max(least).min(most)
}

/// Returns a text that matches, with repetitions as often as said where that is allowed.
fn matching(pattern: &str, repeat: u32) -> Option<String> {
    // Without Unicode, classes such as \w are those of ECMAScript.
    let parsed = ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .ok()?;
    let mut bytes = Vec::new();
    append(&mut bytes, &parsed, repeat);
    String::from_utf8(bytes).ok()
}

fn append(bytes: &mut Vec<u8>, part: &Hir, repeat: u32) {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => bytes.extend_from_slice(&literal.0),
        HirKind::Class(class) => bytes.extend(in_class(class)),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            for _ in 0..repeat.max(repetition.min).min(most) {
                append(bytes, &repetition.sub, repeat);
            }
        }
        HirKind::Capture(capture) => append(bytes, &capture.sub, repeat),
        HirKind::Concat(parts) => parts.iter().for_each(|part| append(bytes, part, repeat)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.first() {
                append(bytes, part, repeat);
            }
        }
    }
}

/// A letter or digit if the class has one, else its first byte.
fn in_class(class: &regex_syntax::hir::Class) -> Option<u8> {
    let regex_syntax::hir::Class::Bytes(class) = class else {
        return None;
    };
    let bytes = || class.iter().flat_map(|range| range.start()..=range.end());
    bytes()
        .find(u8::is_ascii_alphanumeric)
        .or_else(|| bytes().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(fields: Fields, schema: &Value) -> Value {
        let document = json!({"components": {"schemas": {"Text": {"type": "string"}}}});
        Sampler {
            document: &document,
            fields,
            variant: 0,
            text: "text",
        }
        .value(schema)
    }

    #[test]
    fn patterns_are_met() {
        let made = |schema: Value| sample(Fields::All, &schema);
        let id = made(json!({"type": "string", "pattern": "^(ak|api_key)_[0-9A-Fa-f]{32}$"}));
        assert_eq!(id, json!(format!("ak_{}", "0".repeat(32))));
        let id = made(json!({"type": "string", "pattern": "^user_\\w{27}$"}));
        assert_eq!(id, json!(format!("user_{}", "0".repeat(27))));
        let name = json!({"type": "string", "minLength": 3, "pattern": "^(\\S(.*\\S)?)?$"});
        assert_eq!(made(name), "000");
    }

    #[test]
    fn bounds_are_kept() {
        let made = |schema: Value| sample(Fields::All, &schema);
        assert_eq!(made(json!({"type": "string", "minLength": 6})), "textxx");
        assert_eq!(made(json!({"type": "string", "maxLength": 2})), "te");
        let over = json!({"type": "integer", "minimum": 30, "exclusiveMinimum": true});
        assert_eq!(made(over), 31);
        assert_eq!(made(json!({"type": "integer", "maximum": 0})), 0);
        assert_eq!(made(json!({"type": "integer", "minimum": 0})), 1);
    }

    #[test]
    fn lists_have_two_items_where_they_may() {
        let values = json!({"type": "string", "enum": ["a", "b"]});
        let list = |more: Value| {
            let mut schema = json!({"type": "array", "items": values});
            schema
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            sample(Fields::All, &schema)
        };
        assert_eq!(list(json!({})), json!(["a", "b"]));
        assert_eq!(list(json!({"minItems": 3})), json!(["a", "b", "a"]));
        assert_eq!(list(json!({"maxItems": 1})), json!(["a"]));
        assert_eq!(list(json!({"uniqueItems": true})), json!(["a"]));
    }

    #[test]
    fn objects_have_the_fields_asked_for() {
        let schema = json!({
            "required": ["a"],
            "properties": {"a": {"$ref": "#/components/schemas/Text"}, "b": {"type": "boolean"}},
            "anyOf": [{"required": ["b"]}],
        });
        assert_eq!(sample(Fields::Required, &schema), json!({"a": "text"}));
        assert_eq!(
            sample(Fields::All, &schema),
            json!({"a": "text", "b": true})
        );
        let free = json!({"type": "object"});
        assert_eq!(sample(Fields::Required, &free), json!({}));
        assert_eq!(sample(Fields::All, &free), json!({"made_up": 1}));
        let map =
            json!({"allOf": [{"type": "object", "additionalProperties": {"type": "string"}}]});
        assert_eq!(sample(Fields::All, &map), json!({"made_up": "text"}));
    }

    #[test]
    fn formats_are_met() {
        let made = |format: &str| sample(Fields::All, &json!({"type": "string", "format": format}));
        assert_eq!(made("email"), "ada@app.example");
        assert_eq!(made("date-time"), "2026-05-12T10:00:00Z");
        assert!(made("uri").as_str().unwrap().starts_with("https://"));
    }
}
