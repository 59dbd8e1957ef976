//! What several of the tests need: answers in turn, bodies, a clock that does not wait, a store that remembers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clerk_frontend::{
    Client, ClientBuilder, Clock, ExposeSecret, MemoryTokenStore, Retry, SecretString, Sleep,
    TokenStore, TokenStoreFuture, Value,
};
use serde_json::json;
use wiremock::{Request, Respond, ResponseTemplate};

use crate::mock::Server;

/// Gives one answer after the other; the last one again and again.
pub(crate) fn in_turn(answers: impl Into<Vec<ResponseTemplate>>) -> impl Respond {
    let answers = answers.into();
    let next = AtomicUsize::new(0);
    move |_: &Request| {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        answers[turn.min(answers.len() - 1)].clone()
    }
}

pub(crate) fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// A body as most operations answer with it.
pub(crate) fn wrapped(response: &Value, client: &Value) -> Value {
    json!({"response": response, "client": client})
}

/// Someone's client: there is a session.
pub(crate) fn signed_in(id: &str) -> Value {
    let session = json!({"object": "session", "id": "sess_1", "status": "active"});
    json!({"object": "client", "id": id, "sessions": [session], "sign_in": null, "sign_up": null})
}

/// A client that nobody has begun to sign in with.
pub(crate) fn fresh(id: &str) -> Value {
    json!({"object": "client", "id": id, "sessions": [], "sign_in": null, "sign_up": null})
}

/// Makes clients that send every call once.
pub(crate) fn builder(server: &Server) -> ClientBuilder {
    Client::builder()
        .base_url(server.url())
        .retry(Retry::none())
}

/// The pairs of a query or a form, decoded, in order.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// The values of a name in a query or a form.
pub(crate) fn values(text: &str, name: &str) -> Vec<String> {
    let pairs = pairs(text).into_iter();
    pairs
        .filter(|(known, _)| known == name)
        .map(|(_, value)| value)
        .collect()
}

/// A clock that goes only when somebody waits, and remembers how long they did.
#[derive(Clone, Default)]
pub(crate) struct VirtualClock {
    sleeps: Arc<Mutex<Vec<Duration>>>,
}

impl VirtualClock {
    pub(crate) fn sleeps(&self) -> Vec<Duration> {
        self.sleeps.lock().unwrap().clone()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Duration {
        self.sleeps().iter().sum()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.sleeps.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

/// A store that remembers which token took the place of which.
pub(crate) struct RecordingStore<S> {
    store: S,
    changes: Mutex<Vec<Change>>,
}

/// A token, and the one that took its place.
pub(crate) type Change = (Option<String>, Option<String>);

impl<S: TokenStore> RecordingStore<S> {
    pub(crate) fn new(store: S) -> Arc<Self> {
        Arc::new(Self {
            store,
            changes: Mutex::default(),
        })
    }

    pub(crate) fn changes(&self) -> Vec<Change> {
        self.changes.lock().unwrap().clone()
    }

    /// The token that is stored now.
    pub(crate) async fn token(&self) -> Option<String> {
        text(self.store.load().await.unwrap().as_ref())
    }

    /// Stores another token, as an application does that got it elsewhere.
    pub(crate) async fn import(&self, token: &str) {
        let current = self.store.load().await.unwrap();
        let stored = self
            .store
            .compare_and_set(current.as_ref(), Some(&token.into()))
            .await;
        assert!(stored.unwrap());
    }
}

impl RecordingStore<MemoryTokenStore> {
    pub(crate) fn holding(token: &str) -> Arc<Self> {
        Self::new(MemoryTokenStore::with_token(token))
    }

    pub(crate) fn empty() -> Arc<Self> {
        Self::new(MemoryTokenStore::new())
    }
}

fn text(token: Option<&SecretString>) -> Option<String> {
    token.map(|token| token.expose_secret().to_owned())
}

impl<S: TokenStore> TokenStore for RecordingStore<S> {
    fn load(&self) -> TokenStoreFuture<'_, Option<SecretString>> {
        self.store.load()
    }

    fn compare_and_set<'a>(
        &'a self,
        current: Option<&'a SecretString>,
        new: Option<&'a SecretString>,
    ) -> TokenStoreFuture<'a, bool> {
        Box::pin(async move {
            let stored = self.store.compare_and_set(current, new).await?;
            if stored {
                self.changes
                    .lock()
                    .unwrap()
                    .push((text(current), text(new)));
            }
            Ok(stored)
        })
    }
}
