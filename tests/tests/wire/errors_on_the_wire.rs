//! What callers learn from answers that are none, or not what they should be.

use std::time::Duration;

use clerk_frontend::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::ResponseTemplate;

use crate::mock::Server;
use crate::support::{builder, ok, wrapped};

/// The error that a call of the Frontend API ends with, if this is the answer.
async fn error(answer: ResponseTemplate) -> Error {
    let server = Server::answering(answer).await;
    let client = builder(&server).native_token("one").build().unwrap();
    client.user().get().send().await.unwrap_err()
}

fn json_error(status: u16, body: Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn clerks_errors_need_little_to_be_read() {
    // `long_message` and `meta` are required on paper only.
    let error = error(json_error(
        422,
        json!({"errors": [{"code": "a", "message": "m"}, {}]}),
    ))
    .await;
    assert_eq!((error.code(), error.errors().len()), (Some("a"), 2));
    assert_eq!(error.errors()[0].long_message, None);
    assert_eq!(error.errors()[0].meta, None);
    assert!(error.is_invalid_input());
}

#[tokio::test]
async fn oauth_errors_and_look_alikes_are_read() {
    for (body, code, message) in [
        (
            json!({"error": "invalid_grant", "error_description": "d"}),
            Some("invalid_grant"),
            "d",
        ),
        (json!({"error": "invalid_token"}), Some("invalid_token"), ""),
        (json!({"status": "error", "message": "m"}), None, "m"),
        (json!({"code": "c", "message": "m"}), Some("c"), "m"),
        (
            json!({"errors": {"code": "c", "message": "m"}}),
            Some("c"),
            "m",
        ),
    ] {
        let error = error(json_error(400, body.clone())).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Status, Some(400))
        );
        assert_eq!(
            (error.code(), error.errors()[0].message.as_str()),
            (code, message),
            "{body}"
        );
    }
}

#[tokio::test]
async fn other_bodies_hide_nothing() {
    let page = format!("<!DOCTYPE html><html>{}</html>", "x".repeat(1000));
    for (body, shown) in [
        (page.as_str(), false),
        ("", false),
        ("upstream connect error", true),
        ("null", false),
        ("[]", false),
        ("{\"errors\": [", true),
        ("\u{0}\u{1}", false),
    ] {
        let answer = ResponseTemplate::new(502).set_body_raw(body, "text/html");
        let error = error(answer.insert_header("cf-ray", "ray-1")).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Status, Some(502)),
            "{body}"
        );
        assert!(error.is_server_error() && error.errors().is_empty() && error.code().is_none());
        assert_eq!(
            (error.body(), error.trace_id()),
            (body.as_bytes(), Some("ray-1"))
        );
        let text = error.to_string();
        assert_eq!(
            !body.is_empty() && text.contains(body.trim()),
            shown,
            "{text}"
        );
        assert!(text.len() < 300 && !text.contains('\n'));
    }
    let error = error(ResponseTemplate::new(500).set_body_bytes([0xff, 0xfe, 0x00])).await;
    assert_eq!(error.body(), [0xff, 0xfe, 0x00]);
}

#[tokio::test]
async fn trace_ids_come_from_the_body_or_the_headers() {
    let body = json!({"errors": [], "clerk_trace_id": "body"});
    let with = |body: &Value, headers: &[(&'static str, &'static str)]| {
        let answer = json_error(400, body.clone());
        headers.iter().fold(answer, |answer, (name, value)| {
            answer.insert_header(*name, *value)
        })
    };
    let both = [("cf-ray", "ray"), ("Clerk-Trace-Id", "header")];
    assert_eq!(error(with(&body, &both)).await.trace_id(), Some("body"));
    assert_eq!(
        error(with(&json!({}), &both)).await.trace_id(),
        Some("header")
    );
    assert_eq!(
        error(with(&json!({}), &both[..1])).await.trace_id(),
        Some("ray")
    );
    assert_eq!(error(with(&json!({}), &[])).await.trace_id(), None);

    let server = Server::answering(with(&json!({}), &both).set_delay(Duration::ZERO)).await;
    let client = builder(&server).build().unwrap();
    assert!(client.user().get().send().await.is_err());
    let server = Server::answering(ok(&json!({})).insert_header("clerk-trace-id", "fine")).await;
    let client = builder(&server).build().unwrap();
    let response = client.user().get().send_response().await.unwrap();
    assert_eq!(response.trace_id().as_deref(), Some("fine"));
}

#[tokio::test]
async fn servers_say_in_several_ways_how_long_to_wait() {
    let date = ("date", "Wed, 21 Oct 2026 07:28:00 GMT");
    for (header, seconds) in [
        (("retry-after", "7"), Some(7)),
        (("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT"), Some(30)),
        (("retry-after", "Wed, 21 Oct 2026 07:27:00 GMT"), Some(0)),
        (("x-ratelimit-reset", "1792567685"), Some(5)),
        (("retry-after", "soon"), None),
        (("retry-after", "99999999999999999999"), None),
        (("x-other", "1"), None),
    ] {
        let answer = [date, header]
            .into_iter()
            .fold(ResponseTemplate::new(429), |answer, (name, value)| {
                answer.insert_header(name, value)
            });
        let error = error(answer).await;
        assert!(error.is_rate_limited() && !error.is_unauthenticated());
        assert_eq!(
            error.retry_after(),
            seconds.map(Duration::from_secs),
            "{header:?}"
        );
    }
}

#[tokio::test]
async fn bodies_can_be_read_as_any_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Known {
        reason: String,
    }
    let refused = error(json_error(403, json!({"reason": "plan", "errors": []}))).await;
    assert_eq!(
        refused.body_as::<Known>().unwrap(),
        Known {
            reason: "plan".into()
        }
    );
    assert!(refused.is_forbidden());
    assert!(refused.body_as::<Vec<u8>>().is_err());
    assert!(
        error(ResponseTemplate::new(500))
            .await
            .body_as::<Value>()
            .is_err()
    );
}

#[tokio::test]
async fn errors_are_bounded() {
    let long = "long\n".repeat(600_000);
    let one = json!({"code": "a", "message": long});
    let other = json!({"code": long, "message": "m"});
    let body = json!({"errors": [one, other, other, other], "clerk_trace_id": long});
    let error = error(json_error(500, body)).await;
    assert_eq!(
        (error.code(), error.errors()[0].message.as_str()),
        (Some("a"), long.as_str())
    );
    assert_eq!(error.body().len(), 64 * 1024);
    assert!(!error.to_string().contains('\n'));
    let text = format!("{error} {error:?}");
    assert!(text.len() < 5_000, "{}", text.len());
}

#[tokio::test]
async fn unusual_statuses_of_success_are_successes() {
    for status in [200, 201, 202, 299] {
        let server = Server::json(status, &wrapped(&json!({"id": "user_1"}), &json!(null))).await;
        let client = builder(&server).build().unwrap();
        assert_eq!(
            client.user().get().send().await.unwrap().id,
            "user_1",
            "{status}"
        );
    }
    let server = Server::answering(ResponseTemplate::new(299)).await;
    let client = builder(&server).build().unwrap();
    let redirect = client.oauth_callback().handle().send().await.unwrap();
    assert_eq!((redirect.status, redirect.location), (299, None));
    // Without a body, and one that is a page.
    let server = Server::answering(ResponseTemplate::new(200)).await;
    let client = builder(&server).build().unwrap();
    client
        .oauth()
        .revoke_token()
        .token("t")
        .send()
        .await
        .unwrap();
    client
        .dev_browser()
        .set_first_party_cookie()
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn redirects_are_values() {
    for status in [301, 302, 303, 307, 308] {
        let answer =
            ResponseTemplate::new(status).insert_header("location", "https://a.example/?t=hush");
        let server = Server::answering(answer).await;
        let client = builder(&server).native_token("one").build().unwrap();
        let redirect = client
            .oauth_callback()
            .handle()
            .code("c")
            .send()
            .await
            .unwrap();
        let expected = (status, Some("https://a.example/?t=hush"));
        assert_eq!((redirect.status, redirect.location.as_deref()), expected);
        let error = client.user().get().send().await.unwrap_err();
        assert!(error.is_redirect() && !format!("{error} {error:?}").contains("hush"));
        assert_eq!((error.status().unwrap(), error.location()), expected);
        assert_eq!(server.all_sent().await.len(), 2);
    }
}

#[tokio::test]
async fn a_client_that_follows_redirects_is_found_out() {
    let answer = ResponseTemplate::new(302).insert_header("location", "/elsewhere?t=hush");
    let server = Server::answering(
        move |request: &wiremock::Request| match request.url.path() {
            "/elsewhere" => ok(&json!({})),
            _ => answer.clone(),
        },
    )
    .await;
    let http = clerk_frontend::http_client_builder().unwrap();
    let http = http.redirect(reqwest::redirect::Policy::limited(3));
    let client = builder(&server)
        .http_client(http.build().unwrap())
        .build()
        .unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert!(
        error.is_redirect() && !format!("{error} {error:?}").contains("hush"),
        "{error:?}"
    );
}

#[tokio::test]
async fn drift_is_told_and_strictness_refuses_it() {
    let user = json!({"id": "user_1", "new_field": {"a": 1}});
    let server = Server::json(200, &wrapped(&user, &json!(null))).await;
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = seen.clone();
    let client = builder(&server)
        .on_drift(move |operation, drift| {
            sink.lock()
                .unwrap()
                .push(format!("{operation} {}: {}", drift.path, drift.kind))
        })
        .build()
        .unwrap();
    client.user().get().send().await.unwrap();
    let seen = seen.lock().unwrap().join("\n");
    assert!(
        seen.contains("getUser $.response.new_field: unknown field"),
        "{seen}"
    );
    let strict = builder(&server).strict(true).build().unwrap();
    let error = strict.user().get().send().await.unwrap_err();
    assert!(
        error.is_decode() && error.json_path().is_some(),
        "{error:?}"
    );
}

/// A server that answers with these bytes, whatever it is asked.
async fn raw(answer: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn large_responses_are_refused_announced_or_not() {
    let body = format!("\"{}\"", "x".repeat(998));
    let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{body}");
    let in_chunks = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1f4\r\n{}\r\n1f4\r\n{}\r\n0\r\n\r\n",
        &body[..500],
        &body[500..]
    );
    // A lie about its length costs no memory.
    let lie = "HTTP/1.1 200 OK\r\ncontent-length: 1099511627776\r\n\r\n".to_owned();
    for answer in [announced, in_chunks, lie.clone()] {
        let url = raw(answer.clone()).await;
        let client = |limit| {
            let builder = clerk_frontend::Client::builder().base_url(&url);
            builder
                .max_response_size(limit)
                .retry(clerk_frontend::Retry::none())
                .build()
                .unwrap()
        };
        let call = client(999).request(clerk_frontend::Method::Get, "/v1/x");
        let error = call.send().await.unwrap_err();
        assert!(error.is_too_large() && !error.is_transport(), "{error:?}");
        if answer != lie {
            let call = client(1000).request(clerk_frontend::Method::Get, "/v1/x");
            assert!(call.send().await.unwrap().into_value().is_some());
        }
    }
}
