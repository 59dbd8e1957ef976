//! Files.

use bytes::Bytes;
use clerk_frontend::{CallOptions, FilePart, Retry};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::mock::{Sent, Server};
use crate::support::{VirtualClock, builder, in_turn, ok, wrapped};

const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n\x00\xff--";

async fn server() -> Server {
    Server::answering(ok(&wrapped(&json!({}), &json!(null)))).await
}

/// The one part of a multipart body: its headers in lower case, and its content.
fn only_part(sent: &Sent) -> (String, Vec<u8>) {
    let content_type = sent.header("content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    // One character per byte, so that binary content survives.
    let text: String = sent.body.iter().map(|&byte| char::from(byte)).collect();
    let text = text.strip_prefix(&format!("--{boundary}\r\n")).unwrap();
    let text = text
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .unwrap();
    let (headers, content) = text.split_once("\r\n\r\n").unwrap();
    let content = content
        .chars()
        .map(|character| u8::try_from(character).unwrap());
    (headers.to_ascii_lowercase(), content.collect())
}

fn assert_file(sent: &Sent, name: &str, content_type: &str) {
    let (headers, content) = only_part(sent);
    assert!(headers.contains("form-data; name=\"file\""), "{headers}");
    assert!(
        headers.contains(&format!("filename=\"{name}\"")),
        "{headers}"
    );
    assert!(
        headers.contains(&format!("content-type: {content_type}")),
        "{headers}"
    );
    assert_eq!(content, IMAGE);
}

fn stream() -> impl futures_core::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    let pieces = IMAGE.chunks(3).map(|piece| Ok(Bytes::from_static(piece)));
    futures_util::stream::iter(pieces.collect::<Vec<_>>())
}

#[tokio::test]
async fn files_are_bytes() {
    let server = server().await;
    let client = builder(&server).native_token("one").build().unwrap();
    client
        .user()
        .set_profile_image()
        .file(FilePart::new("Me.JPG", IMAGE))
        .send()
        .await
        .unwrap();
    let logo = FilePart::new("logo", IMAGE)
        .file_name("l.bin")
        .content_type("image/webp");
    client
        .organizations()
        .set_logo("org_1")
        .file(logo)
        .send()
        .await
        .unwrap();
    let sent = server.all_sent().await;
    assert_eq!(sent[0].line(), "POST /v1/me/profile_image");
    assert_file(&sent[0], "me.jpg", "image/jpeg");
    assert_eq!(sent[0].header("authorization"), Some("one"));
    assert_eq!(sent[1].line(), "PUT /v1/organizations/org_1/logo");
    assert_file(&sent[1], "l.bin", "image/webp");
}

#[tokio::test]
async fn files_are_opened_when_they_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("me.png");
    let server = Server::answering(in_turn([
        ResponseTemplate::new(429),
        ok(&wrapped(&json!({}), &json!(null))),
    ]))
    .await;
    let client = builder(&server)
        .clock(VirtualClock::default())
        .build()
        .unwrap();
    let call = client
        .user()
        .set_profile_image()
        .file(FilePart::open(&path));
    let error = call.clone().send().await.unwrap_err();
    assert!(
        error.is_build() && error.to_string().contains("cannot be read"),
        "{error}"
    );
    assert!(server.all_sent().await.is_empty());

    std::fs::write(&path, IMAGE).unwrap();
    // And once more for every attempt.
    call.options(CallOptions::new().retry(Retry::new()))
        .send()
        .await
        .unwrap();
    let sent = server.all_sent().await;
    assert_eq!(sent.len(), 2);
    sent.iter()
        .for_each(|sent| assert_file(sent, "me.png", "image/png"));
}

#[tokio::test]
async fn files_are_streams() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let length = u64::try_from(IMAGE.len()).unwrap();
    for (length, known) in [(Some(length), true), (None, false)] {
        let file = FilePart::stream("s.gif", stream(), length);
        client
            .user()
            .set_profile_image()
            .file(file)
            .send()
            .await
            .unwrap();
        let sent = server.all_sent().await;
        let sent = sent.last().unwrap();
        assert_file(sent, "s.gif", "image/gif");
        assert_eq!(sent.header("content-length").is_some(), known);
        assert_eq!(sent.header("transfer-encoding").is_some(), !known);
    }
}

#[tokio::test]
async fn a_stream_is_sent_once() {
    let server = Server::answering(ResponseTemplate::new(429)).await;
    let clock = VirtualClock::default();
    let client = builder(&server)
        .clock(clock.clone())
        .retry(Retry::new())
        .build()
        .unwrap();
    let file = FilePart::stream("s.gif", stream(), None);
    let call = client.user().set_profile_image().file(file);
    let error = call.clone().send().await.unwrap_err();
    assert!(error.is_rate_limited());
    assert_eq!((error.attempts(), clock.sleeps().len()), (1, 0));
    let error = call.send().await.unwrap_err();
    assert!(
        error.is_build() && error.to_string().contains("sent before"),
        "{error}"
    );
    server.sent().await;
}

#[tokio::test]
async fn a_stream_that_breaks_is_an_error_of_the_call() {
    let server = server().await;
    let client = builder(&server)
        .retry(Retry::new())
        .clock(VirtualClock::default())
        .build()
        .unwrap();
    let pieces = [
        Ok(Bytes::from_static(IMAGE)),
        Err(std::io::Error::other("the disk is gone")),
    ];
    let file = FilePart::stream("s.gif", futures_util::stream::iter(pieces), None);
    let error = client
        .user()
        .set_profile_image()
        .file(file)
        .send()
        .await
        .unwrap_err();
    assert!(error.is_transport() && !error.is_connect(), "{error:?}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn a_file_can_be_the_whole_body() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    let call = client.user().set_profile_image().as_octet_stream();
    call.clone()
        .file(FilePart::new("me.png", IMAGE))
        .send()
        .await
        .unwrap();
    let sent = server.sent().await;
    assert_eq!(
        sent.header("content-type"),
        Some("application/octet-stream")
    );
    // As text, which is what these operations take.
    assert_eq!(sent.text(), "iVBORw0KGgoA/y0t");
    let error = call
        .file(FilePart::stream("s", stream(), None))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_build());
}

#[tokio::test]
async fn what_is_no_media_type_is_refused() {
    let server = server().await;
    let client = builder(&server).build().unwrap();
    for bad in ["image/png\r\nx: y", "image", ""] {
        let file = FilePart::with_content_type("a.png", bad, IMAGE);
        let error = client
            .user()
            .set_profile_image()
            .file(file)
            .send()
            .await
            .unwrap_err();
        assert!(error.is_build(), "{bad:?}");
    }
    let file = FilePart::new("a\"\r\nx: y.png", IMAGE);
    client
        .user()
        .set_profile_image()
        .file(file)
        .send()
        .await
        .unwrap();
    let (headers, _) = only_part(&server.sent().await);
    assert!(!headers.contains("\r\nx: y"), "{headers}");
}
