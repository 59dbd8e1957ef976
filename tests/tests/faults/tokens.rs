//! A new token counts, whatever becomes of the call it came with.

use std::time::Duration;

use clerk_frontend::{CallOptions, ErrorKind};

use crate::scene::{Scene, Which};
use crate::server::{Script, Step, answering, response};

const NEW: &str = "Authorization: token-2";

/// Checks that the new token is stored, and that the next call is made with it.
async fn assert_rotated(scene: &Scene) {
    assert_eq!(scene.token().await.as_deref(), Some("token-2"));
    assert_next_has_it(scene).await;
}

/// Checks that the next call is made with the new token.
async fn assert_next_has_it(scene: &Scene) {
    assert_eq!(scene.call(Which::Post).await.unwrap(), "it_1");
    let last = scene.server.requests().pop().unwrap();
    assert_eq!(last.header("authorization"), Some("token-2"));
    assert_eq!(scene.token().await.as_deref(), Some("token-2"));
}

/// The part of an answer with the new token after which the client has the headers and reads the body: it is more than what fits
/// unread between the two.
fn begun_to_be_read() -> Script {
    let head = format!("HTTP/1.1 200 OK\r\n{NEW}\r\n\r\n").into_bytes();
    let large = vec![b' '; 64 << 20];
    vec![Step::Read, Step::Send(head), Step::Send(large)]
}

#[tokio::test]
async fn a_token_in_an_error_response() {
    for status in [
        "422 Unprocessable Entity",
        "401 Unauthorized",
        "403 Forbidden",
        "500 Internal Server Error",
    ] {
        let body = r#"{"errors":[{"code":"form_password_incorrect","message":"No."}]}"#;
        let scene = Scene::new(vec![answering(response(status, &[NEW], body))]);
        let error = scene.call(Which::Post).await.unwrap_err();
        assert!(error.has_code("form_password_incorrect"));
        scene.assert_attempts(1, error.status(), None);
        assert_rotated(&scene).await;
    }
}

#[tokio::test]
async fn a_token_in_an_answer_that_is_asked_for_again() {
    let failing = answering(response("503 Service Unavailable", &[NEW], ""));
    let scene = Scene::new(vec![failing]);
    scene.call(Which::Get).await.unwrap();
    let requests = scene.server.requests();
    assert_eq!(requests[1].header("authorization"), Some("token-2"));
    assert_rotated(&scene).await;
}

#[tokio::test]
async fn a_token_in_an_answer_that_cannot_be_read() {
    let scene = Scene::new(vec![answering(response("200 OK", &[NEW], "{"))]);
    let error = scene.call(Which::Post).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::Decode, 1);
    assert_rotated(&scene).await;
}

#[tokio::test]
async fn a_token_before_the_connection_breaks() {
    // Written as a whole, so that the headers are not lost with what a reset discards.
    let scene = Scene::with(
        vec![[begun_to_be_read(), vec![Step::Reset]].concat()],
        |builder| builder.max_response_size(usize::MAX),
    );
    let error = scene.call(Which::Post).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::Transport, 1);
    assert_rotated(&scene).await;
}

#[tokio::test]
async fn a_token_in_an_answer_that_is_too_large() {
    let scene = Scene::with(
        vec![answering(response("200 OK", &[NEW], vec![b' '; 2000]))],
        |builder| builder.max_response_size(1000),
    );
    let error = scene.call(Which::Post).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::TooLarge, 1);
    assert_rotated(&scene).await;
}

#[tokio::test]
async fn a_token_before_the_time_is_over() {
    let mut part = response("200 OK", &[NEW], crate::server::HEALTHY);
    part.truncate(part.len() - 5);
    let scene = Scene::new(vec![vec![Step::Read, Step::Send(part), Step::Hang]]);
    let options = CallOptions::new().timeout(Duration::from_secs(2));
    let error = scene.call_with(Which::Post, options).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::Timeout, 1);
    assert_rotated(&scene).await;
}

#[tokio::test]
async fn a_token_of_a_call_that_is_dropped_after_the_headers() {
    let script = [begun_to_be_read(), vec![Step::Tell, Step::Hang]].concat();
    let scene = Scene::with(vec![script], |builder| {
        builder.max_response_size(usize::MAX)
    });
    tokio::select! {
        outcome = scene.call(Which::Post) => panic!("{outcome:?}"),
        () = scene.server.reached() => {}
    }
    assert_next_has_it(&scene).await;
}

#[tokio::test]
async fn a_token_that_is_taken_away() {
    let answer = response("401 Unauthorized", &["Authorization:"], r#"{"errors":[]}"#);
    let scene = Scene::new(vec![answering(answer)]);
    let error = scene.call(Which::Post).await.unwrap_err();
    assert!(error.is_unauthenticated());
    assert_eq!(scene.token().await, None);
    scene.call(Which::Post).await.unwrap();
    let last = scene.server.requests().pop().unwrap();
    assert_eq!(last.header("authorization"), None);
}
