//! Calls from builder to value, against a local server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::auth::{Carrier, Credentials, MemoryTokenStore, Tokens};
use super::call::Call;
use super::core::{Core, Surface};
use super::error::{Error, ErrorKind};
use super::file_part::FilePart;
use super::operation::{Auth, BodyFormat, Method, Operation};
use super::response::{Sending, SendingResponse};
use super::retry::Retry;
use super::settings::{Parts, Settings};
use super::{Envelope, Object, Page, RawCall, Redirect};

const fn operation(method: Method, path: &'static str, auth: Auth, body: BodyFormat) -> Operation {
    Operation {
        id: "anOperation",
        method,
        path,
        auth,
        body,
        body_required: false,
        wrapped: false,
    }
}

static READ: Operation = operation(
    Method::Get,
    "/v1/things/{id}",
    Auth::Client,
    BodyFormat::None,
);
static WRITE: Operation = Operation {
    wrapped: true,
    ..operation(Method::Patch, "/v1/things", Auth::Client, BodyFormat::Form)
};
static UPLOAD: Operation = operation(
    Method::Post,
    "/v1/image",
    Auth::Client,
    BodyFormat::Multipart,
);
static LIST: Operation = operation(Method::Post, "/things", Auth::Client, BodyFormat::Json);
static OPEN: Operation = operation(Method::Get, "/open", Auth::None, BodyFormat::None);
static REVOKE: Operation = Operation {
    body_required: true,
    ..operation(Method::Post, "/revoke", Auth::Basic, BodyFormat::Form)
};

fn core(url: &str, token: Option<&str>, settings: Settings) -> Core {
    let store = |token| Arc::new(MemoryTokenStore::with_token(token));
    let parts = Parts {
        surface: Surface::Frontend,
        base_url: url.to_owned(),
        credentials: match token {
            Some(_) => Credentials::Native {
                headers: HeaderMap::new(),
            },
            None => Credentials::None,
        },
        tokens: token.map(|token| Tokens::new(Carrier::Authorization, store(token))),
        follower: None,
        satellite: None,
    };
    settings.build(parts).unwrap()
}

fn offline() -> Core {
    core("https://example.com", Some("hush"), Settings::default())
}

/// A server that answers everything alike, and a client of it.
async fn server(response: ResponseTemplate, settings: Settings) -> (MockServer, Core) {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(response)
        .mount(&server)
        .await;
    let core = core(&server.uri(), Some("hush"), settings);
    (server, core)
}

async fn only_request(server: &MockServer) -> wiremock::Request {
    let mut requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

fn sending<T>(call: Call) -> Sending<T> {
    Sending::new(call.exchange())
}

#[test]
fn requests_carry_what_was_set() {
    let mut call = Call::new(&offline(), &READ).path("id", "a/b");
    call.query("limit", 10_i64);
    call.query("limit", 20_i64);
    call.query("status", vec!["x", "y"]);
    call.query_joined("scope", ' ', vec!["openid", "email"]);
    call.secret_query("ticket", "quiet");
    call.add_query_text("new".into(), "1".into());
    call.add_query_text("new".into(), "2".into());
    call.header("Origin", "https://app.example");
    call.secret_header("Clerk-Secret-Key", "quiet");
    let request = call.request().unwrap();
    assert_eq!(request.method(), Method::Get);
    assert_eq!(
        request.url(),
        "https://example.com/v1/things/a%2Fb?_is_native=true&limit=20&status=x&status=y&scope=openid%20email&ticket=quiet&new=1&new=2"
    );
    assert_eq!(request.header("x-mobile"), Some("1"));
    assert_eq!(
        request.header("authorization"),
        None,
        "the token is read when the call is sent"
    );
    assert_eq!(request.header("clerk-api-version"), Some("2026-05-12"));
    assert_eq!(request.header("origin"), Some("https://app.example"));
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.operation_id(), Some("anOperation"));
    for debug in [format!("{call:?}"), format!("{request:?}")] {
        assert!(
            !debug.contains("hush") && !debug.contains("quiet"),
            "{debug}"
        );
        assert!(
            debug.contains("<redacted>") && debug.contains("limit"),
            "{debug}"
        );
    }
}

#[test]
fn form_fields_have_three_states() {
    let mut call = Call::new(&offline(), &WRITE);
    assert_eq!(call.request().unwrap().header("content-type"), None);
    call.field("scope", vec!["a", "b"]);
    call.secret_field("password", "quiet");
    call.clear("name");
    call.extra_field("future".into(), json!({"a": 1}));
    let request = call.request().unwrap();
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        request.body(),
        b"scope=a&scope=b&password=quiet&name=&future=%7B%22a%22%3A1%7D"
    );
    for debug in [format!("{call:?}"), format!("{request:?}")] {
        assert!(
            debug.contains("scope") && debug.contains("password") && !debug.contains("quiet"),
            "{debug}"
        );
    }
}

#[test]
fn json_bodies_can_be_lists_or_objects() {
    let mut call = Call::new(&offline(), &LIST);
    call.secret_field("password", "quiet");
    call.clear("name");
    let request = call.request().unwrap();
    assert_eq!(request.body(), br#"{"password":"quiet","name":null}"#);
    assert!(!format!("{request:?}").contains("quiet"));

    let mut call = Call::new(&offline(), &LIST);
    call.items(vec![Object::new()]);
    assert_eq!(call.request().unwrap().body(), b"[{}]");
}

#[test]
fn files_can_be_sent_either_way() {
    let mut call = Call::new(&offline(), &UPLOAD);
    call.file("file", FilePart::new("me.png", "abc"));
    let request = call.request().unwrap();
    assert_eq!(request.header("content-type"), None);
    let [part] = request.parts() else {
        panic!("{request:?}");
    };
    assert!(part.name == "file" && part.value.is_file());
    assert!(format!("{request:?}").contains("me.png"));
    call.format(BodyFormat::OctetStream);
    let request = call.request().unwrap();
    assert_eq!(
        request.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(request.body(), b"YWJj");
}

#[test]
fn each_operation_is_sent_with_its_own_credentials() {
    let request = Call::new(&offline(), &OPEN).request().unwrap();
    assert_eq!(
        (
            request.query(),
            request.header("authorization"),
            request.header("x-mobile")
        ),
        (None, None, None)
    );

    let mut call = Call::new(&offline(), &REVOKE);
    assert_eq!(call.request().unwrap().header("authorization"), None);
    call.basic_auth("id", "secret");
    let request = call.request().unwrap();
    assert_eq!(request.header("authorization"), Some("Basic aWQ6c2VjcmV0"));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(request.body(), b"");

    call.bearer_auth("jwt");
    assert_eq!(
        call.request().unwrap().header("authorization"),
        Some("Bearer jwt")
    );
}

#[test]
fn fields_on_a_bodiless_operation_use_the_apis_own_format() {
    let mut call = Call::new(&offline(), &OPEN);
    call.extra_field("a".into(), json!(1));
    assert_eq!(call.request().unwrap().body(), b"a=1");
}

#[test]
fn what_cannot_be_sent_is_an_error_that_names_the_operation() {
    let error = Call::new(&offline(), &READ)
        .path("id", "..")
        .request()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert_eq!(
        error.to_string(),
        "GET /v1/things/{id} (anOperation): the path parameter `id` is a path step (`.` or `..`)"
    );
    let mut call = Call::new(&offline(), &OPEN);
    call.extra_header("bad name".into(), "x".into());
    assert!(
        call.request()
            .unwrap_err()
            .to_string()
            .contains("is not a header name")
    );
    let mut call = Call::new(&offline(), &OPEN);
    call.extra_header("x".into(), "quiet\n".into());
    let error = call.request().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("quiet"));
}

#[tokio::test]
async fn wrapped_values_are_taken_out_or_kept() {
    let body = json!({"response": {"id": "x"}, "client": {"id": "client_1"}});
    let (server, core) = server(
        ResponseTemplate::new(200).set_body_json(body),
        Settings::default(),
    )
    .await;
    let mut call = Call::new(&core, &WRITE);
    call.field("name", "a b");
    let value: Object = sending(call).await.unwrap();
    assert_eq!(value, *json!({"id": "x"}).as_object().unwrap());

    let sent = only_request(&server).await;
    assert_eq!(sent.method.as_str(), "PATCH");
    assert_eq!(sent.url.path(), "/v1/things");
    assert_eq!(sent.url.query(), Some("_is_native=true"));
    assert_eq!(sent.body, b"name=a+b");
    assert_eq!(
        sent.headers.get("content-type").unwrap(),
        "application/x-www-form-urlencoded"
    );
    assert_eq!(sent.headers.get("authorization").unwrap(), "hush");
    assert_eq!(sent.headers.get("clerk-api-version").unwrap(), "2026-05-12");
    assert!(
        sent.headers
            .get("user-agent")
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("clerk-frontend/")
    );

    let whole: SendingResponse<Envelope<Object, Object>> =
        SendingResponse::new(Call::new(&core, &WRITE).exchange());
    let response = whole.await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert!(response.bytes().starts_with(b"{"));
    assert_eq!(response.value.client.unwrap()["id"], "client_1");
}

#[tokio::test]
async fn drift_is_reported_with_its_operation() {
    let (_server, core) = {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let settings = Settings {
            observer: Some(Arc::new(move |id: &str, drift: super::Drift| {
                sink.lock().unwrap().push(format!("{id} {}", drift.path));
            })),
            ..Settings::default()
        };
        let bare = ResponseTemplate::new(200).set_body_json(json!({"id": "x"}));
        let (server, core) = server(bare, settings).await;
        let value: Object = sending(Call::new(&core, &WRITE)).await.unwrap();
        assert_eq!(value["id"], "x");
        assert_eq!(*seen.lock().unwrap(), ["anOperation $"]);
        (server, core)
    };
    let strict = Settings {
        strict: true,
        ..core.settings.clone()
    };
    let core = super::call_tests::core(&core.base_url, None, strict);
    let error = sending::<Object>(Call::new(&core, &WRITE))
        .await
        .unwrap_err();
    assert!(error.is_decode());
}

#[tokio::test]
async fn errors_tell_what_the_server_said() {
    let body = json!({"errors": [{"code": "resource_not_found", "message": "not found"}]});
    let response = ResponseTemplate::new(404)
        .set_body_json(body)
        .insert_header("Clerk-Trace-Id", "trace_1");
    let (_server, core) = server(response, Settings::default()).await;
    let call = Call::new(&core, &READ).path("id", "user_1");
    let error = sending::<Object>(call).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /v1/things/{id} (anOperation): 404 Not Found: resource_not_found: not found"
    );
    assert!(error.is_not_found());
    assert_eq!(
        (error.status(), error.attempts(), error.trace_id()),
        (Some(404), 1, Some("trace_1"))
    );
}

#[tokio::test]
async fn bodies_of_another_type_are_decode_errors() {
    let response =
        ResponseTemplate::new(200).set_body_json(json!({"data": [], "total_count": "hush"}));
    let (_server, core) = server(response, Settings::default()).await;
    let error = sending::<Page<Object>>(Call::new(&core, &LIST))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.json_path(), Some("$.total_count"));
    assert_eq!(error.status(), Some(200));
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
    assert!(error.body().starts_with(b"{"));
}

#[tokio::test]
async fn redirects_are_returned_and_not_followed() {
    let response = ResponseTemplate::new(303).insert_header("location", "/elsewhere?ticket=quiet");
    let (server, core) = server(response, Settings::default()).await;
    let redirect: Redirect = sending(Call::new(&core, &OPEN)).await.unwrap();
    assert_eq!(
        (redirect.status, redirect.location.as_deref()),
        (303, Some("/elsewhere?ticket=quiet"))
    );
    assert!(!format!("{redirect:?}").contains("quiet"));
    only_request(&server).await;

    let error = sending::<Object>(Call::new(&core, &OPEN))
        .await
        .unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(error.location(), Some("/elsewhere?ticket=quiet"));
    assert!(!format!("{error} {error:?}").contains("quiet"));
}

#[tokio::test]
async fn large_responses_are_refused() {
    let response = ResponseTemplate::new(200).set_body_string("x".repeat(100));
    let settings = Settings {
        max_response_size: 99,
        ..Settings::default()
    };
    let (_server, core) = server(response, settings).await;
    let error = sending::<()>(Call::new(&core, &OPEN)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(
        error.to_string().contains("larger than the 99 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn slow_responses_time_out() {
    let response = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    let settings = Settings {
        timeout: Some(Duration::from_millis(50)),
        retry: Retry::none(),
        ..Settings::default()
    };
    let (_server, core) = server(response, settings).await;
    let error = sending::<()>(Call::new(&core, &OPEN)).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn unreachable_servers_are_connect_errors_without_secrets() {
    // Nothing listens on port 1.
    let settings = Settings {
        retry: Retry::none(),
        ..Settings::default()
    };
    let core = core("http://127.0.0.1:1", None, settings);
    let mut call = Call::new(&core, &OPEN);
    call.secret_query("ticket", "quiet");
    let error = sending::<()>(call).await.unwrap_err();
    assert!(
        error.is_connect() && error.kind() == ErrorKind::Transport,
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        "GET /open (anOperation): the server could not be reached"
    );
    assert!(std::error::Error::source(&error).is_some());
    assert!(!format!("{error:?}").contains("quiet"));
}

#[tokio::test]
async fn the_longest_deadline_is_one() {
    let settings = Settings {
        deadline: Some(Duration::MAX),
        timeout: Some(Duration::MAX),
        ..Settings::default()
    };
    let (server, core) = server(ResponseTemplate::new(204), settings).await;
    sending::<()>(Call::new(&core, &OPEN)).await.unwrap();
    only_request(&server).await;
}

#[tokio::test]
async fn raw_calls_take_any_answer() {
    let (server, core) = server(ResponseTemplate::new(204), Settings::default()).await;
    let call = RawCall::new(&core, Method::Delete, "/v1/anything?a=1").query("b", "2");
    let response = call.send().await.unwrap();
    assert_eq!(
        (response.status(), response.into_value()),
        (204, None::<Value>)
    );
    let sent = only_request(&server).await;
    assert_eq!(sent.url.query(), Some("a=1&_is_native=true&b=2"));
    let error: Error = RawCall::new(&core, Method::Get, "/v1/../admin")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /v1/../admin: the path \"/v1/../admin\" has a `.` or `..` segment"
    );
    let raw = RawCall::new(&core, Method::Get, "/v1/x?ticket=quiet");
    assert!(!format!("{raw:?} {:?}", raw.request().unwrap()).contains("quiet"));
}

#[test]
fn futures_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let future = sending::<Object>(Call::new(&offline(), &OPEN));
    is_send(&future);
    assert_eq!(format!("{future:?}"), "Sending(GET /open (anOperation))");
}
