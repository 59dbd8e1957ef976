//! A request's payload: the call is built with it, and its encoded body compared.

use clerk_frontend::{DriftKind, Request, Value};
use serde_json::Map;
use url::form_urlencoded;

use super::check::{Note, Outcome, unknown};
use super::compare::{Step, compare};
use crate::input::{Input, InputError, Samples};
use crate::table::{CallEntry, Failure};
use crate::{Api, backend_calls, frontend_calls};

pub(super) fn check(api: Api, operation_id: &str, body: &[u8]) -> Outcome {
    let payload: Value = match serde_json::from_slice(body) {
        Ok(payload) => payload,
        Err(error) => return Failure::new("$", error.to_string()).into(),
    };
    let mut input = Input::new(Samples::Required).body(&payload);
    let sent =
        build(api, operation_id, &mut input).and_then(|request| sent_body(&request, &payload));
    let mut drift: Vec<Note> = input.drift().iter().cloned().map(Note::from).collect();
    let sent = match sent {
        Ok(sent) => sent,
        Err(failure) => {
            return Outcome {
                failures: vec![failure],
                drift,
            };
        }
    };
    // A field that is always sent alike is not asked for, and known all the same.
    let unknown_fields = input
        .unknown_fields()
        .into_iter()
        .filter(|name| sent.get(name).is_none());
    drift.extend(unknown_fields.map(|name| Note {
        kind: DriftKind::UnknownField,
        path: field_path(name),
        detail: String::new(),
    }));
    let mut failures = compare("$", &payload, &sent, &unknown(&drift));
    failures.extend(invented(&payload, &sent));
    Outcome { failures, drift }
}

fn build(api: Api, operation_id: &str, input: &mut Input<'_>) -> Result<Request, Failure> {
    match api {
        Api::Frontend => {
            let client = clerk_frontend::Client::builder()
                .base_url("http://localhost")
                .build();
            call(frontend_calls(), operation_id, client, input)
        }
        Api::Backend => {
            let client = clerk_frontend::backend::Client::builder()
                .base_url("http://localhost")
                .build();
            call(backend_calls(), operation_id, client, input)
        }
    }
}

fn call<Client>(
    calls: &[CallEntry<Client>],
    operation_id: &str,
    client: Result<Client, clerk_frontend::Error>,
    input: &mut Input<'_>,
) -> Result<Request, Failure> {
    let client = client.map_err(|error| Failure::new("$", error.to_string()))?;
    let Some(entry) = calls
        .iter()
        .find(|entry| entry.operation_id == operation_id)
    else {
        return Err(Failure::new("$", "the operation cannot be called"));
    };
    let prepared = (entry.call)(&client, input).map_err(|error| match error {
        InputError::Value(error) => error.into(),
        other => Failure::new("$", other.to_string()),
    })?;
    Ok(prepared.request)
}

/// The body as it would be sent, as JSON.
fn sent_body(request: &Request, payload: &Value) -> Result<Value, Failure> {
    match request.header("content-type") {
        Some("application/json") => serde_json::from_slice(request.body())
            .map_err(|error| Failure::new("$", error.to_string())),
        Some("application/x-www-form-urlencoded") => Ok(form_as(payload, request.body())),
        Some(other) => Err(Failure::new(
            "$",
            format!("a body of type {other} cannot be compared"),
        )),
        None => Ok(Value::Object(Map::new())),
    }
}

/// Reads a form the way the payload has the fields: a form itself knows nothing but text.
fn form_as(payload: &Value, form: &[u8]) -> Value {
    let mut fields = Map::new();
    for (name, text) in form_urlencoded::parse(form) {
        let typed = match payload.get(&*name) {
            Some(Value::Array(_)) => {
                let list = fields
                    .entry(name)
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(text.into());
                }
                continue;
            }
            None | Some(Value::String(_)) => text.into(),
            Some(Value::Null) if text.is_empty() => Value::Null,
            Some(_) => serde_json::from_str(&text).unwrap_or_else(|_| text.into()),
        };
        fields.insert(name.into_owned(), typed);
    }
    Value::Object(fields)
}

/// What would be sent although the payload does not have it.
fn invented(payload: &Value, sent: &Value) -> Vec<Failure> {
    let fields = sent.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| payload.get(name).is_none())
        .map(|(name, _)| {
            Failure::new(
                field_path(name),
                "would be sent although the payload does not have it",
            )
        })
        .collect()
}

fn field_path(name: &str) -> String {
    let mut path = "$".to_owned();
    Step::Key(name).append_to(&mut path);
    path
}
