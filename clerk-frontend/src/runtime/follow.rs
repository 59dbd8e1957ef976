//! The seam to whoever follows the state of the client that comes along with answers.

use std::any::Any;
use std::time::Duration;

use super::operation::Target;
use super::transport::Received;

/// An answer, and what tells whether it is news.
pub(crate) struct Answer<'a> {
    pub(crate) target: &'a Target,
    pub(crate) received: &'a Received,
    /// The order in which requests were sent.
    pub(crate) sequence: u64,
    /// When the answer was sent, by its own word, since 1970.
    pub(crate) date: Option<Duration>,
    /// Whether the token that the request was sent with was still the current one when the answer came.
    pub(crate) current: bool,
}

/// What an answer says about the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Nothing,
    /// The client with this id.
    Client(String),
    /// That there is no client.
    NoClient,
}

/// Follows the client's state. Returns what it heard, if it is to count.
pub(crate) trait Follower: Any + Send + Sync {
    fn hear(&self, answer: &Answer<'_>) -> Heard;

    /// Whether the client in a body is a new one, that nobody has done anything with, and not the `known` one; nothing if there is
    /// no client in it.
    fn is_new(&self, target: &Target, body: &[u8], known: Option<&str>) -> Option<bool>;
}
