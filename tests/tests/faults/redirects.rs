//! Redirects, which are not followed: credentials belong to the host that they were made for.

use clerk_frontend::{Client, DevelopmentBrowser, ErrorKind, http_client_builder, reqwest};

use crate::scene::{BOTH, Scene, TOKEN, Which, never_repeated};
use crate::server::{Script, Sent, Server, answering, response};

fn redirect(status: &str, to: &str) -> Script {
    answering(response(status, &[&format!("Location: {to}")], ""))
}

#[tokio::test]
async fn another_host_hears_nothing() {
    let other = Server::start(Vec::new());
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let error = never_repeated(redirect(status, &other.url()), ErrorKind::Redirect).await;
        assert_eq!(error.location(), Some(other.url().as_str()));
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn places_that_are_none() {
    for to in ["", "/v1/client", "//", "http://[", "javascript:alert(1)"] {
        let error = never_repeated(redirect("302 Found", to), ErrorKind::Redirect).await;
        assert_eq!(error.location(), Some(to));
    }
    let nowhere = answering(response("302 Found", &[], ""));
    let error = never_repeated(nowhere, ErrorKind::Redirect).await;
    assert_eq!(error.location(), None);
}

#[tokio::test]
async fn the_token_that_comes_with_a_redirect_is_kept() {
    let headers = ["Location: http://127.0.0.1:9/", "Authorization: token-2"];
    let scene = Scene::new(vec![answering(response("302 Found", &headers, ""))]);
    let error = scene.call(Which::Post).await.unwrap_err();
    scene.assert_failed(&error, ErrorKind::Redirect, 1);
    assert_eq!(scene.token().await.as_deref(), Some("token-2"));
}

fn following() -> reqwest::Client {
    let builder = http_client_builder().unwrap();
    builder
        .redirect(reqwest::redirect::Policy::limited(3))
        .build()
        .unwrap()
}

/// What another host hears when a caller brings an HTTP client that follows redirects.
async fn followed(status: &str, which: Which) -> Sent {
    let headers = ["Authorization: stolen"];
    let taking = answering(response("200 OK", &headers, crate::server::HEALTHY));
    let other = Server::start(vec![taking]);
    let scene = Scene::with(vec![redirect(status, &other.url())], |builder| {
        builder.http_client(following())
    });
    let error = scene.call(which).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Redirect, 1));
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.to_string().contains("Policy::none"));
    // What the other host says about the token does not count.
    scene.assert_nothing_lost().await;
    other.requests().remove(0)
}

#[tokio::test]
async fn a_clients_own_redirects_are_an_error() {
    for which in BOTH {
        let sent = followed("302 Found", which).await;
        assert_eq!(sent.header("authorization"), None);
        assert!(!sent.head.contains(TOKEN) && sent.body.is_empty());
    }
    // This is why such a client must not be brought along: these statuses send the body again, passwords included.
    let sent = followed("307 Temporary Redirect", Which::Post).await;
    assert_eq!(sent.header("authorization"), None);
    assert!(sent.body.contains("password=hush"));
}

#[tokio::test]
async fn a_clients_own_redirects_give_a_development_browser_away() {
    let other = Server::start(Vec::new());
    let server = Server::start(vec![redirect("302 Found", &other.url())]);
    let client = Client::builder()
        .base_url(server.url())
        .authentication(DevelopmentBrowser::new().token("dvb_1"))
        .http_client(following())
        .build()
        .unwrap();
    let call = client.sign_ins().get("it_1");
    assert!(call.send().await.unwrap_err().is_redirect());
    let sent = other.requests().remove(0);
    assert!(!sent.line.contains("dvb_1"));
    // reqwest's doing, which `ClientBuilder::http_client` warns of.
    assert!(sent.header("referer").unwrap().contains("dvb_1"));
}
