//! Servers that take their time. The limits are real and short; how long anything took is not looked at.

use std::time::Duration;

use clerk_frontend::{CallOptions, ErrorKind, Retry};

use crate::scene::{BOTH, Scene, Which, repeated_if_safe_with};
use crate::server::{Step, healthy};

/// Short, and long enough for a proper answer on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(1);

fn within_timeout() -> CallOptions {
    CallOptions::new().timeout(TIMEOUT)
}

/// Bytes that come one by one, each long before the timeout and all of them long after it.
fn trickle(bytes: &[u8]) -> Step {
    Step::Trickle(bytes.repeat(1000), Duration::from_millis(10))
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let script = vec![Step::Read, Step::Hang];
    repeated_if_safe_with(script, ErrorKind::Timeout, within_timeout()).await;
}

#[tokio::test]
async fn a_body_that_never_ends() {
    let mut part = healthy();
    part.truncate(part.len() - 5);
    let script = vec![Step::Read, Step::Send(part), Step::Hang];
    repeated_if_safe_with(script, ErrorKind::Timeout, within_timeout()).await;
}

#[tokio::test]
async fn headers_that_trickle() {
    let script = vec![
        Step::Read,
        Step::Send(b"HTTP/1.1 200 OK\r\nX-More: ".to_vec()),
        trickle(b"x"),
    ];
    repeated_if_safe_with(script, ErrorKind::Timeout, within_timeout()).await;
}

#[tokio::test]
async fn a_body_that_trickles() {
    let script = vec![
        Step::Read,
        Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        trickle(b" "),
    ];
    repeated_if_safe_with(script, ErrorKind::Timeout, within_timeout()).await;
}

#[tokio::test]
async fn a_trickle_ends_with_the_calls_deadline() {
    for which in BOTH {
        let script = vec![
            Step::Read,
            Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
            trickle(b" "),
        ];
        let scene = Scene::new(vec![script]);
        // An attempt has all the time in the world, the call has not.
        let options = CallOptions::new()
            .timeout(Duration::from_secs(3600))
            .deadline(Duration::from_millis(50));
        let error = scene.call_with(which, options).await.unwrap_err();
        scene.assert_failed(&error, ErrorKind::Timeout, 1);
        scene.assert_nothing_lost().await;
    }
}

#[tokio::test]
async fn no_attempt_begins_after_the_deadline() {
    let scene = Scene::new(vec![vec![Step::Read, Step::Hang]; 9]);
    // With this seed the waits are 0.45 and 1.37 s: the first ends well before the deadline, both together well after it.
    let retry = Retry::new()
        .attempts(9)
        .first_wait(Duration::from_millis(400))
        .seed(4);
    let options = CallOptions::new()
        .timeout(Duration::from_millis(20))
        .deadline(Duration::from_secs(1))
        .retry(retry);
    let error = scene.call_with(Which::Get, options).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    scene.assert_attempts(2, None, Some(ErrorKind::Timeout));
}
