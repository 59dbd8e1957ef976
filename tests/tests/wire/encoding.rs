//! How values are written: paths, queries, forms, JSON, headers.

use clerk_frontend::Method;
use serde_json::json;

use crate::mock::{Sent, Server};
use crate::support::{builder, pairs, values};

/// What a call sends to the Frontend API.
macro_rules! sent {
    ($client:ident => $call:expr) => {{
        let server = Server::json(200, &json!({})).await;
        let $client = builder(&server).build().unwrap();
        let _ = $call.send().await;
        server.sent().await
    }};
}

/// What a call sends to the Backend API.
macro_rules! sent_by_backend {
    ($client:ident => $call:expr) => {{
        let server = Server::json(200, &json!({})).await;
        let $client = server.backend();
        let _ = $call.send().await;
        server.sent().await
    }};
}

fn form(sent: &Sent) -> Vec<(String, String)> {
    pairs(sent.form())
}

#[tokio::test]
async fn lists_in_forms_repeat_their_key() {
    let sent =
        sent!(client => client.external_accounts().create().additional_scope(["repo", "a,b"]));
    assert_eq!(sent.form(), "additional_scope=repo&additional_scope=a%2Cb");
    let sent = sent!(client => client.organization_domains().bulk_create("org_1", ["a.example", "b.example"]));
    assert_eq!(sent.form(), "names=a.example&names=b.example");
    let sent = sent!(client => client
        .external_accounts()
        .reauthorize("eac_1", "https://a.example/?x=1&y=2")
        .additional_scope(["repo"]));
    assert_eq!(
        form(&sent),
        [
            ("redirect_url".into(), "https://a.example/?x=1&y=2".into()),
            ("additional_scope".into(), "repo".into()),
        ]
    );
}

#[tokio::test]
async fn objects_in_forms_are_json_text_with_their_keys_as_written() {
    let metadata = json!({"camelCase": {"snake_case": [1, null]}, "a b": "ü+&"});
    let sent = sent!(client => client.sign_ups().create().unsafe_metadata(metadata.clone()));
    assert_eq!(
        form(&sent),
        [("unsafe_metadata".into(), metadata.to_string())]
    );
    assert!(!sent.form().contains('['), "{}", sent.form());
    let sent = sent!(client => client.user().update_metadata(json!({"theme": null})));
    assert_eq!(sent.line(), "PATCH /v1/me/metadata");
    assert_eq!(
        form(&sent),
        [("unsafe_metadata".into(), r#"{"theme":null}"#.into())]
    );
    let sent = sent!(client => client
        .sign_ins()
        .attempt_first_factor("sia_1", "passkey")
        .public_key_credential(r#"{"id":"x"}"#));
    assert_eq!(
        values(sent.form(), "public_key_credential"),
        [r#"{"id":"x"}"#]
    );
    let sent = sent!(client => client.user().update().extra_field("list", json!([{"a": 1}, 2])));
    assert_eq!(form(&sent), [("list".into(), r#"[{"a":1},2]"#.into())]);
}

#[tokio::test]
async fn scalars_in_forms_are_text() {
    let sent = sent!(client => client
        .sign_ups()
        .create()
        .legal_accepted(true)
        .transfer(false)
        .first_name("a b+c&d=e%ü")
        .extra_field("ten", 10.0)
        .extra_field("half", 0.5)
        .extra_field("big", 9_007_199_254_740_993_i64)
        .extra_field("negative", -1));
    assert_eq!(
        sent.form(),
        "legal_accepted=true&transfer=false&first_name=a+b%2Bc%26d%3De%25%C3%BC&ten=10&half=0.5&big=9007199254740993&negative=-1"
    );
}

#[tokio::test]
async fn fields_are_absent_cleared_or_set() {
    let sent = sent!(client => client.user().update().first_name("Grace").clear_last_name());
    assert_eq!(sent.form(), "first_name=Grace&last_name=");
    let sent = sent!(client => client.user().update().first_name("x").clear_first_name().last_name("y").last_name("z"));
    assert_eq!(sent.form(), "first_name=&last_name=z");
    let sent = sent_by_backend!(client => client.users().update("user_1").first_name("Grace").clear_last_name());
    assert_eq!(
        sent.json(),
        json!({"first_name": "Grace", "last_name": null})
    );
    let sent = sent!(client => client.user().get());
    sent.assert_no_body();
}

#[tokio::test]
async fn protect_parameters_ride_in_the_body() {
    let sent = sent!(client => client
        .sign_ins()
        .create()
        .identifier("grace")
        .extra_field("__clerk_protect_token", "p"));
    assert_eq!(sent.query, "");
    assert_eq!(sent.form(), "identifier=grace&__clerk_protect_token=p");
}

#[tokio::test]
async fn lists_in_queries_repeat_their_key_and_keep_their_commas() {
    let sent = sent_by_backend!(client => client.users().list().user_id(["user_1", "user_2"]).query("a,b"));
    assert_eq!(sent.query, "user_id=user_1&user_id=user_2&query=a%2Cb");
    let sent = sent_by_backend!(client => client.organization_domains().list_all().enrollment_mode(["a", "b"]));
    assert_eq!(values(&sent.query, "enrollment_mode"), ["a,b"]);
    let sent = sent!(client => client.oauth().authorize("id", "code").scope(["openid", "email"]).prompt(["login", "consent"]));
    assert_eq!(values(&sent.query, "scope"), ["openid email"]);
    assert_eq!(values(&sent.query, "prompt"), ["login consent"]);
}

#[tokio::test]
async fn falsy_values_are_sent_in_queries() {
    let sent = sent_by_backend!(client => client
        .users()
        .list()
        .banned(false)
        .limit(10)
        .offset(0)
        .order_by("+created_at")
        .query(""));
    assert_eq!(
        sent.query,
        "banned=false&limit=10&offset=0&order_by=%2Bcreated_at&query="
    );
}

#[tokio::test]
async fn moments_are_milliseconds() {
    let moment = clerk_frontend::Timestamp::from_millis(1_700_000_000_123);
    let sent = sent_by_backend!(client => client.users().list().last_active_at_after(moment));
    assert_eq!(sent.query, "last_active_at_after=1700000000123");
}

#[tokio::test]
async fn numbers_in_json_have_no_needless_fraction() {
    let sent = sent_by_backend!(client => client
        .users()
        .adjust_billing_credit_balance("user_1", "increase", 10, "key-1"));
    let expected = json!({"action": "increase", "amount": 10, "idempotency_key": "key-1"});
    assert_eq!(sent.json(), expected);
    assert!(sent.text().contains(r#""amount":10,"#), "{}", sent.text());
    // Clerk knows no idempotency header.
    assert_eq!(sent.header("idempotency-key"), None);
}

#[tokio::test]
async fn values_in_paths_stay_in_their_segment() {
    let sent = sent_by_backend!(client => client.users().get("a/b c+d?e#f%2f;ü"));
    assert_eq!(sent.path, "/v1/users/a%2Fb%20c%2Bd%3Fe%23f%252f%3B%C3%BC");
    assert_eq!(sent.query, "");
    let sent = sent!(client => client.saml().get_metadata("samlc_1"));
    assert_eq!(sent.path, "/v1/saml/metadata/samlc_1.xml");
}

#[tokio::test]
async fn path_steps_never_leave_the_process() {
    let server = Server::json(200, &json!({})).await;
    let (frontend, backend) = (builder(&server).build().unwrap(), server.backend());
    for id in [
        "",
        ".",
        "..",
        "%2e",
        "%2E%2E",
        "%252e%252e",
        "%25252525252e.",
        "..%2f..",
        "x/../y",
        "..\\",
        "%5c..%5C",
    ] {
        let errors = [
            frontend.sessions().get(id).send().await.unwrap_err(),
            backend.users().get(id).send().await.unwrap_err(),
        ];
        assert!(errors.iter().all(clerk_frontend::Error::is_build), "{id}");
    }
    for path in [
        "/v1/../x",
        "/v1/%2e%2E/x",
        "/v1/.\t./x",
        "v1/x",
        "/v1#x",
        "//evil.example/x",
        "@evil.example",
    ] {
        let call = frontend.request(Method::Get, path).send().await;
        // What is not refused stays on this host.
        if let Err(error) = call {
            assert!(error.is_build(), "{path}: {error}");
        }
    }
    let sent = server.all_sent().await;
    assert!(sent.iter().all(|sent| sent.path == "//evil.example/x"));
}

#[tokio::test]
async fn anything_can_be_added_to_any_call() {
    let sent = sent!(client => client
        .user()
        .update()
        .first_name("Grace")
        .extra_query("expand", "a b")
        .extra_query("expand", "c")
        .extra_field("new_field", json!({"a": true}))
        .extra_header("X-New", "1")
        .extra_header("Clerk-API-Version", "2027-01-01"));
    assert_eq!(sent.query, "expand=a%20b&expand=c");
    assert_eq!(
        sent.form(),
        "first_name=Grace&new_field=%7B%22a%22%3Atrue%7D"
    );
    assert_eq!(sent.header("x-new"), Some("1"));
    assert_eq!(sent.header("clerk-api-version"), Some("2027-01-01"));
    // To a call that has no body of its own too: a form here, JSON there.
    let sent = sent!(client => client.user().get().extra_field("a", 1));
    assert_eq!(sent.form(), "a=1");
    let sent = sent_by_backend!(client => client.users().get("user_1").extra_field("a", 1));
    assert_eq!(sent.json(), json!({"a": 1}));
    let sent = sent!(client => client.user().create_service_token("user_1").extra_field("a", 1));
    assert!(sent.text().contains("a=1"));
}

#[tokio::test]
async fn headers_cannot_hold_control_characters() {
    let server = Server::json(200, &json!({})).await;
    let client = builder(&server).build().unwrap();
    for bad in [
        "hush\r\nx-evil: 1",
        "hush\n",
        "hush\0",
        "hush\t",
        "hush\u{7f}",
    ] {
        let errors = [
            client
                .user()
                .get()
                .extra_header("X-New", bad)
                .send()
                .await
                .unwrap_err(),
            client
                .user()
                .get()
                .bearer_auth(format!("a{bad}b"))
                .send()
                .await
                .unwrap_err(),
            client
                .request(Method::Get, "/v1/x")
                .header("X-New", bad)
                .send()
                .await
                .unwrap_err(),
            builder(&server).origin(bad).build().unwrap_err(),
            builder(&server).user_agent(bad).build().unwrap_err(),
            builder(&server).api_version(bad).build().unwrap_err(),
            builder(&server)
                .authentication(clerk_frontend::Native::new().device_id(bad))
                .build()
                .unwrap_err(),
        ];
        for error in errors {
            let text = format!("{error} {error:?}");
            assert!(
                error.is_build() && !text.contains("hush"),
                "{bad:?}: {text}"
            );
        }
    }
    for bad in ["a b", "a:b", "", "a\n"] {
        let error = client
            .user()
            .get()
            .extra_header(bad, "x")
            .send()
            .await
            .unwrap_err();
        assert!(error.is_build(), "{bad:?}");
    }
    assert!(server.all_sent().await.is_empty());
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_not_sent() {
    let server = Server::json(200, &json!({})).await;
    let client = builder(&server)
        .native_token("hush\r\nx-evil: 1")
        .build()
        .unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert!(error.is_build());
    assert!(!format!("{error} {error:?}").contains("hush"));
    assert!(server.all_sent().await.is_empty());
}
