//! What callers learn when a call fails.

use std::error::Error as _;
use std::net::TcpListener;
use std::time::Duration;

use clerk_frontend::{Client, ErrorKind, backend};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::mock::Server;

#[tokio::test]
async fn invalid_input_names_the_parameter() {
    let body = json!({
        "errors": [
            {
                "code": "form_param_missing",
                "message": "is missing",
                "long_message": "redirect_url is needed.",
                "meta": {"param_name": "redirect_url"}
            },
            {"code": "form_param_unknown", "message": "is unknown"}
        ],
        "meta": {"client": {"id": "client_1"}},
        "clerk_trace_id": "trace-1"
    });
    let server = Server::json(422, &body).await;
    let error = server
        .frontend()
        .external_accounts()
        .create()
        .send()
        .await
        .unwrap_err();

    assert_eq!(
        (error.kind(), error.status(), error.attempts()),
        (ErrorKind::Status, Some(422), 1)
    );
    assert!(error.is_invalid_input());
    assert!(!error.is_unauthenticated() && !error.is_not_found() && !error.is_rate_limited());
    assert_eq!(error.operation_id(), Some("postOAuthAccounts"));
    assert_eq!(error.path(), Some("/v1/me/external_accounts"));
    assert_eq!(error.code(), Some("form_param_missing"));
    assert!(error.has_code("form_param_unknown"));
    assert_eq!(
        error.errors()[0].long_message.as_deref(),
        Some("redirect_url is needed.")
    );
    assert_eq!(error.errors()[0].param_name(), Some("redirect_url"));
    assert_eq!(error.errors()[1].long_message, None);
    assert_eq!(error.meta().unwrap()["client"]["id"], "client_1");
    assert_eq!(error.trace_id(), Some("trace-1"));
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(error.body()).unwrap(),
        body
    );
    let text = error.to_string();
    assert!(
        text.contains("postOAuthAccounts")
            && text.contains("422")
            && text.contains("form_param_missing"),
        "{text}"
    );
    assert!(!text.contains('\n'), "{text}");
}

#[tokio::test]
async fn predicates_tell_errors_apart() {
    let with_code = |code: &str| json!({"errors": [{"code": code, "message": "no"}]});

    let server = Server::json(401, &with_code("authentication_invalid")).await;
    let error = server
        .backend()
        .oauth_applications()
        .get("oa_1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_unauthenticated() && !error.is_native_api_disabled());
    assert_eq!(error.operation_id(), Some("GetOAuthApplication"));

    let server = Server::json(400, &with_code("native_api_disabled")).await;
    let error = server
        .frontend()
        .external_accounts()
        .delete("eac_1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_native_api_disabled() && error.is_invalid_input());

    let server = Server::json(404, &with_code("resource_not_found")).await;
    let error = server
        .backend()
        .oauth_applications()
        .delete("oa_1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_not_found() && !error.is_server_error());

    let server = Server::json(403, &with_code("authorization_invalid")).await;
    let error = server
        .backend()
        .oauth_applications()
        .update("oa_1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_forbidden());
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let response = ResponseTemplate::new(429)
        .insert_header("retry-after", "7")
        .insert_header("clerk-trace-id", "trace-2")
        .set_body_json(json!({"errors": [{"code": "too_many_requests", "message": "slow down"}]}));
    let server = Server::answering(response).await;
    let error = server
        .backend()
        .oauth_applications()
        .create("Ledger")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_rate_limited() && !error.is_unauthenticated());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.trace_id(), Some("trace-2"));
}

#[tokio::test]
async fn a_body_that_is_not_json_hides_nothing() {
    let page = "<html><body>Bad gateway</body></html>";
    let server =
        Server::answering(ResponseTemplate::new(500).set_body_raw(page, "text/html")).await;
    let error = server
        .frontend()
        .external_accounts()
        .revoke_tokens("eac_1")
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(500))
    );
    assert!(error.is_server_error());
    assert!(error.errors().is_empty());
    assert_eq!(error.code(), None);
    assert_eq!(error.body(), page.as_bytes());
}

#[tokio::test]
async fn oauth_errors_are_read() {
    let body = json!({"error": "invalid_grant", "error_description": "The grant is used up."});
    let server = Server::json(400, &body).await;
    let call = server
        .frontend()
        .oauth()
        .create_token("authorization_code")
        .basic_auth("client-1", "hush");
    let error = call.send().await.unwrap_err();
    assert_eq!(error.code(), Some("invalid_grant"));
    assert_eq!(error.errors()[0].message, "The grant is used up.");

    let sent = server.sent().await;
    assert_eq!(sent.line(), "POST /oauth/token");
    assert_eq!(
        sent.header("authorization"),
        Some("Basic Y2xpZW50LTE6aHVzaA==")
    );
    assert_eq!(sent.form(), "grant_type=authorization_code");
}

#[tokio::test]
async fn a_redirect_is_returned_and_not_followed() {
    let response = ResponseTemplate::new(302).insert_header("location", "/elsewhere?ticket=hush");
    let server = Server::answering(response).await;
    let error = server
        .frontend()
        .external_accounts()
        .delete("eac_1")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_redirect());
    assert_eq!(
        (error.status(), error.location()),
        (Some(302), Some("/elsewhere?ticket=hush"))
    );
    assert!(!format!("{error:?}").contains("hush"));

    let redirect = server.frontend().redirect().get().send().await.unwrap();
    assert_eq!(
        (redirect.status, redirect.location.as_deref()),
        (302, Some("/elsewhere?ticket=hush"))
    );
    assert!(!format!("{redirect:?}").contains("hush"));

    let lines: Vec<_> = server
        .all_sent()
        .await
        .iter()
        .map(super::mock::Sent::line)
        .collect();
    assert_eq!(
        lines,
        ["DELETE /v1/me/external_accounts/eac_1", "GET /v1/redirect"]
    );
}

#[tokio::test]
async fn a_refused_connection_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = backend::Client::builder()
        .base_url(url)
        .secret_key("sk_test_hush")
        .build()
        .unwrap();
    let error = client.oauth_applications().list().send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Transport, None));
    assert!(error.is_connect() && !error.is_timeout());
    assert!(error.source().is_some());
    assert!(!format!("{error:?} {error}").contains("hush"));
}

#[tokio::test]
async fn a_slow_answer_times_out() {
    let response = ResponseTemplate::new(200).set_delay(Duration::from_secs(20));
    let server = Server::answering(response).await;
    let builder = Client::builder()
        .base_url(server.url())
        .timeout(Duration::from_millis(50));
    let error = builder
        .build()
        .unwrap()
        .external_accounts()
        .create()
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
}

#[tokio::test]
async fn a_body_of_another_type_says_where() {
    let body = json!({"response": {"id": "eac_1", "verification": {"status": "verified", "attempts": "three"}}, "client": null});
    let server = Server::json(200, &body).await;
    let error = server
        .frontend()
        .external_accounts()
        .create()
        .send()
        .await
        .unwrap_err();
    assert!(error.is_decode());
    assert_eq!(
        (error.status(), error.json_path()),
        (Some(200), Some("$.response.verification.attempts"))
    );
    assert_eq!(error.operation_id(), Some("postOAuthAccounts"));
    let text = error.to_string();
    assert!(
        text.contains("$.response.verification.attempts: expected integer, found string"),
        "{text}"
    );
    assert!(!text.contains("three"), "{text}");
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(error.body()).unwrap(),
        body
    );
}

#[tokio::test]
async fn path_steps_and_empty_ids_are_refused_before_anything_is_sent() {
    let server = Server::json(200, &json!({})).await;
    let (frontend, backend) = (server.frontend(), server.backend());
    for id in ["", ".", "..", "%2e%2e", "%252E%252e", "../users", "a/../b"] {
        let errors = [
            frontend
                .external_accounts()
                .delete(id)
                .send()
                .await
                .unwrap_err(),
            backend
                .oauth_applications()
                .get(id)
                .send()
                .await
                .unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_build(), "{id}: {error}");
            assert_eq!(error.attempts(), 0);
            assert!(error.operation_id().is_some());
        }
    }
    assert!(server.all_sent().await.is_empty());
}
