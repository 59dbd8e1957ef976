//! One operation after the other, asked for everything it can answer.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use clerk_frontend::reqwest;
use clerk_frontend::{Drift, DriftKind, Error, ErrorKind, Request, Retry, Value, backend};

use serde_json::json;

use super::control::{Broken, broken};
use super::exceptions;
use super::operation::{Given, Operation, Vocabulary};
use super::prism::Prism;
use super::report::{Cell, Row};
use super::{CallEntry, Mode, Options};
use crate::decode::compare;
use crate::input::{Input, InputError, Place, Samples};
use crate::sample::Fields;
use crate::table::{Answered, Prepared};
use crate::{Api, backend_calls, frontend_calls};

/// The header in which Prism says what is wrong with a request, or with its own answer.
const VIOLATIONS: &str = "sl-violations";

/// What Prism is asked, and what for.
pub(super) struct Judge<'a> {
    api: Api,
    prism: Prism,
    calls: Vec<Call>,
    drift: Drifts,
    vocabulary: Vocabulary<'a>,
    /// For requests that the client would not make.
    http: reqwest::Client,
    modes: Vec<Mode>,
    seeds: Vec<u64>,
}

type Drifts = Arc<Mutex<Vec<Drift>>>;

/// An operation of either API, ready to be called.
struct Call {
    operation_id: &'static str,
    /// With the credentials that have to be.
    make: Make,
    /// With the credentials that can be.
    make_signed_in: Make,
}

type Make = Box<dyn Fn(&mut Input<'_>) -> Result<Prepared, InputError>>;

/// A call that was sent.
struct Asked {
    request: Request,
    answer: Result<Answered, Error>,
    drift: Vec<Drift>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        api: Api,
        prism: Prism,
        vocabulary: Vocabulary<'a>,
        options: &Options,
    ) -> Result<Self, String> {
        let drift = Drifts::default();
        let calls = calls(api, prism.url(), &drift);
        let http = clerk_frontend::http_client_builder().map_err(|error| error.to_string())?;
        Ok(Self {
            api,
            calls: calls.map_err(|error| format!("the client cannot be made: {error}"))?,
            prism,
            drift,
            vocabulary,
            http: http.build().map_err(|error| error.to_string())?,
            modes: options.modes.clone(),
            seeds: options.seeds.clone(),
        })
    }

    pub(super) fn peak_memory(&self) -> Option<u64> {
        self.prism.peak_memory()
    }

    /// Asks for everything; fails if Prism is gone.
    pub(super) async fn operation(
        &mut self,
        id: &str,
        operation: &Operation<'_>,
    ) -> Result<Row, String> {
        let mut row = Row::default();
        for mode in Mode::ALL {
            if !self.modes.contains(&mode) {
                row.push(mode, Cell::default());
                continue;
            }
            let mut cell = match self.calls.iter().find(|call| call.operation_id == id) {
                Some(call) => self.ask_for(mode, call, operation).await,
                None => Cell::failed("the client does not have the operation"),
            };
            if !cell.failures.is_empty()
                && let Some(status) = self.prism.ended()
            {
                return Err(format!(
                    "Prism ended with {status} on {id} ({mode}): {}\n{}",
                    cell.failures.join("; "),
                    self.prism.log()
                ));
            }
            if let Some(exception) = exceptions::find(self.api, id, mode) {
                cell = cell.excepted(exception.reason);
            }
            row.push(mode, cell);
        }
        Ok(row)
    }

    async fn ask_for(&self, mode: Mode, call: &Call, operation: &Operation<'_>) -> Cell {
        let minimal = operation.given(Fields::Required);
        let full = operation.given(Fields::All);
        match mode {
            Mode::Minimal => self.minimal(call, operation, &minimal).await,
            Mode::Full => self.full(call, operation, &full).await,
            Mode::Dynamic => self.dynamic(call, &full).await,
            Mode::Statuses => self.statuses(call, operation, &full).await,
            Mode::Refused => self.refused(call, operation, &minimal, &full).await,
        }
    }

    async fn minimal(&self, call: &Call, operation: &Operation<'_>, given: &Given) -> Cell {
        let mut cell = Cell::default();
        let judged = match self.ask(&call.make, input(given), operation).await {
            Ok(asked) => self.success(call, &asked).await,
            Err(problem) => Err(problem),
        };
        cell.add("", judged);
        cell
    }

    /// Every input, in each media type that the operation takes.
    async fn full(&self, call: &Call, operation: &Operation<'_>, given: &Given) -> Cell {
        let mut cell = Cell::default();
        let mut content_types = BTreeSet::new();
        let make = match operation.takes_bearer {
            true => &call.make_signed_in,
            false => &call.make,
        };
        for format in 0..operation.body.len().max(1) {
            let input = input(given).media_type(format);
            let judged = match self.ask(make, input, operation).await {
                Ok(asked) => {
                    let content_type = asked.request.content_type().unwrap_or_default();
                    let essence = content_type.split(';').next().unwrap_or_default();
                    content_types.insert(essence.to_owned());
                    self.success(call, &asked).await
                }
                Err(problem) => Err(problem),
            };
            cell.add("", judged);
        }
        // A form without fields is not sent.
        let is_sent = given.body.as_ref().is_some_and(|body| *body != json!({}));
        for (name, _) in &operation.body {
            if is_sent && !content_types.contains(*name) {
                cell.add(name, Err("was not sent in any call".to_owned()));
            }
        }
        cell
    }

    async fn dynamic(&self, call: &Call, given: &Given) -> Cell {
        let mut cell = Cell::default();
        for seed in &self.seeds {
            let input = input(given).header("prefer", format!("dynamic=true, seed={seed}"));
            let judged = match self.send(call, input).await {
                Ok(asked) => self.success(call, &asked).await,
                Err(problem) => Err(problem),
            };
            cell.add(&format!("seed {seed}"), judged);
        }
        cell
    }

    async fn statuses(&self, call: &Call, operation: &Operation<'_>, given: &Given) -> Cell {
        let mut cell = Cell::default();
        for status in &operation.statuses {
            let input = input(given).header("prefer", format!("code={status}"));
            let judged = match self.send(call, input).await {
                Ok(asked) => self.status(call, operation, *status, &asked).await,
                Err(problem) => Err(problem),
            };
            cell.add(&format!("status {status}"), judged);
        }
        cell
    }

    async fn refused(
        &self,
        call: &Call,
        operation: &Operation<'_>,
        minimal: &Given,
        full: &Given,
    ) -> Cell {
        let mut cell = Cell::default();
        let requests = (call.make)(&mut input(minimal)).and_then(|minimal| {
            let full = (call.make)(&mut input(full))?;
            Ok((minimal.request, full.request))
        });
        match requests {
            Ok((minimal, full)) => {
                for broken in broken(operation, &minimal, &full) {
                    let judged = match self.violations(&broken).await {
                        Ok((400..=499, _)) => Ok(()),
                        Ok((status, _)) => Err(format!("answered with {status}")),
                        Err(error) => Err(error),
                    };
                    cell.add(&broken.what, judged);
                }
            }
            Err(error) => cell.add("", Err(error.to_string())),
        }
        cell
    }

    /// Sends a call whose inputs must all be known to the client.
    async fn ask(
        &self,
        make: &Make,
        mut input: Input<'_>,
        operation: &Operation<'_>,
    ) -> Result<Asked, String> {
        let prepared = make(&mut input).map_err(|error| error.to_string())?;
        let unknown = unknown_inputs(&input, operation);
        if !unknown.is_empty() {
            return Err(format!("the client cannot set {}", unknown.join(", ")));
        }
        Ok(self.sent(prepared).await)
    }

    async fn send(&self, call: &Call, mut input: Input<'_>) -> Result<Asked, String> {
        let prepared = (call.make)(&mut input).map_err(|error| error.to_string())?;
        Ok(self.sent(prepared).await)
    }

    async fn sent(&self, prepared: Prepared) -> Asked {
        self.take_drift();
        Asked {
            request: prepared.request,
            answer: prepared.answer.await,
            drift: self.take_drift(),
        }
    }

    fn take_drift(&self) -> Vec<Drift> {
        let mut drift = self.drift.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *drift)
    }

    /// Whether the request was accepted, and the answer is one of the documented, decoded as a whole.
    async fn success(&self, call: &Call, asked: &Asked) -> Result<(), String> {
        let answered = match &asked.answer {
            Ok(answered) => answered,
            Err(error) => return Err(self.explained(error, &asked.request).await),
        };
        let violations = answered.headers.get(VIOLATIONS);
        let violations = of_request(violations.map_or(b"", |value| value.as_bytes()));
        if !violations.is_empty() {
            return Err(format!("accepted, but {}", violations.join("; ")));
        }
        let Some(response) = self.api.response(call.operation_id) else {
            return Err("nothing is known of the response".to_owned());
        };
        if !response.statuses.contains(&answered.status) {
            return Err(format!("status {} is not documented", answered.status));
        }
        let (wrong, unheard): (Vec<&Drift>, Vec<&Drift>) =
            asked.drift.iter().partition(|drift| self.is_wrong(drift));
        if !wrong.is_empty() {
            let texts: Vec<String> = wrong
                .iter()
                .map(|drift| format!("{} {} {}", drift.path, drift.kind, drift.detail))
                .collect();
            return Err(format!("drift: {}", texts.join("; ")));
        }
        let unheard: BTreeSet<&str> = unheard.iter().map(|drift| drift.path.as_str()).collect();
        let checked = (response.check)(&answered.body)
            .map_err(|failure| format!("{}: {}", failure.path, failure.reason))?;
        if let Some(written) = &checked.written
            && !answered.body.is_empty()
        {
            let body: Value =
                serde_json::from_slice(&answered.body).map_err(|error| error.to_string())?;
            let lost = compare::compare("$", &body, written, &unheard);
            if let Some(first) = lost.first() {
                return Err(format!("{}: {}", first.path, first.reason));
            }
        }
        Ok(())
    }

    /// Whether drift is about something that the document has.
    fn is_wrong(&self, drift: &Drift) -> bool {
        match drift.kind {
            DriftKind::UnknownField => {
                let name = drift.path.rsplit('.').next().unwrap_or_default();
                self.vocabulary.fields.contains(name)
            }
            DriftKind::UnknownEnumValue => {
                // Values are quoted.
                let value = drift.detail.split('"').nth(1).unwrap_or_default();
                self.vocabulary.values.contains(value)
            }
            _ => true,
        }
    }

    /// Whether a documented status arrives as what it is: an answer, a redirect, or an error.
    async fn status(
        &self,
        call: &Call,
        operation: &Operation<'_>,
        status: u16,
        asked: &Asked,
    ) -> Result<(), String> {
        let is_answer = match status {
            200..=299 => true,
            300..=399 => operation.redirects,
            _ => false,
        };
        if is_answer {
            let answered = asked.answer.as_ref().ok().map(|answered| answered.status);
            return match answered {
                Some(answered) if answered != status => Err(format!("arrived as {answered}")),
                _ => self.success(call, asked).await,
            };
        }
        let error = match &asked.answer {
            Ok(answered) => return Err(format!("arrived as the answer {}", answered.status)),
            Err(error) => error,
        };
        let kind = match status {
            300..=399 => ErrorKind::Redirect,
            _ => ErrorKind::Status,
        };
        if error.kind() != kind || error.status() != Some(status) {
            return Err(self.explained(error, &asked.request).await);
        }
        let body: Value = serde_json::from_slice(error.body()).unwrap_or_default();
        let expected = body["errors"].as_array().map_or(0, Vec::len);
        match error.errors().len() {
            found if found < expected => Err(format!("{found} of {expected} errors were read")),
            _ => Ok(()),
        }
    }

    /// An error with Prism's reasons, where it refused the request.
    async fn explained(&self, error: &Error, request: &Request) -> String {
        let mut text = error.to_string();
        if error.kind() == ErrorKind::Status
            && let Ok((_, violations)) = self.violations(&Broken::copy(request)).await
        {
            for violation in violations {
                text.push_str("; ");
                text.push_str(&violation);
            }
        }
        text
    }

    /// Sends a request as it is; returns the status and what Prism finds wrong with the request.
    async fn violations(&self, request: &Broken) -> Result<(u16, Vec<String>), String> {
        let method = request.method.parse().unwrap_or_default();
        let sending = self
            .http
            .request(method, &request.url)
            .headers(request.headers.clone())
            .body(request.body.clone());
        let response = sending.send().await.map_err(|error| error.to_string())?;
        let violations = response.headers().get(VIOLATIONS);
        let mut violations = of_request(violations.map_or(b"", |value| value.as_bytes()));
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|error| error.to_string())?;
        if violations.is_empty() && status >= 400 {
            // Where the document has no such error, the answer is of Prism's own making.
            violations.push(String::from_utf8_lossy(&body).into_owned());
        }
        Ok((status, violations))
    }
}

fn input(given: &Given) -> Input<'_> {
    let input = Input::new(Samples::Required)
        .parameters(&given.parameters)
        .credentials("client-1", "secret");
    match &given.body {
        Some(body) => input.body(body),
        None => input,
    }
}

/// The inputs that were given and that the call did not take.
fn unknown_inputs(input: &Input<'_>, operation: &Operation<'_>) -> Vec<String> {
    let sent: BTreeSet<&str> = input
        .sent()
        .iter()
        .filter(|sent| sent.place == Place::Parameter)
        .map(|sent| sent.name)
        .collect();
    let parameters = input.given_parameters().filter(|name| !sent.contains(name));
    let fields = input
        .unknown_fields()
        .into_iter()
        .filter(|name| !operation.is_constant(name));
    let inner = input.drift().iter().map(|drift| drift.path.clone());
    parameters
        .chain(fields)
        .map(str::to_owned)
        .chain(inner)
        .collect()
}

/// What Prism finds wrong with the request, of all it finds wrong.
fn of_request(violations: &[u8]) -> Vec<String> {
    let violations: Value = serde_json::from_slice(violations).unwrap_or_default();
    let violations = violations.as_array().into_iter().flatten();
    violations
        .filter(|violation| violation["severity"] == "Error")
        .filter(|violation| violation["location"][0] == "request")
        .map(|violation| {
            let message = violation["message"].as_str().unwrap_or_default();
            format!("Prism: {message}")
        })
        .collect()
}

/// All calls of an API, made by the one client that is built here.
fn calls(api: Api, url: String, drift: &Drifts) -> Result<Vec<Call>, Error> {
    let drift = Arc::clone(drift);
    let observer = move |_: &str, found: Drift| {
        drift
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(found);
    };
    match api {
        Api::Frontend => {
            let client = clerk_frontend::Client::builder()
                .base_url(url)
                .retry(Retry::none())
                .on_drift(observer);
            let signed_out = client.clone().native().build()?;
            // Clerk's own applications send the token as it is; the document wants the scheme before it.
            let signed_in = client.native_token("Bearer client-token").build()?;
            Ok(bound(frontend_calls(), &signed_out, &signed_in))
        }
        Api::Backend => {
            let client = backend::Client::builder()
                .base_url(url)
                .retry(Retry::none())
                .on_drift(observer)
                .secret_key("sk_test_key")
                .build()?;
            Ok(bound(backend_calls(), &client, &client))
        }
    }
}

fn bound<Client: Clone + 'static>(
    calls: &'static [CallEntry<Client>],
    signed_out: &Client,
    signed_in: &Client,
) -> Vec<Call> {
    let bind = |entry: &'static CallEntry<Client>, client: &Client| -> Make {
        let client = client.clone();
        Box::new(move |input| (entry.call)(&client, input))
    };
    calls
        .iter()
        .map(|entry| Call {
            operation_id: entry.operation_id,
            make: bind(entry, signed_out),
            make_signed_in: bind(entry, signed_in),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_request_counts() {
        let violations = json!([
            {"severity": "Error", "location": ["response", "body", "id"], "message": "too short"},
            {"severity": "Error", "location": ["request", "query", "limit"], "message": "must be integer"},
            {"severity": "Warning", "location": ["request", "query"], "message": "deprecated"},
        ]);
        assert_eq!(
            of_request(violations.to_string().as_bytes()),
            ["Prism: must be integer"]
        );
        assert!(of_request(b"").is_empty());
    }
}
