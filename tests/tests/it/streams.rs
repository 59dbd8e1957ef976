//! Lists fetched page by page.

use clerk_frontend::Value;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// A server with `total` redirect URLs that honours `limit` and `offset`; `paged` if it answers with a page.
async fn server(total: usize, paged: bool) -> MockServer {
    let server = MockServer::start().await;
    let respond = move |request: &Request| {
        let number = |name: &str| {
            let mut pairs = request.url.query_pairs();
            let value = pairs.find(|(key, _)| key == name).unwrap().1;
            value.parse::<usize>().unwrap()
        };
        let items: Vec<Value> = (0..total)
            .skip(number("offset"))
            .take(number("limit"))
            .map(|index| json!({"object": "redirect_url", "id": format!("ru_{index}"), "url": "app://x"}))
            .collect();
        let body = if paged {
            json!({"data": items, "total_count": total})
        } else {
            json!(items)
        };
        ResponseTemplate::new(200).set_body_json(body)
    };
    Mock::given(any())
        .respond_with(respond)
        .mount(&server)
        .await;
    server
}

fn client(server: &MockServer) -> clerk_frontend::backend::Client {
    clerk_frontend::backend::Client::builder()
        .base_url(server.uri())
        .secret_key("sk_test_key")
        .build()
        .unwrap()
}

async fn ids(server: &MockServer, limit: i64, offset: i64) -> Vec<String> {
    let mut stream = client(server)
        .redirect_urls()
        .list()
        .limit(limit)
        .offset(offset)
        .stream();
    let mut ids = Vec::new();
    while let Some(item) = stream.next().await {
        ids.push(item.unwrap().id);
    }
    ids
}

async fn requests(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

#[tokio::test]
async fn pages_become_one_stream() {
    let server = server(5, true).await;
    assert_eq!(
        ids(&server, 2, 0).await,
        ["ru_0", "ru_1", "ru_2", "ru_3", "ru_4"]
    );
    assert_eq!(requests(&server).await, 3);
}

#[tokio::test]
async fn the_total_count_saves_the_last_request() {
    let server = server(4, true).await;
    assert_eq!(ids(&server, 2, 0).await.len(), 4);
    assert_eq!(requests(&server).await, 2);
}

#[tokio::test]
async fn bare_arrays_end_with_a_page_that_is_not_full() {
    let server = server(4, false).await;
    assert_eq!(ids(&server, 2, 1).await, ["ru_1", "ru_2", "ru_3"]);
    assert_eq!(requests(&server).await, 2);
    assert_eq!(ids(&server, 2, 0).await.len(), 4);
    // Two full pages, and an empty one to learn that there are no more.
    assert_eq!(requests(&server).await, 5);
}

#[tokio::test]
async fn a_page_size_is_always_sent() {
    let server = server(3, false).await;
    let mut stream = client(&server).redirect_urls().list().stream();
    let mut count = 0;
    while let Some(item) = stream.next().await {
        item.unwrap();
        count += 1;
    }
    assert_eq!(count, 3);
    assert_eq!(requests(&server).await, 1);
}

#[tokio::test]
async fn an_error_is_the_last_item() {
    let server = MockServer::start().await;
    let refusal = ResponseTemplate::new(403).set_body_json(json!({"errors": []}));
    Mock::given(any())
        .respond_with(refusal)
        .mount(&server)
        .await;
    let mut stream = client(&server).redirect_urls().list().stream();
    assert!(stream.next().await.unwrap().unwrap_err().is_forbidden());
    assert!(stream.next().await.is_none());
}
