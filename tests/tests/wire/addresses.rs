//! Where calls go: publishable keys, domains, proxies, base URLs.

use std::process::Command;

use clerk_frontend::{
    Authentication, Client, DevelopmentBrowser, ProductionBrowser, Retry, backend,
};
use clerk_frontend::{http_client_builder, reqwest};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::mock::Server;
use crate::support::{builder, ok, pairs};

/// `clerk.example.com$` and `clerk.example.org:8443$` behind their prefixes; the latter needs no padding.
const TEST_KEY: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";
const LIVE_KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

/// The host and port that a client connects to, as it tells a proxy.
async fn connects_to(make: impl FnOnce(reqwest::Client) -> Client) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let proxy = reqwest::Proxy::all(proxy).unwrap();
    let client = make(http_client_builder().unwrap().proxy(proxy).build().unwrap());
    let asked = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        line
    });
    let error = client.client().get().send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    let line = asked.await.unwrap();
    line.split_whitespace().nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn calls_go_to_the_host_in_the_publishable_key() {
    let builder = Client::builder().retry(Retry::none());
    // Padded and not; the host of the last one ends where base64 wants two `=`.
    for (key, host) in [
        (TEST_KEY, "clerk.example.com:443"),
        (
            "pk_live_Y2xlcmsuZXhhbXBsZS5vcmc6ODQ0MyQ",
            "clerk.example.org:8443",
        ),
        (
            "pk_live_Y2xlcmsuZXhhbXBsZS5vcmc6ODQ0MyQ=",
            "clerk.example.org:8443",
        ),
        ("pk_test_Yy5leGFtcGxlLmNvbS4x", ""),
    ] {
        if host.is_empty() {
            // Without the `$` at its end it could be cut off anywhere.
            assert!(Client::new(key).is_err());
            continue;
        }
        let builder = builder.clone().publishable_key(key);
        let found = connects_to(|http| builder.http_client(http).build().unwrap()).await;
        assert_eq!(found, host);
    }
}

#[tokio::test]
async fn a_domain_takes_the_keys_place_in_production_only() {
    let builder = Client::builder()
        .retry(Retry::none())
        .domain("clerk.shop.example");
    let live = builder.clone().publishable_key(LIVE_KEY);
    let found = connects_to(|http| live.http_client(http).build().unwrap()).await;
    assert_eq!(found, "clerk.shop.example:443");
    let test = builder.publishable_key(TEST_KEY);
    let found = connects_to(|http| test.http_client(http).build().unwrap()).await;
    assert_eq!(found, "clerk.example.com:443");
}

#[tokio::test]
async fn a_development_satellite_names_its_domain() {
    let server = Server::answering(ok(&json!({"response": null, "client": null}))).await;
    let satellite = builder(&server).domain("shop.example");
    let test = satellite.clone().publishable_key(TEST_KEY).build().unwrap();
    test.client().get().send().await.unwrap();
    let live = satellite.publishable_key(LIVE_KEY).build().unwrap();
    live.client().get().send().await.unwrap();
    let sent = server.all_sent().await;
    assert_eq!(
        pairs(&sent[0].query),
        [("__domain".into(), "shop.example".into())]
    );
    assert_eq!(sent[1].query, "");
}

#[tokio::test]
async fn proxies_have_a_path_that_goes_before_every_other() {
    let server = Server::answering(ok(&json!({}))).await;
    for prefix in ["/__clerk", "/__clerk/", "/a/b"] {
        let client = Client::builder()
            .publishable_key(LIVE_KEY)
            .proxy_url(format!("{}{prefix}", server.url()))
            .build()
            .unwrap();
        client.client().get().send().await.unwrap();
        client
            .request(clerk_frontend::Method::Get, "/v1/x")
            .send()
            .await
            .unwrap();
        client
            .oauth()
            .get_user_info()
            .bearer_auth("at")
            .send()
            .await
            .unwrap_err();
        client
            .api_keys()
            .list("user_1")
            .bearer_auth("jwt")
            .send()
            .await
            .unwrap();
        client.well_known().get_jwks().send().await.unwrap();
    }
    let paths: Vec<_> = server
        .all_sent()
        .await
        .into_iter()
        .map(|sent| sent.path)
        .collect();
    let below = |prefix: &str| {
        [
            "/v1/client",
            "/v1/x",
            "/oauth/userinfo",
            "/api_keys",
            "/.well-known/jwks.json",
        ]
        .map(|path| format!("{prefix}{path}"))
    };
    assert_eq!(
        paths,
        [below("/__clerk"), below("/__clerk"), below("/a/b")].concat()
    );
}

#[test]
fn malformed_keys_are_described_and_not_repeated() {
    for (key, problem) in [
        ("", "is empty"),
        ("sk_test_aHVzaGh1c2hodXNoaHVzaA", "is a secret key"),
        (
            "pk_prod_Y2xlcmsuZXhhbXBsZS5jb20k",
            "`pk_test_...` or `pk_live_...`",
        ),
        (
            "pk_test_Y2xlcmsu_ZXhhbXBsZS5jb20k",
            "`pk_test_...` or `pk_live_...`",
        ),
        ("pk_test_Y2xlcmsuZXhhbXBsZS5jb20*", "is not base64"),
        // Of the URL-safe alphabet, in which it is not a host either.
        ("pk_test_Y2xlcmsu-mV4YW1wbGUuY29tJA", "not"),
        ("pk_test_Y2xlcmsuZXhhbXBsZS5jb20", "does not end in `$`"),
        ("pk_test_Y2xlcmsuZXhhbXBsZS5jb20kJA==", "more than one `$`"),
        ("pk_test_bG9jYWxob3N0JA==", "no dot"),
        ("pk_test_ZXZpbC5leGFtcGxlL2EuYiQ=", "not a host"),
    ] {
        let error = Client::new(key).unwrap_err();
        assert!(error.is_build());
        let text = format!("{error} {error:?}");
        assert!(text.contains(problem), "{key}: {text}");
        assert!(key.is_empty() || !text.contains(key), "{text}");
        assert!(!text.contains("aHVzaGh1c2"), "{text}");
    }
}

#[test]
fn browsers_belong_to_their_kind_of_instance() {
    let build = |key: &str, mode: Authentication| {
        Client::builder()
            .publishable_key(key)
            .authentication(mode)
            .build()
    };
    assert!(build(TEST_KEY, DevelopmentBrowser::new().into()).is_ok());
    assert!(build(LIVE_KEY, ProductionBrowser::new().into()).is_ok());
    let error = build(LIVE_KEY, DevelopmentBrowser::new().into()).unwrap_err();
    assert!(
        error.to_string().contains("development instances"),
        "{error}"
    );
    let error = build(TEST_KEY, ProductionBrowser::new().into()).unwrap_err();
    assert!(
        error.to_string().contains("production instances"),
        "{error}"
    );
}

#[tokio::test]
async fn the_backends_address_has_its_version() {
    let server = Server::answering(ok(&json!({"data": [], "total_count": 0}))).await;
    let client = |path: &str| {
        backend::Client::builder()
            .base_url(format!("{}{path}", server.url()))
            .secret_key("sk_test_1")
            .build()
            .unwrap()
    };
    client("/v1").users().list().send().await.unwrap();
    client("/proxy/v1/").users().list().send().await.unwrap();
    let paths: Vec<_> = server
        .all_sent()
        .await
        .into_iter()
        .map(|sent| sent.path)
        .collect();
    assert_eq!(paths, ["/v1/users", "/proxy/v1/users"]);
    let client = backend::Client::new("sk_test_1").unwrap();
    assert_eq!(client.base_url(), "https://api.clerk.com/v1");
}

/// What clients make of an environment with these variables and no others of Clerk.
fn in_environment(variables: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_environment"))
        .env_remove("CLERK_PUBLISHABLE_KEY")
        .env_remove("CLERK_SECRET_KEY")
        .env_remove("CLERK_MACHINE_SECRET_KEY")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn keys_come_from_the_environment() {
    let said = in_environment(&[
        ("CLERK_PUBLISHABLE_KEY", TEST_KEY),
        ("CLERK_SECRET_KEY", "sk_test_hush"),
        ("CLERK_MACHINE_SECRET_KEY", "ak_hush"),
    ]);
    assert_eq!(
        said,
        "frontend: https://clerk.example.com\nbackend: https://api.clerk.com/v1\n"
    );
}

#[test]
fn what_is_wrong_in_the_environment_is_named_and_not_printed() {
    let said = in_environment(&[]);
    assert!(said.contains("CLERK_PUBLISHABLE_KEY is not set"), "{said}");
    assert!(said.contains("CLERK_SECRET_KEY is not set"), "{said}");
    let said = in_environment(&[
        ("CLERK_PUBLISHABLE_KEY", "pk_test_aHVzaGh1c2hodXNoaHVzaA"),
        ("CLERK_SECRET_KEY", "pk_test_hush"),
    ]);
    assert!(said.contains("does not end in `$`"), "{said}");
    assert!(
        said.contains("the secret key is a publishable key"),
        "{said}"
    );
    let said = in_environment(&[
        ("CLERK_SECRET_KEY", "sk_test_hush"),
        ("CLERK_MACHINE_SECRET_KEY", "sk_test_hush"),
    ]);
    assert!(
        said.contains("the machine's secret key is a secret key"),
        "{said}"
    );
    assert!(!said.contains("hush"), "{said}");
}
