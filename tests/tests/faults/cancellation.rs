//! Calls that their caller drops. Whenever that is, nothing is left locked and the next call succeeds.

use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clerk_frontend::{
    Client, DevelopmentBrowser, Error, MemoryTokenStore, SecretString, TokenStore, TokenStoreFuture,
};
use tokio::sync::watch;

use crate::clock::VirtualClock;
use crate::scene::{Scene, TOKEN, Which};
use crate::server::{Script, Server, Step, answering, healthy, response};

/// Drops a call at some moment of its way.
async fn dropped<T: std::fmt::Debug>(call: impl Future<Output = T>, moment: impl Future) {
    tokio::select! {
        outcome = call => panic!("the call was to be dropped, and ended: {outcome:?}"),
        _ = moment => {}
    }
}

#[tokio::test]
async fn before_it_is_awaited() {
    let scene = Scene::new(Vec::new());
    drop(scene.call(Which::Post));
    assert_eq!(scene.server.connections(), 0);
    scene.assert_nothing_lost().await;
}

#[tokio::test]
async fn while_the_server_thinks() {
    for script in [
        vec![Step::Read, Step::Tell, Step::Hang],
        vec![Step::ReadByte, Step::Tell, Step::Hang],
    ] {
        let scene = Scene::new(vec![script]);
        dropped(scene.call(Which::Post), scene.server.reached()).await;
        assert!(scene.reports().is_empty());
        scene.assert_nothing_lost().await;
        // An answer that nobody waits for must not become that of the next call.
        assert_eq!(scene.server.connections(), 2);
    }
}

#[tokio::test]
async fn while_the_answer_arrives() {
    let mut part = healthy();
    let rest = part.split_off(part.len() - 5);
    let script = vec![
        Step::Read,
        Step::Send(part),
        Step::Tell,
        Step::Hang,
        Step::Send(rest),
    ];
    let scene = Scene::new(vec![script]);
    dropped(scene.call(Which::Get), scene.server.reached()).await;
    scene.assert_nothing_lost().await;
    assert_eq!(scene.server.connections(), 2);
}

#[tokio::test]
async fn between_two_attempts() {
    let failing = answering(response(
        "503 Service Unavailable",
        &["Authorization: token-2"],
        "",
    ));
    let clock = VirtualClock::stopped();
    let scene = Scene::on(Server::start(vec![failing]), clock.clone(), |builder| {
        builder
    });
    dropped(scene.call(Which::Get), clock.somebody_waits()).await;
    assert_eq!(scene.token().await.as_deref(), Some("token-2"));
    assert_eq!(scene.call(Which::Get).await.unwrap(), "it_1");
    assert_eq!(scene.server.requests().len(), 2);
}

/// A store that hangs until it is let go.
struct SlowStore {
    store: MemoryTokenStore,
    slow_to_load: AtomicBool,
    slow_to_set: AtomicBool,
    asked: watch::Sender<bool>,
}

impl SlowStore {
    fn new(slow_to_load: bool) -> Arc<Self> {
        Arc::new(Self {
            store: MemoryTokenStore::with_token(TOKEN),
            slow_to_load: slow_to_load.into(),
            slow_to_set: (!slow_to_load).into(),
            asked: watch::Sender::new(false),
        })
    }

    async fn is_asked(&self) {
        let mut asked = self.asked.subscribe();
        asked.wait_for(|asked| *asked).await.unwrap();
    }

    /// The first time it hangs.
    async fn think(&self, slow: &AtomicBool) {
        if slow.swap(false, Ordering::SeqCst) {
            self.asked.send_replace(true);
            pending::<()>().await;
        }
    }
}

impl TokenStore for SlowStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<SecretString>> {
        Box::pin(async {
            self.think(&self.slow_to_load).await;
            self.store.load().await
        })
    }

    fn compare_and_set<'a>(
        &'a self,
        current: Option<&'a SecretString>,
        new: Option<&'a SecretString>,
    ) -> TokenStoreFuture<'a, bool> {
        Box::pin(async move {
            self.think(&self.slow_to_set).await;
            self.store.compare_and_set(current, new).await
        })
    }
}

#[tokio::test]
async fn while_the_token_is_read_or_written() {
    for (slow_to_load, token) in [(true, TOKEN), (false, "token-2")] {
        let store = SlowStore::new(slow_to_load);
        let rotating = response(
            "200 OK",
            &["Authorization: token-2"],
            crate::server::HEALTHY,
        );
        let scripts = if slow_to_load {
            vec![]
        } else {
            vec![answering(rotating)]
        };
        let native = clerk_frontend::Native::new().shared_token_store(store.clone());
        let scene = Scene::with(scripts, |builder| builder.authentication(native));
        dropped(scene.call(Which::Post), store.is_asked()).await;
        scene.call(Which::Post).await.unwrap();
        let last = scene.server.requests().pop().unwrap();
        assert_eq!(last.header("authorization"), Some(token));
    }
}

fn browser(scripts: Vec<Script>) -> (Server, Client) {
    let server = Server::start(scripts);
    let client = Client::builder()
        .base_url(server.url())
        .clock(VirtualClock::new())
        .authentication(DevelopmentBrowser::new())
        .build();
    (server, client.unwrap())
}

async fn get(client: &Client) -> Result<String, Error> {
    let sign_in = client.sign_ins().get("it_1").send().await?;
    Ok(sign_in.id)
}

/// The answer that brings a development browser.
fn obtained() -> Vec<u8> {
    response("200 OK", &[], r#"{"id":"dvb_1"}"#)
}

/// Lets a call go as far as it comes while nothing but it and the server runs, which must not be to its end.
async fn go_on<T: std::fmt::Debug>(call: &mut (impl Future<Output = T> + Unpin)) {
    for _ in 0..100 {
        assert!(futures_util::poll!(&mut *call).is_pending());
        tokio::task::yield_now().await;
    }
}

fn assert_sent(server: &Server, lines: &[&str]) {
    let requests = server.requests();
    let sent: Vec<_> = requests
        .iter()
        .map(|sent| sent.line.split('?').next().unwrap())
        .collect();
    assert_eq!(sent, lines);
    for sent in requests {
        let with_token = sent.line.contains("__clerk_db_jwt=dvb_1");
        assert_eq!(with_token, sent.line.starts_with("GET"), "{}", sent.line);
    }
}

const OBTAIN: &str = "POST /v1/dev_browser";
const GET: &str = "GET /v1/client/sign_ins/it_1";

#[tokio::test]
async fn while_a_development_browser_is_obtained() {
    let obtaining = vec![
        Step::Read,
        Step::Send(obtained()),
        Step::Read,
        Step::Send(healthy()),
    ];
    let (server, client) = browser(vec![vec![Step::Read, Step::Tell, Step::Hang], obtaining]);
    dropped(get(&client), server.reached()).await;
    assert_eq!(get(&client).await.unwrap(), "it_1");
    assert_sent(&server, &[OBTAIN, OBTAIN, GET]);
}

#[tokio::test]
async fn while_another_call_waits_for_the_same_development_browser() {
    let obtaining = vec![
        Step::Read,
        Step::Send(obtained()),
        Step::Read,
        Step::Send(healthy()),
    ];
    let (server, client) = browser(vec![vec![Step::Read, Step::Tell, Step::Hang], obtaining]);
    let mut first = Box::pin(get(&client));
    dropped(&mut first, server.reached()).await;
    // The second has to wait for the first, which waits for the server.
    let mut second = Box::pin(get(&client));
    go_on(&mut second).await;
    assert_eq!(server.connections(), 1);
    drop(first);
    assert_eq!(second.await.unwrap(), "it_1");
    assert_sent(&server, &[OBTAIN, OBTAIN, GET]);
}

#[tokio::test]
async fn while_waiting_for_anothers_development_browser() {
    let obtaining = vec![
        Step::Read,
        Step::Tell,
        Step::Await,
        Step::Send(obtained()),
        Step::Read,
        Step::Send(healthy()),
    ];
    let (server, client) = browser(vec![obtaining]);
    let mut first = Box::pin(get(&client));
    dropped(&mut first, server.reached()).await;
    let mut second = Box::pin(get(&client));
    go_on(&mut second).await;
    assert_eq!(server.connections(), 1);
    drop(second);
    server.let_go();
    assert_eq!(first.await.unwrap(), "it_1");
    assert_eq!(get(&client).await.unwrap(), "it_1");
    assert_sent(&server, &[OBTAIN, GET, GET]);
}
