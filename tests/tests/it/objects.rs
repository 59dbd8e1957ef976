//! Operations that start at an object, which brings its id.

use clerk_frontend::models::{ExternalAccount, SignIn};
use serde_json::json;

use crate::mock::Server;

#[tokio::test]
async fn an_external_account_is_reauthorized() {
    let account: ExternalAccount =
        serde_json::from_value(json!({"id": "eac_1", "provider": "oauth_google"})).unwrap();
    assert_eq!(account.provider_title(), "Google Account");

    let server = Server::json(200, &json!({"response": {"id": "eac_1"}, "client": null})).await;
    let again = account
        .reauthorize(&server.frontend(), "https://app.example/cb")
        .additional_scope(["email", "calendar"])
        .send()
        .await
        .unwrap();
    assert_eq!(again.id, "eac_1");

    let sent = server.sent().await;
    assert_eq!(
        sent.line(),
        "PATCH /v1/me/external_accounts/eac_1/reauthorize"
    );
    assert_eq!(
        String::from_utf8(sent.body).unwrap(),
        "redirect_url=https%3A%2F%2Fapp.example%2Fcb&additional_scope=email&additional_scope=calendar"
    );
}

#[tokio::test]
async fn an_object_without_id_sends_nothing() {
    let server = Server::json(200, &json!({})).await;
    let error = SignIn::default()
        .attempt_first_factor(&server.frontend(), "password")
        .send()
        .await
        .unwrap_err();
    assert!(error.is_build());
    assert!(server.all_sent().await.is_empty());
}
