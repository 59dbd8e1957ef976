//! The client (the device or browser, with its sessions and attempts to sign in) as the latest answers tell it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use eyeball::{SharedObservable, Subscriber};
use futures_core::Stream;

use super::piggyback::{News, news};
use crate::models;
use crate::runtime::{Answer, Follower, Heard, Target};

/// The client, if there is one.
pub(super) type Known = Option<Arc<models::Client>>;

/// Called with the client whenever an answer tells about it.
pub(super) type Watcher = Arc<dyn Fn(Option<&models::Client>) + Send + Sync>;

/// The state of a client, brought up to date by every answer.
pub(super) struct State {
    client: SharedObservable<Known>,
    watcher: Option<Watcher>,
    latest: Mutex<Moment>,
}

/// When an answer was sent. HTTP dates are whole seconds; within one, the order of the requests decides.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    date: Duration,
    sequence: u64,
}

impl State {
    pub(super) fn new(watcher: Option<Watcher>) -> Self {
        Self {
            client: SharedObservable::new(None),
            watcher,
            latest: Mutex::default(),
        }
    }

    pub(super) fn client(&self) -> Known {
        self.client.get()
    }

    pub(super) fn changes(&self) -> ClientChanges {
        ClientChanges {
            changes: self.client.subscribe_reset(),
        }
    }

    /// Whether an answer may change what is known.
    fn is_news(
        &self,
        answer: &Answer<'_>,
        latest: Moment,
        client: Option<&models::Client>,
    ) -> Option<Moment> {
        let moment = Moment {
            // An answer without a date is as good as the latest one.
            date: answer.date.unwrap_or(latest.date),
            sequence: answer.sequence,
        };
        if moment < latest {
            return None;
        }
        // To a token that is no longer the current one, Clerk answers with a new and empty client. Taking it over would sign
        // everyone out.
        let known = self.client.get();
        let same = || known.is_some_and(|known| client.is_some_and(|client| client.id == known.id));
        (answer.current || same()).then_some(moment)
    }
}

impl Follower for State {
    fn hear(&self, answer: &Answer<'_>) -> Heard {
        let client = match news(answer.target, &answer.received.body) {
            News::None => return Heard::Nothing,
            News::Client(client) => Some(*client),
            News::NoClient => None,
        };
        // Held until all are told, so that they hear of changes in order.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(moment) = self.is_news(answer, *latest, client.as_ref()) else {
            return Heard::Nothing;
        };
        *latest = moment;
        let heard = match &client {
            Some(client) => Heard::Client(client.id.clone()),
            None => Heard::NoClient,
        };
        let client = client.map(Arc::new);
        self.client.set(client.clone());
        if let Some(watcher) = &self.watcher {
            watcher(client.as_deref());
        }
        heard
    }

    fn is_new(&self, target: &Target, body: &[u8], known: Option<&str>) -> Option<bool> {
        let News::Client(client) = news(target, body) else {
            return None;
        };
        let untouched =
            client.sessions.is_empty() && client.sign_in.is_none() && client.sign_up.is_none();
        Some(untouched && known != Some(client.id.as_str()))
    }
}

/// The client as answers tell it, as a stream: first what is known, then each change. Nothing stands for no client: nobody has
/// begun to sign in, or the client was deleted.
///
/// Whoever is slow gets the latest state and misses what lies between. It ends when the last clone of its
/// [`Client`](crate::Client) is gone.
#[must_use = "a stream tells nothing until it is asked"]
pub struct ClientChanges {
    changes: Subscriber<Known>,
}

impl ClientChanges {
    /// The changes of nothing.
    pub(super) fn none() -> Self {
        State::new(None).changes()
    }

    /// Returns the next state; nothing once there can be none any more.
    pub async fn next(&mut self) -> Option<Option<Arc<models::Client>>> {
        self.changes.next().await
    }
}

impl Stream for ClientChanges {
    type Item = Option<Arc<models::Client>>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.changes).poll_next(task)
    }
}

impl fmt::Debug for ClientChanges {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientChanges")
            .finish_non_exhaustive()
    }
}
