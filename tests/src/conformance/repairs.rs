//! What Prism needs to be changed in a document before it can judge by it.
//!
//! Each repair is mechanical, works around one habit of Prism, and takes nothing away that Prism could have checked.

use clerk_frontend::Value;
use serde_json::json;

use crate::document::{is_constraint, items};

/// A change of one kind, wherever it is needed.
pub(super) struct Repair {
    pub(super) name: &'static str,
    pub(super) reason: &'static str,
    apply: fn(&mut Value) -> usize,
}

pub(super) const REPAIRS: [Repair; 7] = [
    Repair {
        name: "drop required names without a property",
        reason: "Prism's samples lack them, so that no sample would fit its own schema",
        apply: |document| each_schema(document, &mut drop_undeclared_required),
    },
    Repair {
        name: "drop unions of bare `required`",
        reason: "Prism's sampler takes the member for the whole schema and forgets the properties beside the union",
        apply: |document| each_schema(document, &mut drop_constraint_union),
    },
    Repair {
        name: "say how lists in forms are encoded",
        reason: "without an `encoding` Prism reads a form field as one text; form and explode are the standard's defaults. \
                 Reserved characters are allowed as Prism joins the items with commas and then takes these for reserved",
        apply: |document| each_form(document, &mut add_encoding),
    },
    Repair {
        name: "take null from lists in forms",
        reason: "a form cannot carry null, and Prism does not read a nullable field as a list",
        apply: |document| each_form(document, &mut drop_null_lists),
    },
    Repair {
        name: "make texts of objects in forms",
        reason: "our corrections say what the text means; in a form it is the JSON text of the object",
        apply: |document| each_form(document, &mut objects_to_texts),
    },
    Repair {
        name: "spell out lists with spaces between",
        reason: "Prism splits them at a literal `%20`, which is decoded by then; a pattern says the same",
        apply: |document| each_schema(document, &mut spell_out_spaces),
    },
    Repair {
        name: "drop `nullable` where no type is given",
        reason: "by the standard it has no effect there; Prism takes it for a type and then accepts any body",
        apply: |document| each_schema(document, &mut drop_untyped_nullable),
    },
];

/// Makes all repairs; returns how often each was needed.
pub(super) fn repair(document: &mut Value) -> Vec<(&'static Repair, usize)> {
    REPAIRS
        .iter()
        .map(|repair| (repair, (repair.apply)(document)))
        .collect()
}

/// Calls `change` with every object of the document that can be a schema; returns how often it changed one.
fn each_schema(value: &mut Value, change: &mut dyn FnMut(&mut Value) -> usize) -> usize {
    let mut changes = change(value);
    match value {
        Value::Object(fields) => {
            for (_, field) in fields.iter_mut() {
                changes += each_schema(field, change);
            }
        }
        Value::Array(items) => {
            for item in items {
                changes += each_schema(item, change);
            }
        }
        _ => {}
    }
    changes
}

/// Calls `change` with every media type of forms.
fn each_form(document: &mut Value, change: &mut dyn FnMut(&mut Value) -> usize) -> usize {
    each_schema(document, &mut |value| {
        let form = value
            .get_mut("content")
            .and_then(|content| content.get_mut("application/x-www-form-urlencoded"));
        form.map_or(0, &mut *change)
    })
}

fn drop_undeclared_required(schema: &mut Value) -> usize {
    let Some(declared) = schema.get("properties").and_then(Value::as_object) else {
        return 0;
    };
    let declared: Vec<String> = declared.keys().cloned().collect();
    let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else {
        return 0;
    };
    let before = required.len();
    required.retain(|name| declared.iter().any(|known| name == known));
    before - required.len()
}

fn drop_constraint_union(schema: &mut Value) -> usize {
    if !schema.get("anyOf").is_some_and(is_constraint) {
        return 0;
    }
    let Some(fields) = schema.as_object_mut() else {
        return 0;
    };
    usize::from(fields.remove("anyOf").is_some())
}

fn add_encoding(form: &mut Value) -> usize {
    let lists = fields_of_type(form, "array");
    for name in &lists {
        form["encoding"][name] = json!({"style": "form", "explode": true, "allowReserved": true});
    }
    lists.len()
}

fn drop_null_lists(form: &mut Value) -> usize {
    let mut dropped = 0;
    for name in fields_of_type(form, "array") {
        let list = form["schema"]["properties"][name].as_object_mut();
        dropped += usize::from(list.is_some_and(|list| list.remove("nullable").is_some()));
    }
    dropped
}

fn objects_to_texts(form: &mut Value) -> usize {
    let objects = fields_of_type(form, "object");
    for name in &objects {
        form["schema"]["properties"][name] = json!({"type": "string"});
    }
    objects.len()
}

fn fields_of_type(form: &Value, ty: &str) -> Vec<String> {
    let fields = form["schema"]["properties"].as_object();
    fields
        .into_iter()
        .flatten()
        .filter(|(_, field)| field["type"] == ty)
        .map(|(name, _)| name.clone())
        .collect()
}

fn spell_out_spaces(parameter: &mut Value) -> usize {
    if parameter
        .get("style")
        .is_none_or(|style| style != "spaceDelimited")
    {
        return 0;
    }
    let values: Vec<String> = items(&parameter["schema"]["items"]["enum"])
        .filter_map(Value::as_str)
        .map(regex_syntax::escape)
        .collect();
    let item = match values.as_slice() {
        [] => "[^ ]+".to_owned(),
        values => format!("({})", values.join("|")),
    };
    parameter["schema"] = json!({"type": "string", "pattern": format!("^{item}( {item})*$")});
    parameter["style"] = json!("form");
    1
}

fn drop_untyped_nullable(schema: &mut Value) -> usize {
    // A property can have the name, and is no boolean then.
    let is_flag = schema.get("nullable").is_some_and(Value::is_boolean);
    let composed = ["$ref", "allOf", "oneOf", "anyOf"]
        .iter()
        .any(|key| schema.get(key).is_some());
    match schema.as_object_mut() {
        Some(fields) if is_flag && !composed && !fields.contains_key("type") => {
            usize::from(fields.remove("nullable").is_some())
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Api, document};

    /// Makes the repairs that are needed; returns the names of those.
    fn repaired(mut value: Value) -> (Vec<&'static str>, Value) {
        let made = repair(&mut value);
        let needed = made.into_iter().filter(|(_, count)| *count > 0);
        (needed.map(|(repair, _)| repair.name).collect(), value)
    }

    fn form(name: &str, field: Value) -> Value {
        let schema = json!({"properties": {name: field}});
        json!({"content": {"application/x-www-form-urlencoded": {"schema": schema}}})
    }

    #[test]
    fn names_without_a_property_are_dropped() {
        let schema = json!({"properties": {"a": {}}, "required": ["a", "b"]});
        let expected = json!({"properties": {"a": {}}, "required": ["a"]});
        assert_eq!(repaired(schema), (vec![REPAIRS[0].name], expected));
        let open = json!({"required": ["b"]});
        assert_eq!(repaired(open.clone()), (vec![], open));
    }

    #[test]
    fn unions_of_required_are_dropped_and_others_kept() {
        let schema = json!({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        let expected = json!({"type": "object"});
        assert_eq!(repaired(schema), (vec![REPAIRS[1].name], expected));
        let union = json!({"anyOf": [{"required": ["a"], "properties": {"a": {}}}]});
        assert_eq!(repaired(union.clone()), (vec![], union));
    }

    #[test]
    fn lists_in_forms_get_an_encoding_and_lose_null() {
        let list = json!({"type": "array", "nullable": true});
        let (names, document) = repaired(form("a", list));
        assert_eq!(names, [REPAIRS[2].name, REPAIRS[3].name]);
        let form = &document["content"]["application/x-www-form-urlencoded"];
        let encoding = json!({"style": "form", "explode": true, "allowReserved": true});
        assert_eq!(form["encoding"], json!({"a": encoding}));
        assert_eq!(form["schema"]["properties"]["a"], json!({"type": "array"}));
    }

    #[test]
    fn objects_in_forms_are_texts_and_in_json_objects() {
        let object = json!({"type": "object", "nullable": true});
        let (names, document) = repaired(form("a", object.clone()));
        assert_eq!(names, [REPAIRS[4].name]);
        assert_eq!(document, form("a", json!({"type": "string"})));
        let json =
            json!({"content": {"application/json": {"schema": {"properties": {"a": object}}}}});
        assert_eq!(repaired(json.clone()), (vec![], json));
    }

    #[test]
    fn lists_with_spaces_between_become_a_pattern() {
        let list = json!({"type": "array", "items": {"enum": ["a", "b.c"]}});
        let parameter = json!({"name": "x", "style": "spaceDelimited", "schema": list});
        let (names, parameter) = repaired(parameter);
        assert_eq!(names, [REPAIRS[5].name]);
        assert_eq!(parameter["schema"]["pattern"], r"^(a|b\.c)( (a|b\.c))*$");
        assert_eq!(parameter["style"], "form");
    }

    #[test]
    fn nullable_is_dropped_where_nothing_is_said_otherwise() {
        let (names, schema) = repaired(json!({"properties": {"a": {"nullable": true}}}));
        assert_eq!(
            (names, schema),
            (vec![REPAIRS[6].name], json!({"properties": {"a": {}}}))
        );
        for kept in [
            json!({"type": "string", "nullable": true}),
            json!({"allOf": [{}], "nullable": true}),
            // A property of that name.
            json!({"properties": {"nullable": {"type": "boolean"}}}),
        ] {
            assert_eq!(repaired(kept.clone()), (vec![], kept));
        }
    }

    /// A repair that neither document needs any more has to go.
    #[test]
    fn every_repair_is_needed() {
        let mut needed = Vec::new();
        for api in Api::ALL {
            needed.extend(repaired(document::corrected(api).unwrap()).0);
        }
        for repair in &REPAIRS {
            assert!(needed.contains(&repair.name), "{}", repair.name);
        }
    }
}
