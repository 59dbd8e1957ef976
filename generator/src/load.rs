//! YAML text to values: the one place that reads YAML.
//!
//! Whatever YAML allows and JSON does not is an error here, so that every later pass sees plain
//! JSON values in document order and never a silently changed one.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{Source, SpecError};

/// How much a document may hold once its aliases are expanded. A value costs [`VALUE_COST`] plus
/// the length of its text; Clerk's documents need about 6 million. Without the limit a few lines
/// of nested aliases would fill the memory.
const BUDGET: usize = 64 << 20;

/// The rough size of one value in memory.
const VALUE_COST: usize = 64;

/// How many brackets and braces may be open at once, those in texts and comments counted too. The
/// scanner looks at all of them again for each token: a hundred thousand would take it minutes.
const MOST_OPEN: usize = 2000;

/// Reads a YAML (or JSON) document whose top level is a mapping. Key order is kept.
///
/// # Errors
///
/// What is wrong with the text, with its line and column: not YAML, more than one document, a
/// duplicate key, a key that is neither text nor an integer, a tag, a number JSON cannot hold,
/// nesting deeper than 128, thousands of open brackets, or more than the aliases of an honest
/// document would expand to.
pub fn load(source: &Source) -> Result<Value, Vec<SpecError>> {
    let budget = Cell::new(BUDGET);
    let error = |message: &str| vec![SpecError::new(&source.name, "", message)];
    if let Some((line, column)) = too_many_open(&source.text) {
        let message = format!("invalid YAML: more than {MOST_OPEN} brackets are open");
        return Err(vec![
            SpecError::new(&source.name, "", message).at_line(line, column),
        ]);
    }
    match (Node { budget: &budget }).deserialize(serde_yaml::Deserializer::from_str(&source.text)) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(Value::Null) => Err(error("the document is empty")),
        Ok(other) => Err(error(&format!(
            "expected a mapping at the top of the document, found {}",
            describe(&other)
        ))),
        Err(problem) => Err(vec![spec_error(source, &problem)]),
    }
}

/// Names the JSON type of a value, with its article, as errors print it.
#[must_use]
pub fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The line and column of the first bracket that is one too many.
fn too_many_open(text: &str) -> Option<(usize, usize)> {
    let mut open = 0_usize;
    for (line, content) in text.lines().enumerate() {
        for (column, character) in content.chars().enumerate() {
            match character {
                '[' | '{' => open += 1,
                ']' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > MOST_OPEN {
                return Some((line + 1, column + 1));
            }
        }
    }
    None
}

fn spec_error(source: &Source, problem: &serde_yaml::Error) -> SpecError {
    let text = problem.to_string();
    let Some(location) = problem.location() else {
        return SpecError::new(&source.name, "", format!("invalid YAML: {text}"));
    };
    let (line, column) = (location.line(), location.column());
    // The error prints the position itself.
    let message = text.replacen(&format!(" at line {line} column {column}"), "", 1);
    SpecError::new(&source.name, "", format!("invalid YAML: {message}")).at_line(line, column)
}

/// Reads one value of any kind.
#[derive(Clone, Copy)]
struct Node<'a> {
    budget: &'a Cell<usize>,
}

impl Node<'_> {
    fn spend<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        match self
            .budget
            .get()
            .checked_sub(VALUE_COST.saturating_add(text.len()))
        {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => Err(E::custom(
                "the document is too large once its aliases are expanded",
            )),
        }
    }

    fn number<E: serde::de::Error>(self, number: impl Into<Number>) -> Result<Value, E> {
        self.spend("")?;
        Ok(Value::Number(number.into()))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value JSON can hold, without a YAML tag")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.spend("")?;
        Ok(Value::Null)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        self.spend("")?;
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.number(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.number(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        match Number::from_f64(value) {
            Some(number) => self.number(number),
            None => Err(E::custom("JSON has no number for infinity or not-a-number")),
        }
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.spend(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        self.spend("")?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.spend("")?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key_seed(Key { taken: &object })? {
            self.spend(&key)?;
            let value = entries.next_value_seed(self)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// Reads a key. It knows the keys before it, because an error raised while the key is read is the
/// one that carries the key's own position.
struct Key<'a> {
    taken: &'a Map<String, Value>,
}

impl Key<'_> {
    fn checked<E: serde::de::Error>(&self, key: String) -> Result<String, E> {
        if self.taken.contains_key(&key) {
            return Err(E::custom(format_args!("duplicate key `{key}`")));
        }
        // Written plainly it would merge the value for readers of YAML 1.1 and be a key for others.
        if key == "<<" {
            return Err(E::custom("merge keys (`<<`) are not supported"));
        }
        Ok(key)
    }
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key that is text or an integer")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<String, E> {
        self.checked(key.to_owned())
    }

    // Status codes are often written without quotes.
    fn visit_u64<E: serde::de::Error>(self, key: u64) -> Result<String, E> {
        self.checked(key.to_string())
    }

    fn visit_i64<E: serde::de::Error>(self, key: i64) -> Result<String, E> {
        self.checked(key.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, String> {
        let source = Source {
            name: "doc.yaml".to_owned(),
            text: text.to_owned(),
        };
        load(&source).map_err(|errors| {
            assert_eq!(errors.len(), 1);
            errors[0].to_string()
        })
    }

    #[test]
    fn order_is_kept_and_integer_keys_become_text() {
        let value = read("b: 1\na: {200: x, '404': y, -1: z}\nc: [1.5, no, 2026-05-12, ~]\n");
        let value = value.unwrap();
        assert_eq!(
            value,
            json!({
                "b": 1,
                "a": {"200": "x", "404": "y", "-1": "z"},
                "c": [1.5, "no", "2026-05-12", null],
            })
        );
        let keys: Vec<_> = value.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["b", "a", "c"]);
    }

    #[test]
    fn aliases_are_expanded() {
        assert_eq!(read("a: &x [1]\nb: *x\n"), Ok(json!({"a": [1], "b": [1]})));
    }

    #[test]
    fn syntax_errors_have_a_position() {
        let message = read("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert_eq!(
            message,
            "error: invalid YAML: did not find expected ',' or ']', while parsing a flow \
             sequence at line 2 column 4\n  at doc.yaml:3:2"
        );
        let message = read("a: *missing\n").unwrap_err();
        assert_eq!(
            message,
            "error: invalid YAML: unknown anchor\n  at doc.yaml:1:4"
        );
    }

    #[test]
    fn duplicate_keys_are_errors_at_the_second() {
        assert_eq!(
            read("a: 1\nb:\n  x: 1\n  y: 2\n  x: 3\n").unwrap_err(),
            "error: invalid YAML: b: duplicate key `x`\n  at doc.yaml:5:3"
        );
        assert!(
            read("200: a\n'200': b\n")
                .unwrap_err()
                .contains("duplicate key `200`")
        );
    }

    #[test]
    fn what_json_cannot_hold_is_an_error() {
        for (text, found) in [
            ("true: 1\n", "invalid type: boolean `true`"),
            ("1.5: 1\n", "floating point `1.5`"),
            ("~: 1\n", "invalid type: unit value"),
            ("? [a]\n: 1\n", "invalid type: sequence"),
            ("<<: {a: 1}\n", "merge keys"),
            ("a: .nan\n", "not-a-number"),
            ("a: -.inf\n", "infinity"),
            ("a: !thing b\n", "YAML tag"),
            (
                "a: 123456789012345678901234567890\n",
                "invalid type: integer",
            ),
            ("", "the document is empty"),
            ("# only a comment\n", "the document is empty"),
            ("- a\n", "found an array"),
            ("text\n", "found a string"),
            ("a: 1\n---\nb: 2\n", "more than one document"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(found), "{text:?}: {message}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for text in [
            format!("a: {}{}", "[".repeat(1000), "]".repeat(1000)),
            format!("a: {}", "{b: ".repeat(1000)),
            (0..1_000)
                .map(|depth| format!("{}a:\n", " ".repeat(depth)))
                .collect(),
        ] {
            assert!(read(&text).unwrap_err().contains("recursion limit"));
        }
        assert!(
            read("a: &a [*a]\n")
                .unwrap_err()
                .contains("recursion limit")
        );
        assert_eq!(
            read(&format!("a: b\nc: {}", "[".repeat(200_000))).unwrap_err(),
            "error: invalid YAML: more than 2000 brackets are open\n  at doc.yaml:2:2004"
        );
    }

    #[test]
    fn nested_aliases_do_not_hang() {
        let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..12 {
            let list = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
        }
        assert!(read(&text).unwrap_err().contains("limit"));
        // Few jumps, each to a large value.
        let text = format!(
            "a: &a [{}]\nb: [{}]\n",
            "x,".repeat(20_000),
            "*a,".repeat(20_000)
        );
        assert!(
            read(&text)
                .unwrap_err()
                .contains("too large once its aliases")
        );
    }
}
