//! Browsers on production instances: cookies.

use clerk_frontend::{CallOptions, ProductionBrowser, Retry};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::mock::Server;
use crate::support::{RecordingStore, VirtualClock, builder, in_turn, ok, values};

fn answer() -> ResponseTemplate {
    ok(&json!({"response": {}, "client": null}))
}

#[tokio::test]
async fn the_clients_cookie_is_sent_and_the_version_is_in_the_query() {
    let server = Server::answering(answer()).await;
    let mode = ProductionBrowser::new().token("one");
    let client = builder(&server).authentication(mode).build().unwrap();
    client
        .user()
        .update()
        .first_name("Grace")
        .send()
        .await
        .unwrap();
    let sent = server.sent().await;
    assert_eq!(sent.line(), "POST /v1/me");
    assert_eq!(values(&sent.query, "_method"), ["PATCH"]);
    assert_eq!(values(&sent.query, "__clerk_api_version"), ["2026-05-12"]);
    assert_eq!(sent.header("cookie"), Some("__client=one"));
    assert_eq!(sent.form(), "first_name=Grace");
    for name in ["clerk-api-version", "authorization", "x-mobile"] {
        assert_eq!(sent.header(name), None, "{name}");
    }
    assert!(!sent.query.contains("_is_native") && !sent.query.contains("__clerk_db_jwt"));
}

#[tokio::test]
async fn answers_set_and_delete_the_cookie() {
    let setting = |cookie: &str| answer().append_header("set-cookie", cookie);
    let server = Server::answering(in_turn([
        setting("__client=one; Path=/; Domain=example.com; Max-Age=315360000; HttpOnly; Secure; SameSite=Lax"),
        setting("__client_uat=1700000000; Path=/").append_header("set-cookie", "__session=jwt"),
        setting("__client_uat=2").append_header("set-cookie", "__client=two; Path=/"),
        setting("__client=; Max-Age=0"),
        setting("__client=three; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
    ]))
    .await;
    let store = RecordingStore::empty();
    let mode = ProductionBrowser::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(mode).build().unwrap();
    for _ in 0..5 {
        client.user().get().send().await.unwrap();
    }
    let sent = server.all_sent().await;
    let cookies: Vec<_> = sent.iter().map(|sent| sent.header("cookie")).collect();
    assert_eq!(
        cookies,
        [
            None,
            Some("__client=one"),
            Some("__client=one"),
            Some("__client=two"),
            None
        ]
    );
    assert_eq!(store.token().await, None);
}

#[tokio::test]
async fn retries_are_counted_in_the_query() {
    let busy = || ResponseTemplate::new(429);
    let server = Server::answering(in_turn([busy(), busy(), answer()])).await;
    let mode = ProductionBrowser::new().token("one");
    let client = builder(&server)
        .authentication(mode)
        .clock(VirtualClock::default());
    let client = client.build().unwrap();
    let call = client
        .user()
        .get()
        .options(CallOptions::new().retry(Retry::new()));
    call.send().await.unwrap();
    let sent = server.all_sent().await;
    let counts: Vec<_> = sent
        .iter()
        .map(|sent| values(&sent.query, "_clerk_retry_attempt"))
        .collect();
    assert_eq!(counts, [vec![], vec!["1".to_owned()], vec!["2".to_owned()]]);
}

#[tokio::test]
async fn a_cookie_of_the_callers_own_goes_before_it() {
    let server = Server::answering(answer().insert_header("set-cookie", "__client=two")).await;
    let store = RecordingStore::holding("one");
    let mode = ProductionBrowser::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(mode).build().unwrap();
    client
        .user()
        .get()
        .extra_header("Cookie", "__client=mine")
        .send()
        .await
        .unwrap();
    assert_eq!(server.sent().await.header("cookie"), Some("__client=mine"));
    // What came was somebody else's.
    assert_eq!(store.token().await.as_deref(), Some("one"));
}
