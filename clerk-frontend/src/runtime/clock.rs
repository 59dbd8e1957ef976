//! Time behind a seam, so that waiting can be tested without waiting.

use std::time::Duration;

use http::HeaderMap;

use super::transport::BoxFuture;

#[cfg(not(target_family = "wasm"))]
use std::time::{Instant, SystemTime};
/// The standard library's clocks panic on wasm32-unknown-unknown.
#[cfg(target_family = "wasm")]
use web_time::{Instant, SystemTime};

/// What tells the time and waits, for [`ClientBuilder::clock`](crate::ClientBuilder::clock).
///
/// Retries are counted and delayed by it. A clock of one's own makes tests of code that retries instant, and lets such code run
/// outside of tokio.
pub trait Clock: Send + Sync {
    /// Returns the time since some moment that stays the same.
    fn now(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> Sleep;
}

/// The future that [`Clock::sleep`] returns: boxed, and `Send` except in browsers.
pub type Sleep = BoxFuture<()>;

/// The system's clock; waiting is tokio's, or the browser's.
pub(crate) struct SystemClock {
    start: Instant,
}

impl SystemClock {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let sleep = backon::Sleeper::sleep(&backon::DefaultSleeper::default(), duration);
        Box::pin(async move {
            sleep.await;
        })
    }
}

/// Returns the time since 1970, by the system's clock.
pub(crate) fn unix_time() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

/// Whether an HTTP date is over, by the response's own date where it has one.
pub(crate) fn is_past(date: &str, headers: &HeaderMap) -> bool {
    httpdate::parse_http_date(date).is_ok_and(|until| {
        let until = until
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        until <= sent_at(headers).unwrap_or_else(unix_time)
    })
}

/// When a response was sent, since 1970, by its own word.
pub(crate) fn sent_at(headers: &HeaderMap) -> Option<Duration> {
    let date = headers.get(http::header::DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date).ok()?;
    date.duration_since(std::time::UNIX_EPOCH).ok()
}
