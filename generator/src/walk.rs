//! Visits every schema of a raw document, innermost first.

use serde_json::{Map, Value};

/// Calls `visit` on every schema of `document`, children before their parents.
pub(crate) fn schemas_mut(document: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(components) = member_mut(document, "components") {
        each_mut(components, "schemas", &mut |schema| {
            schema_mut(schema, visit)
        });
        each_mut(components, "parameters", &mut |item| {
            parameter_mut(item, visit)
        });
        each_mut(components, "headers", &mut |item| {
            parameter_mut(item, visit)
        });
        each_mut(components, "responses", &mut |item| {
            response_mut(item, visit)
        });
        each_mut(components, "requestBodies", &mut |item| {
            content_mut(item, visit);
        });
    }
    each_mut(document, "paths", &mut |path_item| {
        let Some(path_item) = path_item.as_object_mut() else {
            return;
        };
        for (key, value) in path_item.iter_mut() {
            if key == "parameters" {
                list_mut(value, &mut |item| parameter_mut(item, visit));
            } else {
                operation_mut(value, visit);
            }
        }
    });
}

fn operation_mut(operation: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(parameters) = member_mut(operation, "parameters") {
        list_mut(parameters, &mut |item| parameter_mut(item, visit));
    }
    if let Some(body) = member_mut(operation, "requestBody") {
        content_mut(body, visit);
    }
    each_mut(operation, "responses", &mut |item| {
        response_mut(item, visit)
    });
}

fn parameter_mut(parameter: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(schema) = member_mut(parameter, "schema") {
        schema_mut(schema, visit);
    }
}

fn response_mut(response: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    content_mut(response, visit);
    each_mut(response, "headers", &mut |item| parameter_mut(item, visit));
}

fn content_mut(holder: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    each_mut(holder, "content", &mut |media| {
        if let Some(schema) = member_mut(media, "schema") {
            schema_mut(schema, visit);
        }
    });
}

fn schema_mut(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    each_mut(schema, "properties", &mut |item| schema_mut(item, visit));
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = member_mut(schema, key).filter(|inner| inner.is_object()) {
            schema_mut(inner, visit);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(members) = member_mut(schema, key) {
            list_mut(members, &mut |item| schema_mut(item, visit));
        }
    }
    visit(schema);
}

fn member_mut<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Value> {
    value.as_object_mut().and_then(|object| object.get_mut(key))
}

fn each_mut(value: &mut Value, key: &str, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(object) = member_mut(value, key).and_then(Value::as_object_mut) {
        Map::values_mut(object).for_each(visit);
    }
}

fn list_mut(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(visit);
    }
}
