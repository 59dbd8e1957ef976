//! What `tracing` is told, with the feature of that name; nothing without it.
//!
//! One span per call: operation, method, path template, and at the end status, attempts and duration. Never a header, a query or
//! a body.

#[cfg(feature = "tracing")]
pub(crate) use on::*;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::*;

#[cfg(feature = "tracing")]
mod on {
    use std::future::Future;

    use tracing::Instrument;
    use tracing::field::{Empty, display};

    use crate::runtime::drift::Drift;
    use crate::runtime::error::Error;
    use crate::runtime::exchange::Attempt;
    use crate::runtime::operation::Target;
    use crate::runtime::transport::Received;

    /// The span of one call.
    #[derive(Clone)]
    pub(crate) struct Span {
        span: tracing::Span,
    }

    impl Span {
        pub(crate) fn of(target: &Target) -> Self {
            let span = tracing::info_span!(
                target: "clerk_frontend",
                "call",
                operation = target.id(),
                method = target.method().as_str(),
                path = target.path(),
                status = Empty,
                attempts = Empty,
                duration_ms = Empty,
                error = Empty,
            );
            Self { span }
        }

        /// The future, in the span whenever it runs.
        pub(crate) fn around<T>(self, future: impl Future<Output = T>) -> impl Future<Output = T> {
            future.instrument(self.span)
        }

        pub(crate) fn ended(
            &self,
            outcome: &Result<Received, Error>,
            duration: std::time::Duration,
        ) {
            self.span.record(
                "duration_ms",
                u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            );
            match outcome {
                Ok(received) => {
                    self.span.record("status", received.status.as_u16());
                    self.span.record("attempts", received.attempts);
                }
                Err(error) => {
                    self.span.record("attempts", error.attempts());
                    self.span.record("error", display(error));
                }
            }
        }

        pub(crate) fn wants_drift(&self) -> bool {
            tracing::enabled!(target: "clerk_frontend::drift", tracing::Level::WARN)
        }

        pub(crate) fn drift(&self, operation: &str, drift: &Drift) {
            self.span.in_scope(|| {
                tracing::warn!(
                    target: "clerk_frontend::drift",
                    operation,
                    kind = drift.kind.as_str(),
                    path = drift.path,
                    "the answer differs from what this version expects",
                );
            });
        }
    }

    pub(crate) fn attempt(attempt: &Attempt<'_>) {
        if let Some(wait) = attempt.retry_in {
            tracing::warn!(
                target: "clerk_frontend",
                number = attempt.number,
                status = attempt.status,
                failure = attempt.failure.map(tracing::field::debug),
                wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                "the call is sent again",
            );
        }
    }

    pub(crate) fn token_not_stored(error: &Error) {
        tracing::error!(target: "clerk_frontend", %error, "a new token could not be stored yet");
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use std::future::Future;

    use crate::runtime::drift::Drift;
    use crate::runtime::error::Error;
    use crate::runtime::exchange::Attempt;
    use crate::runtime::operation::Target;
    use crate::runtime::transport::Received;

    #[derive(Clone)]
    pub(crate) struct Span;

    impl Span {
        pub(crate) fn of(_: &Target) -> Self {
            Self
        }

        pub(crate) fn around<T>(self, future: impl Future<Output = T>) -> impl Future<Output = T> {
            future
        }

        pub(crate) fn ended(&self, _: &Result<Received, Error>, _: std::time::Duration) {}

        pub(crate) fn wants_drift(&self) -> bool {
            false
        }

        pub(crate) fn drift(&self, _: &str, _: &Drift) {}
    }

    pub(crate) fn attempt(_: &Attempt<'_>) {}

    pub(crate) fn token_not_stored(_: &Error) {}
}
