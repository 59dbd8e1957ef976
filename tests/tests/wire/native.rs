//! Native applications.

use clerk_frontend::{Method, Native};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::mock::Server;
use crate::support::{RecordingStore, builder, in_turn, ok, pairs, signed_in, wrapped};

fn answer() -> ResponseTemplate {
    ok(&wrapped(&json!({}), &signed_in("client_1")))
}

#[tokio::test]
async fn calls_say_that_they_are_native_and_whose() {
    let server = Server::answering(answer()).await;
    let native = Native::new()
        .token("ey.one")
        .device_id("device-1")
        .sdk("flutter", "1.2.3");
    let client = builder(&server).authentication(native).build().unwrap();
    client
        .user()
        .update()
        .first_name("Grace")
        .send()
        .await
        .unwrap();
    let sent = server.sent().await;
    // The true verb, and the version in a header.
    assert_eq!(sent.line(), "PATCH /v1/me");
    assert_eq!(pairs(&sent.query), [("_is_native".into(), "true".into())]);
    assert_eq!(sent.header("authorization"), Some("ey.one"));
    assert_eq!(sent.header("x-mobile"), Some("1"));
    assert_eq!(sent.header("clerk-api-version"), Some("2026-05-12"));
    assert_eq!(sent.header("x-native-device-id"), Some("device-1"));
    assert_eq!(sent.header("x-flutter-sdk-version"), Some("1.2.3"));
    assert_eq!(sent.header("x-clerk-client-id"), None);
    assert_eq!(sent.header("cookie"), None);
}

#[tokio::test]
async fn without_a_token_there_is_no_authorization() {
    let server = Server::answering(answer()).await;
    let client = builder(&server).native().build().unwrap();
    client.client().get().send().await.unwrap();
    let sent = server.sent().await;
    assert_eq!(sent.header("authorization"), None);
    assert_eq!(
        (sent.query.as_str(), sent.header("x-mobile")),
        ("_is_native=true", Some("1"))
    );
}

#[tokio::test]
async fn every_verb_is_sent_as_it_is() {
    let server = Server::answering(answer()).await;
    let client = builder(&server).native_token("one").build().unwrap();
    let methods = [
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ];
    for method in methods {
        client.request(method, "/v1/x").send().await.unwrap();
    }
    let sent = server.all_sent().await;
    let found: Vec<_> = sent.iter().map(|sent| sent.method.as_str()).collect();
    assert_eq!(found, ["GET", "POST", "PUT", "PATCH", "DELETE"]);
    assert!(sent.iter().all(|sent| sent.query == "_is_native=true"));
}

#[tokio::test]
async fn the_client_is_named_once_it_is_known() {
    let server = Server::answering(answer()).await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    client.user().get().send().await.unwrap();
    client.user().get().send().await.unwrap();
    // A token from elsewhere may be another client's: Clerk refuses the two that do not go together.
    store.import("elsewhere").await;
    client.user().get().send().await.unwrap();
    client.user().get().send().await.unwrap();

    let sent = server.all_sent().await;
    let found: Vec<_> = sent
        .iter()
        .map(|sent| {
            (
                sent.header("authorization"),
                sent.header("x-clerk-client-id"),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("one"), None),
            (Some("one"), Some("client_1")),
            (Some("elsewhere"), None),
            (Some("elsewhere"), Some("client_1")),
        ]
    );
}

#[tokio::test]
async fn cookies_are_neither_kept_nor_sent() {
    let answer = answer().insert_header("set-cookie", "__client=crumb; Path=/");
    let server = Server::answering(answer).await;
    let client = builder(&server).native_token("one").build().unwrap();
    client.client().get().send().await.unwrap();
    client.client().get().send().await.unwrap();
    let sent = server.all_sent().await;
    assert!(sent.iter().all(|sent| sent.header("cookie").is_none()));
    assert!(
        sent.iter()
            .all(|sent| sent.header("authorization") == Some("one"))
    );
}

#[tokio::test]
async fn answers_bring_new_tokens_and_take_them_away() {
    let with = |token: &str| answer().insert_header("authorization", token);
    let server = Server::answering(in_turn([
        with("two"),
        answer(),
        with("Bearer three"),
        ResponseTemplate::new(404).insert_header("authorization", "four"),
        with(""),
        with("six"),
        with("Bearer"),
        answer(),
    ]))
    .await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    for _ in 0..8 {
        let _ = client.client().get().send().await;
    }
    let sent = server.all_sent().await;
    let tokens: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("authorization"))
        .collect();
    let expected = ["one", "two", "two", "three", "four", "", "six", ""];
    assert_eq!(
        tokens,
        expected.map(|token| (!token.is_empty()).then_some(token))
    );
    assert_eq!(store.token().await, None);
}

#[tokio::test]
async fn a_session_is_named_where_it_matters() {
    let server = Server::answering(answer()).await;
    let client = builder(&server)
        .native_token("one")
        .build()
        .unwrap()
        .with_session("sess_2");
    client.user().get().send().await.unwrap();
    client.client().get().send().await.unwrap();
    client.sessions().touch("sess_1").send().await.unwrap();
    let _ = client.waitlist().join("a@b.example").send().await;
    client
        .user()
        .get()
        .extra_query("_x", "1")
        .send()
        .await
        .unwrap();
    let named = |query: &str| pairs(query).contains(&("_clerk_session_id".into(), "sess_2".into()));
    let found: Vec<_> = server
        .all_sent()
        .await
        .iter()
        .map(|sent| named(&sent.query))
        .collect();
    assert_eq!(found, [true, false, false, false, true]);
}

#[tokio::test]
async fn the_origin_is_the_callers_to_set() {
    let server = Server::answering(ok(&json!({"jwt": "a.b.c"}))).await;
    let client = builder(&server).native_token("one");
    let plain = client.clone().build().unwrap();
    plain
        .sessions()
        .create_token("sess_1")
        .send()
        .await
        .unwrap();
    plain
        .sessions()
        .create_token("sess_1")
        .extra_header("Origin", "https://a.example")
        .organization_id("")
        .send()
        .await
        .unwrap();
    let own = client.origin("https://b.example").build().unwrap();
    own.sessions().create_token("sess_1").send().await.unwrap();
    let sent = server.all_sent().await;
    let origins: Vec<_> = sent.iter().map(|sent| sent.header("origin")).collect();
    assert_eq!(
        origins,
        [None, Some("https://a.example"), Some("https://b.example")]
    );
    // No organization at all is an empty one.
    assert_eq!(sent[1].form(), "organization_id=");
}

#[tokio::test]
async fn an_instance_without_a_native_api_says_so() {
    let body = json!({"errors": [{"code": "native_api_disabled", "message": "no"}]});
    let server = Server::json(400, &body).await;
    let error = server.frontend().client().get().send().await.unwrap_err();
    assert!(error.is_native_api_disabled());
}

#[tokio::test]
async fn what_the_document_lacks_can_be_called() {
    let server = Server::json(200, &json!({"nonce": "n"})).await;
    let client = builder(&server).native_token("one").build().unwrap();
    let call = client.request(Method::Post, "/v1/client/device_attestation/challenges");
    let answer = call
        .form("platform", "ios")
        .form("list", vec!["a", "b"])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.into_value(), Some(json!({"nonce": "n"})));
    let call = client
        .request(Method::Post, "/v1/client/verify?x=1")
        .json(json!({"token": "t"}));
    let value: Value = call
        .query("y", "a b")
        .header("x-z", "3")
        .send_as()
        .await
        .unwrap();
    assert_eq!(value["nonce"], "n");

    let sent = server.all_sent().await;
    assert_eq!(
        sent[0].line(),
        "POST /v1/client/device_attestation/challenges"
    );
    assert_eq!(sent[0].form(), "platform=ios&list=a&list=b");
    assert_eq!(sent[0].header("authorization"), Some("one"));
    assert_eq!(sent[1].query, "x=1&_is_native=true&y=a%20b");
    assert_eq!(
        (sent[1].json(), sent[1].header("x-z")),
        (json!({"token": "t"}), Some("3"))
    );
}
