//! One call from its request to its answer: attempts, waits between them, tokens, and those who watch.

use std::time::Duration;

use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};

use super::auth::Tokens;
use super::core::Core;
use super::error::{Error, ErrorKind};
use super::follow::{Answer, Heard};
use super::operation::{Auth, Method, Target};
use super::options::CallOptions;
use super::request::Request;
use super::retry;
use super::transport::{self, Outgoing, Received};
use super::{clock, trace};

/// One attempt at a call, for [`ClientBuilder::on_attempt`](crate::ClientBuilder::on_attempt).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The id of the operation, as in Clerk's API document; nothing for a raw call.
    pub operation_id: Option<&'a str>,
    /// The HTTP method of the operation.
    pub method: Method,
    /// The path as a template: without the values of its parameters.
    pub path: &'a str,
    /// Which attempt it was, from 1.
    pub number: u32,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// What failed, if there was no answer.
    pub failure: Option<ErrorKind>,
    /// How long the attempt took.
    pub duration: Duration,
    /// How long is waited before the next attempt; nothing if there is none.
    pub retry_in: Option<Duration>,
}

/// Sends a request, again if it is worth it and safe, and returns the last answer, whatever its status.
pub(crate) async fn run(
    core: &Core,
    request: &Request,
    options: &CallOptions,
) -> Result<Received, Error> {
    let settings = &core.settings;
    let started = settings.clock.now();
    let deadline = options.deadline.or(settings.deadline);
    let end = deadline.map(|deadline| started.saturating_add(deadline));
    let timeout = options.timeout.or(settings.timeout);
    let idempotent = options.idempotent || retry::is_idempotent(request.target.method());
    let mut waits = options.retry.as_ref().unwrap_or(&settings.retry).waits();
    let mut renewed = false;
    let mut number = 0;
    loop {
        number += 1;
        let began = settings.clock.now();
        let left = end.map(|end| end.saturating_sub(began));
        let timeout = [timeout, left].into_iter().flatten().min();
        let mut outcome = attempt(core, request, number, timeout).await;
        let ended = settings.clock.now();

        let mut wait = None;
        if let Ok(Attempted { rejected: true, .. }) = &outcome
            && !renewed
            && request.payload.is_repeatable()
        {
            // Another development browser, not another try of the same.
            renewed = true;
            wait = Some(Duration::ZERO);
        } else if may_repeat(&outcome, request, idempotent) {
            wait = waits.next(retry_after(&outcome));
        }
        if let (Some(end), Some(pause)) = (end, wait)
            && ended.saturating_add(pause) >= end
        {
            wait = None;
        }

        watch(
            core,
            &request.target,
            number,
            ended.saturating_sub(began),
            &outcome,
            wait,
        );
        match wait {
            Some(Duration::ZERO) => {}
            Some(wait) => settings.clock.sleep(wait).await,
            None => {
                if let Ok(attempted) = &mut outcome {
                    attempted.received.attempts = number;
                }
                return outcome
                    .map(|attempted| attempted.received)
                    .map_err(|error| error.with_target(&request.target).with_attempts(number));
            }
        }
    }
}

/// The answer to one attempt.
struct Attempted {
    received: Received,
    /// Whether the development browser was refused and given up.
    rejected: bool,
}

async fn attempt(
    core: &Core,
    request: &Request,
    number: u32,
    timeout: Option<Duration>,
) -> Result<Attempted, Error> {
    if timeout.is_some_and(|timeout| timeout.is_zero()) {
        return Err(Error::deadline());
    }
    let mut outgoing = Outgoing {
        method: request.method().into(),
        url: request.url.clone(),
        headers: request.headers.clone(),
        body: request.payload.clone(),
        timeout,
    };
    if number > 1 && core.credentials.counts_retries() {
        let retries = (number - 1).to_string();
        outgoing
            .url
            .query_pairs_mut()
            .append_pair("_clerk_retry_attempt", &retries);
    }
    let tokens = core.tokens.as_ref().filter(|tokens| {
        request.target.auth() == Auth::Client && !tokens.is_overridden(&request.headers)
    });
    if let Some(tokens) = tokens {
        return attempt_with_token(core, tokens, request, outgoing).await;
    }
    let sequence = core.next_sequence();
    let mut received = transport::head(core, outgoing).await?.read(core).await?;
    keep_secrets(&mut received, request, None);
    hear(core, request, &received, sequence, true);
    Ok(Attempted {
        received,
        rejected: false,
    })
}

async fn attempt_with_token(
    core: &Core,
    tokens: &Tokens,
    request: &Request,
    mut outgoing: Outgoing,
) -> Result<Attempted, Error> {
    let sent = tokens.ready(core, outgoing.timeout).await?;
    let sent = sent.as_ref();
    tokens.put(sent, &mut outgoing.url, &mut outgoing.headers)?;

    let sequence = core.next_sequence();
    let flight = tokens.depart(sent);
    let head = transport::head(core, outgoing).await?;
    // Before anything else is awaited: from here on the new token is not lost, whatever happens to this call.
    tokens.take(&flight, sent, head.status(), head.headers());
    let received = head.read(core).await;
    if let Ok(received) = &received
        && flight.is_doubtful()
        && is_trusted(core, tokens, request, received, sent)
    {
        flight.confirm();
    }
    drop(flight);
    settle(tokens).await;

    let mut received = received?;
    keep_secrets(&mut received, request, sent);
    let rejected = tokens.give_up(sent, &received).await?;
    if !rejected {
        follow(core, tokens, request, &received, sequence, sent).await;
    }
    Ok(Attempted { received, rejected })
}

/// Lets an error know what it must not repeat, should the server have repeated it.
fn keep_secrets(received: &mut Received, request: &Request, sent: Option<&SecretString>) {
    if received.status.is_success() {
        return;
    }
    received.secrets = request.secret_values();
    let token = sent.map(|token| token.expose_secret().to_owned());
    received.secrets.extend(token);
}

/// Whether an answer is to the client that the request was sent for, and not to a new one that was made because its token was
/// no longer the current one.
fn is_trusted(
    core: &Core,
    tokens: &Tokens,
    request: &Request,
    received: &Received,
    sent: Option<&SecretString>,
) -> bool {
    let known = tokens.client_id(sent);
    let follower = core.follower.as_ref();
    let new = follower
        .and_then(|follower| follower.is_new(&request.target, &received.body, known.as_deref()));
    match new {
        Some(new) => !new,
        // An error that tells nothing about the client may as well be one about its token.
        None => received.status.is_success(),
    }
}

/// The answer at hand is good even if its token cannot be stored: that is tried again, and told, before the next request.
async fn settle(tokens: &Tokens) {
    if let Err(error) = tokens.settle().await {
        trace::token_not_stored(&error);
    }
}

async fn follow(
    core: &Core,
    tokens: &Tokens,
    request: &Request,
    received: &Received,
    sequence: u64,
    sent: Option<&SecretString>,
) {
    let Ok(now) = tokens.current().await else {
        return;
    };
    let expected = tokens.expected(sent, &received.headers);
    let current = super::auth::same(now.as_ref(), expected.as_ref());
    match hear(core, request, received, sequence, current) {
        Heard::Nothing => {}
        Heard::Client(id) => tokens.learn(Some(id), now.as_ref()),
        Heard::NoClient => tokens.learn(None, now.as_ref()),
    }
}

fn hear(
    core: &Core,
    request: &Request,
    received: &Received,
    sequence: u64,
    current: bool,
) -> Heard {
    let Some(follower) = &core.follower else {
        return Heard::Nothing;
    };
    // Says nothing about who is signed in.
    if received.status == StatusCode::TOO_MANY_REQUESTS {
        return Heard::Nothing;
    }
    follower.hear(&Answer {
        target: &request.target,
        received,
        sequence,
        date: clock::sent_at(&received.headers),
        current,
    })
}

fn may_repeat(outcome: &Result<Attempted, Error>, request: &Request, idempotent: bool) -> bool {
    let worth_it = match outcome {
        Ok(attempted) => retry::may_repeat_status(attempted.received.status, idempotent),
        Err(error) => retry::may_repeat_error(error, idempotent),
    };
    worth_it && request.payload.is_repeatable()
}

fn retry_after(outcome: &Result<Attempted, Error>) -> Option<Duration> {
    match outcome {
        Ok(attempted) => super::error_body::retry_after(&attempted.received.headers),
        Err(error) => error.retry_after(),
    }
}

/// Tells those who watch about an attempt.
fn watch(
    core: &Core,
    target: &Target,
    number: u32,
    duration: Duration,
    outcome: &Result<Attempted, Error>,
    retry_in: Option<Duration>,
) {
    let status = match outcome {
        Ok(attempted) => Some(attempted.received.status),
        Err(error) => error.status_code(),
    };
    let attempt = Attempt {
        operation_id: target.id(),
        method: target.method(),
        path: target.path(),
        number,
        status: status.as_ref().map(StatusCode::as_u16),
        failure: outcome.as_ref().err().map(Error::kind),
        duration,
        retry_in,
    };
    trace::attempt(&attempt);
    if let Some(watcher) = &core.settings.on_attempt {
        watcher(&attempt);
    }
}
