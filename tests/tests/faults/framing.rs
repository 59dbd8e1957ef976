//! Answers that break the rules of HTTP, or stretch them.

use clerk_frontend::ErrorKind;

use crate::scene::{BOTH, Scene, never_repeated, repeated_if_safe, survived};
use crate::server::{HEALTHY, Step, answering, healthy, response};

fn raw(head: &str, body: &str) -> Vec<u8> {
    format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).into_bytes()
}

#[tokio::test]
async fn a_truncated_chunked_body() {
    let head = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked";
    for body in [
        // Within a chunk, after a chunk, and without the line that ends it all.
        format!("40\r\n{HEALTHY}"),
        format!("{:x}\r\n{HEALTHY}\r\n", HEALTHY.len()),
        format!("{:x}\r\n{HEALTHY}\r\n0\r\n", HEALTHY.len()),
    ] {
        repeated_if_safe(answering(raw(head, &body)), ErrorKind::Transport).await;
    }
}

#[tokio::test]
async fn a_chunk_of_no_size() {
    let answer = raw(
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked",
        "zz\r\n{}\r\n0\r\n\r\n",
    );
    repeated_if_safe(answering(answer), ErrorKind::Transport).await;
}

#[tokio::test]
async fn a_content_length_larger_than_the_body() {
    let answer = raw("HTTP/1.1 200 OK\nContent-Length: 4000", HEALTHY);
    repeated_if_safe(answering(answer), ErrorKind::Transport).await;
}

#[tokio::test]
async fn a_content_length_smaller_than_the_body() {
    let answer = raw("HTTP/1.1 200 OK\nContent-Length: 20", HEALTHY);
    // The rest of the body must not become the next call's answer, which `never_repeated` makes.
    never_repeated(answering(answer), ErrorKind::Decode).await;
}

#[tokio::test]
async fn content_lengths_that_are_none_or_contradict_each_other() {
    for lengths in [
        "Content-Length: many",
        "Content-Length: -1",
        "Content-Length: 40\nContent-Length: 41",
        "Content-Length: 99999999999999999999999",
    ] {
        let answer = raw(&format!("HTTP/1.1 200 OK\n{lengths}"), HEALTHY);
        repeated_if_safe(answering(answer), ErrorKind::Transport).await;
    }
}

#[tokio::test]
async fn garbage_instead_of_http() {
    for garbage in [
        b"SSH-2.0-OpenSSH_9.9\r\n".as_slice(),
        // A TLS alert, which a TLS port sends when it is spoken to in the clear.
        &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46],
        &[0; 64],
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad\x00: name\r\n\r\n",
    ] {
        repeated_if_safe(answering(garbage), ErrorKind::Transport).await;
    }
}

#[tokio::test]
async fn endless_headers() {
    for endless in [
        // Many, and one that has no end.
        vec![
            Step::Read,
            Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
            Step::Endless(b"X-More: and more\r\n".to_vec()),
        ],
        vec![
            Step::Read,
            Step::Send(b"HTTP/1.1 200 OK\r\nX-More: ".to_vec()),
            Step::Endless(vec![b'x'; 1024]),
        ],
    ] {
        repeated_if_safe(endless, ErrorKind::Transport).await;
    }
}

#[tokio::test]
async fn informational_answers_before_the_answer() {
    for informational in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nAuthorization: hint\r\nLink: </a>; rel=preload\r\n\r\n",
    ] {
        survived(answering([informational.as_bytes(), &healthy()].concat())).await;
        survived(answering(
            [informational.repeat(3).as_bytes(), &healthy()].concat(),
        ))
        .await;
    }
}

#[tokio::test]
async fn another_protocol_nobody_asked_for() {
    let answer = raw(
        "HTTP/1.1 101 Switching Protocols\nConnection: upgrade\nUpgrade: websocket",
        "",
    );
    never_repeated(answering(answer), ErrorKind::Status).await;
}

#[tokio::test]
async fn a_204_with_a_body() {
    for body in [HEALTHY, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"] {
        let head = format!("HTTP/1.1 204 No Content\nContent-Length: {}", body.len());
        // Such an answer has no body, whatever it says, so that there is nothing to read a sign-in from ...
        let error = never_repeated(answering(raw(&head, body)), ErrorKind::Decode).await;
        assert!(error.body().is_empty());
        // ... and the rest must not become the next call's answer.
        let scene = Scene::new(vec![answering(raw(&head, body))]);
        let client = &scene.client;
        let call = client.request(clerk_frontend::Method::Get, "/v1/anything");
        assert_eq!(call.send().await.unwrap().value, None);
        scene.assert_nothing_lost().await;
        assert_eq!(scene.server.connections(), 2);
    }
}

#[tokio::test]
async fn a_body_over_the_limit() {
    let announced = response("200 OK", &[], vec![b' '; 2000]);
    let chunked = format!("400\r\n{}\r\n", " ".repeat(0x400)).repeat(2);
    let chunked = raw("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", &chunked);
    let endless = vec![
        Step::Read,
        Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        Step::Endless(vec![b' '; 1000]),
    ];
    let lying = raw("HTTP/1.1 200 OK\nContent-Length: 9223372036854775807", "");
    for fault in [
        answering(announced),
        answering(chunked),
        answering(lying),
        endless,
    ] {
        for which in BOTH {
            let scene = Scene::with(vec![fault.clone()], |builder| {
                builder.max_response_size(1999)
            });
            let error = scene.call(which).await.unwrap_err();
            assert!(error.to_string().contains("1999"), "{error}");
            scene.assert_failed(&error, ErrorKind::TooLarge, 1);
            scene.assert_nothing_lost().await;
        }
    }
}

#[tokio::test]
async fn a_body_as_large_as_the_limit() {
    let scene = Scene::with(vec![answering(healthy())], |builder| {
        builder.max_response_size(HEALTHY.len())
    });
    scene.assert_nothing_lost().await;
}
