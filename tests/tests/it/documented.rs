//! Every answer that the documents describe, with all of its fields: nothing of it is unknown, nothing is lost.
//!
//! The answers are made from the corrected documents by a reading of their own, so that a field that the generator
//! drops on the way to a type is found here.

use std::collections::BTreeSet;

use clerk_frontend::{DriftKind, Value};
use clerk_frontend_tests::Api;
use clerk_frontend_tests::sample::{Fields, Sampler};
use clerk_frontend_tests::table::Check;

use crate::document;

/// More than the largest union has members.
const ALL_MEMBERS: usize = 12;

#[test]
fn every_documented_response_is_read_whole() {
    for api in Api::ALL {
        let document = document::corrected(api);
        let mut failures = BTreeSet::new();
        let mut read = 0;
        for (operation, schema) in document::json_responses(&document) {
            let entry = api.response(&operation).unwrap();
            read += 1;
            failures.extend(check(&document, &operation, schema, entry.check, 1));
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
        let document = document::corrected(api);
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

/// Adds what of `sent` is not in `written`.
pub(crate) fn lost(sent: &Value, written: &Value, path: &str, failures: &mut BTreeSet<String>) {
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

/// A value that the schema allows, with every field there is; `variant` chooses among the members of a union.
pub(crate) fn sample(document: &Value, schema: &Value, variant: usize) -> Value {
    let sampler = Sampler {
        document,
        fields: Fields::All,
        variant,
        text: "text",
    };
    sampler.value(schema)
}
