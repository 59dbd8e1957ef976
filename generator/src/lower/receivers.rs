//! Operations that a model has as methods too (`x-rust-on`): `account.reauthorize(&client, ..)`.

use std::collections::BTreeSet;

use crate::error::SpecError;
use crate::ir::{Model, ModelKind, Operation, Place, Presence, Resource, Type};

/// Reports every receiver that cannot have its method.
pub(crate) fn check(
    resources: &[Resource],
    models: &[Model],
    document: &str,
    errors: &mut Vec<SpecError>,
) {
    let mut taken: BTreeSet<(&str, &str)> = BTreeSet::new();
    for operation in resources.iter().flat_map(|resource| &resource.operations) {
        let Some(receiver) = &operation.receiver else {
            continue;
        };
        let reason = if !models.iter().any(|model| has_id(model, receiver)) {
            Some(format!(
                "there is no object `{receiver}` with a required text `id`"
            ))
        } else if !takes_one_id(operation) {
            Some(format!(
                "`{}` does not take one id and at most three more inputs",
                operation.id
            ))
        } else if !taken.insert((receiver, &operation.method)) {
            Some(format!(
                "`{receiver}` has a method `{}` already",
                operation.method
            ))
        } else {
            None
        };
        if let Some(reason) = reason {
            errors.push(
                SpecError::new(
                    document,
                    format!("{}/x-rust-on", operation.pointer),
                    format!(
                        "`{}` cannot be a method of `{receiver}`: {reason}",
                        operation.id
                    ),
                )
                .help("operations on one object that has an id"),
            );
        }
    }
}

fn has_id(model: &Model, name: &str) -> bool {
    let ModelKind::Struct(structure) = &model.kind else {
        return false;
    };
    model.name == name
        && structure.fields.iter().any(|field| {
            field.ident == "id"
                && field.ty == Type::Text
                && matches!(field.presence, Presence::Required | Presence::Essential)
        })
}

fn takes_one_id(operation: &Operation) -> bool {
    let in_path = |place: Place| place == Place::Path;
    operation
        .required
        .iter()
        .filter(|input| in_path(input.place))
        .count()
        == 1
        && !operation.takes_params()
}
