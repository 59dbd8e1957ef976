//! Connections that do not come about, or break.

use clerk_frontend::ErrorKind;

use crate::scene::{BOTH, Scene, TOKEN, Which, repeated_if_safe, survived};
use crate::server::{Server, Step, answering, healthy};

#[tokio::test]
async fn a_refused_connection_is_tried_again_by_every_call() {
    for which in BOTH {
        let mut scene = Scene::before(Server::refusing(), |builder| builder);
        let error = scene.call(which).await.unwrap_err();
        assert!(error.is_connect() && error.is_transport());
        scene.assert_failed(&error, ErrorKind::Transport, 3);
        scene.server.listen();
        scene.assert_nothing_lost().await;
    }
}

#[tokio::test]
async fn tls_to_a_plain_port_sends_nothing() {
    for which in BOTH {
        // What servers say to such a greeting.
        let refusal = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".to_vec();
        let script = vec![Step::ReadByte, Step::Send(refusal)];
        let server = Server::start(vec![script; 3]);
        let url = server.url().replace("http:", "https:");
        let scene = Scene::before(server, |builder| builder.base_url(url));
        let error = scene.call(which).await.unwrap_err();
        assert!(error.is_connect());
        scene.assert_failed(&error, ErrorKind::Transport, 3);
        assert_eq!(scene.server.connections(), 3);
        assert!(scene.server.requests().is_empty());
        assert_eq!(scene.token().await.as_deref(), Some(TOKEN));
    }
}

#[tokio::test]
async fn reset_before_the_request_is_read() {
    repeated_if_safe(vec![Step::Reset], ErrorKind::Transport).await;
}

#[tokio::test]
async fn reset_while_the_request_is_read() {
    repeated_if_safe(vec![Step::ReadByte, Step::Reset], ErrorKind::Transport).await;
}

#[tokio::test]
async fn reset_before_the_headers() {
    repeated_if_safe(vec![Step::Read, Step::Reset], ErrorKind::Transport).await;
}

#[tokio::test]
async fn closed_before_the_headers() {
    repeated_if_safe(vec![Step::Read], ErrorKind::Transport).await;
}

#[tokio::test]
async fn reset_within_the_headers() {
    let part = b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec();
    let script = vec![Step::Read, Step::Send(part), Step::Reset];
    repeated_if_safe(script, ErrorKind::Transport).await;
}

#[tokio::test]
async fn reset_after_the_headers() {
    let part = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n".to_vec();
    let script = vec![Step::Read, Step::Send(part), Step::Reset];
    repeated_if_safe(script, ErrorKind::Transport).await;
}

#[tokio::test]
async fn reset_within_the_body() {
    let mut part = healthy();
    part.truncate(part.len() - 5);
    let script = vec![Step::Read, Step::Send(part), Step::Reset];
    repeated_if_safe(script, ErrorKind::Transport).await;
}

#[tokio::test]
async fn a_server_that_closes_idle_connections_is_not_noticed() {
    for which in BOTH {
        let scene = Scene::new(vec![answering(healthy()); 20]);
        for count in 1..=20 {
            scene.call(which).await.unwrap();
            scene.assert_attempts(1, Some(200), None);
            assert_eq!(scene.server.connections(), count);
            // The server's closing arrives while nobody calls.
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        scene.assert_nothing_lost().await;
    }
}

#[tokio::test]
async fn a_server_that_closes_a_kept_connection_with_the_next_request_on_it() {
    let script = [answering(healthy()), vec![Step::Read]].concat();
    // The request was on its way, so that nobody knows whether it was handled.
    let scene = Scene::new(vec![script.clone()]);
    scene.call(Which::Get).await.unwrap();
    scene.call(Which::Get).await.unwrap();
    scene.assert_attempts(2, Some(200), None);
    assert_eq!(scene.server.connections(), 2);
    scene.assert_nothing_lost().await;

    let scene = Scene::new(vec![script]);
    scene.call(Which::Post).await.unwrap();
    let error = scene.call(Which::Post).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::Transport, 1);
    assert_eq!(scene.server.connections(), 1);
    scene.assert_nothing_lost().await;
}

#[tokio::test]
async fn a_server_that_keeps_no_connection() {
    let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_slice();
    survived(answering(
        [answer, crate::server::HEALTHY.as_bytes()].concat(),
    ))
    .await;
}
