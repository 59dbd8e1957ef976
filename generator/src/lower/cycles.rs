//! Structs that would contain themselves.

use std::collections::BTreeMap;

use crate::ir::{Model, ModelKind, Type};

/// Boxes the fields that would make a struct contain itself.
pub(super) fn box_cycles(models: &mut [Model]) {
    let index: BTreeMap<String, usize> = models
        .iter()
        .enumerate()
        .map(|(position, model)| (model.name.clone(), position))
        .collect();
    let mut finished = vec![false; models.len()];
    for start in 0..models.len() {
        let mut path = Vec::new();
        visit(start, models, &index, &mut finished, &mut path);
    }
}

fn visit(
    position: usize,
    models: &mut [Model],
    index: &BTreeMap<String, usize>,
    finished: &mut [bool],
    path: &mut Vec<usize>,
) {
    if finished.get(position).copied().unwrap_or(true) {
        return;
    }
    path.push(position);
    let mut next = Vec::new();
    if let Some(Model {
        kind: ModelKind::Struct(structure),
        ..
    }) = models.get_mut(position)
    {
        for field in &mut structure.fields {
            let Some(target) = by_value(&field.ty).and_then(|name| index.get(name).copied()) else {
                continue;
            };
            if path.contains(&target) {
                field.boxed = true;
            } else {
                next.push(target);
            }
        }
    }
    for target in next {
        visit(target, models, index, finished, path);
    }
    path.pop();
    if let Some(done) = finished.get_mut(position) {
        *done = true;
    }
}

/// The struct that a field of this type holds in itself; lists and maps hold theirs on the heap.
fn by_value(ty: &Type) -> Option<&str> {
    match ty {
        Type::Model(name) => Some(name),
        Type::Optional(inner) => by_value(inner),
        _ => None,
    }
}
