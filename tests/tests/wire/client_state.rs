//! The client that comes along with answers, and whoever follows it.

use std::sync::{Arc, Mutex};

use clerk_frontend::{CallOptions, Native, Retry, Value};
use futures_util::FutureExt;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::mock::Server;
use crate::support::{
    RecordingStore, VirtualClock, builder, fresh, in_turn, ok, signed_in, wrapped,
};

/// The number of sessions that the latest client has; nothing if there is no client.
type Seen = Arc<Mutex<Vec<Option<String>>>>;

/// A client of a server that gives these answers in turn, and what it told its watcher.
async fn watching(answers: Vec<ResponseTemplate>) -> (Server, clerk_frontend::Client, Seen) {
    let server = Server::answering(in_turn(answers)).await;
    let seen = Seen::default();
    let sink = seen.clone();
    let client = builder(&server)
        .native_token("one")
        .on_client(move |client| {
            sink.lock()
                .unwrap()
                .push(client.map(|client| client.id.clone()))
        })
        .build()
        .unwrap();
    (server, client, seen)
}

fn beside(client: &Value) -> ResponseTemplate {
    ok(&wrapped(&json!({}), client))
}

fn at(answer: ResponseTemplate, second: u32) -> ResponseTemplate {
    answer.insert_header("date", format!("Wed, 21 Oct 2026 07:28:{second:02} GMT"))
}

#[tokio::test]
async fn it_comes_with_every_wrapped_answer() {
    let (_server, client, seen) = watching(vec![
        beside(&signed_in("a")),
        beside(&signed_in("b")),
        ok(&wrapped(&signed_in("c"), &json!(null))),
    ])
    .await;
    assert!(client.current_client().is_none());
    client.user().get().send().await.unwrap();
    assert_eq!(client.current_client().unwrap().id, "a");
    assert_eq!(client.clone().current_client().unwrap().sessions.len(), 1);
    client.sign_ins().create().send_response().await.unwrap();
    client.client().get().send().await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [Some("a".into()), Some("b".into()), Some("c".into())]
    );
}

#[tokio::test]
async fn errors_bring_it_in_their_meta() {
    let body = json!({
        "errors": [{"code": "form_password_incorrect", "message": "no"}],
        "meta": {"client": signed_in("a")}
    });
    let (_server, client, seen) =
        watching(vec![ResponseTemplate::new(422).set_body_json(&body)]).await;
    let error = client.sign_ins().create().send().await.unwrap_err();
    assert_eq!(error.client().unwrap().id, "a");
    assert_eq!(error.client().unwrap().sessions.len(), 1);
    assert_eq!(client.current_client().unwrap().id, "a");
    assert_eq!(*seen.lock().unwrap(), [Some("a".to_owned())]);
}

#[tokio::test]
async fn null_beside_an_answer_is_not_a_sign_out() {
    let (_server, client, seen) = watching(vec![
        beside(&signed_in("a")),
        beside(&json!(null)),
        ok(&wrapped(&json!(null), &json!(null))),
        ok(&json!({"response": {"id": "x"}})),
        ok(&json!({"id": "x"})),
        ResponseTemplate::new(204),
        ResponseTemplate::new(401).set_body_json(json!({"errors": [], "meta": {"client": null}})),
        ResponseTemplate::new(500).set_body_string("<html>"),
    ])
    .await;
    for _ in 0..8 {
        let _ = client.user().get().send().await;
    }
    assert_eq!(client.current_client().unwrap().id, "a");
    assert_eq!(*seen.lock().unwrap(), [Some("a".to_owned())]);
}

#[tokio::test]
async fn null_alone_is_no_client() {
    let (_server, client, seen) = watching(vec![
        beside(&signed_in("a")),
        ok(&json!({"client": null})),
        beside(&signed_in("b")),
        ok(&wrapped(&json!(null), &json!(null))),
    ])
    .await;
    client.user().get().send().await.unwrap();
    client.user().get().send().await.unwrap();
    assert!(client.current_client().is_none());
    client.user().get().send().await.unwrap();
    // Where the client is what is asked for, null is the answer.
    assert!(client.client().get().send().await.unwrap().is_none());
    assert!(client.current_client().is_none());
    assert_eq!(
        *seen.lock().unwrap(),
        [Some("a".into()), None, Some("b".into()), None]
    );
}

#[tokio::test]
async fn rate_limits_and_failures_sign_nobody_out() {
    let answers = vec![
        beside(&signed_in("a")),
        ResponseTemplate::new(429)
            .set_body_json(json!({"errors": [{"code": "too_many_requests", "message": "m"}]})),
        ResponseTemplate::new(429).set_body_string("slow down"),
        ResponseTemplate::new(429)
            .set_body_json(json!({"error": "rate"}))
            .insert_header("retry-after", "1"),
        ResponseTemplate::new(503),
    ];
    let server = Server::answering(in_turn(answers)).await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server)
        .authentication(native)
        .clock(VirtualClock::default());
    let client = client.build().unwrap();
    client.user().get().send().await.unwrap();
    for number in 1..5 {
        let error = client.user().get().send().await.unwrap_err();
        assert_eq!(error.is_rate_limited(), number < 4);
        assert!(!error.is_unauthenticated());
        assert_eq!(client.current_client().unwrap().id, "a");
    }
    let retrying = client
        .user()
        .get()
        .options(CallOptions::new().retry(Retry::new()));
    assert_eq!(retrying.send().await.unwrap_err().attempts(), 3);
    assert_eq!(
        (store.changes(), store.token().await),
        (vec![], Some("one".into()))
    );
    assert_eq!(client.current_client().unwrap().id, "a");
}

#[tokio::test]
async fn late_answers_do_not_roll_it_back() {
    let (_server, client, seen) = watching(vec![
        at(beside(&signed_in("a")), 10),
        at(beside(&signed_in("late")), 9),
        at(ok(&json!({"client": null})), 8),
        at(
            ResponseTemplate::new(400)
                .set_body_json(json!({"errors": [], "meta": {"client": fresh("late")}})),
            9,
        ),
        at(beside(&signed_in("b")), 10),
        at(beside(&signed_in("c")), 11),
    ])
    .await;
    for _ in 0..6 {
        let _ = client.user().get().send().await;
    }
    assert_eq!(
        *seen.lock().unwrap(),
        [Some("a".into()), Some("b".into()), Some("c".into())]
    );
}

#[tokio::test]
async fn within_a_second_the_order_of_requests_decides() {
    // Both are of one second; the first request's answer is held back until the second one's is there.
    let server = Server::answering(|request: &Request| {
        let answer = |id| at(beside(&signed_in(id)), 10);
        match request.url.path() {
            "/v1/me" => answer("first").set_delay(std::time::Duration::from_millis(200)),
            _ => answer("second"),
        }
    })
    .await;
    let client = builder(&server).native_token("one").build().unwrap();
    let first = tokio::spawn(client.user().get().send());
    while server.all_sent().await.is_empty() {
        tokio::task::yield_now().await;
    }
    client.sign_ins().create().send().await.unwrap();
    assert_eq!(client.current_client().unwrap().id, "second");
    first.await.unwrap().unwrap();
    assert_eq!(client.current_client().unwrap().id, "second");
}

#[tokio::test]
async fn a_new_client_for_an_old_token_does_not_count() {
    let store = RecordingStore::holding("one");
    let elsewhere = store.clone();
    let server = Server::answering(move |request: &Request| {
        if request.method.as_str() == "GET" {
            return beside(&signed_in("a"));
        }
        // While the call is under way, the application stores the token of a sign-in elsewhere.
        elsewhere.import("two").now_or_never().unwrap();
        beside(&fresh("nobody")).insert_header("authorization", "nobody")
    })
    .await;
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    client.user().get().send().await.unwrap();
    client.user().update().send().await.unwrap();
    assert_eq!(store.token().await.as_deref(), Some("two"));
    assert_eq!(client.current_client().unwrap().id, "a");
}

#[tokio::test]
async fn a_stream_follows_it() {
    let (server, client, _) = watching(vec![
        beside(&signed_in("a")),
        beside(&json!(null)),
        beside(&signed_in("b")),
        ok(&json!({"client": null})),
    ])
    .await;
    let mut changes = client.client_changes();
    let mut id = async || {
        changes
            .next()
            .await
            .map(|client| client.map(|client| client.id.clone()))
    };
    assert_eq!(id().await, Some(None));
    client.user().get().send().await.unwrap();
    assert_eq!(id().await, Some(Some("a".into())));
    client.user().get().send().await.unwrap();
    client.user().get().send().await.unwrap();
    assert_eq!(id().await, Some(Some("b".into())));
    client.user().get().send().await.unwrap();
    assert_eq!(id().await, Some(None));
    drop((client, server));
    assert_eq!(id().await, None);
}
