//! The rules one object or one name must obey beyond the kinds of its values.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Checker, references};
use crate::grammar::{Key, Kind, Names, Object, Role};
use crate::load::describe;
use crate::pointer::Pointer;

const REQUEST_MEDIA: [&str; 4] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/octet-stream",
];
const RESPONSE_MEDIA: [&str; 3] = ["application/json", "text/html", "text/plain"];
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Keywords that constrain one type only; elsewhere they would be read by nobody.
const KEYWORDS_OF_TYPES: [(&[&str], &[&str]); 4] = [
    (
        &["object"],
        &[
            "additionalProperties",
            "maxProperties",
            "minProperties",
            "properties",
            "required",
        ],
    ),
    (
        &["array"],
        &["items", "maxItems", "minItems", "uniqueItems"],
    ),
    (&["string"], &["maxLength", "minLength", "pattern"]),
    (
        &["integer", "number"],
        &[
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maximum",
            "minimum",
            "multipleOf",
        ],
    ),
];

/// Checks a key of a map.
pub(super) fn name(checker: &mut Checker<'_>, names: Names, name: &str, pointer: &Pointer) {
    match names {
        Names::Free => {}
        Names::Path => {
            if !name.starts_with('/') {
                checker.error(pointer, format!("path `{name}` does not start with `/`"));
            } else if name.contains(['?', '#']) {
                checker.error(
                    pointer,
                    format!("path `{name}` holds a query or a fragment"),
                );
            }
        }
        Names::Status => {
            let is_status = matches!(name.as_bytes(), [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9']);
            if !is_status {
                checker.unsupported(
                    pointer,
                    format!("unsupported status `{name}`"),
                    "three digits, from `100` to `599`",
                );
            }
        }
        Names::Component => {
            let is_name = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            if !is_name {
                checker.unsupported(
                    pointer,
                    format!("unsupported component name `{name}`"),
                    "letters, digits, `.`, `_` and `-`",
                );
            }
        }
        Names::RequestMedia => media_type(checker, name, "request", &REQUEST_MEDIA, pointer),
        Names::ResponseMedia => media_type(checker, name, "response", &RESPONSE_MEDIA, pointer),
        Names::Scheme => {
            let declared = checker
                .document
                .get("components")
                .and_then(|components| components.get("securitySchemes"))
                .and_then(|schemes| schemes.get(name));
            if declared.is_none() {
                checker.error(
                    pointer,
                    format!("security scheme `{name}` is not declared in the components"),
                );
            }
        }
    }
}

fn media_type(
    checker: &mut Checker<'_>,
    name: &str,
    side: &str,
    supported: &[&str],
    pointer: &Pointer,
) {
    if !supported.contains(&name) {
        checker.unsupported(
            pointer,
            format!("unsupported {side} media type `{name}`"),
            list(supported),
        );
    }
}

/// Whether a keyword is harmless beside a `$ref`. OpenAPI 3.0 ignores all of them; Clerk's
/// documents use `nullable`, `type` and prose there. One that describes a structure was meant to
/// be read.
pub(super) fn may_stand_beside_reference(object: &Object, key: &Key) -> bool {
    matches!(key.role, Role::Prose | Role::RequiredProse)
        || (object.kind == Kind::Schema
            && matches!(
                key.name,
                "type" | "nullable" | "deprecated" | "readOnly" | "writeOnly" | "default"
            ))
}

/// Checks an object that is not a reference.
pub(super) fn object(
    checker: &mut Checker<'_>,
    kind: Kind,
    entries: &Map<String, Value>,
    pointer: &Pointer,
) {
    match kind {
        Kind::Server => server(checker, entries, pointer),
        Kind::Operation => not_empty(checker, entries, "responses", pointer),
        Kind::RequestBody => not_empty(checker, entries, "content", pointer),
        Kind::Parameter => parameter(checker, entries, pointer),
        Kind::Schema => schema(checker, entries, pointer),
        Kind::Discriminator => discriminator(checker, entries, pointer),
        Kind::SecurityScheme => security_scheme(checker, entries, pointer),
        Kind::Root
        | Kind::Info
        | Kind::ServerVariable
        | Kind::Tag
        | Kind::Components
        | Kind::PathItem
        | Kind::MediaType
        | Kind::Response
        | Kind::Header => {}
    }
}

fn text<'v>(entries: &'v Map<String, Value>, key: &str) -> Option<&'v str> {
    entries.get(key).and_then(Value::as_str)
}

fn list(names: &[&str]) -> String {
    format!("`{}`", names.join("`, `"))
}

fn one_of(
    checker: &mut Checker<'_>,
    what: &str,
    found: &str,
    supported: &[&str],
    pointer: &Pointer,
) -> bool {
    let is_supported = supported.contains(&found);
    if !is_supported {
        checker.unsupported(
            pointer,
            format!("unsupported {what} `{found}`"),
            list(supported),
        );
    }
    is_supported
}

fn not_empty(
    checker: &mut Checker<'_>,
    entries: &Map<String, Value>,
    key: &str,
    pointer: &Pointer,
) {
    let is_empty = entries
        .get(key)
        .and_then(Value::as_object)
        .is_some_and(Map::is_empty);
    if is_empty {
        checker.error(&pointer.child(key), format!("`{key}` is empty"));
    }
}

fn server(checker: &mut Checker<'_>, entries: &Map<String, Value>, pointer: &Pointer) {
    let Some(url) = text(entries, "url") else {
        return;
    };
    let pointer = pointer.child("url");
    match super::operations::template_names(url) {
        Ok(names) => {
            let declared = entries.get("variables");
            for name in names {
                if declared.and_then(|declared| declared.get(name)).is_none() {
                    checker.error(
                        &pointer,
                        format!("server variable `{name}` is not declared"),
                    );
                }
            }
        }
        Err(problem) => checker.error(&pointer, format!("server `{url}`: {problem}")),
    }
}

fn parameter(checker: &mut Checker<'_>, entries: &Map<String, Value>, pointer: &Pointer) {
    let Some(location) = text(entries, "in") else {
        return;
    };
    let known = one_of(
        checker,
        "parameter location",
        location,
        &["path", "query", "header"],
        &pointer.child("in"),
    );
    if !known {
        return;
    }
    if let Some(style) = text(entries, "style") {
        let supported: &[&str] = match location {
            "query" => &["form", "spaceDelimited"],
            _ => &["simple"],
        };
        one_of(
            checker,
            "parameter style",
            style,
            supported,
            &pointer.child("style"),
        );
    }
    if location == "path" && entries.get("required") != Some(&Value::Bool(true)) {
        checker.error(pointer, "a path parameter without `required: true`");
    }
}

fn schema(checker: &mut Checker<'_>, entries: &Map<String, Value>, pointer: &Pointer) {
    let schema_type = text(entries, "type");
    if let Some(found) = schema_type
        && one_of(
            checker,
            "schema type",
            found,
            &TYPES,
            &pointer.child("type"),
        )
    {
        for (types, keywords) in KEYWORDS_OF_TYPES {
            for keyword in keywords {
                // `additionalProperties: false` on an array says nothing and loses nothing.
                let is_meant = entries
                    .get(*keyword)
                    .is_some_and(|value| *value != Value::Bool(false));
                if is_meant && !types.contains(&found) {
                    checker.unsupported(
                        &pointer.child(keyword),
                        format!("keyword `{keyword}` in a schema of type `{found}`"),
                        format!("`{keyword}` with type {}", list(types)),
                    );
                }
            }
        }
    }
    if schema_type == Some("array") && !entries.contains_key("items") {
        checker.error(pointer, "missing `items` in a schema of type `array`");
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        if entries
            .get(keyword)
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            checker.error(&pointer.child(keyword), format!("`{keyword}` is empty"));
        }
    }
    if let Some(Value::Array(required)) = entries.get("required") {
        unique(checker, required, &pointer.child("required"));
    }
    if let Some(Value::Array(values)) = entries.get("enum") {
        enumeration(checker, values, schema_type, &pointer.child("enum"));
    }
}

fn enumeration(
    checker: &mut Checker<'_>,
    values: &[Value],
    schema_type: Option<&str>,
    pointer: &Pointer,
) {
    if values.is_empty() {
        checker.error(pointer, "`enum` is empty");
    }
    for (index, value) in values.iter().enumerate() {
        let fits = match value {
            Value::String(_) => matches!(schema_type, None | Some("string")),
            Value::Bool(_) => matches!(schema_type, None | Some("boolean")),
            _ => {
                checker.unsupported(
                    &pointer.index(index),
                    format!("unsupported enum value: {}", describe(value)),
                    "strings and booleans",
                );
                continue;
            }
        };
        if let (false, Some(schema_type)) = (fits, schema_type) {
            checker.error(
                &pointer.index(index),
                format!(
                    "enum value is {}, the schema's type is `{schema_type}`",
                    describe(value)
                ),
            );
        }
    }
    if schema_type.is_none()
        && values.iter().any(Value::is_string)
        && values.iter().any(Value::is_boolean)
    {
        checker.error(pointer, "`enum` mixes strings and booleans");
    }
    unique(checker, values, pointer);
}

fn unique(checker: &mut Checker<'_>, values: &[Value], pointer: &Pointer) {
    let mut seen = HashSet::new();
    for (index, value) in values.iter().enumerate() {
        if !seen.insert(value) {
            checker.error(&pointer.index(index), format!("duplicate value {value}"));
        }
    }
}

fn discriminator(checker: &mut Checker<'_>, entries: &Map<String, Value>, pointer: &Pointer) {
    let Some(Value::Object(mapping)) = entries.get("mapping") else {
        return;
    };
    let pointer = pointer.child("mapping");
    for (name, target) in mapping {
        if target.is_string() {
            references::target(checker, target, "schemas", &pointer.child(name));
        }
    }
}

fn security_scheme(checker: &mut Checker<'_>, entries: &Map<String, Value>, pointer: &Pointer) {
    let Some(scheme_type) = text(entries, "type") else {
        return;
    };
    let keys: &[(&str, &str, &[&str])] = match scheme_type {
        "http" => &[("scheme", "HTTP authentication scheme", &["bearer", "basic"])],
        "apiKey" => &[
            ("in", "API key location", &["query", "header", "cookie"]),
            ("name", "", &[]),
        ],
        other => {
            checker.unsupported(
                &pointer.child("type"),
                format!("unsupported security scheme type `{other}`"),
                "`http`, `apiKey`",
            );
            return;
        }
    };
    for (key, what, supported) in keys {
        match entries.get(*key) {
            Some(Value::String(found)) if !supported.is_empty() => {
                one_of(checker, what, found, supported, &pointer.child(key));
            }
            Some(_) => {}
            None => checker.error(
                pointer,
                format!("missing `{key}` in a security scheme of type `{scheme_type}`"),
            ),
        }
    }
}
