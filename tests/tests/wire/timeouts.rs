//! How long a call may take. Servers here do not answer at all, or long after the test is over.

use std::time::Duration;

use clerk_frontend::{CallOptions, Client, ErrorKind, Retry};
use serde_json::json;
use tokio::net::TcpListener;

use crate::mock::Server;
use crate::support::{VirtualClock, builder, ok};

const SHORT: Duration = Duration::from_millis(30);

async fn slow() -> Server {
    Server::answering(ok(&json!({})).set_delay(Duration::from_secs(600))).await
}

#[tokio::test]
async fn attempts_are_limited() {
    let server = slow().await;
    let client = builder(&server).timeout(SHORT).build().unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.is_timeout() && !error.is_connect());
    assert_eq!(
        (error.status(), error.operation_id()),
        (None, Some("getUser"))
    );
}

#[tokio::test]
async fn a_call_has_limits_of_its_own() {
    let server = slow().await;
    let client = builder(&server)
        .timeout(Duration::from_secs(600))
        .build()
        .unwrap();
    for options in [
        CallOptions::new().timeout(SHORT),
        CallOptions::new().deadline(SHORT),
    ] {
        let error = client
            .user()
            .get()
            .options(options)
            .send()
            .await
            .unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    }
}

#[tokio::test]
async fn what_timed_out_is_sent_again_if_that_does_no_harm() {
    let server = slow().await;
    let clock = VirtualClock::default();
    let client = builder(&server)
        .timeout(SHORT)
        .retry(Retry::new())
        .clock(clock.clone());
    let client = client.build().unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert_eq!((error.is_timeout(), error.attempts()), (true, 3));
    let error = client.user().update().send().await.unwrap_err();
    assert_eq!((error.is_timeout(), error.attempts()), (true, 1));
    assert_eq!(clock.sleeps().len(), 2);
}

#[tokio::test]
async fn a_deadline_is_for_all_attempts_and_waits() {
    let server = Server::answering(wiremock::ResponseTemplate::new(503)).await;
    let clock = VirtualClock::default();
    let client = builder(&server)
        .clock(clock.clone())
        .retry(Retry::new().attempts(1000).seed(3))
        .deadline(Duration::from_secs(10))
        .build()
        .unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert_eq!(error.status(), Some(503));
    let waited: Duration = clock.sleeps().iter().sum();
    assert!(
        waited < Duration::from_secs(10) && error.attempts() < 10,
        "{error:?}"
    );
    let sent = server.all_sent().await.len();
    assert_eq!(sent, usize::try_from(error.attempts()).unwrap());
}

#[tokio::test]
async fn a_deadline_that_is_over_sends_nothing() {
    let server = slow().await;
    let client = builder(&server).build().unwrap();
    let options = CallOptions::new().deadline(Duration::ZERO);
    let error = client
        .user()
        .get()
        .options(options)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout() && server.all_sent().await.is_empty());
}

#[tokio::test]
async fn obtaining_a_development_browser_is_part_of_the_attempt() {
    let server = slow().await;
    let mode = clerk_frontend::DevelopmentBrowser::new();
    let client = builder(&server)
        .authentication(mode)
        .timeout(SHORT)
        .build()
        .unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(server.sent().await.path, "/v1/dev_browser");
}

#[tokio::test]
async fn connecting_has_a_limit() {
    // It takes connections in, and never says a word of TLS: the connection does not come about.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::builder()
        .base_url(format!("https://{}", listener.local_addr().unwrap()))
        .connect_timeout(SHORT)
        .timeout(Duration::from_secs(600))
        .retry(Retry::none())
        .build()
        .unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn a_dropped_call_ends() {
    let server = slow().await;
    let client = builder(&server).native_token("one").build().unwrap();
    let call = client.user().get().send();
    assert!(tokio::time::timeout(SHORT, call).await.is_err());
    // And the client is as good as before.
    assert!(
        tokio::time::timeout(SHORT, client.user().get().send())
            .await
            .is_err()
    );
}
