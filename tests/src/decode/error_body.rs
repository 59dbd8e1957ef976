//! An error's payload: a client meets it as a response, the one way to the crate's error type.

use std::io::{self, Read as _, Write as _};
use std::net::TcpListener;

use clerk_frontend::{Client, DriftKind, Error, Method, Retry, Value};
use serde_json::{Map, json};

use super::check::{Note, Outcome, unknown};
use super::compare::{Step, compare};
use crate::table::Failure;

pub(super) fn check(status: u16, body: &[u8]) -> Outcome {
    let error = match meet(status, body) {
        Ok(error) => error,
        Err(reason) => return Failure::new("$", reason).into(),
    };
    let Ok(input) = serde_json::from_slice::<Value>(body) else {
        // A body that is not JSON is kept as it came, and nothing else is asked for.
        let kept = error.body() == body.get(..error.body().len()).unwrap_or_default();
        return match kept {
            true => Outcome::default(),
            false => Failure::new("$", "the error does not have the body").into(),
        };
    };
    let drift = unknown_fields(&input);
    let failures = compare("$", &input, &written(&input, &error), &unknown(&drift));
    Outcome { failures, drift }
}

/// What the error knows, in the shape of the body it was read from.
fn written(input: &Value, error: &Error) -> Value {
    let mut written = Map::new();
    if let Some(trace_id) = error.trace_id() {
        written.insert("clerk_trace_id".to_owned(), trace_id.into());
    }
    if let Some(meta) = error.meta() {
        written.insert("meta".to_owned(), Value::Object(meta.clone()));
    }
    if input.get("errors").is_some() {
        written.insert("errors".to_owned(), json!(error.errors()));
    } else if let Some(first) = error.errors().first() {
        written.insert("error".to_owned(), first.code.clone().into());
        written.insert("error_description".to_owned(), first.message.clone().into());
    }
    Value::Object(written)
}

/// The fields that are no part of an error as Clerk documents it.
fn unknown_fields(input: &Value) -> Vec<Note> {
    let known: &[&str] = match input.get("errors") {
        Some(_) => &["errors", "meta", "clerk_trace_id"],
        None => &["error", "error_description", "clerk_trace_id"],
    };
    let mut notes = Vec::new();
    note_unknown(&mut notes, "$", input, known);
    let errors = input
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for (index, error) in errors.enumerate() {
        let path = format!("$.errors[{index}]");
        note_unknown(
            &mut notes,
            &path,
            error,
            &["code", "message", "long_message", "meta"],
        );
    }
    notes
}

fn note_unknown(notes: &mut Vec<Note>, parent: &str, value: &Value, known: &[&str]) {
    let fields = value.as_object().into_iter().flatten();
    for (name, _) in fields.filter(|(name, _)| !known.contains(&name.as_str())) {
        let mut path = parent.to_owned();
        Step::Key(name).append_to(&mut path);
        notes.push(Note {
            kind: DriftKind::UnknownField,
            path,
            detail: String::new(),
        });
    }
}

/// Lets a client meet a response.
fn meet(status: u16, body: &[u8]) -> Result<Error, String> {
    let text = |error: io::Error| format!("the error response could not be served: {error}");
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(text)?;
    let address = listener.local_addr().map_err(text)?;
    let mut response = format!(
        "HTTP/1.1 {status} \r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    response.extend_from_slice(body);
    let server = std::thread::spawn(move || serve(&listener, &response));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(text)?;
    let met = runtime.block_on(async {
        let client = Client::builder()
            .base_url(format!("http://{address}"))
            // The server answers once.
            .retry(Retry::none())
            .build()?;
        client.request(Method::Get, "/").send().await
    });
    match met {
        Err(error) if error.status() == Some(status) => {
            // The server has answered, so it is done.
            let served = server.join();
            drop(served);
            Ok(error)
        }
        Err(error) => Err(format!("the client did not meet the error: {error}")),
        Ok(_) => Err("the client takes the error for a success".to_owned()),
    }
}

fn serve(listener: &TcpListener, response: &[u8]) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => break,
            read => request.extend_from_slice(buffer.get(..read).unwrap_or_default()),
        }
    }
    stream.write_all(response)
}
