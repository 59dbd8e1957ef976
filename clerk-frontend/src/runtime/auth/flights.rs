//! Requests on their way with a token, and whose answer decides what takes its place.
//!
//! To a token that is no longer the current one, Clerk answers with a new and empty client and a token of that. When several
//! requests carry one token and the first of them to be processed makes it an old one, the answers to the others can arrive
//! before the one that has the right token. So an answer with such a client does not replace a token for as long as others
//! are under way with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{MutexGuard, PoisonError};

use secrecy::SecretString;

use super::token_store::same;
use super::tokens::{Rotation, Tokens};

#[derive(Default)]
pub(super) struct Flights {
    next: u64,
    /// The tokens that requests are under way with, in the order of their departure.
    under_way: BTreeMap<u64, SecretString>,
    doubtful: Vec<Doubtful>,
}

/// A rotation that waits for the answers to others.
struct Doubtful {
    /// The request that it came in answer to.
    number: u64,
    rotation: Rotation,
    /// Those that could still bring the right token.
    rivals: BTreeSet<u64>,
}

/// A request under way with a token, until it is dropped.
pub(crate) struct Flight<'a> {
    tokens: &'a Tokens,
    number: Option<u64>,
}

impl Tokens {
    /// Takes note of a request that is sent with a token; one without has nothing to lose.
    pub(crate) fn depart(&self, sent: Option<&SecretString>) -> Flight<'_> {
        let number = sent.map(|token| {
            let mut flights = self.flights();
            flights.next += 1;
            let number = flights.next;
            flights.under_way.insert(number, token.clone());
            number
        });
        Flight {
            tokens: self,
            number,
        }
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// Replaces the token, once nobody else is under way with it or [`confirm`](Self::confirm) was called.
    pub(super) fn replace(&self, rotation: Rotation) {
        let Some(number) = self.number else {
            return self.tokens.replace(rotation);
        };
        let mut flights = self.tokens.flights();
        let others = flights.under_way.iter().filter(|(other, token)| {
            **other != number && same(Some(token), rotation.current.as_ref())
        });
        let rivals: BTreeSet<u64> = others.map(|(other, _)| *other).collect();
        if rivals.is_empty() {
            self.tokens.replace(rotation);
        } else {
            flights.doubtful.push(Doubtful {
                number,
                rotation,
                rivals,
            });
        }
    }

    /// Whether the token that its answer brought waits for the answers to others.
    pub(crate) fn is_doubtful(&self) -> bool {
        let flights = self.tokens.flights();
        let mut doubtful = flights.doubtful.iter();
        doubtful.any(|doubtful| Some(doubtful.number) == self.number)
    }

    /// Replaces the token without waiting for others.
    pub(crate) fn confirm(&self) {
        let mut flights = self.tokens.flights();
        for doubtful in flights
            .doubtful
            .extract_if(.., |doubtful| Some(doubtful.number) == self.number)
        {
            self.tokens.replace(doubtful.rotation);
        }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let Some(number) = self.number else {
            return;
        };
        let mut flights = self.tokens.flights();
        flights.under_way.remove(&number);
        let settled = flights.doubtful.extract_if(.., |doubtful| {
            doubtful.rivals.remove(&number);
            doubtful.rivals.is_empty()
        });
        settled.for_each(|settled| self.tokens.replace(settled.rotation));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use secrecy::ExposeSecret;

    use super::super::token_store::MemoryTokenStore;
    use super::super::tokens::Carrier;
    use super::*;

    fn tokens() -> Tokens {
        let store = MemoryTokenStore::with_token("one");
        Tokens::new(Carrier::Authorization, Arc::new(store))
    }

    fn to(new: &str) -> Rotation {
        Rotation {
            current: Some("one".into()),
            new: Some(new.into()),
        }
    }

    async fn stored(tokens: &Tokens) -> String {
        tokens.settle().await.unwrap();
        let token = tokens.store.load().await.unwrap();
        token.unwrap().expose_secret().to_owned()
    }

    #[tokio::test]
    async fn a_token_is_replaced_at_once_if_nobody_else_has_it() {
        let tokens = tokens();
        let elsewhere = tokens.depart(Some(&"other".into()));
        let flight = tokens.depart(Some(&"one".into()));
        flight.replace(to("two"));
        assert!(!flight.is_doubtful());
        assert_eq!(stored(&tokens).await, "two");
        drop((flight, elsewhere));
    }

    #[tokio::test]
    async fn the_confirmed_one_wins_whichever_came_first() {
        let tokens = tokens();
        let [early, right, late] = [(); 3].map(|()| tokens.depart(Some(&"one".into())));
        early.replace(to("early"));
        assert!(early.is_doubtful());
        drop(early);
        assert_eq!(stored(&tokens).await, "one");
        right.replace(to("right"));
        right.confirm();
        late.replace(to("late"));
        drop((right, late));
        assert_eq!(stored(&tokens).await, "right");
    }

    #[tokio::test]
    async fn without_a_confirmed_one_the_first_wins_in_the_end() {
        let tokens = tokens();
        let [first, second, failed] = [(); 3].map(|()| tokens.depart(Some(&"one".into())));
        first.replace(to("first"));
        second.replace(to("second"));
        drop((first, second));
        assert_eq!(stored(&tokens).await, "one");
        drop(failed);
        assert_eq!(stored(&tokens).await, "first");
    }
}
