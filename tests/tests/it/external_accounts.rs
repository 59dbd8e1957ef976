//! The four operations on External Accounts of the Frontend API, end to end.

use clerk_frontend::Value;
use clerk_frontend::models::VerificationStatus;
use serde_json::json;

use crate::mock::{Sent, Server};

fn account() -> Value {
    json!({
        "id": "eac_1",
        "object": "external_account",
        "provider": "oauth_github",
        "provider_user_id": "4711",
        "identification_id": "idn_1",
        "email_address": "grace@example.com",
        "first_name": "Grace",
        "last_name": "Hopper",
        "approved_scopes": "read:user user:email",
        "username": "grace",
        "label": null,
        "public_metadata": {"team": {"name": "compilers"}},
        "created_at": 1_700_000_000_123_i64,
        "updated_at": 1_700_000_000_456_i64,
        "verification": {
            "object": "verification_oauth",
            "status": "unverified",
            "strategy": "oauth_github",
            "attempts": null,
            "expire_at": 1_700_000_600_000_i64,
            "external_verification_redirect_url": "https://github.example/login/oauth/authorize?state=x"
        }
    })
}

fn wrapped(response: &Value) -> Value {
    json!({"response": response, "client": {"id": "client_1", "object": "client", "sessions": [], "sign_in": null}})
}

/// What a native application sends with each call.
fn assert_native(sent: &Sent) {
    assert_eq!(sent.query, "_is_native=true");
    assert_eq!(sent.header("authorization"), Some("client-token"));
    assert_eq!(sent.header("x-mobile"), Some("1"));
    assert_eq!(sent.header("clerk-api-version"), Some("2026-05-12"));
    assert!(
        sent.header("user-agent")
            .unwrap()
            .starts_with("clerk-frontend/")
    );
}

#[tokio::test]
async fn create() {
    let server = Server::json(200, &wrapped(&account())).await;
    let response = server
        .frontend()
        .external_accounts()
        .create()
        .strategy("oauth_github")
        .redirect_url("https://app.example/back?a=1&b=ü")
        .additional_scope(["repo", "read:org"])
        .clear_oidc_prompt()
        .origin("https://app.example")
        .send_response()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "POST /v1/me/external_accounts");
    assert_native(&sent);
    assert_eq!(sent.header("origin"), Some("https://app.example"));
    assert_eq!(
        sent.form(),
        "strategy=oauth_github&redirect_url=https%3A%2F%2Fapp.example%2Fback%3Fa%3D1%26b%3D%C3%BC\
         &additional_scope=repo&additional_scope=read%3Aorg&oidc_prompt="
    );

    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(
        serde_json::from_slice::<Value>(response.bytes()).unwrap(),
        wrapped(&account())
    );
    let envelope = response.into_value();
    let client = envelope.client.unwrap();
    assert_eq!((client.id.as_str(), client.sessions.len()), ("client_1", 0));
    let created = envelope.response;
    assert_eq!(created.id, "eac_1");
    assert_eq!(created.provider, "oauth_github");
    assert_eq!(created.username.as_deref(), Some("grace"));
    assert_eq!(created.label, None);
    assert_eq!(created.created_at.as_millis(), 1_700_000_000_123);
    assert_eq!(created.public_metadata["team"]["name"], "compilers");
    let verification = created.verification.unwrap();
    assert_eq!(verification.status, VerificationStatus::Unverified);
    assert_eq!(verification.strategy.as_str(), "oauth_github");
    assert_eq!(verification.attempts, None);
    assert_eq!(
        verification.expire_at.unwrap().as_millis(),
        1_700_000_600_000
    );
    assert!(
        verification
            .external_verification_redirect_url
            .unwrap()
            .ends_with("state=x")
    );
}

#[tokio::test]
async fn reauthorize() {
    let server = Server::json(200, &wrapped(&account())).await;
    let account = server
        .frontend()
        .external_accounts()
        .reauthorize("eac 1/ü", "https://app.example/back")
        .additional_scope(["calendar"])
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(
        sent.line(),
        "PATCH /v1/me/external_accounts/eac%201%2F%C3%BC/reauthorize"
    );
    assert_native(&sent);
    assert_eq!(
        sent.form(),
        "redirect_url=https%3A%2F%2Fapp.example%2Fback&additional_scope=calendar"
    );
    assert_eq!(account.approved_scopes, "read:user user:email");
}

#[tokio::test]
async fn delete() {
    let deleted =
        json!({"id": "eac_1", "object": "external_account", "deleted": true, "slug": null});
    let server = Server::json(200, &wrapped(&deleted)).await;
    let deleted = server
        .frontend()
        .external_accounts()
        .delete("eac_1")
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "DELETE /v1/me/external_accounts/eac_1");
    assert_native(&sent);
    sent.assert_no_body();
    assert!(deleted.deleted);
    assert_eq!(deleted.id.as_deref(), Some("eac_1"));
    assert_eq!(deleted.object, "external_account");
}

#[tokio::test]
async fn revoke_tokens() {
    let user = json!({"id": "user_1", "object": "user", "banned": false, "locked": true, "external_accounts": [account()]});
    let server = Server::json(200, &wrapped(&user)).await;
    let user = server
        .frontend()
        .external_accounts()
        .revoke_tokens("eac_1")
        .send()
        .await
        .unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.line(), "DELETE /v1/me/external_accounts/eac_1/tokens");
    assert_native(&sent);
    sent.assert_no_body();
    assert_eq!(user.id, "user_1");
    assert_eq!((user.locked, user.banned), (Some(true), Some(false)));
    assert_eq!(user.external_accounts[0].provider_user_id, "4711");
}

#[tokio::test]
async fn what_the_document_does_not_have_can_be_sent_too() {
    let server = Server::json(200, &wrapped(&account())).await;
    let call = server
        .frontend()
        .external_accounts()
        .create()
        .code("hush")
        .extra_query("_clerk_session_id", "sess_1")
        .extra_header("x-native-device-id", "device")
        .extra_field("unheard_of", json!(["a", "b"]))
        .extra_field("nested", json!({"a": 1}))
        .bearer_auth("other");
    assert!(!format!("{call:?}").contains("hush"));
    call.send().await.unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.query, "_is_native=true&_clerk_session_id=sess_1");
    assert_eq!(sent.header("x-native-device-id"), Some("device"));
    assert_eq!(sent.header("authorization"), Some("Bearer other"));
    assert_eq!(
        sent.form(),
        "code=hush&unheard_of=a&unheard_of=b&nested=%7B%22a%22%3A1%7D"
    );
}

#[tokio::test]
async fn a_client_without_credentials_sends_none() {
    let server = Server::json(200, &wrapped(&account())).await;
    let client = clerk_frontend::Client::builder()
        .base_url(server.url())
        .build()
        .unwrap();
    client.external_accounts().create().send().await.unwrap();

    let sent = server.sent().await;
    assert_eq!(sent.query, "");
    assert_eq!(sent.header("authorization"), None);
    sent.assert_no_body();
}

/// From the first request to the last: what is sent, and what the account says in between.
#[tokio::test]
async fn a_whole_life() {
    let server = Server::answering(|request: &wiremock::Request| {
        let body = match (request.method.as_str(), request.url.path()) {
            ("DELETE", "/v1/me/external_accounts/eac_1") => {
                json!({"id": "eac_1", "object": "external_account", "deleted": true})
            }
            ("DELETE", "/v1/me/external_accounts/eac_1/tokens") => {
                json!({"id": "user_1", "object": "user", "external_accounts": [account()]})
            }
            ("POST", "/v1/me/external_accounts")
            | ("PATCH", "/v1/me/external_accounts/eac_1/reauthorize") => account(),
            _ => return wiremock::ResponseTemplate::new(404),
        };
        wiremock::ResponseTemplate::new(200).set_body_json(wrapped(&body))
    })
    .await;
    let client = server.frontend();

    let create = client.external_accounts().create().strategy("oauth_github");
    let create = create.redirect_url("https://app.example/back");
    let account = create.send().await.unwrap();
    assert_eq!(account.provider_slug(), "github");
    assert_eq!(account.provider_title(), "GitHub Account");
    assert_eq!(account.account_identifier(), "grace");
    let verification = account.verification.as_ref().unwrap();
    assert_eq!(
        verification.external_verification_redirect_url.as_deref(),
        Some("https://github.example/login/oauth/authorize?state=x")
    );

    let account = account
        .reauthorize(&client, "https://app.example/back")
        .additional_scope(["repo", "read:org"])
        .oidc_prompt("consent")
        .oidc_login_hint("grace@example.com")
        .send()
        .await
        .unwrap();
    let user = account.revoke_tokens(&client).send().await.unwrap();
    assert_eq!(user.external_accounts[0].id, account.id);
    assert!(account.destroy(&client).send().await.unwrap().deleted);

    let sent = server.all_sent().await;
    sent.iter().for_each(assert_native);
    let lines: Vec<String> = sent.iter().map(Sent::line).collect();
    assert_eq!(
        lines,
        [
            "POST /v1/me/external_accounts",
            "PATCH /v1/me/external_accounts/eac_1/reauthorize",
            "DELETE /v1/me/external_accounts/eac_1/tokens",
            "DELETE /v1/me/external_accounts/eac_1",
        ]
    );
    assert_eq!(
        sent[0].form(),
        "strategy=oauth_github&redirect_url=https%3A%2F%2Fapp.example%2Fback"
    );
    assert_eq!(
        sent[1].form(),
        "redirect_url=https%3A%2F%2Fapp.example%2Fback&additional_scope=repo&additional_scope=read%3Aorg\
         &oidc_prompt=consent&oidc_login_hint=grace%40example.com"
    );
    sent[2].assert_no_body();
    sent[3].assert_no_body();
}
