//! The eight operations on OAuth Applications of the Backend API, end to end.

use clerk_frontend::{FilePart, Value};
use serde_json::json;

use crate::mock::{Sent, Server};

fn application() -> Value {
    json!({
        "object": "oauth_application",
        "id": "oa_1",
        "instance_id": "ins_1",
        "name": "Ledger",
        "client_id": "client-1",
        "client_uri": null,
        "client_image_url": "https://img.example/ledger.png",
        "dynamically_registered": false,
        "consent_screen_enabled": true,
        "pkce_required": true,
        "public": false,
        "scopes": "profile email",
        "redirect_uris": ["https://ledger.example/cb", "https://ledger.example/cb2"],
        "callback_url": "https://ledger.example/cb",
        "authorize_url": "https://clerk.example/oauth/authorize",
        "token_fetch_url": "https://clerk.example/oauth/token",
        "user_info_url": "https://clerk.example/oauth/userinfo",
        "discovery_url": "https://clerk.example/.well-known/openid-configuration",
        "token_introspection_url": "https://clerk.example/oauth/token_info",
        "created_at": 1_700_000_000_000_i64,
        "updated_at": 1_700_000_100_000_i64
    })
}

fn with_secret() -> Value {
    let mut application = application();
    application["client_secret"] = json!("hush");
    application
}

/// What a back end sends with each call.
fn assert_backend(sent: &Sent) {
    assert_eq!(sent.header("authorization"), Some("Bearer sk_test_key"));
    assert_eq!(sent.header("clerk-api-version"), Some("2026-05-12"));
    assert!(
        sent.header("user-agent")
            .unwrap()
            .starts_with("clerk-frontend/")
    );
}

#[tokio::test]
async fn list() {
    let server = Server::json(200, &json!({"data": [application()], "total_count": 31})).await;
    let page = server
        .backend()
        .oauth_applications()
        .list()
        .limit(20)
        .offset(0)
        .order_by("+name")
        .name_query("led ger&co")
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "GET /v1/oauth_applications");
    assert_eq!(
        sent.query,
        "limit=20&offset=0&order_by=%2Bname&name_query=led%20ger%26co"
    );
    assert_backend(&sent);
    sent.assert_no_body();
    assert_eq!((page.data.len(), page.total_count), (1, Some(31)));
    assert_eq!(
        page.data[0].redirect_uris,
        ["https://ledger.example/cb", "https://ledger.example/cb2"]
    );
}

#[tokio::test]
async fn a_list_without_a_page_is_read_as_well() {
    let server = Server::json(200, &json!([application(), application()])).await;
    let page = server
        .backend()
        .oauth_applications()
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!(server.sent().await.query, "");
    assert_eq!((page.data.len(), page.total_count), (2, None));
}

#[tokio::test]
async fn create() {
    let server = Server::json(200, &with_secret()).await;
    let created = server
        .backend()
        .oauth_applications()
        .create("Ledger")
        .redirect_uris(["https://ledger.example/cb"])
        .scopes("profile email")
        .public(false)
        .clear_consent_screen_enabled()
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(
        (sent.line().as_str(), sent.query.as_str()),
        ("POST /v1/oauth_applications", "")
    );
    assert_backend(&sent);
    let expected = json!({
        "name": "Ledger",
        "redirect_uris": ["https://ledger.example/cb"],
        "scopes": "profile email",
        "public": false,
        "consent_screen_enabled": null,
    });
    assert_eq!(sent.json(), expected);
    assert_eq!(created.client_secret.as_deref(), Some("hush"));
    assert!(!format!("{created:?}").contains("hush"));
    assert_eq!(created.name, "Ledger");
}

#[tokio::test]
async fn get() {
    let server = Server::json(200, &application()).await;
    let response = server
        .backend()
        .oauth_applications()
        .get("oa_1")
        .send_response()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "GET /v1/oauth_applications/oa_1");
    assert_backend(&sent);
    sent.assert_no_body();
    assert_eq!(
        serde_json::from_slice::<Value>(response.bytes()).unwrap(),
        application()
    );
    let application = response.value;
    assert_eq!(application.client_uri, None);
    assert_eq!(
        application.client_image_url.as_deref(),
        Some("https://img.example/ledger.png")
    );
    assert!(application.pkce_required && application.consent_screen_enabled && !application.public);
    assert_eq!(
        application.updated_at.as_millis() - application.created_at.as_millis(),
        100_000
    );
}

#[tokio::test]
async fn delete() {
    let server = Server::json(
        200,
        &json!({"object": "oauth_application", "id": "oa_1", "deleted": true}),
    )
    .await;
    let deleted = server
        .backend()
        .oauth_applications()
        .delete("oa_1")
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "DELETE /v1/oauth_applications/oa_1");
    assert_backend(&sent);
    sent.assert_no_body();
    assert!(deleted.deleted);
    assert_eq!(deleted.id.as_deref(), Some("oa_1"));
}

#[tokio::test]
async fn update() {
    let server = Server::json(200, &application()).await;
    let builder = server
        .backend()
        .oauth_applications()
        .update("oa_1")
        .name("Old name");
    let updated = builder
        .name("Ledger")
        .redirect_uris(Vec::<String>::new())
        .clear_scopes()
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "PATCH /v1/oauth_applications/oa_1");
    assert_backend(&sent);
    assert_eq!(
        sent.json(),
        json!({"name": "Ledger", "redirect_uris": [], "scopes": null})
    );
    assert_eq!(updated.name, "Ledger");
}

#[tokio::test]
async fn an_update_of_nothing_has_an_empty_object() {
    let server = Server::json(200, &application()).await;
    server
        .backend()
        .oauth_applications()
        .update("oa_1")
        .send()
        .await
        .unwrap();
    assert_eq!(server.sent().await.json(), json!({}));
}

#[tokio::test]
async fn upload_logo() {
    let server = Server::json(200, &application()).await;
    let logo = FilePart::new("lögo \"1\".png", &b"\x89PNG\r\n\x00"[..]);
    let builder = server
        .backend()
        .oauth_applications()
        .upload_logo("oa_1", logo);
    builder.uploader_user_id("user_1").send().await.unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "PUT /v1/oauth_applications/oa_1/logo");
    assert_backend(&sent);
    let content_type = sent.header("content-type").unwrap();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let parts = multipart(&sent.body, boundary);
    assert_eq!(parts.len(), 2);
    let (field, file) = (&parts[0], &parts[1]);
    assert!(
        field
            .0
            .contains("content-disposition: form-data; name=\"uploader_user_id\""),
        "{}",
        field.0
    );
    assert_eq!(field.1, b"user_1");
    assert!(
        file.0
            .contains("content-disposition: form-data; name=\"file\"; filename=\"l"),
        "{}",
        file.0
    );
    assert!(file.0.contains("content-type: image/png"), "{}", file.0);
    assert_eq!(file.1, b"\x89PNG\r\n\x00");
}

/// The parts of a multipart body: lower-case headers (values too) and content.
fn multipart(body: &[u8], boundary: &str) -> Vec<(String, Vec<u8>)> {
    // One character per byte, so that binary content survives.
    let text: String = body.iter().map(|&byte| char::from(byte)).collect();
    let text = text.strip_prefix(&format!("--{boundary}\r\n")).unwrap();
    let text = text
        .strip_suffix(&format!("\r\n--{boundary}--\r\n"))
        .unwrap();
    let border = format!("\r\n--{boundary}\r\n");
    text.split(&border)
        .map(|part| {
            let (headers, content) = part.split_once("\r\n\r\n").unwrap();
            let content = content
                .chars()
                .map(|character| u8::try_from(character).unwrap())
                .collect();
            (headers.to_ascii_lowercase(), content)
        })
        .collect()
}

#[tokio::test]
async fn rotate_secret() {
    let server = Server::json(200, &with_secret()).await;
    let rotated = server
        .backend()
        .oauth_applications()
        .rotate_secret("oa_1")
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(
        sent.line(),
        "POST /v1/oauth_applications/oa_1/rotate_secret"
    );
    assert_backend(&sent);
    sent.assert_no_body();
    assert_eq!(rotated.client_secret.as_deref(), Some("hush"));
}

#[tokio::test]
async fn revoke_token() {
    let server = Server::answering(wiremock::ResponseTemplate::new(204)).await;
    let call = server
        .backend()
        .oauth_applications()
        .revoke_token("oa_1", "oat_hush");
    for debug in [
        format!("{call:?}"),
        format!("{:?}", call.request().unwrap()),
    ] {
        assert!(!debug.contains("oat_hush"), "{debug}");
    }
    let response = call.send_response().await.unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "POST /v1/oauth_applications/oa_1/revoke_token");
    assert_backend(&sent);
    assert_eq!(sent.json(), json!({"token": "oat_hush"}));
    assert_eq!(response.status(), 204);
    assert!(response.bytes().is_empty());
}
