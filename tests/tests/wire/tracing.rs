//! What `tracing` is told: one span per call, events for what is out of the ordinary, and no secrets.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, Once};

use clerk_frontend::{Client, Error, Retry};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wiremock::ResponseTemplate;

use crate::mock::Server;
use crate::support::{VirtualClock, in_turn, ok, wrapped};

type Fields = BTreeMap<String, String>;

/// Writes down all that it is told, of whatever crate and level.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    spans: Vec<Noted>,
    events: Vec<Noted>,
}

/// A span or an event.
#[derive(Debug)]
struct Noted {
    target: &'static str,
    fields: Fields,
}

struct Visitor<'a>(&'a mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

thread_local! {
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// The subscriber of the whole process, which tells each thread's recorder. Subscribers of single threads are not reliable where
/// others have none: whoever is there first decides whether a place in the code is listened to.
struct ByThread;

impl Subscriber for ByThread {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        span.record(&mut Visitor(&mut fields));
        let target = span.metadata().target();
        let count = with_told(|told| {
            told.spans.push(Noted { target, fields });
            told.spans.len()
        });
        // Where nobody listens, it does not matter which span it is.
        Id::from_u64(u64::try_from(count.unwrap_or(usize::MAX)).unwrap())
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        with_told(|told| {
            if let Some(span) = told.spans.get_mut(index) {
                values.record(&mut Visitor(&mut span.fields));
            }
        });
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Visitor(&mut fields));
        let target = event.metadata().target();
        with_told(|told| told.events.push(Noted { target, fields }));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn with_told<T>(tell: impl FnOnce(&mut Told) -> T) -> Option<T> {
    RECORDER.with_borrow(|recorder| {
        let recorder = recorder.as_ref()?;
        Some(tell(&mut recorder.told.lock().unwrap()))
    })
}

impl Recorder {
    /// Listens to what is told in this thread from now on, the rest of the test.
    pub(crate) fn start() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tracing::subscriber::set_global_default(ByThread).unwrap());
        let recorder = Self::default();
        RECORDER.set(Some(recorder.clone()));
        recorder
    }

    /// All that was told, as text.
    pub(crate) fn text(&self) -> String {
        let told = self.told.lock().unwrap();
        format!("{:?} {:?}", told.spans, told.events)
    }

    /// The fields of this crate's spans.
    fn spans(&self) -> Vec<Fields> {
        let told = self.told.lock().unwrap();
        let own = told
            .spans
            .iter()
            .filter(|span| span.target == "clerk_frontend");
        own.map(|span| span.fields.clone()).collect()
    }

    /// The fields of the events with a target.
    fn events(&self, target: &str) -> Vec<Fields> {
        let told = self.told.lock().unwrap();
        let own = told.events.iter().filter(|event| event.target == target);
        own.map(|event| event.fields.clone()).collect()
    }
}

fn client(server: &Server) -> Client {
    Client::builder()
        .base_url(server.url())
        .native_token("hush-token")
        .retry(Retry::new().seed(1))
        .clock(VirtualClock::default())
        .build()
        .unwrap()
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// What a call of one session's token tells, if the server gives these answers in turn.
async fn told(answers: Vec<ResponseTemplate>) -> (Recorder, Result<(), Error>) {
    let server = Server::answering(in_turn(answers)).await;
    let recorder = Recorder::start();
    let call = client(&server)
        .sessions()
        .get("sess_hush")
        .extra_query("x", "hush-query");
    let answer = call.send().await.map(|_| ());
    (recorder, answer)
}

#[tokio::test]
async fn a_call_is_one_span() {
    let (recorder, answer) = told(vec![ok(&wrapped(&json!({}), &json!(null)))]).await;
    answer.unwrap();
    let spans = recorder.spans();
    let [span] = &spans[..] else {
        panic!("{spans:?}");
    };
    assert_eq!(field(span, "operation"), "getSession");
    assert_eq!(field(span, "method"), "GET");
    assert_eq!(field(span, "path"), "/v1/client/sessions/{session_id}");
    assert_eq!(
        (field(span, "status"), field(span, "attempts")),
        ("200", "1")
    );
    assert!(field(span, "duration_ms").parse::<u64>().is_ok());
    assert_eq!(field(span, "error"), "");
}

#[tokio::test]
async fn another_attempt_is_an_event() {
    let (recorder, answer) = told(vec![
        ResponseTemplate::new(503),
        ResponseTemplate::new(429).insert_header("retry-after", "2"),
        ok(&wrapped(&json!({}), &json!(null))),
    ])
    .await;
    answer.unwrap();
    let events = recorder.events("clerk_frontend");
    let found: Vec<_> = events
        .iter()
        .map(|event| (field(event, "number"), field(event, "status")))
        .collect();
    assert_eq!(found, [("1", "503"), ("2", "429")]);
    assert_eq!(field(&events[1], "wait_ms"), "2000");
    let spans = recorder.spans();
    assert_eq!((spans.len(), field(&spans[0], "attempts")), (1, "3"));
}

#[tokio::test]
async fn failures_are_told_too() {
    let refusal = ResponseTemplate::new(404)
        .set_body_json(json!({"errors": [{"code": "resource_not_found", "message": "m"}]}));
    let (recorder, answer) = told(vec![refusal]).await;
    assert!(answer.unwrap_err().is_not_found());
    let spans = recorder.spans();
    assert_eq!(
        (field(&spans[0], "status"), field(&spans[0], "attempts")),
        ("404", "1")
    );

    let recorder = Recorder::start();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder()
        .base_url(url)
        .retry(Retry::none())
        .build()
        .unwrap();
    client.user().get().send().await.unwrap_err();
    client.sessions().get("..").send().await.unwrap_err();
    let spans = recorder.spans();
    assert_eq!(
        (
            spans.len(),
            field(&spans[0], "status"),
            field(&spans[0], "attempts")
        ),
        (2, "", "1")
    );
    assert!(
        field(&spans[0], "error").contains("could not be reached"),
        "{spans:?}"
    );
    assert!(field(&spans[1], "error").contains("path step"), "{spans:?}");
}

#[tokio::test]
async fn drift_is_an_event_of_its_own() {
    let session = json!({"id": "sess_1", "new_field": "hush"});
    let (recorder, answer) = told(vec![ok(&wrapped(&session, &json!(null)))]).await;
    answer.unwrap();
    let drift = recorder.events("clerk_frontend::drift");
    let drift = drift
        .iter()
        .find(|event| field(event, "path") == "$.response.new_field")
        .unwrap();
    assert_eq!(field(drift, "operation"), "getSession");
    assert_eq!(field(drift, "kind"), "unknown field");
    assert!(!recorder.text().contains("hush"), "{}", recorder.text());
}

#[tokio::test]
async fn no_value_of_a_call_is_told() {
    let rotated = ok(&wrapped(&json!({"id": "hush"}), &json!(null)))
        .insert_header("authorization", "hush-new");
    let (recorder, answer) = told(vec![
        ResponseTemplate::new(503).set_body_string("hush"),
        rotated,
    ])
    .await;
    answer.unwrap();
    let text = recorder.text();
    // Other crates are told of connections; what this one says is there as well.
    assert!(text.contains("getSession"), "{text}");
    assert!(!text.contains("hush"), "{text}");
}
