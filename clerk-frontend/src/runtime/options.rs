//! What can be decided for one call.

use std::time::Duration;

use super::retry::Retry;

/// How one call is made, where it differs from its client; for the `options` method of every builder.
///
/// ```
/// use clerk_frontend::{CallOptions, Retry};
/// use std::time::Duration;
///
/// let options = CallOptions::new().timeout(Duration::from_secs(5)).retry(Retry::none());
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) retry: Option<Retry>,
    pub(crate) idempotent: bool,
}

impl CallOptions {
    /// Returns options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the time of each attempt, in place of the client's timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Limits the time of the whole call, waits between attempts included, in place of the client's deadline.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets when the call is sent again, in place of the client's policy.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Says that the call may be made twice without harm, so that it is retried like one with an idempotent method.
    ///
    /// Clerk has no header that makes it so: say it only where the operation itself is harmless, or takes an idempotency key.
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }
}
