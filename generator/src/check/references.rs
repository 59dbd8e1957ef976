//! References: each points to a component of the right kind, and none leads back to itself.

use std::collections::HashMap;

use serde_json::Value;

use super::{Checker, Edge};
use crate::SpecError;
use crate::pointer::{self, Pointer};

/// Checks the value of a `$ref` that must name a component of `section`, and remembers it.
pub(super) fn reference(
    checker: &mut Checker<'_>,
    reference: &Value,
    section: &str,
    place: &Pointer,
) {
    if let Some(target) = target(checker, reference, section, place)
        && let Some(component) = checker.component.clone()
    {
        checker.edges.push(Edge {
            component,
            place: place.clone(),
            target,
        });
    }
}

/// Checks text that must name a component of `section`.
pub(super) fn target(
    checker: &mut Checker<'_>,
    reference: &Value,
    section: &str,
    place: &Pointer,
) -> Option<Pointer> {
    let Some(text) = reference.as_str() else {
        checker.expected(place, "a string", reference);
        return None;
    };
    let supported = format!("`#/components/{section}/NAME`");
    let Some(target) = Pointer::from_reference(text) else {
        checker.unsupported(place, format!("`$ref` `{text}` is not local"), supported);
        return None;
    };
    let segments: Vec<_> = target.segments().collect();
    if !matches!(segments.as_slice(), [components, found, _] if components == "components" && found == section)
    {
        checker.unsupported(
            place,
            format!("`$ref` `{text}` does not name a component of the kind needed here"),
            supported,
        );
        return None;
    }
    if pointer::get(checker.document, &target).is_none() {
        checker.error(place, format!("unresolved `$ref` `{text}`"));
        return None;
    }
    Some(target)
}

/// How far the search has come with a component.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// On the way from the component the search started from.
    Open,
    /// Everything it leads to has been seen.
    Done,
}

/// Reports every reference that leads back to a component it is inside of, once, with the chain.
///
/// Clerk's documents have no recursive types, and a chain of references that only leads back to
/// itself describes nothing.
pub(super) fn circular(checker: &mut Checker<'_>) {
    let edges = std::mem::take(&mut checker.edges);
    let mut leaving: HashMap<&Pointer, Vec<&Edge>> = HashMap::new();
    for edge in &edges {
        leaving.entry(&edge.component).or_default().push(edge);
    }
    let mut states: HashMap<&Pointer, State> = HashMap::new();
    for start in edges.iter().map(|edge| &edge.component) {
        if states.contains_key(start) {
            continue;
        }
        states.insert(start, State::Open);
        // Not recursive: a chain may be as long as the document.
        let mut way = vec![(start, 0)];
        while let Some((component, next)) = way.last_mut() {
            let component = *component;
            let edge = leaving
                .get(component)
                .and_then(|edges| edges.get(*next))
                .copied();
            *next += 1;
            let Some(edge) = edge else {
                states.insert(component, State::Done);
                way.pop();
                continue;
            };
            match states.get(&edge.target) {
                Some(State::Done) => {}
                Some(State::Open) => {
                    let chain = way
                        .iter()
                        .map(|(component, _)| *component)
                        .skip_while(|component| **component != edge.target)
                        .map(|component| format!("#{component}"));
                    let error = SpecError::new(
                        checker.name,
                        &edge.place,
                        format!("circular `$ref` to `#{}`", edge.target),
                    )
                    .via(chain)
                    .help("references that do not lead back to themselves");
                    checker.errors.push(error);
                }
                None => {
                    states.insert(&edge.target, State::Open);
                    way.push((&edge.target, 0));
                }
            }
        }
    }
}
