//! Every answer that the documents describe, with all of its fields: nothing of it is unknown, nothing is lost.
//!
//! The answers are made from the corrected documents by a reading of their own, so that a field that the generator
//! drops on the way to a type is found here.

use std::collections::BTreeSet;
use std::path::Path;

use clerk_frontend::{DriftKind, Value};
use clerk_frontend_tests::Api;
use clerk_frontend_tests::table::Check;
use generator::Source;
use serde_json::{Map, json};

use crate::document;

/// More than the largest union has members.
const ALL_MEMBERS: usize = 12;

/// Operations whose envelope describes the client as any object: it is a client all the same.
const FREE_FORM_CLIENT: [&str; 2] = [
    "deleteClientSessions",
    "removeClientSessionsAndRetainCookie",
];

#[test]
fn every_documented_response_is_read_whole() {
    for api in Api::ALL {
        let document = corrected(api);
        let mut failures = BTreeSet::new();
        let mut read = 0;
        for (operation, schema) in json_responses(&document) {
            let entry = api.response(&operation).unwrap();
            read += 1;
            if !FREE_FORM_CLIENT.contains(&operation.as_str()) {
                failures.extend(check(&document, &operation, schema, entry.check, 1));
            }
        }
        report(&failures);
        assert!(
            read > 180,
            "only {read} operations of {api:?} answer with JSON"
        );
    }
}

#[test]
fn every_documented_schema_is_read_whole() {
    for api in Api::ALL {
        let document = corrected(api);
        let mut failures = BTreeSet::new();
        for entry in api.schemas() {
            let schema = &document["components"]["schemas"][entry.schema];
            // Envelopes are whole in the test above; their other members would be the same client time and again.
            if schema["properties"]["client"].is_null() {
                failures.extend(check(
                    &document,
                    entry.schema,
                    schema,
                    entry.check,
                    ALL_MEMBERS,
                ));
            }
        }
        report(&failures);
    }
}

fn report(failures: &BTreeSet<String>) {
    let lines: Vec<&str> = failures.iter().map(String::as_str).collect();
    assert!(
        lines.is_empty(),
        "{} losses:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// What is lost of the answers that `schema` allows, with so many of the members of its unions.
fn check(
    document: &Value,
    name: &str,
    schema: &Value,
    check: Check,
    variants: usize,
) -> BTreeSet<String> {
    let mut failures = BTreeSet::new();
    let mut bodies: Vec<Value> = Vec::new();
    for variant in 0..variants {
        let body = sample(document, schema, variant);
        if bodies.contains(&body) {
            continue;
        }
        bodies.push(body.clone());
        let checked = match check(body.to_string().as_bytes()) {
            Ok(checked) => checked,
            Err(failure) => {
                failures.insert(format!("{name} {}: {}", failure.path, failure.reason));
                continue;
            }
        };
        for drift in &checked.drift {
            // Texts are made up: where a union of an enum and free text became that enum, they are not in it. A schema of
            // an envelope decodes to what is inside.
            if matches!(drift.kind, DriftKind::UnknownField | DriftKind::Corrected) {
                failures.insert(format!(
                    "{name} {}: {} {}",
                    drift.path, drift.kind, drift.detail
                ));
            }
        }
        if let Some(written) = &checked.written {
            let body = match (&body, written) {
                // A schema of an envelope decodes to what is inside.
                (Value::Object(envelope), written)
                    if envelope.contains_key("response") && written.get("response").is_none() =>
                {
                    &envelope["response"]
                }
                _ => &body,
            };
            lost(body, written, name, &mut failures);
        }
    }
    failures
}

fn lost(sent: &Value, written: &Value, path: &str, failures: &mut BTreeSet<String>) {
    match (sent, written) {
        (Value::Object(sent), Value::Object(written)) => {
            for (key, value) in sent {
                match written.get(key) {
                    Some(written) => lost(value, written, &format!("{path}.{key}"), failures),
                    None => {
                        failures.insert(format!("{path}.{key}: not written back"));
                    }
                }
            }
        }
        (Value::Array(sent), Value::Array(written)) if sent.len() == written.len() => {
            for (sent, written) in sent.iter().zip(written) {
                lost(sent, written, &format!("{path}[]"), failures);
            }
        }
        // A bare list is written back as the page it was read as.
        (Value::Array(_), Value::Object(page)) if page.contains_key("data") => {
            lost(sent, &page["data"], path, failures);
        }
        (Value::Number(sent), Value::Number(written)) if sent.as_f64() == written.as_f64() => {}
        _ if sent == written => {}
        _ => {
            failures.insert(format!("{path}: sent {sent}, written {written}"));
        }
    }
}

/// A committed document with our corrections.
pub(crate) fn corrected(api: Api) -> Value {
    let folder = match api {
        Api::Frontend => "frontend",
        Api::Backend => "backend",
    };
    let mut document = document::load(api);
    for overlay in ["corrections", "names"] {
        let name = format!("../spec/overlays/{folder}/{overlay}.yaml");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        let text = std::fs::read_to_string(path).unwrap();
        generator::overlay::apply(&mut document, folder, &Source { name, text }).unwrap();
    }
    document
}

pub(crate) fn json_responses(document: &Value) -> Vec<(String, &Value)> {
    let mut responses = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = document::resolve(document, response);
                let schema = &response["content"]["application/json"]["schema"];
                if status.starts_with('2') && schema.is_object() {
                    let id = operation["operationId"].as_str().unwrap();
                    responses.push((id.to_owned(), schema));
                }
            }
        }
    }
    responses
}

/// A value that the schema allows, with every field there is; `variant` chooses among the members of a union.
pub(crate) fn sample(document: &Value, schema: &Value, variant: usize) -> Value {
    let schema = document::resolve(document, schema);
    for key in ["oneOf", "anyOf"] {
        let members: Vec<&Value> = schema[key].as_array().into_iter().flatten().collect();
        let constraint_only = members.iter().all(|member| {
            let keys = member.as_object().unwrap().keys();
            keys.filter(|key| key.as_str() != "required").count() == 0
        });
        if !members.is_empty() && !constraint_only {
            return sample(document, members[variant % members.len()], variant);
        }
    }
    if let Some(value) = schema["enum"].as_array().and_then(|values| values.first()) {
        return value.clone();
    }
    let mut object = Map::new();
    for member in schema["allOf"].as_array().into_iter().flatten() {
        // `{type: object, nullable: true}` beside others only says that there may be nothing.
        if member["type"] == "object" && !member["properties"].is_object() {
            continue;
        }
        match sample(document, member, variant) {
            Value::Object(fields) => object.extend(fields),
            other => return other,
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        object.insert(name.clone(), sample(document, property, variant));
    }
    if schema["additionalProperties"].is_object() {
        let value = sample(document, &schema["additionalProperties"], variant);
        object.insert("made_up".to_owned(), value);
    }
    match schema["type"].as_str() {
        _ if !object.is_empty() => Value::Object(object),
        Some("string") => json!("text"),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([sample(document, &schema["items"], variant)]),
        _ => json!({ "made_up": 1 }),
    }
}
