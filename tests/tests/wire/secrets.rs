//! Nothing secret is printed, by whatever prints: every operation of both APIs with all of its inputs.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use clerk_frontend::{
    Authentication, Client, DevelopmentBrowser, Error, Method, Native, Object, ProductionBrowser,
    Retry, Value, backend,
};
use clerk_frontend_tests::input::{Input, Place, Samples, Sent};
use clerk_frontend_tests::table::{CallEntry, Prepared};
use clerk_frontend_tests::{backend_calls, frontend_calls};
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::mock::Server;
use crate::support::{in_turn, ok, wrapped};
use crate::tracing::Recorder;

/// In every secret value. It is the same however it is encoded.
const MARKER: &str = "hushhush";

/// Parts of names of what gives access to something. Wider than the generator's rule, on purpose.
const SUSPECT: [&str; 17] = [
    "token",
    "passw",
    "code",
    "secret",
    "jwt",
    "key",
    "ticket",
    "signature",
    "nonce",
    "cookie",
    "credential",
    "digest",
    "totp",
    "authorization",
    "samlresponse",
    "saml_response",
    "bearer",
];

/// Names with such a part of what gives access to nothing: ids, kinds, public halves, and names that roles go by.
const PUBLIC: [&str; 27] = [
    "actor_token_id",
    "adminportallinktokenid",
    "apikeyid",
    "blocked_country_codes",
    "code_challenge",
    "code_challenge_method",
    "creator_role_key",
    "default_role_key",
    "dest_role_set_key",
    "idempotency_key",
    "key",
    "m2m_token_id",
    "oidc_token_url",
    "passkey_id",
    "passkey_identification_id",
    "password_hasher",
    "preferred_sign_in_strategy_when_password_required",
    "promo_code",
    "public_key_jwk",
    "publishable_key",
    "role_key",
    "role_keys",
    "role_set_key",
    "role_set_key_or_id",
    "sign_in_token_id",
    "to_role_key",
    "token_endpoint_auth_method",
];

/// Those that say of which kind a token is.
const KINDS: [&str; 2] = ["token_format", "token_type_hint"];

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    let public = PUBLIC.contains(&name.as_str()) || KINDS.contains(&name.as_str());
    !public && SUSPECT.iter().any(|part| name.contains(part))
}

/// A secret that fits where the sample did. Objects hold one whatever they are called, so all of them get some.
fn secret(name: &str, sample: &Value) -> Option<Value> {
    match sample {
        Value::String(_) if is_secret(name) => Some(json!(MARKER)),
        Value::Array(items) => Some(json!([secret(name, items.first()?)?])),
        Value::Object(_) => Some(json!({
            "client_secret": MARKER, "password": MARKER, "token": MARKER, "jwt": MARKER, "api_key": MARKER,
        })),
        _ => None,
    }
}

/// A call with a marker in all inputs that look secret.
fn marked<C>(entry: &CallEntry<C>, client: &C) -> Prepared {
    let mut names = Input::new(Samples::All).header("Authorization", "Bearer x");
    (entry.call)(client, &mut names).unwrap_or_else(|error| panic!("{entry:?}: {error}"));
    let (mut parameters, mut fields) = (Object::new(), Object::new());
    for Sent { name, place, value } in names.sent() {
        let Some(secret) = secret(name, value) else {
            continue;
        };
        match place {
            Place::Parameter => parameters.insert((*name).to_owned(), secret),
            Place::Field => fields.insert((*name).to_owned(), secret),
            Place::File | Place::Body => None,
        };
    }
    let body = Value::Object(fields);
    let mut input = Input::new(Samples::All)
        .parameters(&parameters)
        .credentials("id", MARKER)
        .header("X-Mine", MARKER);
    // A list is made up as a whole.
    if !names.sent().iter().any(|sent| sent.place == Place::Body) {
        input = input.body(&body);
    }
    if entry.path.starts_with("/api_keys") {
        input = input.header("Authorization", format!("Bearer {MARKER}"));
    }
    (entry.call)(client, &mut input).unwrap_or_else(|error| panic!("{entry:?}: {error}"))
}

fn texts(error: &Error) -> Vec<String> {
    let mut texts = vec![
        format!("{error}"),
        format!("{error:?}"),
        format!("{error:#?}"),
    ];
    let mut source = error.source();
    while let Some(cause) = source {
        texts.extend([format!("{cause}"), format!("{cause:?}")]);
        source = cause.source();
    }
    texts
}

/// Answers that repeat what they were asked, in all the ways in which errors are read.
fn echo(turn: usize, request: &Request) -> ResponseTemplate {
    let headers: Vec<_> = request
        .headers
        .values()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let body = String::from_utf8_lossy(&request.body);
    let query = request.url.query().unwrap_or_default();
    let all = format!("refused {body} {query} {}", headers.join(" "));
    let error =
        json!({"code": "refused", "message": all, "long_message": all, "meta": {"value": all}});
    match turn % 5 {
        0 => {
            ResponseTemplate::new(422).set_body_json(json!({"errors": [error], "meta": {"a": all}}))
        }
        1 => ResponseTemplate::new(401)
            .set_body_json(json!({"error": MARKER, "error_description": all})),
        2 => ResponseTemplate::new(500).set_body_string(all),
        3 => ResponseTemplate::new(400)
            .set_body_json(json!({"errors": [{"code": MARKER}], "clerk_trace_id": MARKER})),
        _ => ResponseTemplate::new(302).insert_header("location", format!("/?{MARKER}")),
    }
}

fn echoing() -> impl wiremock::Respond {
    let turn = AtomicUsize::new(0);
    move |request: &Request| echo(turn.fetch_add(1, Ordering::Relaxed), request)
}

/// Makes every call, and returns what of what is printed has a secret in it.
async fn leaks<C>(calls: &[CallEntry<C>], client: &C) -> BTreeSet<String> {
    let recorder = Recorder::start();
    let mut leaks = BTreeSet::new();
    let mut secrets = 0;
    for entry in calls {
        let prepared = marked(entry, client);
        secrets += usize::from(prepared.debug.contains("redacted"));
        let mut texts = vec![prepared.debug, format!("{:?}", prepared.request)];
        match prepared.answer.await {
            Ok(answered) => texts.push(format!("{answered:?}")),
            Err(error) => texts.extend(self::texts(&error)),
        }
        let leaking = texts.into_iter().filter(|text| text.contains(MARKER));
        leaks.extend(leaking.map(|text| format!("{}: {text}", entry.operation_id)));
    }
    assert!(secrets == calls.len() && recorder.text().contains("attempts"));
    if recorder.text().contains(MARKER) {
        leaks.insert(format!("tracing: {}", recorder.text()));
    }
    leaks
}

fn assert_none(leaks: &BTreeSet<String>) {
    let leaks: Vec<_> = leaks.iter().map(String::as_str).collect();
    assert!(
        leaks.is_empty(),
        "{} leaks:\n{}",
        leaks.len(),
        leaks.join("\n")
    );
}

#[tokio::test]
async fn nothing_of_the_frontend_apis_inputs_is_printed() {
    let modes: [Authentication; 3] = [
        Native::new().token(MARKER).into(),
        DevelopmentBrowser::new().token(MARKER).into(),
        ProductionBrowser::new().token(MARKER).into(),
    ];
    let server = Server::answering(echoing()).await;
    for mode in modes {
        let builder = Client::builder()
            .base_url(server.url())
            .retry(Retry::none())
            .authentication(mode);
        assert!(!format!("{builder:?}").contains(MARKER));
        let client = builder.build().unwrap();
        assert!(!format!("{client:?} {:?}", client.user()).contains(MARKER));
        assert_none(&leaks(frontend_calls(), &client).await);
    }
}

#[tokio::test]
async fn nothing_of_the_backend_apis_inputs_is_printed() {
    let server = Server::answering(echoing()).await;
    let builder = backend::Client::builder()
        .base_url(server.url())
        .retry(Retry::none())
        .secret_key(format!("sk_test_{MARKER}"))
        .machine_secret_key(format!("ak_{MARKER}"));
    assert!(!format!("{builder:?}").contains(MARKER));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?} {:?}", client.users()).contains(MARKER));
    assert_none(&leaks(backend_calls(), &client).await);
}

#[tokio::test]
async fn nothing_that_a_caller_adds_is_printed() {
    let server = Server::answering(echoing()).await;
    let client = Client::builder()
        .base_url(server.url())
        .retry(Retry::none())
        .build()
        .unwrap();
    for _ in 0..5 {
        let raw = client
            .request(Method::Post, format!("/v1/x?a={MARKER}"))
            .query("b", MARKER)
            .header("X-Mine", MARKER)
            .form("c", MARKER)
            .bearer_auth(MARKER);
        let whole = client
            .request(Method::Post, "/v1/x")
            .json(json!([{"a": MARKER}]));
        let object = json!({"a": MARKER, "b": {"c": MARKER}});
        let object = client.request(Method::Post, "/v1/x").json(object);
        let basic = client
            .request(Method::Get, "/v1/x")
            .basic_auth("id", MARKER);
        for call in [raw, whole, object, basic] {
            let mut texts = vec![
                format!("{call:?}"),
                format!("{:?}", call.request().unwrap()),
            ];
            let sending = call.send();
            texts.push(format!("{sending:?}"));
            let error = sending.await.unwrap_err();
            texts.extend(self::texts(&error));
            texts.retain(|text| text.contains(MARKER));
            assert_none(&texts.into_iter().collect());
        }
    }
}

#[tokio::test]
async fn failures_without_an_answer_print_no_url() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let recorder = Recorder::start();
    let mode = DevelopmentBrowser::new().token(MARKER);
    let client = Client::builder()
        .base_url(url)
        .retry(Retry::none())
        .authentication(mode);
    let client = client.build().unwrap();
    let call = client
        .tickets()
        .accept(MARKER)
        .extra_query("a", MARKER)
        .bearer_auth(MARKER);
    let error = call.send().await.unwrap_err();
    assert!(error.is_connect());
    let texts = texts(&error)
        .into_iter()
        .filter(|text| text.contains(MARKER));
    assert_none(&texts.collect());
    assert!(!recorder.text().contains(MARKER));
}

#[tokio::test]
async fn answers_print_none_of_their_secrets() {
    let session = json!({"id": "sess_1", "last_active_token": {"object": "token", "jwt": MARKER}});
    let client_of_it = json!({"id": "client_1", "sessions": [session]});
    let rotated = |answer: ResponseTemplate| {
        answer
            .insert_header("authorization", MARKER)
            .append_header("set-cookie", format!("__client={MARKER}"))
            .insert_header("clerk-db-jwt", MARKER)
    };
    let server = Server::answering(in_turn([
        rotated(ok(&wrapped(&session, &client_of_it))),
        rotated(ok(&json!({"jwt": MARKER}))),
    ]))
    .await;
    let client = server.frontend();
    let response = client
        .sessions()
        .get("sess_1")
        .send_response()
        .await
        .unwrap();
    let token = client
        .sessions()
        .create_token("sess_1")
        .send_response()
        .await
        .unwrap();
    assert_eq!(token.value.jwt, MARKER);
    for text in [
        format!("{response:?} {:?}", response.headers()),
        format!("{token:?} {:?}", token.headers()),
        format!("{client:?} {:?}", client.current_client()),
    ] {
        assert!(!text.contains(MARKER), "{text}");
    }
}
