//! Browsers on development instances.

use clerk_frontend::{DevelopmentBrowser, Method};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

use crate::mock::{Sent, Server};
use crate::support::{RecordingStore, builder, ok, values};

const NEW: &str = "POST /v1/dev_browser";

fn refusal() -> Value {
    json!({"errors": [{"code": "dev_browser_unauthenticated", "message": "no"}]})
}

/// A server that knows the development browsers from the `first` that it makes on.
async fn server(first: usize) -> Server {
    let made = std::sync::atomic::AtomicUsize::new(1);
    Server::answering(move |request: &Request| {
        if request.url.path() == "/v1/dev_browser" {
            let number = made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            return ok(&json!({"id": format!("dvb_{number}"), "object": "dev_browser"}));
        }
        let mut pairs = request.url.query_pairs();
        let known = pairs
            .find(|(name, _)| name == "__clerk_db_jwt")
            .is_some_and(|(_, token)| {
                token
                    .strip_prefix("dvb_")
                    .is_some_and(|number| number.parse::<usize>().unwrap() >= first)
            });
        match known {
            true => ok(&json!({"response": {}, "client": null})),
            false => ResponseTemplate::new(401).set_body_json(refusal()),
        }
    })
    .await
}

fn lines(sent: &[Sent]) -> Vec<String> {
    let token = |sent: &Sent| values(&sent.query, "__clerk_db_jwt").join(",");
    sent.iter()
        .map(|sent| format!("{} {}", sent.line(), token(sent)).trim().to_owned())
        .collect()
}

#[tokio::test]
async fn one_is_obtained_and_kept() {
    let server = server(1).await;
    let store = RecordingStore::empty();
    let mode = DevelopmentBrowser::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(mode).build().unwrap();
    client.user().get().send().await.unwrap();
    client.user().get().send().await.unwrap();
    let sent = server.all_sent().await;
    assert_eq!(lines(&sent), [NEW, "GET /v1/me dvb_1", "GET /v1/me dvb_1"]);
    assert_eq!(store.changes(), [(None, Some("dvb_1".into()))]);
    for sent in &sent {
        assert_eq!(values(&sent.query, "__clerk_api_version"), ["2026-05-12"]);
        assert!(!sent.query.contains("__dev_session") && !sent.query.contains("_is_native"));
        for name in ["clerk-api-version", "authorization", "cookie", "x-mobile"] {
            assert_eq!(sent.header(name), None, "{name}");
        }
    }
}

#[tokio::test]
async fn calls_that_start_together_obtain_one() {
    let server = server(1).await;
    let client = builder(&server)
        .authentication(DevelopmentBrowser::new())
        .build()
        .unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(client.user().get().send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let sent = server.all_sent().await;
    let made = sent.iter().filter(|sent| sent.line() == NEW).count();
    assert_eq!((made, sent.len()), (1, 21));
}

#[tokio::test]
async fn one_that_is_no_longer_known_is_renewed_and_the_call_repeated() {
    let server = server(2).await;
    let store = RecordingStore::holding("dvb_0");
    let mode = DevelopmentBrowser::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(mode).build().unwrap();
    // Refused before it was processed, so that a POST can be sent again, and it is no retry: there are none here.
    let error = client
        .sign_ins()
        .create()
        .identifier("a")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_unauthenticated() && error.has_code("dev_browser_unauthenticated"));
    assert_eq!(error.attempts(), 2);
    client
        .sign_ins()
        .create()
        .identifier("a")
        .send()
        .await
        .unwrap();
    let sent = server.all_sent().await;
    let call = "POST /v1/client/sign_ins";
    assert_eq!(
        lines(&sent),
        [
            format!("{call} dvb_0"),
            NEW.to_owned(),
            // Once is enough: a server that refuses everyone is not asked for ever.
            format!("{call} dvb_1"),
            NEW.to_owned(),
            format!("{call} dvb_2"),
        ]
    );
    assert!(
        sent.iter()
            .filter(|sent| sent.line() == call)
            .all(|sent| sent.form() == "identifier=a")
    );
    assert_eq!(store.token().await.as_deref(), Some("dvb_2"));
}

#[tokio::test]
async fn other_refusals_leave_it_alone() {
    for (status, code) in [
        (401, "authentication_invalid"),
        (429, "dev_browser_unauthenticated"),
        (400, "x"),
    ] {
        let body = json!({"errors": [{"code": code, "message": "no"}]});
        let server = Server::json(status, &body).await;
        let store = RecordingStore::holding("dvb_0");
        let mode = DevelopmentBrowser::new().shared_token_store(store.clone());
        let client = builder(&server).authentication(mode).build().unwrap();
        client.user().get().send().await.unwrap_err();
        assert_eq!(
            lines(&server.all_sent().await),
            ["GET /v1/me dvb_0"],
            "{status}"
        );
        assert_eq!(store.token().await.as_deref(), Some("dvb_0"));
    }
}

#[tokio::test]
async fn answers_can_bring_another() {
    let answer =
        ok(&json!({"response": {}, "client": null})).insert_header("Clerk-Db-Jwt", "dvb_9");
    let server = Server::answering(answer).await;
    let mode = DevelopmentBrowser::new().token("dvb_0");
    let client = builder(&server).authentication(mode).build().unwrap();
    client.user().get().send().await.unwrap();
    client.user().get().send().await.unwrap();
    let sent = server.all_sent().await;
    assert_eq!(lines(&sent), ["GET /v1/me dvb_0", "GET /v1/me dvb_9"]);
}

#[tokio::test]
async fn a_refused_development_browser_is_an_error_without_its_call() {
    for answer in [
        ResponseTemplate::new(422)
            .set_body_json(json!({"errors": [{"code": "origin_invalid", "message": "no"}]})),
        ok(&json!({"object": "dev_browser"})),
        ok(&json!({"id": " "})),
        ResponseTemplate::new(200).set_body_string("<html>"),
    ] {
        let server = Server::answering(answer).await;
        let mode = DevelopmentBrowser::new();
        let client = builder(&server).authentication(mode).build().unwrap();
        client.user().get().send().await.unwrap_err();
        assert_eq!(lines(&server.all_sent().await), [NEW]);
    }
}

#[tokio::test]
async fn verbs_that_lose_cookies_are_posted() {
    let server = server(0).await;
    let mode = DevelopmentBrowser::new().token("dvb_0");
    let client = builder(&server).authentication(mode).build().unwrap();
    for method in [
        Method::Get,
        Method::Post,
        Method::Put,
        Method::Patch,
        Method::Delete,
    ] {
        client.request(method, "/v1/x").send().await.unwrap();
    }
    let sent = server.all_sent().await;
    let found: Vec<_> = sent
        .iter()
        .map(|sent| {
            (
                sent.method.as_str(),
                values(&sent.query, "_method").join(","),
            )
        })
        .collect();
    let expected = [
        ("GET", ""),
        ("POST", ""),
        ("POST", "PUT"),
        ("POST", "PATCH"),
        ("POST", "DELETE"),
    ];
    assert_eq!(
        found,
        expected.map(|(method, meant)| (method, meant.to_owned()))
    );
}
