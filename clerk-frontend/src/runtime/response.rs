//! Responses, and the futures that wait for them.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;

use super::core::Core;
use super::decode::{Context, Output, Parts};
use super::drift::Drift;
use super::error::{self, Error};
use super::error_body;
use super::exchange;
use super::operation::Target;
use super::options::CallOptions;
use super::request::Request;
use super::trace::Span;
use super::transport::{BoxFuture, Received};

/// A response: its value, and everything that came with it.
///
/// `Debug` shows the status and the value.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// The decoded body.
    pub value: T,
    received: Received,
}

impl<T> Response<T> {
    /// Returns the status code.
    pub fn status(&self) -> u16 {
        self.received.status.as_u16()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.received.headers
    }

    /// Returns a header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.received.headers.get(name)?.to_str().ok()
    }

    /// Returns the body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.received.body
    }

    /// Returns Clerk's trace id (or the id of the proxy in front of it), to be quoted to Clerk's support.
    pub fn trace_id(&self) -> Option<String> {
        error_body::trace_id(&self.received.headers)
    }

    /// Returns how often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.received.attempts
    }

    /// Returns the decoded body.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Response")
            .field("status", &self.status())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

/// A request on its way, and what its answer is to be read as.
pub(crate) struct Exchange {
    future: BoxFuture<Result<Received, Error>>,
    core: Core,
    target: Target,
    span: Span,
}

impl Exchange {
    /// The request is sent once the exchange is polled.
    pub(crate) fn new(
        core: Core,
        target: Target,
        request: Result<Request, Error>,
        options: CallOptions,
    ) -> Self {
        let sender = core.clone();
        let span = Span::of(&target);
        let inner = span.clone();
        let future = Box::pin(span.clone().around(async move {
            let clock = sender.settings.clock.clone();
            let started = clock.now();
            let received = match request {
                Ok(request) => exchange::run(&sender, &request, &options).await,
                Err(error) => Err(error),
            };
            inner.ended(&received, clock.now().saturating_sub(started));
            received
        }));
        Self {
            future,
            core,
            target,
            span,
        }
    }

    fn poll_received(&mut self, task: &mut Task<'_>) -> Poll<Result<Received, Error>> {
        self.future.as_mut().poll(task)
    }

    /// Sorts out the statuses that are errors.
    fn check(&self, received: &Received, redirect_expected: bool) -> Result<(), Error> {
        let Received {
            status,
            headers,
            body,
            attempts,
            secrets,
        } = received;
        if status.is_success() || (status.is_redirection() && redirect_expected) {
            return Ok(());
        }
        let error = if status.is_redirection() {
            Error::redirect(*status, headers, body)
        } else {
            Error::status_error(*status, headers, body).hiding(secrets)
        };
        Err(error.with_target(&self.target).with_attempts(*attempts))
    }

    /// Decodes the value; `unwrapped` if the operation's envelope is to be taken off.
    fn decode<T: Output>(&self, received: &Received, unwrapped: bool) -> Result<T, Error> {
        self.check(received, T::REDIRECT)?;
        let parts = Parts {
            status: received.status.as_u16(),
            location: error::location(&received.headers),
            body: &received.body,
        };
        let settings = &self.core.settings;
        let mut report;
        let mut context = Context::new()
            .strict(settings.strict)
            .wrapped(unwrapped && self.target.wrapped());
        let observer = settings.observer.as_ref();
        if observer.is_some() || self.span.wants_drift() {
            let id = self.target.id().unwrap_or_default();
            report = move |drift: Drift| {
                self.span.drift(id, &drift);
                if let Some(observer) = observer {
                    observer(id, drift);
                }
            };
            context = context.observer(&mut report);
        }
        T::decode(&parts, &mut context).map_err(|cause| {
            Error::decode(&cause, received.status, &received.headers, &received.body)
                .with_target(&self.target)
                .with_attempts(received.attempts)
        })
    }
}

/// A call on its way to its value. Dropping it cancels the request.
#[must_use = "a request is not sent before it is awaited"]
pub struct Sending<T> {
    exchange: Exchange,
    value: PhantomData<fn() -> T>,
}

/// A call on its way to its whole response. Dropping it cancels the request.
#[must_use = "a request is not sent before it is awaited"]
pub struct SendingResponse<T> {
    exchange: Exchange,
    value: PhantomData<fn() -> T>,
}

impl<T> Sending<T> {
    #[inline]
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self {
            exchange,
            value: PhantomData,
        }
    }
}

impl<T> SendingResponse<T> {
    #[inline]
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self {
            exchange,
            value: PhantomData,
        }
    }
}

impl<T: Output> Future for Sending<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let received = ready!(self.exchange.poll_received(task))?;
        Poll::Ready(self.exchange.decode(&received, true))
    }
}

impl<T: Output> Future for SendingResponse<T> {
    type Output = Result<Response<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let received = ready!(self.exchange.poll_received(task))?;
        let value = self.exchange.decode(&received, false);
        Poll::Ready(value.map(|value| Response { value, received }))
    }
}

impl<T> fmt::Debug for Sending<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sending({})", self.exchange.target)
    }
}

impl<T> fmt::Debug for SendingResponse<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SendingResponse({})", self.exchange.target)
    }
}
