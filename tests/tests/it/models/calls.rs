//! An answer of the wrong type through a client: the error says which operation it was, and where.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use clerk_frontend::Value;
use clerk_frontend_tests::input::Samples;
use clerk_frontend_tests::table::CallEntry;
use clerk_frontend_tests::{Api, backend_calls, frontend_calls};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::places::{Step, at, path};
use super::samples::Extent;
use super::types::{Kind, Types};
use super::{Model, Origin, models};
use crate::document;
use crate::mock::Server;
use crate::operations::prepare;

/// So many fields of an answer are tried, beside the answer itself.
const FIELDS: usize = 4;

/// Bodies with a value of a type that nothing there can have, and its place.
fn wrong(types: &Types, model: &Model) -> Vec<(Vec<Step>, Value)> {
    let sample = types.sample(&model.ty, Extent::Own);
    let places = types.places(&model.ty, &sample);
    let typed = places.into_iter().filter(|place| place.kind != Kind::Any);
    typed
        .take(FIELDS + 1)
        .map(|place| {
            let mut body = sample.clone();
            *at(&mut body, &place.way) = match place.kind {
                Kind::Bool => json!("true"),
                _ => json!(true),
            };
            (place.way, body)
        })
        .collect()
}

async fn refuse_all<C>(api: Api, calls: &[CallEntry<C>], client: impl Fn(&Server) -> C) {
    let types = Types::new(document::corrected(api));
    let models: BTreeMap<String, Model> = models(api, &types)
        .into_iter()
        .filter(|model| model.origin == Origin::Operation)
        .map(|model| (model.name.clone(), model))
        .collect();
    let next = Arc::new(Mutex::new(ResponseTemplate::new(200)));
    let answer = Arc::clone(&next);
    let server =
        Server::answering(move |_: &wiremock::Request| answer.lock().unwrap().clone()).await;
    let client = client(&server);
    let (mut operations, mut cases) = (0, 0);
    for entry in calls {
        let Some(model) = models.get(entry.operation_id) else {
            continue;
        };
        operations += 1;
        let status = api.response(entry.operation_id).unwrap().statuses[0];
        for (way, body) in wrong(&types, model) {
            cases += 1;
            *next.lock().unwrap() = ResponseTemplate::new(status).set_body_json(body);
            let (prepared, _) = prepare(entry, &client, Samples::Required);
            let error = prepared.answer.await.unwrap_err();
            assert!(error.is_decode(), "{entry:?}: {error}");
            assert_eq!(error.operation_id(), Some(entry.operation_id));
            assert_eq!(error.json_path(), Some(&*path(&way)), "{entry:?}: {error}");
        }
    }
    assert_eq!(operations, models.len());
    println!("{api:?}: operations called: {operations}, cases: {cases}");
}

#[tokio::test]
async fn errors_of_the_frontend_api_say_operation_and_place() {
    refuse_all(Api::Frontend, frontend_calls(), Server::frontend).await;
}

#[tokio::test]
async fn errors_of_the_backend_api_say_operation_and_place() {
    refuse_all(Api::Backend, backend_calls(), Server::backend).await;
}
