//! Which calls are sent again, and when.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use http::StatusCode;

use super::error::{Error, ErrorKind};
use super::operation::Method;

/// When a call that failed is sent again; for [`ClientBuilder::retry`](crate::ClientBuilder::retry) and [`CallOptions::retry`](crate::CallOptions::retry).
///
/// Sent again is only what is safe to be sent again:
///
/// - Any call, if no connection came about or the server answered 429: it was not processed.
/// - Calls with an idempotent method (all but `POST` and `PATCH`) and those marked with
///   [`CallOptions::idempotent`](crate::CallOptions::idempotent) also after 502, 503, 504, a timeout and a broken connection.
/// - Never a call whose body was a stream that is used up.
///
/// Between attempts it waits: as long as the answer's `Retry-After` or `X-RateLimit-Reset` says, else 0.5 s, 1 s, 2 s ... up to
/// [`longest_wait`](Self::longest_wait), each lengthened by a random part of itself so that many clients do not come back
/// at the same moment. When the wait would go beyond the call's deadline, or a server asks for more than
/// [`longest_retry_after`](Self::longest_retry_after), the call ends with the error at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
    longest_retry_after: Duration,
    seed: Option<u64>,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 3,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            longest_retry_after: Duration::from_secs(60),
            seed: None,
        }
    }
}

impl Retry {
    /// Returns the policy that calls have unless told otherwise: three attempts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the policy that sends every call once.
    pub fn none() -> Self {
        Self::new().attempts(1)
    }

    /// Sets how often a call is sent at most, the first time included; 3 unless set, 0 is as good as 1.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the wait before the second attempt; half a second unless set. Each further wait is twice as long.
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Sets the longest wait, before its random part; 8 seconds unless set.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Sets how long a server may ask to wait before the call ends with its error instead; 60 seconds unless set.
    pub fn longest_retry_after(mut self, wait: Duration) -> Self {
        self.longest_retry_after = wait;
        self
    }

    /// Seeds the random part of the waits, which makes them the same each time; for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts the waits of one call.
    pub(crate) fn waits(&self) -> Waits {
        let mut builder = ExponentialBuilder::new()
            .with_min_delay(self.first_wait.min(self.longest_wait))
            .with_max_delay(self.longest_wait)
            .with_factor(2.0)
            .with_max_times(usize::try_from(self.attempts.saturating_sub(1)).unwrap_or(usize::MAX))
            .with_jitter();
        if let Some(seed) = self.seed {
            builder = builder.with_jitter_seed(seed);
        }
        Waits {
            waits: builder.build(),
            longest_retry_after: self.longest_retry_after,
        }
    }
}

/// The waits of one call, as many as there may be further attempts.
pub(crate) struct Waits {
    waits: ExponentialBackoff,
    longest_retry_after: Duration,
}

impl Waits {
    /// Returns how long to wait before the next attempt, if there may be one.
    pub(crate) fn next(&mut self, retry_after: Option<Duration>) -> Option<Duration> {
        let wait = self.waits.next()?;
        match retry_after {
            Some(asked) if asked > self.longest_retry_after => None,
            // A server that says zero still gets a breath.
            Some(asked) => Some(asked.max(MINIMUM_WAIT)),
            None => Some(wait),
        }
    }
}

const MINIMUM_WAIT: Duration = Duration::from_millis(50);

/// Whether a call is the same if it is made twice.
pub(crate) fn is_idempotent(method: Method) -> bool {
    !matches!(method, Method::Post | Method::Patch)
}

/// Whether an answer of this status may be asked for again.
pub(crate) fn may_repeat_status(status: StatusCode, idempotent: bool) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            idempotent
        }
        _ => false,
    }
}

/// Whether a call that failed without an answer may be made again.
pub(crate) fn may_repeat_error(error: &Error, idempotent: bool) -> bool {
    if let (ErrorKind::Status, Some(status)) = (error.kind(), error.status_code()) {
        return may_repeat_status(status, idempotent);
    }
    error.is_connect()
        || (idempotent && matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Transport))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end() {
        let waits = |retry: Retry| {
            let mut waits = retry.seed(7).waits();
            std::iter::from_fn(move || waits.next(None)).collect::<Vec<_>>()
        };
        let found = waits(
            Retry::new()
                .attempts(6)
                .longest_wait(Duration::from_secs(2)),
        );
        assert_eq!(found.len(), 5);
        for (wait, floor) in found.iter().zip([500, 1000, 2000, 2000, 2000]) {
            let floor = Duration::from_millis(floor);
            assert!(*wait >= floor && *wait <= floor * 2, "{found:?}");
        }
        assert_eq!(
            found,
            waits(
                Retry::new()
                    .attempts(6)
                    .longest_wait(Duration::from_secs(2))
            )
        );
        assert!(waits(Retry::none()).is_empty());
        assert!(waits(Retry::new().attempts(0)).is_empty());
    }

    #[test]
    fn the_longest_wait_bounds_the_first_one_too() {
        let retry = Retry::new().longest_wait(Duration::from_millis(10));
        assert!(retry.waits().next(None) <= Some(Duration::from_millis(20)));
        let endless = Retry::new()
            .attempts(u32::MAX)
            .first_wait(Duration::MAX)
            .longest_wait(Duration::MAX);
        assert_eq!(endless.waits().next(None), Some(Duration::MAX));
    }

    #[test]
    fn waits_are_not_the_same_for_everyone() {
        let first = |seed| Retry::new().seed(seed).waits().next(None);
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn servers_decide_within_reason() {
        let next = |seconds| {
            Retry::new()
                .waits()
                .next(Some(Duration::from_secs(seconds)))
        };
        assert_eq!(next(7), Some(Duration::from_secs(7)));
        assert_eq!(next(0), Some(MINIMUM_WAIT));
        assert_eq!(next(60), Some(Duration::from_secs(60)));
        assert_eq!(next(61), None);
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        for (status, always, idempotent) in [
            (429, true, true),
            (502, false, true),
            (503, false, true),
            (504, false, true),
            (500, false, false),
            (401, false, false),
            (408, false, false),
            (200, false, false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(may_repeat_status(status, false), always, "{status}");
            assert_eq!(may_repeat_status(status, true), idempotent, "{status}");
        }
        let broken = Error::transport("broken");
        assert!(!may_repeat_error(&broken, false) && may_repeat_error(&broken, true));
        assert!(!may_repeat_error(&Error::build("bad"), true));
        assert!(!may_repeat_error(&Error::too_large(1), true));
        assert!(is_idempotent(Method::Delete) && !is_idempotent(Method::Patch));
    }
}
