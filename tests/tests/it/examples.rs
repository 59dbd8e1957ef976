//! The client's examples, run against a server that plays Clerk.

use std::path::Path;

use serde_json::json;
use wiremock::matchers::{body_string_contains, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::mock::Server;

#[path = "../../../clerk-frontend/examples/handle_errors.rs"]
mod handle_errors;
#[path = "../../../clerk-frontend/examples/list_users.rs"]
mod list_users;
#[path = "../../../clerk-frontend/examples/sign_in.rs"]
mod sign_in;
#[path = "../../../clerk-frontend/examples/upload_logo.rs"]
mod upload_logo;

/// A Frontend API that answers each path in its own way.
struct Instance {
    server: MockServer,
}

impl Instance {
    async fn new() -> Self {
        let server = MockServer::start().await;
        Self { server }
    }

    /// Answers with this sign-in, and a new token for the client.
    async fn sign_in(&self, at: &str, body: &str, token: &str, sign_in: serde_json::Value) {
        let answer = json!({"response": sign_in, "client": {"id": "client_1", "object": "client"}});
        let response = ResponseTemplate::new(200)
            .set_body_json(answer)
            .insert_header("Authorization", token);
        Mock::given(method("POST"))
            .and(path(format!("/v1/client/sign_ins{at}")))
            .and(body_string_contains(body))
            .respond_with(response)
            .expect(1)
            .mount(&self.server)
            .await;
    }
}

#[tokio::test]
async fn sign_in_with_a_password_and_a_code() {
    let instance = Instance::new().await;
    let sign_in =
        |status: &str| json!({"id": "sia_1", "object": "sign_in_attempt", "status": status});
    instance
        .sign_in(
            "",
            "identifier=ada%40example.com",
            "one",
            sign_in("needs_first_factor"),
        )
        .await;
    let mut second = sign_in("needs_second_factor");
    second["supported_second_factors"] = json!([
        {"strategy": "backup_code"},
        {"strategy": "phone_code", "phone_number_id": "idn_1", "safe_identifier": "+1***00"}
    ]);
    let at = "/sia_1/attempt_first_factor";
    instance
        .sign_in(at, "strategy=password&password=open+sesame", "two", second)
        .await;
    let at = "/sia_1/prepare_second_factor";
    let body = "strategy=phone_code&phone_number_id=idn_1";
    instance
        .sign_in(at, body, "three", sign_in("needs_second_factor"))
        .await;
    let mut complete = sign_in("complete");
    complete["created_session_id"] = json!("sess_1");
    let at = "/sia_1/attempt_second_factor";
    instance
        .sign_in(at, "strategy=phone_code&code=424242", "four", complete)
        .await;
    Mock::given(path("/v1/client/sessions/sess_1/tokens"))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"object": "token", "jwt": "a.b.c"})),
        )
        .expect(1)
        .mount(&instance.server)
        .await;

    let clerk = clerk_frontend::Client::builder()
        .base_url(instance.server.uri())
        .native()
        .build()
        .unwrap();
    let mut questions = Vec::new();
    let token = sign_in::sign_in(&clerk, "ada@example.com", |question| {
        questions.push(question.to_owned());
        let answer = if question == "Password" {
            "open sesame"
        } else {
            "424242"
        };
        answer.to_owned()
    })
    .await
    .unwrap();
    assert_eq!(token, "a.b.c");
    assert_eq!(questions, ["Password", "Code sent to +1***00"]);

    // Every call carried the token that the one before had brought.
    let requests = instance.server.received_requests().await.unwrap();
    let tokens: Vec<_> = requests
        .iter()
        .map(|request| {
            request
                .headers
                .get("authorization")
                .map(|token| token.to_str().unwrap())
        })
        .collect();
    assert_eq!(
        tokens,
        [None, Some("one"), Some("two"), Some("three"), Some("four")]
    );
}

#[tokio::test]
async fn sign_in_says_what_it_cannot_do() {
    let body = json!({"response": {"id": "sia_1", "status": "needs_captcha"}, "client": null});
    let server = Server::json(200, &body).await;
    let outcome = sign_in::sign_in(&server.frontend(), "ada", |_| String::new()).await;
    let Err(sign_in::SignInError::Unsupported(what)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(what, "needs_captcha");
}

#[tokio::test]
async fn list_users_goes_through_all_pages() {
    let server = MockServer::start().await;
    let page = |from: usize, to: usize| {
        let users: Vec<_> = (from..to)
            .map(|n| json!({"id": format!("user_{n}")}))
            .collect();
        ResponseTemplate::new(200).set_body_json(users)
    };
    for (offset, response) in [("0", page(0, 100)), ("100", page(100, 130))] {
        Mock::given(path("/v1/users"))
            .and(query_param("offset", offset))
            .and(query_param("order_by", "-created_at"))
            .respond_with(response)
            .expect(1)
            .mount(&server)
            .await;
    }
    let clerk = clerk_frontend::backend::Client::builder()
        .base_url(format!("{}/v1", server.uri()))
        .secret_key("sk_test_key")
        .build()
        .unwrap();
    let mut last = String::new();
    let count = list_users::list_users(&clerk, |user| last.clone_from(&user.id)).await;
    assert_eq!((count.unwrap(), last.as_str()), (130, "user_129"));
}

#[tokio::test]
async fn upload_logo_sends_the_file() {
    let answer = json!({"id": "org_1", "image_url": "https://img.example/org_1"});
    let server = Server::json(200, &answer).await;
    let bytes = b"\x89PNG".to_vec();
    let clerk = server.backend();
    let url = upload_logo::upload_logo(&clerk, "org_1", Path::new("a/logo.png"), bytes).await;
    assert_eq!(url.unwrap().as_deref(), Some("https://img.example/org_1"));
    let sent = server.sent().await;
    assert_eq!(sent.line(), "PUT /v1/organizations/org_1/logo");
    let body = String::from_utf8_lossy(&sent.body);
    assert!(
        body.contains("filename=\"logo.png\"\r\nContent-Type: image/png"),
        "{body}"
    );
}

#[tokio::test]
async fn handle_errors_tells_failures_apart() {
    let found = |status: u16, body: serde_json::Value| async move {
        let server = Server::json(status, &body).await;
        handle_errors::find_user(&server.backend(), "user_1").await
    };
    let error = |code: &str| json!({"errors": [{"code": code, "message": "no"}], "clerk_trace_id": "trace_1"});
    assert_eq!(found(200, json!({"id": "user_1"})).await, "found user_1");
    assert_eq!(
        found(404, error("resource_not_found")).await,
        "there is no such user"
    );
    assert_eq!(
        found(401, error("authentication_invalid")).await,
        "the secret key is wrong"
    );
    assert_eq!(
        found(422, error("form_param_missing")).await,
        "Clerk says no: form_param_missing (trace trace_1)"
    );
    assert_eq!(
        found(200, json!({"id": 3})).await,
        "the answer is not what this version expects, at $.id"
    );
    let limited = ResponseTemplate::new(429).insert_header("Retry-After", "120");
    let server = Server::answering(limited).await;
    assert_eq!(
        handle_errors::find_user(&server.backend(), "user_1").await,
        "too many requests; come back in 120 s"
    );
    let server = Server::json(200, &json!({})).await;
    let refused = handle_errors::find_user(&server.backend(), "..").await;
    assert!(
        refused.starts_with("nothing was sent: GET /users/{user_id}"),
        "{refused}"
    );
}
