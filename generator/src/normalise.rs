//! Rewrites what OpenAPI 3.0 allows but a typed reader would lose or misread.
//!
//! Runs on raw values, after overlays and checks and before typed parsing. Each rule is one function; the order
//! matters only where a rule's comment says so.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::pointer::escape;
use crate::walk;

/// Applies every rule to `document`.
pub(crate) fn normalise(document: &mut Value) {
    drop_empty_path_items(document);
    walk::schemas_mut(document, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            require_for_all_members(schema);
        }
    });
    walk::schemas_mut(document, &mut |schema| {
        if let Some(schema) = schema.as_object_mut() {
            wrap_reference_with_siblings(schema);
            drop_constraint_only_any_of(schema);
            unwrap_single_member_union(schema);
            drop_type_beside_combinator(schema);
            drop_required_without_property(schema);
        }
    });
    spread_nullability_through_references(document);
}

/// Clerk leaves `{}` behind where it withdrew an operation; there is nothing to call.
fn drop_empty_path_items(document: &mut Value) {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|_, item| item.as_object().is_none_or(|item| !item.is_empty()));
    }
}

/// OpenAPI 3.0 ignores what stands beside `$ref`, and so does `openapiv3`; Clerk means `nullable` and extensions
/// there. One-member `allOf` says the same in a form that is read.
fn wrap_reference_with_siblings(schema: &mut Map<String, Value>) {
    if schema.len() < 2 || !schema.contains_key("$ref") {
        return;
    }
    if let Some(reference) = schema.remove("$ref") {
        schema.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}

/// `anyOf: [{required: [a]}, {required: [b]}]` says which fields come together; it describes no other type.
fn drop_constraint_only_any_of(schema: &mut Map<String, Value>) {
    let constraint_only = schema
        .get("anyOf")
        .and_then(Value::as_array)
        .is_some_and(|members| members.iter().all(is_constraint));
    if constraint_only {
        schema.remove("anyOf");
    }
}

fn is_constraint(member: &Value) -> bool {
    member.as_object().is_some_and(|member| {
        !member.is_empty()
            && member.keys().all(|key| {
                matches!(key.as_str(), "required" | "description") || key.starts_with("x-")
            })
            && member.contains_key("required")
    })
}

/// A union of one is that one; Clerk writes it to attach `nullable`.
fn unwrap_single_member_union(schema: &mut Map<String, Value>) {
    for key in ["oneOf", "anyOf"] {
        let single = schema
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(|members| members.len() == 1);
        if single
            && !schema.contains_key("allOf")
            && let Some(members) = schema.remove(key)
        {
            schema.insert("allOf".to_owned(), members);
            schema.remove("discriminator");
        }
    }
}

/// `type: object` beside a combinator repeats what the members say and would make the typed reader take the
/// schema for an untyped one.
fn drop_type_beside_combinator(schema: &mut Map<String, Value>) {
    if ["allOf", "oneOf", "anyOf"]
        .iter()
        .any(|key| schema.contains_key(*key))
    {
        schema.remove("type");
    }
}

/// A member of an `allOf` may require what another member declares; said for the whole, it is not lost when required
/// names without a property are dropped, which therefore comes later.
fn require_for_all_members(schema: &mut Map<String, Value>) {
    let Some(members) = schema.get_mut("allOf").and_then(Value::as_array_mut) else {
        return;
    };
    let mut elsewhere = Vec::new();
    for member in members.iter_mut().filter_map(Value::as_object_mut) {
        if member.contains_key("allOf") {
            continue;
        }
        let own = property_names(member);
        if let Some(required) = member.get_mut("required").and_then(Value::as_array_mut) {
            let names = required.iter().filter(|name| !is_among(name, &own));
            elsewhere.extend(names.cloned());
        }
    }
    if elsewhere.is_empty() {
        return;
    }
    let required = schema.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.append(&mut elsewhere);
    }
}

fn property_names(schema: &Map<String, Value>) -> BTreeSet<String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect()
}

fn is_among(name: &Value, names: &BTreeSet<String>) -> bool {
    name.as_str().is_none_or(|name| names.contains(name))
}

/// A required name without a property can never be read; nobody sends it as documented either.
fn drop_required_without_property(schema: &mut Map<String, Value>) {
    // Its members declare the properties.
    if schema.contains_key("allOf") {
        return;
    }
    if !schema.contains_key("properties") {
        return;
    }
    let known = property_names(schema);
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| is_among(name, &known));
    }
}

/// A reference to a component that is itself nullable is nullable where it is used, unless that place says no.
fn spread_nullability_through_references(document: &mut Value) {
    let nullable: BTreeSet<String> = document
        .pointer("/components/schemas")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, schema)| schema.get("nullable") == Some(&Value::Bool(true)))
        .map(|(name, _)| format!("#/components/schemas/{}", escape(name)))
        .collect();
    walk::schemas_mut(document, &mut |schema| {
        let is_nullable = |value: &Value| {
            value
                .get("$ref")
                .and_then(Value::as_str)
                .is_some_and(|reference| nullable.contains(reference))
        };
        if is_nullable(schema) {
            let reference = schema.take();
            *schema = json!({ "allOf": [reference], "nullable": true });
            return;
        }
        let single_nullable = schema
            .get("allOf")
            .and_then(Value::as_array)
            .is_some_and(|members| members.len() == 1 && members.iter().any(wraps_nullable));
        if single_nullable && let Some(schema) = schema.as_object_mut() {
            // The member was rewritten just before its parent: lift it back out.
            if let Some(members) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
                for member in members {
                    if let Some(inner) = member.pointer_mut("/allOf/0") {
                        *member = inner.take();
                    }
                }
            }
            schema.entry("nullable").or_insert(Value::Bool(true));
        }
    });
}

fn wraps_nullable(member: &Value) -> bool {
    member.get("nullable") == Some(&Value::Bool(true))
        && member.pointer("/allOf/0/$ref").is_some()
        && member.as_object().is_some_and(|member| member.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema_after(schema: Value) -> Value {
        let mut document = json!({ "components": { "schemas": {
            "Maybe": { "type": "object", "nullable": true },
            "S": schema,
        } } });
        normalise(&mut document);
        document["components"]["schemas"]["S"].clone()
    }

    #[test]
    fn a_reference_with_siblings_keeps_them() {
        assert_eq!(
            schema_after(json!({ "$ref": "#/components/schemas/X", "nullable": true })),
            json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/X" }] })
        );
    }

    #[test]
    fn a_union_of_one_is_that_one() {
        assert_eq!(
            schema_after(
                json!({ "oneOf": [{ "$ref": "#/components/schemas/X" }], "nullable": true, "type": "object" })
            ),
            json!({ "nullable": true, "allOf": [{ "$ref": "#/components/schemas/X" }] })
        );
    }

    #[test]
    fn an_any_of_of_required_lists_is_a_constraint() {
        assert_eq!(
            schema_after(json!({
                "type": "object",
                "properties": { "a": {}, "b": {} },
                "anyOf": [{ "required": ["a"] }, { "required": ["b"] }],
            })),
            json!({ "type": "object", "properties": { "a": {}, "b": {} } })
        );
    }

    #[test]
    fn a_required_name_without_a_property_is_dropped() {
        assert_eq!(
            schema_after(
                json!({ "type": "object", "properties": { "a": {} }, "required": ["a", "b"] })
            ),
            json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] })
        );
    }

    #[test]
    fn a_member_may_require_what_another_declares() {
        let member = json!({ "type": "object", "properties": { "a": {} }, "required": ["a"] });
        let other = json!({ "type": "object", "properties": { "b": {} }, "required": ["a", "b"] });
        assert_eq!(
            schema_after(json!({ "allOf": [member, other] })),
            json!({
                "allOf": [
                    member,
                    { "type": "object", "properties": { "b": {} }, "required": ["b"] },
                ],
                "required": ["a"],
            })
        );
    }

    #[test]
    fn a_reference_to_a_nullable_component_is_nullable() {
        let reference = json!({ "$ref": "#/components/schemas/Maybe" });
        assert_eq!(
            schema_after(reference.clone()),
            json!({ "allOf": [reference], "nullable": true })
        );
        assert_eq!(
            schema_after(json!({ "allOf": [reference], "nullable": false })),
            json!({ "allOf": [reference], "nullable": false })
        );
        assert_eq!(
            schema_after(json!({ "allOf": [reference] })),
            json!({ "allOf": [reference], "nullable": true })
        );
    }

    #[test]
    fn an_empty_path_item_is_skipped() {
        let mut document = json!({ "paths": { "/a": {}, "/b": { "get": {} } } });
        normalise(&mut document);
        assert_eq!(document, json!({ "paths": { "/b": { "get": {} } } }));
    }
}
