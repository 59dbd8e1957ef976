//! What is sent again, after how long, and who is told. The clock is a virtual one: nobody waits.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_frontend::{CallOptions, Client, ErrorKind, Method, Retry};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::mock::Server;
use crate::support::{VirtualClock, in_turn, ok};

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

fn fine() -> ResponseTemplate {
    ok(&json!({}))
}

async fn server(answers: Vec<ResponseTemplate>) -> (Server, VirtualClock, Client) {
    let server = Server::answering(in_turn(answers)).await;
    let clock = VirtualClock::default();
    let client = Client::builder()
        .base_url(server.url())
        .clock(clock.clone())
        .build()
        .unwrap();
    (server, clock, client)
}

fn seconds(seconds: &[u64]) -> Vec<Duration> {
    seconds.iter().copied().map(Duration::from_secs).collect()
}

#[tokio::test]
async fn rate_limited_calls_wait_as_long_as_they_are_told() {
    let (server, clock, client) = server(vec![
        status(429).insert_header("retry-after", "7"),
        status(429)
            .insert_header("date", "Wed, 21 Oct 2026 07:28:00 GMT")
            .insert_header("retry-after", "Wed, 21 Oct 2026 07:28:09 GMT"),
        fine(),
    ])
    .await;
    // A POST too: it was not processed.
    let call = client.sign_ins().create().identifier("grace");
    let response = call.send_response().await.unwrap();
    assert_eq!((response.attempts(), clock.sleeps()), (3, seconds(&[7, 9])));
    let sent = server.all_sent().await;
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|sent| sent.form() == "identifier=grace"));
}

#[tokio::test]
async fn a_reset_of_the_rate_limit_is_waited_for() {
    let limited = status(429)
        .insert_header("date", "Wed, 21 Oct 2026 07:28:00 GMT")
        .insert_header("x-ratelimit-reset", "1792567685");
    let (_server, clock, client) = server(vec![limited, fine()]).await;
    client.user().get().send().await.unwrap();
    assert_eq!(clock.sleeps(), seconds(&[5]));
}

#[tokio::test]
async fn only_what_does_no_harm_twice_is_sent_twice() {
    for (answer, get, post) in [
        (503, 3, 1),
        (502, 3, 1),
        (504, 3, 1),
        (429, 3, 3),
        (500, 1, 1),
        (401, 1, 1),
        (408, 1, 1),
    ] {
        let (server, _, client) = server(vec![status(answer)]).await;
        let attempts = |method| client.request(method, "/v1/x").send();
        for (method, expected) in [
            (Method::Get, get),
            (Method::Put, get),
            (Method::Delete, get),
            (Method::Post, post),
            (Method::Patch, post),
        ] {
            let before = server.all_sent().await.len();
            let error = attempts(method).await.unwrap_err();
            assert_eq!(error.attempts(), expected, "{method} {answer}");
            let sent = server.all_sent().await.len() - before;
            assert_eq!(sent, usize::try_from(expected).unwrap());
        }
        let options = CallOptions::new().idempotent();
        let error = client
            .request(Method::Post, "/v1/x")
            .options(options)
            .send()
            .await
            .unwrap_err();
        assert_eq!(error.attempts(), get, "{answer}");
    }
}

#[tokio::test]
async fn calls_decide_for_themselves() {
    let (_server, clock, client) = server(vec![status(503)]).await;
    for (retry, attempts) in [
        (Retry::none(), 1),
        (Retry::new().attempts(5), 5),
        (Retry::new().attempts(0), 1),
    ] {
        let call = client.user().get().options(CallOptions::new().retry(retry));
        assert_eq!(call.send().await.unwrap_err().attempts(), attempts);
    }
    assert_eq!(clock.sleeps().len(), 4);
}

#[tokio::test]
async fn waits_grow_and_differ_unless_seeded() {
    let (_server, clock, client) = server(vec![status(503)]).await;
    let waits = async |retry: Retry| {
        let before = clock.sleeps().len();
        let call = client.user().get();
        let options = CallOptions::new()
            .retry(retry.attempts(4))
            .deadline(Duration::from_secs(3600));
        call.options(options).send().await.unwrap_err();
        clock.sleeps().split_off(before)
    };
    let first = waits(Retry::new().seed(7)).await;
    assert_eq!(first, waits(Retry::new().seed(7)).await);
    assert_ne!(first, waits(Retry::new().seed(8)).await);
    for (wait, floor) in first.iter().zip([500, 1000, 2000]) {
        let floor = Duration::from_millis(floor);
        assert!(*wait >= floor && *wait <= floor * 2, "{first:?}");
    }
    let unseeded = [waits(Retry::new()).await, waits(Retry::new()).await];
    assert_ne!(unseeded[0], unseeded[1]);
    let limited = Retry::new()
        .seed(7)
        .first_wait(Duration::from_secs(1))
        .longest_wait(Duration::from_secs(1));
    let limited = waits(limited).await;
    assert!(
        limited.iter().all(|wait| *wait <= Duration::from_secs(2)),
        "{limited:?}"
    );
}

#[tokio::test]
async fn a_server_that_asks_for_too_long_gets_no_second_call() {
    let (server, clock, client) =
        server(vec![status(429).insert_header("retry-after", "61")]).await;
    let error = client.user().get().send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    assert_eq!((error.attempts(), clock.sleeps()), (1, vec![]));
    let patient = CallOptions::new()
        .retry(
            Retry::new()
                .attempts(2)
                .longest_retry_after(Duration::from_secs(70)),
        )
        .deadline(Duration::from_secs(100));
    let error = client
        .user()
        .get()
        .options(patient)
        .send()
        .await
        .unwrap_err();
    assert_eq!((error.attempts(), clock.sleeps()), (2, seconds(&[61])));
    assert_eq!(server.all_sent().await.len(), 3);
}

#[tokio::test]
async fn no_wait_goes_beyond_the_deadline() {
    let (server, clock, client) =
        server(vec![status(429).insert_header("retry-after", "40")]).await;
    // 90 seconds unless set: after two waits of 40 there is no time for a third.
    let options = CallOptions::new().retry(Retry::new().attempts(10));
    let error = client
        .user()
        .get()
        .options(options.clone())
        .send()
        .await
        .unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!((error.attempts(), clock.sleeps()), (3, seconds(&[40, 40])));
    let options = options.deadline(Duration::from_secs(40));
    let error = client
        .user()
        .get()
        .options(options)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.all_sent().await.len(), 4);
}

#[tokio::test]
async fn watchers_see_each_attempt() {
    let server = Server::answering(in_turn([
        status(503),
        status(429).insert_header("retry-after", "3"),
        fine(),
    ]))
    .await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = seen.clone();
    let client = Client::builder()
        .base_url(server.url())
        .native_token("hush")
        .clock(VirtualClock::default())
        .retry(Retry::new().seed(1))
        .on_attempt(move |attempt| {
            let debug = format!("{attempt:?}");
            assert!(
                !debug.contains("hush") && !debug.contains("sess_1"),
                "{debug}"
            );
            sink.lock().unwrap().push((
                attempt.operation_id.map(str::to_owned),
                attempt.method,
                attempt.path.to_owned(),
                attempt.number,
                attempt.status,
                attempt.failure,
                attempt.retry_in.map(|wait| wait.as_secs()),
            ));
        })
        .build()
        .unwrap();
    client.sessions().get("sess_1").send().await.unwrap();
    let attempt = |number, status, retry_in| {
        let path = "/v1/client/sessions/{session_id}".to_owned();
        (
            Some("getSession".to_owned()),
            Method::Get,
            path,
            number,
            Some(status),
            None,
            retry_in,
        )
    };
    assert_eq!(
        *seen.lock().unwrap(),
        [
            attempt(1, 503, Some(0)),
            attempt(2, 429, Some(3)),
            attempt(3, 200, None)
        ]
    );
}

#[tokio::test]
async fn refused_connections_are_tried_again_whatever_the_method() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failures = Arc::new(Mutex::new(Vec::new()));
    let sink = failures.clone();
    let clock = VirtualClock::default();
    let client = Client::builder()
        .base_url(url)
        .clock(clock.clone())
        .on_attempt(move |attempt| sink.lock().unwrap().push((attempt.number, attempt.failure)))
        .build()
        .unwrap();
    let error = client.sign_ins().create().send().await.unwrap_err();
    assert!(error.is_connect());
    assert_eq!((error.attempts(), clock.sleeps().len()), (3, 2));
    let failed = Some(ErrorKind::Transport);
    assert_eq!(
        *failures.lock().unwrap(),
        [(1, failed), (2, failed), (3, failed)]
    );
}

#[tokio::test]
async fn what_cannot_be_built_is_not_tried() {
    let (server, clock, client) = server(vec![fine()]).await;
    let error = client.sessions().get("..").send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Build, 0));
    let body = ResponseTemplate::new(200).set_body_string("[1");
    let (broken, _, client) = self::server(vec![body]).await;
    // An answer that cannot be read would not be another the next time.
    assert!(client.user().get().send().await.unwrap_err().is_decode());
    assert_eq!(broken.all_sent().await.len(), 1);
    assert!(server.all_sent().await.is_empty() && clock.sleeps().is_empty());
}
