//! Bodies that are not what they should be. They are answers: the call was handled and is not made again.

use clerk_frontend::ErrorKind;

use crate::scene::{Scene, Which, never_repeated, survived};
use crate::server::{HEALTHY, answering, response};

const JSON: &str = "Content-Type: application/json";

#[tokio::test]
async fn invalid_utf_8() {
    let body = b"{\"response\":{\"id\":\"it_\xff\xfe\"},\"client\":null}";
    let answer = response("200 OK", &[JSON], body);
    let error = never_repeated(answering(answer), ErrorKind::Decode).await;
    assert_eq!(error.status(), Some(200));
    assert_eq!(error.body(), body);
}

#[tokio::test]
async fn truncated_json() {
    for length in [0, 1, HEALTHY.len() / 2, HEALTHY.len() - 1] {
        let answer = response("200 OK", &[JSON], &HEALTHY[..length]);
        let error = never_repeated(answering(answer), ErrorKind::Decode).await;
        assert_eq!(error.status(), Some(200));
        assert_eq!(error.body(), &HEALTHY.as_bytes()[..length]);
    }
}

#[tokio::test]
async fn json_with_something_behind_it() {
    for rest in ["}", "x", "{}", "\0", HEALTHY] {
        let answer = response("200 OK", &[JSON], format!("{HEALTHY}{rest}"));
        never_repeated(answering(answer), ErrorKind::Decode).await;
    }
    let answer = response("200 OK", &[JSON], format!("\r\n {HEALTHY}\t\r\n\n"));
    survived(answering(answer)).await;
}

#[tokio::test]
async fn a_wrong_content_type() {
    // What a body is shows when it is read.
    for content_type in ["text/html", "application/xml; charset=latin-1", "", ";;;"] {
        let header = format!("Content-Type: {content_type}");
        survived(answering(response("200 OK", &[&header], HEALTHY))).await;
    }
    let page = "<!doctype html><title>Sign in to the hotel's network</title>";
    let answer = response("200 OK", &["Content-Type: text/html"], page);
    let error = never_repeated(answering(answer), ErrorKind::Decode).await;
    assert_eq!(error.body(), page.as_bytes());
    let answer = response("200 OK", &[JSON], page);
    never_repeated(answering(answer), ErrorKind::Decode).await;
}

#[tokio::test]
async fn gzip_that_lies() {
    // Nothing but plain bodies is asked for: one that is plain after all is read.
    let answer = response("200 OK", &[JSON, "Content-Encoding: gzip"], HEALTHY);
    let scene = Scene::new(vec![answering(answer.clone())]);
    scene.call(Which::Get).await.unwrap();
    assert_eq!(scene.server.requests()[0].header("accept-encoding"), None);
    survived(answering(answer)).await;
    // The start of a stream of gzip, which is no JSON.
    let packed = [0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xab, 0x56];
    let answer = response("200 OK", &[JSON, "Content-Encoding: gzip"], packed);
    let error = never_repeated(answering(answer), ErrorKind::Decode).await;
    assert_eq!(error.body(), packed);
}

#[tokio::test]
async fn errors_without_a_body_that_can_be_read() {
    for body in [
        b"".as_slice(),
        b"\xff\xfe",
        b"<html>",
        b"{\"errors\":",
        b"null",
    ] {
        let answer = response("500 Internal Server Error", &[JSON], body);
        let error = never_repeated(answering(answer), ErrorKind::Status).await;
        assert!(error.is_server_error() && error.errors().is_empty());
        assert_eq!((error.status(), error.body()), (Some(500), body));
    }
}
