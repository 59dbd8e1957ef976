//! How lists are gone through: what is asked for, when they end, what they tell, and where they can be resumed.

use clerk_frontend::{Error, ErrorKind, ItemStream, Value};
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::mock::Server;

fn parameter(request: &Request, name: &str) -> Option<String> {
    let mut pairs = request.url.query_pairs();
    Some(pairs.find(|(key, _)| key == name)?.1.into_owned())
}

fn number(request: &Request, name: &str) -> usize {
    parameter(request, name).unwrap().parse().unwrap()
}

fn url(index: usize) -> Value {
    json!({"object": "redirect_url", "id": format!("ru_{index}"), "url": "app://x"})
}

fn urls(indices: impl IntoIterator<Item = usize>) -> Vec<Value> {
    indices.into_iter().map(url).collect()
}

fn page(items: &[Value], total: usize) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"data": items, "total_count": total}))
}

fn array(items: &[Value]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(items)
}

/// A server with so many redirect URLs that heeds `limit` and `offset`; `paged` if it answers with pages.
async fn server(total: usize, paged: bool) -> Server {
    Server::answering(move |request: &Request| {
        let from = number(request, "offset");
        let items = urls((0..total).skip(from).take(number(request, "limit")));
        if paged {
            page(&items, total)
        } else {
            array(&items)
        }
    })
    .await
}

/// The redirect URLs from `offset` on, two to a page.
fn redirect_urls(
    server: &Server,
    offset: i64,
) -> ItemStream<clerk_frontend::backend::models::RedirectUrl> {
    let list = server.backend().redirect_urls().list();
    list.limit(2).offset(offset).stream()
}

/// The numbers of all items up to the end, and the error it was, if it was one.
async fn rest(
    stream: &mut ItemStream<clerk_frontend::backend::models::RedirectUrl>,
) -> (Vec<usize>, Option<Error>) {
    let mut numbers = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(item) => numbers.push(item.id.strip_prefix("ru_").unwrap().parse().unwrap()),
            Err(error) => {
                assert!(stream.next().await.is_none(), "an error is the last item");
                return (numbers, Some(error));
            }
        }
    }
    assert!(stream.next().await.is_none(), "over is over");
    (numbers, None)
}

async fn numbers(server: &Server, offset: i64) -> Vec<usize> {
    let (numbers, error) = rest(&mut redirect_urls(server, offset)).await;
    assert!(error.is_none(), "{error:?}");
    numbers
}

async fn queries(server: &Server) -> Vec<String> {
    let sent = server.all_sent().await.into_iter();
    sent.map(|sent| sent.query).collect()
}

#[tokio::test]
async fn pages_become_one_stream() {
    let server = server(5, true).await;
    assert_eq!(numbers(&server, 0).await, [0, 1, 2, 3, 4]);
    assert_eq!(
        queries(&server).await,
        [
            "limit=2&paginated=true&offset=0",
            "limit=2&paginated=true&offset=2",
            "limit=2&paginated=true&offset=4"
        ]
    );
}

#[tokio::test]
async fn pages_one_by_one() {
    let server = server(5, true).await;
    let mut pages = server.backend().redirect_urls().list().limit(2).pages();
    assert_eq!((pages.offset(), pages.total_count()), (0, None));
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert_eq!(page.total_count, Some(5));
        sizes.push((page.data.len(), pages.offset()));
    }
    assert_eq!(sizes, [(2, 2), (2, 4), (1, 5)]);
    assert_eq!(pages.total_count(), Some(5));
    assert!(pages.next().await.is_none());
    assert_eq!(queries(&server).await.len(), 3);
}

#[tokio::test]
async fn the_total_saves_the_last_request() {
    let server = server(4, true).await;
    assert_eq!(numbers(&server, 0).await.len(), 4);
    assert_eq!(queries(&server).await.len(), 2);
}

#[tokio::test]
async fn lists_without_a_total_end_with_a_page_that_is_not_full() {
    let server = server(4, false).await;
    assert_eq!(numbers(&server, 1).await, [1, 2, 3]);
    assert_eq!(queries(&server).await.len(), 2);
    assert_eq!(numbers(&server, 0).await.len(), 4);
    // Two full pages, and an empty one to learn that there are no more.
    assert_eq!(queries(&server).await.len(), 5);
}

#[tokio::test]
async fn an_empty_page_at_the_end_is_not_handed_out() {
    let server = server(2, false).await;
    let mut pages = server.backend().redirect_urls().list().limit(2).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 2);
    assert!(pages.next().await.is_none());
    assert_eq!(queries(&server).await.len(), 2);
}

#[tokio::test]
async fn an_empty_list_is_one_empty_page() {
    for paged in [true, false] {
        let server = server(0, paged).await;
        let mut pages = server.backend().redirect_urls().list().pages();
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!((page.data.len(), page.total_count), (0, paged.then_some(0)));
        assert!(pages.next().await.is_none());
        assert_eq!(numbers(&server, 0).await, [0; 0]);
        assert_eq!(queries(&server).await.len(), 2);
    }
}

#[tokio::test]
async fn a_page_size_is_always_sent() {
    let server = server(3, false).await;
    let mut stream = server.backend().redirect_urls().list().stream();
    assert_eq!(rest(&mut stream).await.0.len(), 3);
    assert_eq!(
        queries(&server).await,
        ["limit=100&paginated=true&offset=0"]
    );
}

#[tokio::test]
async fn callers_decide_about_paginated() {
    let server = server(2, false).await;
    let list = || server.backend().redirect_urls().list().limit(5);
    list().paginated(false).stream().next().await;
    list().paginated(true).stream().next().await;
    // Also as a parameter of which the builder knows nothing.
    list()
        .extra_query("paginated", "maybe")
        .stream()
        .next()
        .await;
    // A list that has no such parameter is not sent it.
    let clients = server.backend().oauth_applications().list();
    clients.stream().next().await;
    assert_eq!(
        queries(&server).await,
        [
            "limit=5&paginated=false&offset=0",
            "limit=5&paginated=true&offset=0",
            "limit=5&paginated=maybe&offset=0",
            "limit=100&offset=0",
        ]
    );
}

#[tokio::test]
async fn limit_and_offset_given_as_extra_parameters_count() {
    let server = server(3, false).await;
    let list = server.backend().redirect_urls().list();
    let list = list.extra_query("limit", "1").extra_query("offset", "1");
    assert_eq!(rest(&mut list.stream()).await.0, [1, 2]);
    assert_eq!(queries(&server).await[1], "limit=1&paginated=true&offset=2");
}

#[tokio::test]
async fn streams_tell_the_total_and_where_they_stand() {
    let server = server(5, true).await;
    let mut stream = redirect_urls(&server, 1);
    assert_eq!((stream.offset(), stream.total_count()), (1, None));
    stream.next().await.unwrap().unwrap();
    assert_eq!((stream.offset(), stream.total_count()), (2, Some(5)));
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.offset(), 4);

    let mut resumed = redirect_urls(&server, stream.offset());
    assert_eq!(rest(&mut resumed).await.0, [4]);
    assert_eq!(resumed.offset(), 5);
    assert_eq!(rest(&mut stream).await.0, [4]);
}

#[tokio::test]
async fn a_server_that_sends_fewer_than_asked_for_is_asked_on() {
    let server = Server::answering(|request: &Request| {
        page(&urls((0..5).skip(number(request, "offset")).take(1)), 5)
    })
    .await;
    assert_eq!(numbers(&server, 0).await, [0, 1, 2, 3, 4]);
    assert_eq!(queries(&server).await.len(), 5);
}

#[tokio::test]
async fn a_server_that_sends_more_than_asked_for() {
    // As many as there are, whatever was asked for: known to be all, or found out by an empty page.
    for total in [true, false] {
        let server = Server::answering(move |request: &Request| {
            let items = urls((0..5).skip(number(request, "offset")));
            if total {
                page(&items, 5)
            } else {
                array(&items)
            }
        })
        .await;
        assert_eq!(numbers(&server, 0).await, [0, 1, 2, 3, 4]);
        assert_eq!(queries(&server).await.len(), if total { 1 } else { 2 });
    }
}

#[tokio::test]
async fn a_total_that_is_too_small_does_not_end_a_list() {
    for total in [0, 1] {
        let server = Server::answering(move |request: &Request| {
            let from = number(request, "offset");
            page(&urls((0..3).skip(from).take(2)), total)
        })
        .await;
        assert_eq!(numbers(&server, 0).await, [0, 1, 2]);
    }
}

#[tokio::test]
async fn a_total_that_is_too_large_ends_with_an_empty_page() {
    let server = Server::answering(|request: &Request| {
        page(&urls((0..3).skip(number(request, "offset")).take(2)), 10)
    })
    .await;
    assert_eq!(numbers(&server, 0).await, [0, 1, 2]);
    assert_eq!(queries(&server).await.len(), 3);
}

#[tokio::test]
async fn the_last_total_counts() {
    // Two more come while the list is read, and the total is not told with each page.
    let server = Server::answering(|request: &Request| match number(request, "offset") {
        0 => page(&urls(0..2), 4),
        2 => page(&urls(2..4), 6),
        4 => array(&urls(4..6)),
        offset => panic!("nothing is left at {offset}"),
    })
    .await;
    let mut stream = redirect_urls(&server, 0);
    assert_eq!(rest(&mut stream).await.0, [0, 1, 2, 3, 4, 5]);
    assert_eq!(stream.total_count(), Some(6));
}

#[tokio::test]
async fn a_server_that_ignores_offset_is_found_out() {
    for total in [None, Some(1000), Some(0)] {
        let server = Server::answering(move |_: &Request| match total {
            Some(total) => page(&urls(0..2), total),
            None => array(&urls(0..2)),
        })
        .await;
        let mut stream = redirect_urls(&server, 0);
        let (numbers, error) = rest(&mut stream).await;
        assert_eq!(numbers, [0, 1]);
        assert_eq!(queries(&server).await.len(), 2);
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.operation_id(), Some("ListRedirectURLs"));
        let message = error.to_string();
        assert!(message.contains("does not heed `offset`"), "{message}");
        assert_eq!(stream.offset(), 2);
    }
}

#[tokio::test]
async fn a_page_is_known_again_by_its_ids() {
    // All but the ids changes from request to request, and two pages come by turns.
    let server = Server::answering(|request: &Request| {
        let offset = number(request, "offset");
        let mut items = urls([offset % 4, offset % 4 + 1]);
        for item in &mut items {
            item["url"] = json!(format!("app://{offset}"));
        }
        array(&items)
    })
    .await;
    let (numbers, error) = rest(&mut redirect_urls(&server, 0)).await;
    assert_eq!(numbers, [0, 1, 2, 3]);
    assert!(error.unwrap().is_decode());
}

#[tokio::test]
async fn items_without_ids_are_known_again_by_all_they_hold() {
    let server = Server::answering(|request: &Request| {
        let offset = number(request, "offset").min(2);
        let token = |index| json!({"token": format!("token_{index}"), "provider": "oauth_x"});
        array(&[token(offset), token(offset + 1)])
    })
    .await;
    let backend = server.backend();
    let tokens = backend.users().list_oauth_access_tokens("user_1", "x");
    let mut stream = tokens.limit(2).stream();
    let mut count = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(count, 4);
    assert!(error.is_decode());
}

#[tokio::test]
async fn an_error_is_the_last_item() {
    let refusal = ResponseTemplate::new(403).set_body_json(json!({"errors": []}));
    let server = Server::answering(refusal).await;
    let (numbers, error) = rest(&mut redirect_urls(&server, 0)).await;
    assert!(numbers.is_empty());
    assert!(error.unwrap().is_forbidden());
    let mut pages = server.backend().redirect_urls().list().pages();
    assert!(pages.next().await.unwrap().unwrap_err().is_forbidden());
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_list_can_be_resumed_after_an_error() {
    let server = Server::answering(|request: &Request| {
        let from = number(request, "offset");
        // The second page is refused until it is asked for with another size.
        match (from, number(request, "limit")) {
            (2, 2) => ResponseTemplate::new(403),
            (from, limit) => page(&urls((0..5).skip(from).take(limit)), 5),
        }
    })
    .await;
    let mut stream = redirect_urls(&server, 0);
    let (numbers, error) = rest(&mut stream).await;
    assert_eq!(numbers, [0, 1]);
    assert!(error.unwrap().is_forbidden());
    assert_eq!((stream.offset(), stream.total_count()), (2, Some(5)));

    let list = server.backend().redirect_urls().list();
    let mut resumed = list.limit(3).offset(stream.offset()).stream();
    assert_eq!(rest(&mut resumed).await.0, [2, 3, 4]);
}

#[tokio::test]
async fn nothing_is_sent_for_a_call_that_cannot_be_built() {
    let server = server(1, true).await;
    let backend = server.backend();
    let mut members = backend.organization_memberships().list("").stream();
    assert!(members.next().await.unwrap().unwrap_err().is_build());
    assert!(members.next().await.is_none());
    assert!(queries(&server).await.is_empty());
}

/// Users who come after an id, or from an offset on, and never both.
async fn users(total: usize) -> Server {
    Server::answering(move |request: &Request| {
        let after = parameter(request, "starting_after");
        let offset = parameter(request, "offset").map(|offset| offset.parse().unwrap());
        let from = match (after, offset) {
            (Some(_), Some(1..)) => return ResponseTemplate::new(422),
            (Some(id), _) => id.strip_prefix("user_").unwrap().parse::<usize>().unwrap() + 1,
            (None, offset) => offset.unwrap_or(0),
        };
        let ids = (0..total).skip(from).take(number(request, "limit"));
        let users: Vec<Value> = ids.map(|id| json!({"id": format!("user_{id}")})).collect();
        array(&users)
    })
    .await
}

#[tokio::test]
async fn a_list_that_starts_after_an_id_goes_on_so() {
    let server = users(6).await;
    let list = || server.backend().users().list().limit(2);
    let mut stream = list().offset(0).starting_after("user_0").stream();
    assert_eq!(stream.starting_after(), None);
    let mut ids = Vec::new();
    while let Some(user) = stream.next().await {
        ids.push(user.unwrap().id);
        assert_eq!(stream.starting_after(), ids.last().map(String::as_str));
    }
    assert_eq!(ids, ["user_1", "user_2", "user_3", "user_4", "user_5"]);
    assert_eq!(
        queries(&server).await,
        [
            "limit=2&offset=0&starting_after=user_0",
            "limit=2&starting_after=user_2",
            "limit=2&starting_after=user_4",
        ]
    );

    let mut pages = list().starting_after("user_3").pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 2);
    assert_eq!(pages.starting_after(), Some("user_5"));
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn users_are_paged_by_offset_otherwise() {
    let server = users(3).await;
    let mut stream = server.backend().users().list().limit(2).stream();
    while let Some(user) = stream.next().await {
        user.unwrap();
        assert_eq!(stream.starting_after(), None);
    }
    assert_eq!(stream.offset(), 3);
    assert_eq!(
        queries(&server).await,
        ["limit=2&offset=0", "limit=2&offset=2"]
    );
}

#[tokio::test]
async fn both_ways_at_once_is_for_the_server_to_refuse() {
    let server = users(3).await;
    let list = server.backend().users().list();
    let mut stream = list.offset(1).starting_after("user_0").stream();
    assert_eq!(
        stream.next().await.unwrap().unwrap_err().status(),
        Some(422)
    );
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_server_that_ignores_starting_after_is_found_out() {
    let users = json!([{"id": "user_1"}, {"id": "user_2"}]);
    let server = Server::json(200, &users).await;
    let list = server.backend().users().list().limit(2);
    let mut pages = list.starting_after("user_0").pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 2);
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("`starting_after`"), "{error}");
    assert!(pages.next().await.is_none());
}

#[tokio::test]
async fn a_list_by_ids_needs_ids() {
    let users = json!([{"username": "ada"}, {"username": "grace"}]);
    let server = Server::json(200, &users).await;
    let list = server.backend().users().list().limit(2);
    let mut pages = list.starting_after("user_0").pages();
    assert_eq!(pages.next().await.unwrap().unwrap().data.len(), 2);
    let error = pages.next().await.unwrap().unwrap_err();
    assert!(error.to_string().contains("no id"), "{error}");
    assert!(pages.next().await.is_none());
    assert_eq!(queries(&server).await.len(), 1);
}

#[tokio::test]
async fn machine_tokens_are_paged_although_their_list_has_a_name_of_its_own() {
    let server = Server::answering(|request: &Request| {
        let from = number(request, "offset");
        let tokens = (0..3).skip(from).take(number(request, "limit"));
        let tokens: Vec<Value> = tokens
            .map(|id| json!({"id": format!("mt_{id}"), "expired": false, "revoked": false}))
            .collect();
        ResponseTemplate::new(200).set_body_json(json!({"m2m_tokens": tokens, "total_count": 3}))
    })
    .await;
    let list = || server.backend().m2m_tokens().list("mch_1").limit(2);
    let mut stream = list().stream();
    let mut ids = Vec::new();
    while let Some(token) = stream.next().await {
        ids.push(token.unwrap().id);
    }
    assert_eq!(ids, ["mt_0", "mt_1", "mt_2"]);
    assert_eq!(stream.total_count(), Some(3));
    assert_eq!(queries(&server).await.len(), 2);

    let answer = list().offset(0).send().await.unwrap();
    assert_eq!((answer.m2m_tokens.len(), answer.total_count), (2, 3));
}

#[tokio::test]
async fn lists_in_an_envelope() {
    let server = Server::answering(|request: &Request| {
        let from = number(request, "offset");
        let items = (0..3).skip(from).take(number(request, "limit"));
        let items: Vec<Value> = items
            .map(|id| json!({"id": format!("orgmem_{id}")}))
            .collect();
        let list = json!({"data": items, "total_count": 3});
        ResponseTemplate::new(200).set_body_json(json!({"response": list, "client": null}))
    })
    .await;
    let frontend = server.frontend();
    let mut pages = frontend
        .user()
        .list_organization_memberships()
        .limit(2)
        .pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().data.len());
    }
    assert_eq!(sizes, [2, 1]);
    assert_eq!(
        queries(&server).await[1],
        "_is_native=true&limit=2&paginated=true&offset=2"
    );
}

#[tokio::test]
async fn a_list_that_comes_whole_is_asked_for_once() {
    let body = json!({"data": [{"id": "dmn_1"}], "total_count": 7});
    let server = Server::json(200, &body).await;
    let mut stream = server.backend().domains().list().stream();
    assert_eq!(stream.next().await.unwrap().unwrap().id, "dmn_1");
    assert!(stream.next().await.is_none());
    assert_eq!(stream.total_count(), Some(7));
    assert_eq!(queries(&server).await, [""]);
}
