//! Every operation of both APIs builds a request, and everything the documents have can be sent.

use std::collections::BTreeSet;

use clerk_frontend::{Client, Object, Request, Value, backend};
use clerk_frontend_tests::input::{Input, InputError, Place, Samples, Sent};
use clerk_frontend_tests::table::{CallEntry, Prepared};
use clerk_frontend_tests::{Api, backend_calls, frontend_calls};
use serde_json::json;
use url::form_urlencoded;

use crate::document;

const BASE: &str = "https://clerk.example";

/// A call of an operation that has been built.
struct Built {
    id: &'static str,
    method: &'static str,
    template: &'static str,
    request: Request,
    sent: Vec<Sent>,
}

/// A call with made-up values.
pub(crate) fn prepare<C>(
    entry: &CallEntry<C>,
    client: &C,
    samples: Samples,
) -> (Prepared, Vec<Sent>) {
    let parameters: Object = path_names(entry.path)
        .into_iter()
        .map(|name| (name.to_owned(), json!("a b/ü")))
        .collect();
    let mut input = Input::new(samples).parameters(&parameters);
    let mut prepared = (entry.call)(client, &mut input);
    if matches!(prepared, Err(InputError::Value(_))) {
        // The parameter is no text.
        input = Input::new(samples);
        prepared = (entry.call)(client, &mut input);
    }
    let prepared = prepared.unwrap_or_else(|error| panic!("{entry:?}: {error}"));
    (prepared, input.sent().to_vec())
}

fn build<C>(entry: &CallEntry<C>, client: &C, samples: Samples) -> Built {
    let (prepared, sent) = prepare(entry, client, samples);
    Built {
        id: entry.operation_id,
        method: entry.method,
        template: entry.path,
        request: prepared.request,
        sent,
    }
}

fn built(api: Api, samples: Samples) -> Vec<Built> {
    match api {
        Api::Frontend => {
            let client = Client::builder().base_url(BASE).build().unwrap();
            frontend_calls()
                .iter()
                .map(|entry| build(entry, &client, samples))
                .collect()
        }
        Api::Backend => {
            let client = backend::Client::builder().base_url(BASE).build().unwrap();
            backend_calls()
                .iter()
                .map(|entry| build(entry, &client, samples))
                .collect()
        }
    }
}

fn path_names(template: &str) -> Vec<&str> {
    let pieces = template.split('{').skip(1);
    pieces
        .map(|piece| piece.split_once('}').unwrap().0)
        .collect()
}

/// Texts as they stand in a URL: everything but RFC 3986's unreserved characters is encoded.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// What a value is as text; a list is several.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec![String::new()],
        Value::String(text) => vec![text.clone()],
        Value::Array(items) if !items.iter().any(Value::is_object) => {
            items.iter().flat_map(texts).collect()
        }
        other => vec![other.to_string()],
    }
}

impl Built {
    fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.request.body())
            .into_owned()
            .collect()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(self.request.body()).unwrap()
    }

    fn content_type(&self) -> &str {
        self.request.content_type().unwrap_or_default()
    }

    /// Whether a value that was handed to the call is there on the wire.
    fn has(&self, sent: &Sent) -> bool {
        let Sent { name, place, value } = sent;
        match (place, self.content_type()) {
            (Place::Parameter, _) if path_names(self.template).contains(name) => true,
            (Place::Parameter, _) => {
                let pairs = self.request.query_pairs();
                let found: Vec<_> = pairs
                    .iter()
                    .filter(|(known, _)| known == name)
                    .map(|(_, text)| text.clone())
                    .collect();
                found == texts(value)
                    || self
                        .request
                        .header(name)
                        .is_some_and(|header| texts(value) == [header])
            }
            (Place::Body, "application/json") => self.json().is_array(),
            (Place::Field, "application/json") => match (self.json().get(name), value) {
                // An object of a known type is written with all of its required fields.
                (Some(found), Value::Object(_) | Value::Array(_)) => {
                    found.is_object() == value.is_object() && found.is_array() == value.is_array()
                }
                (found, _) => found == Some(value),
            },
            (Place::Field, "application/x-www-form-urlencoded") => {
                let form = self.form();
                let found: Vec<_> = form
                    .iter()
                    .filter(|(known, _)| known == name)
                    .map(|(_, text)| text.clone())
                    .collect();
                found == texts(value)
            }
            (Place::Field | Place::File, "multipart/form-data") => {
                self.request.parts().iter().any(|part| {
                    part.name == *name && (*place == Place::File) == part.value.is_file()
                })
            }
            _ => false,
        }
    }

    fn names(&self, wanted: fn(Place) -> bool) -> BTreeSet<&'static str> {
        self.sent
            .iter()
            .filter(|sent| wanted(sent.place))
            .map(|sent| sent.name)
            .collect()
    }
}

#[test]
fn all_of_them_are_there_once() {
    for (api, count) in [(Api::Frontend, 202), (Api::Backend, 249)] {
        let calls: Vec<_> = built(api, Samples::Required)
            .iter()
            .map(|call| call.id)
            .collect();
        assert_eq!(calls.len(), count);
        let calls: BTreeSet<_> = calls.into_iter().collect();
        assert_eq!(calls.len(), count, "an operation is there twice");
        let responses: BTreeSet<_> = api
            .responses()
            .iter()
            .map(|entry| entry.operation_id)
            .collect();
        assert_eq!((calls, api.responses().len()), (responses, count));
        assert!(
            api.responses()
                .iter()
                .all(|entry| !entry.statuses.is_empty())
        );
    }
}

#[test]
fn methods_and_paths_are_those_of_the_operations() {
    for api in Api::ALL {
        for call in built(api, Samples::Required) {
            assert_eq!(call.request.method().as_str(), call.method, "{}", call.id);
            let mut path = call.template.to_owned();
            for name in path_names(call.template) {
                let sent = call.sent.iter().find(|sent| sent.name == name).unwrap();
                path = path.replace(&format!("{{{name}}}"), &encoded(&texts(&sent.value)[0]));
            }
            let url = call.request.url();
            assert_eq!(
                url.split('?').next().unwrap(),
                format!("{BASE}{path}"),
                "{}",
                call.id
            );
            assert_eq!(call.request.operation_id(), Some(call.id));
        }
    }
}

#[test]
fn every_value_reaches_the_wire() {
    for api in Api::ALL {
        for samples in [Samples::Required, Samples::All, Samples::Clear] {
            for call in built(api, samples) {
                for sent in &call.sent {
                    assert!(
                        call.has(sent),
                        "{}, {samples:?}: {sent:?} is not in {:?}",
                        call.id,
                        call.request
                    );
                }
            }
        }
    }
}

#[test]
fn nothing_else_reaches_the_wire() {
    for api in Api::ALL {
        let operations = document::operations(api);
        for samples in [Samples::Required, Samples::All, Samples::Clear] {
            for call in built(api, samples) {
                let names = call.names(|place| place == Place::Parameter);
                for (name, _) in call.request.query_pairs() {
                    assert!(names.contains(name.as_str()), "{}: {name}", call.id);
                }
                let names = call.names(|place| place == Place::Field);
                let fields: Vec<String> = match call.content_type() {
                    "application/json" => call
                        .json()
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(|(name, _)| name.clone())
                        .collect(),
                    "application/x-www-form-urlencoded" => {
                        call.form().into_iter().map(|(name, _)| name).collect()
                    }
                    _ => Vec::new(),
                };
                let constants = &operations[call.id].constants;
                for name in fields {
                    assert!(
                        names.contains(name.as_str()) || constants.contains(&name),
                        "{}: {name}",
                        call.id
                    );
                }
            }
        }
    }
}

#[test]
fn nullable_fields_can_be_cleared() {
    let cleared = |api| {
        let calls = built(api, Samples::Clear);
        calls
            .iter()
            .flat_map(|call| &call.sent)
            .filter(|sent| sent.value.is_null() && sent.place == Place::Field)
            .count()
    };
    // Most fields of the Frontend API's forms, and those of the Backend API that a caller may want to empty.
    assert!(cleared(Api::Frontend) > 200, "{}", cleared(Api::Frontend));
    assert!(cleared(Api::Backend) > 200, "{}", cleared(Api::Backend));
}

#[test]
fn lists_in_queries_follow_their_styles() {
    let query = |api, id: &str| {
        let calls = built(api, Samples::All);
        let call = calls.into_iter().find(|call| call.id == id).unwrap();
        call.request.query().unwrap().to_owned()
    };
    let client = Client::builder().base_url(BASE).build().unwrap();
    assert!(query(Api::Frontend, "requestOAuthAuthorize").contains("scope="));
    let call = client
        .oauth()
        .authorize("client-1", "https://app.example/cb");
    let request = call.scope(["openid", "email"]).request().unwrap();
    assert!(
        request.query().unwrap().contains("scope=openid%20email"),
        "{}",
        request.url()
    );
    let client = backend::Client::builder().base_url(BASE).build().unwrap();
    let request = client
        .users()
        .list()
        .email_address(["a@b.example", "c@d.example"])
        .request()
        .unwrap();
    assert_eq!(
        request.query(),
        Some("email_address=a%40b.example&email_address=c%40d.example")
    );
    let request = client
        .organization_domains()
        .list_all()
        .enrollment_mode(["automatic_invitation", "other"])
        .request()
        .unwrap();
    assert_eq!(
        request.query(),
        Some("enrollment_mode=automatic_invitation%2Cother")
    );
}

#[test]
fn everything_in_the_documents_can_be_sent() {
    let mut missing = Vec::new();
    for api in Api::ALL {
        let mut operations = document::operations(api);
        for call in built(api, Samples::All) {
            let operation = operations
                .remove(call.id)
                .unwrap_or_else(|| panic!("{} is not in the document", call.id));
            assert_eq!(
                operation.line,
                format!("{} {}", call.method, call.template),
                "{}",
                call.id
            );
            let parameters = call.names(|place| place == Place::Parameter);
            let fields = call.names(|place| matches!(place, Place::Field | Place::File));
            let parameters = operation
                .parameters
                .iter()
                .filter(|name| !parameters.contains(name.as_str()));
            let fields = operation
                .fields
                .iter()
                .filter(|name| !fields.contains(name.as_str()));
            missing.extend(
                parameters
                    .chain(fields)
                    .map(|name| format!("{} {name}", call.id)),
            );
        }
        assert!(operations.is_empty(), "{:?}", operations.keys());
    }
    assert_eq!(missing, [""; 0]);
}
