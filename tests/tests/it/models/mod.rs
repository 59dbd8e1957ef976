//! Every model of both APIs, mutated in every way in which servers differ from documents: what is read, what is told,
//! and what is refused. Bodies and expectations are made from the corrected documents.

mod calls;
mod mutations;
pub(crate) mod places;
pub(crate) mod samples;
pub(crate) mod types;

use std::collections::BTreeMap;

use clerk_frontend::DriftKind;
use clerk_frontend_tests::Api;
use clerk_frontend_tests::table::Check;

use crate::document;
use mutations::{Mutation, Mutations, Outcome};
use places::{Place, Step};
use samples::Extent;
use types::{Kind, Type, Types};

/// How many places deep inside a whole answer are mutated, beside all those of the answer itself.
const DEEP_PLACES: usize = 3;

/// The client that comes along is the same everywhere: it is mutated in one of so many answers.
const EVERY: usize = 8;

/// Something that a body is read as.
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) ty: Type,
    pub(crate) check: Check,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Schema,
    Operation,
}

/// Every schema and every answer of an API.
pub(crate) fn models(api: Api, types: &Types) -> Vec<Model> {
    let schemas = api.schemas().iter().map(|entry| Model {
        name: entry.schema.to_owned(),
        origin: Origin::Schema,
        ty: types.of_schema(entry.schema),
        check: entry.check,
    });
    let document = document::corrected(api);
    let operations = document::all_operations(&document).filter_map(|operation| {
        let id = operation["operationId"].as_str().unwrap();
        Some(Model {
            name: id.to_owned(),
            origin: Origin::Operation,
            ty: types.of_operation(operation)?,
            check: api.response(id).unwrap().check,
        })
    });
    schemas.chain(operations).collect()
}

/// How many components a place is inside of.
fn components_around(place: &Place, places: &[Place]) -> usize {
    let is_around = |other: &&Place| {
        matches!(other.ty.kind, Kind::Component(_))
            && other.way.len() < place.way.len()
            && place.way.starts_with(&other.way)
    };
    places.iter().filter(is_around).count()
}

fn mutate_all(api: Api) {
    let types = Types::new(document::corrected(api));
    let models = models(api, &types);
    let mut failures = Vec::new();
    let mut cases = 0;
    for (index, model) in models.iter().enumerate() {
        let full = types.sample(&model.ty, Extent::Full);
        let own = types.sample(&model.ty, Extent::Own);
        let mut mutations = Mutations::new(&types, &model.ty, &own);
        let is_component = matches!(model.ty.kind, Kind::Component(_));
        let places = types.places(&model.ty, &own);
        for place in &places {
            let steps = place.way.as_slice();
            if matches!(steps, [Step::Key(key), _, ..] if key == "client") && index % EVERY != 0 {
                continue;
            }
            match (model.origin, components_around(place, &places)) {
                // A component is read the same wherever it is used; that it is used here is what is to be seen.
                (Origin::Operation, 1) => mutations.add_presence(place),
                (_, inside) if inside <= usize::from(is_component) => mutations.add(place),
                _ => {}
            }
        }
        let mut all = mutations.finish();
        let mut mutations = Mutations::new(&types, &model.ty, &full);
        let places = types.places(&model.ty, &full);
        let deep = match model.origin {
            Origin::Schema => DEEP_PLACES,
            Origin::Operation => 1,
        };
        for number in 0..deep.min(places.len()) {
            mutations.add(&places[(index * 7919 + number * places.len() / deep) % places.len()]);
        }
        all.extend(mutations.finish());
        for sample in [full, own] {
            all.push(Mutation {
                what: "whole".to_owned(),
                body: sample.to_string(),
                outcome: Outcome::Same(sample),
            });
        }
        cases += all.len();
        for mutation in all {
            if let Err(wrong) = run(model, &mutation) {
                failures.push(format!("{}: {}: {wrong}", model.name, mutation.what));
            }
        }
    }
    println!("{api:?}: models: {}, cases: {cases}", models.len());
    let shown: Vec<&str> = failures.iter().take(40).map(String::as_str).collect();
    assert!(
        failures.is_empty(),
        "{} of {cases}:\n{}",
        failures.len(),
        shown.join("\n")
    );
}

fn run(model: &Model, mutation: &Mutation) -> Result<(), String> {
    let read = (model.check)(mutation.body.as_bytes());
    let (read, expected) = match (read, &mutation.outcome) {
        (Err(failure), Outcome::Refused(path)) if failure.path == *path => return Ok(()),
        (Err(failure), outcome) => return Err(format!("{failure:?}, not {outcome:?}")),
        (Ok(read), Outcome::Refused(path)) => {
            return Err(format!("read, not refused at {path}: {:?}", read.drift));
        }
        (Ok(read), Outcome::Read(drift)) => (read, drift.clone()),
        (Ok(read), Outcome::Same(_)) => (read, Vec::new()),
    };
    let found = tally(read.drift.iter().map(|drift| (drift.kind, &*drift.path)));
    let expected = tally(expected.iter().map(|(kind, path)| (*kind, &**path)));
    if found != expected {
        return Err(format!("told {found:?}, not {expected:?}"));
    }
    let written = read.written.unwrap();
    if let Outcome::Same(body) = &mutation.outcome {
        let same = (model.check)(body.to_string().as_bytes());
        if same.map(|same| same.written).ok() != Some(Some(written.clone())) {
            return Err(format!("not read as {body}"));
        }
    }
    let again = (model.check)(written.to_string().as_bytes())
        .map_err(|failure| format!("what was written is not read: {failure:?}"))?;
    match again.written == Some(written) {
        true => Ok(()),
        false => Err("not the same when read again".to_owned()),
    }
}

fn tally<'d>(drift: impl Iterator<Item = (DriftKind, &'d str)>) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for (kind, path) in drift {
        *tally.entry(format!("{path}: {kind}")).or_default() += 1;
    }
    tally
}

#[test]
fn every_model_of_the_frontend_api_survives_mutation() {
    mutate_all(Api::Frontend);
}

#[test]
fn every_model_of_the_backend_api_survives_mutation() {
    mutate_all(Api::Backend);
}
