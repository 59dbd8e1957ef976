//! The token that changes with every answer, and many calls at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_frontend::{
    Client, ErrorKind, FileTokenStore, MemoryTokenStore, Native, Retry, SecretString, TokenStore,
    TokenStoreError, TokenStoreFuture,
};
use futures_util::FutureExt;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::mock::Server;
use crate::support::{Change, RecordingStore, builder, fresh, in_turn, ok, signed_in, wrapped};

const WAVES: usize = 4;
const CALLS: usize = 200;

/// What a server knows about the tokens that it gave out.
#[derive(Default)]
struct Issued {
    /// The one that stands for the real client; those before it, in order.
    real: Vec<String>,
    /// Those of clients that were made for somebody with an old token.
    poison: HashSet<String>,
    answers: usize,
}

/// A server that gives out another token with every answer. Whoever comes with a token that is not the current one
/// gets a new and empty client, and a token of that, with status 200.
struct Rotating {
    issued: Arc<Mutex<Issued>>,
    server: Server,
}

impl Rotating {
    /// `delay` says how long an answer is held back: by its number, and whether it is to the current token.
    async fn start(delay: fn(usize, bool) -> Duration) -> Self {
        let issued = Arc::new(Mutex::new(Issued {
            real: vec!["real-0".to_owned()],
            ..Issued::default()
        }));
        let state = issued.clone();
        let respond = move |request: &Request| {
            let token = request
                .headers
                .get("authorization")
                .map(|token| token.to_str().unwrap());
            let mut issued = state.lock().unwrap();
            issued.answers += 1;
            let number = issued.answers;
            let current = issued.real.last().map(String::as_str) == token;
            let (token, client) = if current {
                let token = format!("real-{}", issued.real.len());
                issued.real.push(token.clone());
                (token, signed_in("client_real"))
            } else {
                let token = format!("poison-{number}");
                issued.poison.insert(token.clone());
                (token, fresh(&format!("client_{number}")))
            };
            let body = match request.url.path() {
                "/v1/client" => wrapped(&client, &json!(null)),
                _ => wrapped(&json!({}), &client),
            };
            ok(&body)
                .insert_header("authorization", token)
                .set_delay(delay(number, current))
        };
        let server = Server::answering(respond).await;
        Self { issued, server }
    }

    fn client(&self, store: Arc<dyn TokenStore>) -> Client {
        let native = Native::new().shared_token_store(store);
        builder(&self.server)
            .authentication(native)
            .build()
            .unwrap()
    }

    fn current(&self) -> String {
        self.issued.lock().unwrap().real.last().unwrap().clone()
    }

    /// Nothing was stored but what the server gave out for the real client, in its order, each in the place of the one before.
    fn assert_never_rolled_back(&self, changes: &[Change]) {
        let issued = self.issued.lock().unwrap();
        let stored: Vec<_> = changes
            .iter()
            .map(|(_, new)| new.clone().unwrap())
            .collect();
        for token in &stored {
            assert!(
                !issued.poison.contains(token),
                "{token} signed everyone out"
            );
        }
        let steps = issued
            .real
            .windows(2)
            .map(|step| (Some(step[0].clone()), Some(step[1].clone())));
        assert_eq!(changes, steps.collect::<Vec<_>>());
        assert_eq!(stored.last(), issued.real.last());
    }
}

/// Several times: many calls at once, of two kinds.
async fn waves(client: &Client) {
    for _ in 0..WAVES {
        let calls: Vec<_> = (0..CALLS)
            .map(|number| match number % 2 {
                0 => tokio::spawn({
                    let call = client.client().get().send();
                    async { call.await.map(|_| ()) }
                }),
                _ => tokio::spawn({
                    let call = client.user().update().first_name("Grace").send();
                    async { call.await.map(|_| ()) }
                }),
            })
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }
}

async fn prove<S: TokenStore + 'static>(store: S, delay: fn(usize, bool) -> Duration) {
    let server = Rotating::start(delay).await;
    let store = RecordingStore::new(store);
    let client = server.client(store.clone());
    waves(&client).await;
    assert_eq!(server.issued.lock().unwrap().answers, WAVES * CALLS);
    assert!(
        server.issued.lock().unwrap().real.len() > WAVES,
        "the token changed with each wave"
    );
    server.assert_never_rolled_back(&store.changes());
    assert_eq!(store.token().await, Some(server.current()));
    assert_eq!(client.current_client().unwrap().id, "client_real");

    // And whoever calls next is who they were.
    let client = client.client().get().send().await.unwrap().unwrap();
    assert_eq!(
        (client.id.as_str(), client.sessions.len()),
        ("client_real", 1)
    );
}

fn at_once(_: usize, _: bool) -> Duration {
    Duration::ZERO
}

/// Answers overtake each other; those to the current token come last.
fn current_last(number: usize, current: bool) -> Duration {
    Duration::from_millis(if current {
        120
    } else {
        u64::try_from(number % 40).unwrap()
    })
}

fn in_disorder(number: usize, _: bool) -> Duration {
    Duration::from_millis(u64::try_from(number * 7919 % 101).unwrap())
}

/// A store in a file that holds the first token, and the folder that it is in.
async fn file() -> (tempfile::TempDir, FileTokenStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = FileTokenStore::new(folder.path().join("token"));
    assert!(
        store
            .compare_and_set(None, Some(&"real-0".into()))
            .await
            .unwrap()
    );
    (folder, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hundreds_of_calls_keep_the_token_in_memory() {
    for delay in [at_once, current_last, in_disorder] {
        prove(MemoryTokenStore::with_token("real-0"), delay).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hundreds_of_calls_keep_the_token_in_a_file() {
    for delay in [at_once, current_last, in_disorder] {
        let (_folder, store) = file().await;
        prove(store, delay).await;
    }
}

#[tokio::test]
async fn a_new_client_is_taken_over_when_nobody_knows_better() {
    // The session was ended elsewhere: all answers are to nobody.
    let number = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::answering(move |_: &Request| {
        let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ok(&wrapped(&json!({}), &fresh(&format!("client_{number}"))))
            .insert_header("authorization", format!("fresh-{number}"))
    })
    .await;
    let store = RecordingStore::holding("old");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(client.user().get().send()))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let [(old, new)] = &store.changes()[..] else {
        panic!("{:?}", store.changes());
    };
    assert_eq!(old.as_deref(), Some("old"));
    assert!(
        new.as_deref()
            .is_some_and(|token| token.starts_with("fresh-"))
    );
}

#[tokio::test]
async fn signing_out_does_not_wait_for_others() {
    let server = Server::answering(|request: &Request| match request.method.as_str() {
        "DELETE" => ok(&wrapped(&json!({}), &json!(null))).insert_header("authorization", ""),
        _ => ok(&wrapped(&json!({}), &signed_in("client_1"))).set_delay(Duration::from_secs(600)),
    })
    .await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    let polling = tokio::spawn(client.user().get().send());
    while server.all_sent().await.is_empty() {
        tokio::task::yield_now().await;
    }
    client.client().remove_sessions().send().await.unwrap();
    assert_eq!(store.token().await, None);
    polling.abort();
}

#[tokio::test]
async fn a_refusal_does_not_take_the_token_from_those_under_way() {
    let server = Server::answering(|request: &Request| match request.method.as_str() {
        "GET" => ok(&wrapped(&json!({}), &signed_in("client_1")))
            .insert_header("authorization", "two")
            .set_delay(Duration::from_millis(100)),
        _ => ResponseTemplate::new(401).insert_header("authorization", ""),
    })
    .await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let client = builder(&server).authentication(native).build().unwrap();
    let right = tokio::spawn(client.user().get().send());
    while server.all_sent().await.is_empty() {
        tokio::task::yield_now().await;
    }
    client.user().update().send().await.unwrap_err();
    right.await.unwrap().unwrap();
    assert_eq!(store.changes(), [(Some("one".into()), Some("two".into()))]);
}

/// Fails to write as often as it is told to.
struct Failing {
    store: MemoryTokenStore,
    failures: Mutex<usize>,
}

impl TokenStore for Failing {
    fn load(&self) -> TokenStoreFuture<'_, Option<SecretString>> {
        self.store.load()
    }

    fn compare_and_set<'a>(
        &'a self,
        current: Option<&'a SecretString>,
        new: Option<&'a SecretString>,
    ) -> TokenStoreFuture<'a, bool> {
        let mut failures = self.failures.lock().unwrap();
        if *failures == 0 {
            return self.store.compare_and_set(current, new);
        }
        *failures -= 1;
        Box::pin(async { Err(TokenStoreError::from("the keychain is locked")) })
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_stored_is_kept_until_it_can() {
    let answer = ok(&wrapped(&json!({}), &json!(null)));
    let server = Server::answering(in_turn([
        answer.clone().insert_header("authorization", "two"),
        answer,
    ]))
    .await;
    let store = Failing {
        store: MemoryTokenStore::with_token("one"),
        failures: Mutex::new(3),
    };
    let native = Native::new().token_store(store);
    let client = builder(&server).authentication(native).build().unwrap();
    // The answer is good all the same; without its token no other call would be.
    client.user().get().send().await.unwrap();
    let error = client.user().get().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TokenStore);
    assert!(error.is_token_store());
    client.user().get().send().await.unwrap();
    let sent = server.all_sent().await;
    let tokens: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("authorization"))
        .collect();
    assert_eq!(tokens, [Some("one"), Some("two")]);
}

#[tokio::test]
async fn a_store_is_read_anew_for_every_attempt() {
    let server = Server::answering(in_turn([
        ResponseTemplate::new(429),
        ok(&wrapped(&json!({}), &json!(null))),
    ]))
    .await;
    let store = RecordingStore::holding("one");
    let native = Native::new().shared_token_store(store.clone());
    let watched = store.clone();
    let client = Client::builder()
        .base_url(server.url())
        .retry(Retry::new())
        .clock(crate::support::VirtualClock::default())
        .authentication(native)
        .on_attempt(move |_| {
            let watched = watched.clone();
            let change = async move {
                if watched.token().await.as_deref() == Some("one") {
                    watched.import("two").await;
                }
            };
            change.now_or_never().unwrap();
        })
        .build()
        .unwrap();
    client.user().get().send().await.unwrap();
    let sent = server.all_sent().await;
    let tokens: Vec<_> = sent
        .iter()
        .map(|sent| sent.header("authorization"))
        .collect();
    assert_eq!(tokens, [Some("one"), Some("two")]);
}
