//! Servers that are too busy.

use std::time::Duration;

use clerk_frontend::{CallOptions, ErrorKind, Retry};
use serde_json::json;

use crate::scene::{BOTH, Scene, TOKEN, Which, never_repeated};
use crate::server::{Script, answering, response};

const TOO_MANY: &str = "429 Too Many Requests";
/// Some moment, 1792567680 seconds after 1970.
const DATE: &str = "Date: Wed, 21 Oct 2026 07:28:00 GMT";

fn limited(headers: &[&str]) -> Script {
    let body = r#"{"errors":[{"code":"too_many_requests","message":"Slow down."}]}"#;
    answering(response(TOO_MANY, headers, body))
}

/// Makes both calls against one 429 with these headers and a good answer after it; returns what was waited for.
async fn wait_after(headers: &[&str]) -> Duration {
    let mut waits = Vec::new();
    for which in BOTH {
        let scene = Scene::new(vec![limited(headers)]);
        assert_eq!(scene.call(which).await.unwrap(), "it_1", "{headers:?}");
        scene.assert_attempts(2, Some(200), None);
        assert_eq!(scene.reports()[0].status, Some(429));
        waits.extend(scene.clock.sleeps());
        scene.assert_nothing_lost().await;
    }
    assert_eq!(waits.len(), 2);
    assert_eq!(waits[0], waits[1]);
    waits[0]
}

#[tokio::test]
async fn retry_after_in_seconds() {
    assert_eq!(wait_after(&["Retry-After: 7"]).await.as_secs(), 7);
    assert_eq!(wait_after(&["Retry-After:  60 "]).await.as_secs(), 60);
}

#[tokio::test]
async fn retry_after_as_a_date_counts_from_the_answers_own() {
    let later = "Retry-After: Wed, 21 Oct 2026 07:28:09 GMT";
    assert_eq!(wait_after(&[DATE, later]).await.as_secs(), 9);
}

#[tokio::test]
async fn retry_after_that_is_over_still_waits_a_little() {
    let a_little = Duration::from_millis(50);
    assert_eq!(wait_after(&["Retry-After: 0"]).await, a_little);
    let earlier = "Retry-After: Wed, 21 Oct 2026 07:27:00 GMT";
    assert_eq!(wait_after(&[DATE, earlier]).await, a_little);
    assert_eq!(wait_after(&[DATE, "X-RateLimit-Reset: 1"]).await, a_little);
}

#[tokio::test]
async fn the_reset_of_the_rate_limit() {
    let reset = "X-RateLimit-Reset: 1792567691";
    assert_eq!(wait_after(&[DATE, reset]).await.as_secs(), 11);
    // `Retry-After` goes first, if it says anything.
    let both = [DATE, reset, "Retry-After: 3"];
    assert_eq!(wait_after(&both).await.as_secs(), 3);
    let both = [DATE, reset, "Retry-After: soon"];
    assert_eq!(wait_after(&both).await.as_secs(), 11);
}

#[tokio::test]
async fn nothing_that_says_how_long() {
    let own = wait_after(&[]).await;
    assert!((500..=1000).contains(&own.as_millis()), "{own:?}");
    for nonsense in [
        "Retry-After: -5",
        "Retry-After: soon",
        "Retry-After:",
        "Retry-After: 1.5",
        "Retry-After: 99999999999999999999999",
        "Retry-After: Wed, 99 Oct 2026 07:28:09 GMT",
        "Retry-After: \u{fc}",
        "X-RateLimit-Reset: soon",
        "X-RateLimit-Reset: -1",
    ] {
        // The same seed, the same wait.
        assert_eq!(wait_after(&[nonsense]).await, own, "{nonsense}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_the_call_at_once() {
    for headers in [
        [DATE, "Retry-After: 61"],
        [DATE, "Retry-After: 18446744073709551615"],
        [DATE, "Retry-After: Wed, 21 Oct 2026 08:28:00 GMT"],
        [DATE, "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"],
        [DATE, "X-RateLimit-Reset: 1792567741"],
        [DATE, "X-RateLimit-Reset: 18446744073709551615"],
    ] {
        let error = never_repeated(limited(&headers), ErrorKind::Status).await;
        assert!(error.is_rate_limited());
        assert!(error.retry_after().unwrap() > Duration::from_secs(60));
    }
    // So does one that the call's deadline does not allow.
    let scene = Scene::new(vec![limited(&["Retry-After: 20"])]);
    let options = CallOptions::new().deadline(Duration::from_secs(20));
    let error = scene.call_with(Which::Get, options).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::Status, 1);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
    scene.assert_nothing_lost().await;
}

#[tokio::test]
async fn a_limit_that_stays() {
    for which in BOTH {
        let scene = Scene::new(vec![limited(&[]); 3]);
        let error = scene.call(which).await.unwrap_err();
        assert!(error.is_rate_limited() && !error.is_unauthenticated());
        assert_eq!(error.code(), Some("too_many_requests"));
        scene.assert_failed(&error, ErrorKind::Status, 3);
        scene.assert_nothing_lost().await;
    }
}

#[tokio::test]
async fn a_limit_signs_nobody_out() {
    let client = json!({"response": {"object": "client", "id": "client_1"}, "client": null});
    let known = answering(response("200 OK", &[], client.to_string()));
    for body in [
        "",
        r#"{"errors":[]}"#,
        r#"{"errors":[],"client":null}"#,
        r#"{"client":null}"#,
    ] {
        for token in ["X-None: none", "Authorization:", "Authorization: Bearer"] {
            let limit = answering(response(TOO_MANY, &[token, "Retry-After: 1"], body));
            let scene = Scene::new([vec![known.clone()], vec![limit; 3]].concat());
            scene.client.client().get().send().await.unwrap();
            assert_eq!(scene.client.current_client().unwrap().id, "client_1");
            let error = scene.call(Which::Post).await.unwrap_err();
            assert!(error.is_rate_limited() && !error.is_unauthenticated());
            assert_eq!(scene.token().await.as_deref(), Some(TOKEN), "{token:?}");
            let client = scene.client.current_client();
            assert_eq!(client.unwrap().id, "client_1", "{body}");
            scene.assert_nothing_lost().await;
        }
    }
}

#[tokio::test]
async fn a_limit_may_bring_a_new_token() {
    let scene = Scene::new(vec![limited(&["Authorization: token-2", "Retry-After: 1"])]);
    scene.call(Which::Post).await.unwrap();
    assert_eq!(scene.token().await.as_deref(), Some("token-2"));
    let requests = scene.server.requests();
    assert_eq!(requests[1].header("authorization"), Some("token-2"));
}

#[tokio::test]
async fn a_failing_server_that_recovers() {
    for status in [
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
    ] {
        let failing = answering(response(status, &[], "upstream is away"));
        let scene = Scene::new(vec![failing.clone(); 2]);
        assert_eq!(scene.call(Which::Get).await.unwrap(), "it_1");
        scene.assert_attempts(3, Some(200), None);
        scene.assert_backoff();
        scene.assert_nothing_lost().await;

        // Nobody knows what the server did before it failed.
        let scene = Scene::new(vec![failing.clone()]);
        let error = scene.call(Which::Post).await.unwrap_err();
        assert!(error.is_server_error());
        scene.assert_failed(&error, ErrorKind::Status, 1);
        scene.assert_nothing_lost().await;

        // Unless the caller knows that it makes no difference.
        let scene = Scene::new(vec![failing.clone()]);
        let options = CallOptions::new().idempotent();
        scene.call_with(Which::Post, options).await.unwrap();
        scene.assert_attempts(2, Some(200), None);

        let scene = Scene::new(vec![failing]);
        let options = CallOptions::new().retry(Retry::none());
        let error = scene.call_with(Which::Get, options).await.unwrap_err();
        scene.assert_failed(&error, ErrorKind::Status, 1);
        scene.assert_nothing_lost().await;
    }
}

#[tokio::test]
async fn a_failing_server_may_say_how_long() {
    let headers = ["Retry-After: 4"];
    let failing = answering(response("503 Service Unavailable", &headers, ""));
    let scene = Scene::new(vec![failing]);
    scene.call(Which::Get).await.unwrap();
    assert_eq!(scene.clock.sleeps(), [Duration::from_secs(4)]);
}
