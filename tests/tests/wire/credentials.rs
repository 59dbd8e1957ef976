//! Which credentials go with which call, and that no others do.

use clerk_frontend::{Client, Method, Native, backend};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::mock::{Sent, Server};
use crate::support::{RecordingStore, builder, ok};

/// A server whose answers would replace the client's token, if they were taken for its.
async fn server() -> Server {
    let answer = ok(&json!({"data": [], "total_count": 0}));
    Server::answering(answer.insert_header("authorization", "somebody-elses")).await
}

fn assert_nothing_of_the_client(sent: &Sent) {
    assert_eq!(sent.query, "", "{}", sent.path);
    assert_eq!(sent.header("x-mobile"), None);
    assert_eq!(sent.header("x-clerk-client-id"), None);
    assert_eq!(sent.header("cookie"), None);
}

#[tokio::test]
async fn api_keys_are_called_with_a_sessions_token_as_json() {
    let server = server().await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    let keys = client.api_keys();
    let _ = keys
        .create("CI", "user_1")
        .description("d")
        .bearer_auth("jwt")
        .send()
        .await;
    let _ = keys
        .update("ak_1")
        .clear_description()
        .bearer_auth("jwt")
        .send()
        .await;
    let _ = keys
        .revoke("ak_1")
        .revocation_reason("lost")
        .bearer_auth("jwt")
        .send()
        .await;

    let sent = server.all_sent().await;
    let lines: Vec<_> = sent.iter().map(Sent::line).collect();
    assert_eq!(
        lines,
        [
            "POST /api_keys",
            "PATCH /api_keys/ak_1",
            "POST /api_keys/ak_1/revoke"
        ]
    );
    for sent in &sent {
        assert_eq!(sent.header("authorization"), Some("Bearer jwt"));
        assert_nothing_of_the_client(sent);
    }
    assert_eq!(
        sent[0].json(),
        json!({"name": "CI", "subject": "user_1", "description": "d"})
    );
    assert_eq!(sent[1].json(), json!({"description": null}));
    assert_eq!(sent[2].json(), json!({"revocation_reason": "lost"}));
    assert_eq!(store.changes(), []);

    // Without one it would fail with a puzzling error; it is not sent.
    let error = keys.list("user_1").send().await.unwrap_err();
    assert!(
        error.is_build() && error.to_string().contains("bearer_auth"),
        "{error}"
    );
    assert_eq!(server.all_sent().await.len(), 3);
}

#[tokio::test]
async fn oauth_endpoints_take_their_clients_credentials() {
    let server = server().await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    let oauth = client.oauth();
    let _ = oauth
        .create_token("authorization_code")
        .code("c")
        .basic_auth("id", "s:x")
        .send()
        .await;
    let _ = oauth
        .revoke_token()
        .token("t")
        .basic_auth("id", "s:x")
        .send()
        .await;
    let _ = oauth
        .create_token("authorization_code")
        .client_id("id")
        .client_secret("s")
        .send()
        .await;
    let _ = oauth.get_user_info().bearer_auth("at").send().await;
    let _ = oauth.get_token_info("t").send().await;
    let _ = oauth.register_client(["https://a.example/cb"]).send().await;
    let _ = oauth.authorize("id", "code").send().await;

    let sent = server.all_sent().await;
    let found: Vec<_> = sent
        .iter()
        .map(|sent| (sent.line(), sent.header("authorization")))
        .collect();
    let line = |line: &str| line.to_owned();
    assert_eq!(
        found[..6],
        [
            (line("POST /oauth/token"), Some("Basic aWQ6czp4")),
            (line("POST /oauth/token/revoke"), Some("Basic aWQ6czp4")),
            (line("POST /oauth/token"), None),
            (line("GET /oauth/userinfo"), Some("Bearer at")),
            (line("POST /oauth/token_info"), None),
            (line("POST /oauth/register"), None),
        ]
    );
    sent[..6].iter().for_each(assert_nothing_of_the_client);
    assert_eq!(
        sent[2].form(),
        "grant_type=authorization_code&client_id=id&client_secret=s"
    );
    assert_eq!(
        sent[5].json(),
        json!({"redirect_uris": ["https://a.example/cb"]})
    );
    assert_eq!(sent[6].line(), "GET /oauth/authorize");
    assert!(store.token().await.is_some());
}

#[tokio::test]
async fn a_calls_own_token_goes_before_the_clients() {
    let server = server().await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    let _ = client.user().get().bearer_auth("mine").send().await;
    let _ = client
        .request(Method::Get, "/v1/x")
        .basic_auth("a", "b")
        .send()
        .await;
    let _ = client
        .user()
        .get()
        .extra_header("Authorization", "raw")
        .send()
        .await;
    let sent = server.all_sent().await;
    let found: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("authorization").unwrap())
        .collect();
    assert_eq!(found, ["Bearer mine", "Basic YTpi", "raw"]);
    assert_eq!(store.changes(), []);
}

#[tokio::test]
async fn anonymous_calls_are_nobodys() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    client.client().get().send().await.unwrap();
    client.environment().get().send().await.unwrap();
    for sent in server.all_sent().await {
        assert_nothing_of_the_client(&sent);
        assert_eq!(sent.header("authorization"), None);
        assert_eq!(sent.header("clerk-api-version"), Some("2026-05-12"));
    }
}

#[tokio::test]
async fn back_ends_call_with_a_secret_key_and_json() {
    let server = server().await;
    let client = server.backend();
    client.users().list().send().await.unwrap();
    let _ = client
        .users()
        .update("user_1")
        .first_name("Grace")
        .send()
        .await;
    client.request(Method::Delete, "/x").send().await.unwrap();
    let other = backend::Client::builder()
        .base_url(server.url())
        .secret_key("sk_live_2")
        .api_version("2025-11-10")
        .user_agent("app/1");
    other.build().unwrap().users().list().send().await.unwrap();

    let sent = server.all_sent().await;
    for sent in &sent[..3] {
        assert_eq!(sent.header("authorization"), Some("Bearer sk_test_key"));
        assert_eq!(sent.header("clerk-api-version"), Some("2026-05-12"));
    }
    sent[0].assert_no_body();
    assert_eq!(sent[1].json(), json!({"first_name": "Grace"}));
    assert_eq!(sent[3].header("authorization"), Some("Bearer sk_live_2"));
    assert_eq!(sent[3].header("clerk-api-version"), Some("2025-11-10"));
    assert!(sent[3].header("user-agent").unwrap().ends_with(" app/1"));
}

#[tokio::test]
async fn machines_have_a_secret_of_their_own() {
    let server = server().await;
    let client = |machine: Option<&str>| {
        let builder = backend::Client::builder()
            .base_url(server.url())
            .secret_key("sk_test_1");
        match machine {
            Some(key) => builder.machine_secret_key(key).build().unwrap(),
            None => builder.build().unwrap(),
        }
    };
    for client in [client(Some("ak_1")), client(None)] {
        let _ = client.m2m_tokens().create().send().await;
        let _ = client.m2m_tokens().verify("mt_1").send().await;
        let _ = client.m2m_tokens().list("mch_1").send().await;
        let _ = client.m2m_tokens().revoke("mt_1").send().await;
        let _ = client.machines().list().send().await;
    }
    let sent = server.all_sent().await;
    let found: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("authorization").unwrap())
        .collect();
    let machine = ["Bearer ak_1"; 4];
    let instance = ["Bearer sk_test_1"; 6];
    assert_eq!(found, [&machine[..], &instance[..]].concat());
}

#[test]
fn keys_of_the_wrong_kind_are_refused_at_once() {
    let backend = |key: &str| backend::Client::new(key).unwrap_err();
    let machine = |key: &str| {
        backend::Client::builder()
            .machine_secret_key(key)
            .build()
            .unwrap_err()
    };
    for (error, problem) in [
        (Client::new("sk_live_hush").unwrap_err(), "secret key"),
        (backend("pk_live_hush"), "publishable key"),
        (backend("ak_hush"), "machine's"),
        (backend(" "), "empty"),
        (backend("sk_hush\r\nx: y"), "a header cannot hold"),
        (machine("sk_hush"), "is a secret key"),
        (machine("pk_hush"), "publishable key"),
        (machine(""), "empty"),
    ] {
        assert!(error.is_build());
        let text = format!("{error} {error:?}");
        assert!(text.contains(problem) && !text.contains("hush"), "{text}");
    }
}

#[tokio::test]
async fn clones_share_everything() {
    fn is_shareable<T: Send + Sync + Clone + 'static>(_: &T) {}
    let server = Server::answering(
        ResponseTemplate::new(200)
            .insert_header("authorization", "two")
            .set_body_json(json!({})),
    )
    .await;
    let client = builder(&server).native_token("one").build().unwrap();
    is_shareable(&client);
    is_shareable(&server.backend());
    // A handle, not a copy.
    assert!(size_of::<Client>() <= 4 * size_of::<usize>());
    client.user().get().send().await.unwrap();
    let clone = client.clone();
    tokio::spawn(async move { clone.user().get().send().await.unwrap() })
        .await
        .unwrap();
    let sent = server.all_sent().await;
    assert_eq!(sent[1].header("authorization"), Some("two"));
}
