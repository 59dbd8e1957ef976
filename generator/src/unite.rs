//! Unites two schemas into one that describes the values of both.

use indexmap::IndexMap;

use crate::node::{Enum, Node, Notes, Object, Property, Shape};

/// Why two schemas cannot be one type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conflict {
    /// The later of the two places.
    pub pointer: String,
    pub message: String,
}

/// A schema for the values of `left` and those of `right`.
pub(crate) fn nodes(left: &Node, right: &Node) -> Result<Node, Conflict> {
    let shape = shapes(left, right)?;
    Ok(Node {
        shape,
        nullable: left.nullable || right.nullable,
        notes: notes(&left.notes, &right.notes),
        pointer: left.pointer.clone(),
    })
}

fn notes(left: &Notes, right: &Notes) -> Notes {
    Notes {
        description: left
            .description
            .clone()
            .or_else(|| right.description.clone()),
        deprecated: left.deprecated && right.deprecated,
        facts: if left.facts == right.facts {
            left.facts.clone()
        } else {
            Vec::new()
        },
        maximum: left
            .maximum
            .zip(right.maximum)
            .map(|(left, right)| left.max(right)),
        typed: left.typed || right.typed,
        name: left.name.clone().or_else(|| right.name.clone()),
        // A secret of one is a secret.
        secret: match (left.secret, right.secret) {
            (Some(left), Some(right)) => Some(left || right),
            (left, right) => left.or(right),
        },
        // Essential in one place only would fail on the values of the other.
        essential: left.essential && right.essential,
        shared: left.shared || right.shared,
    }
}

fn shapes(left: &Node, right: &Node) -> Result<Shape, Conflict> {
    use Shape::{
        Any, Array, Bool, ClerkError, Component, Enum, FreeForm, Integer, Map, Named, Number,
        Object, Page, Text, Timestamp,
    };
    Ok(match (&left.shape, &right.shape) {
        (Any, _) | (_, Any) => Any,
        (Bool, Bool) => Bool,
        (Integer, Integer) => Integer,
        (Timestamp, Timestamp | Integer | Number) | (Integer | Number, Timestamp) => Timestamp,
        (Number, Number | Integer) | (Integer, Number) => Number,
        (ClerkError, ClerkError | FreeForm) | (FreeForm, ClerkError) => ClerkError,
        (Text(one), Text(other)) => Text(one.clone().filter(|_| one == other)),
        // An open enum holds any text; a constant tells nothing about the other texts.
        (Enum(values), Text(_)) | (Text(_), Enum(values)) if values.values.len() > 1 => {
            Enum(values.clone())
        }
        (Enum(_), Text(_)) | (Text(_), Enum(_)) => Text(None),
        (Enum(one), Enum(other)) => Enum(enums(one, other)),
        (FreeForm, FreeForm) => FreeForm,
        // Nothing is known of a free-form object, so the other one says more.
        (FreeForm, other @ (Object(_) | Map(_) | Named(_) | Component(_)))
        | (other @ (Object(_) | Map(_) | Named(_) | Component(_)), FreeForm) => other.clone(),
        (Array(one), Array(other)) => Array(Box::new(nodes(one, other)?)),
        (Map(one), Map(other)) => Map(Box::new(nodes(one, other)?)),
        (Page(one), Page(other) | Array(other)) | (Array(one), Page(other)) => {
            Page(Box::new(nodes(one, other)?))
        }
        (Object(one), Object(other)) => Object(objects(one, other)?),
        (Named(one), Named(other)) | (Component(one), Component(other)) if one == other => {
            left.shape.clone()
        }
        (one, other) => {
            return Err(Conflict {
                pointer: right.pointer.clone(),
                message: format!(
                    "{} here, {} at #{}",
                    other.describe(),
                    one.describe(),
                    left.pointer
                ),
            });
        }
    })
}

fn enums(left: &Enum, right: &Enum) -> Enum {
    let mut united = left.clone();
    for value in &right.values {
        if !united.values.contains(value) {
            united.values.push(value.clone());
        }
    }
    for (value, name) in &right.variants {
        united
            .variants
            .entry(value.clone())
            .or_insert_with(|| name.clone());
    }
    united
}

fn objects(left: &Object, right: &Object) -> Result<Object, Conflict> {
    let mut properties: IndexMap<String, Property> = IndexMap::new();
    for (name, property) in &left.properties {
        let united = match right.properties.get(name) {
            Some(other) => Property {
                node: nodes(&property.node, &other.node)
                    .map_err(|conflict| at_property(name, conflict))?,
                required: property.required && other.required,
            },
            None => optional(property),
        };
        properties.insert(name.clone(), united);
    }
    for (name, property) in &right.properties {
        if !left.properties.contains_key(name) {
            properties.insert(name.clone(), optional(property));
        }
    }
    let mut members = left.members.clone();
    for member in &right.members {
        if !members.contains(member) {
            members.push(member.clone());
        }
    }
    Ok(Object {
        properties,
        open: left.open || right.open,
        members,
    })
}

/// A property that only one of the united objects has.
fn optional(property: &Property) -> Property {
    let mut property = property.clone();
    property.required = false;
    property.node.notes.essential = false;
    property
}

fn at_property(name: &str, conflict: Conflict) -> Conflict {
    if conflict.message.starts_with('`') {
        return conflict;
    }
    Conflict {
        message: format!("`{name}` is {}", conflict.message),
        ..conflict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(properties: &[(&str, Shape, bool)]) -> Node {
        let properties = properties
            .iter()
            .map(|(name, shape, required)| {
                let node = Node::new(shape.clone(), format!("/{name}"));
                (
                    (*name).to_owned(),
                    Property {
                        node,
                        required: *required,
                    },
                )
            })
            .collect();
        Node::new(
            Shape::Object(Object {
                properties,
                open: false,
                members: Vec::new(),
            }),
            "/object",
        )
    }

    fn constant(value: &str) -> Shape {
        Shape::Enum(Enum {
            values: vec![value.to_owned()],
            variants: IndexMap::new(),
        })
    }

    #[test]
    fn properties_of_one_member_become_optional() {
        let left = object(&[("id", Shape::Text(None), true), ("a", Shape::Bool, true)]);
        let right = object(&[("id", Shape::Text(None), true), ("b", Shape::Bool, true)]);
        let expected = object(&[
            ("id", Shape::Text(None), true),
            ("a", Shape::Bool, false),
            ("b", Shape::Bool, false),
        ]);
        assert_eq!(nodes(&left, &right), Ok(expected));
    }

    #[test]
    fn constants_become_an_enum() {
        let left = object(&[("status", constant("verified"), true)]);
        let right = object(&[("status", constant("unverified"), true)]);
        let united = nodes(&left, &right).unwrap();
        let Shape::Object(united) = united.shape else {
            panic!("an object")
        };
        let Shape::Enum(status) = &united.properties["status"].node.shape else {
            panic!("an enum")
        };
        assert_eq!(status.values, ["verified", "unverified"]);
    }

    #[test]
    fn a_conflict_names_the_property_and_both_types() {
        let left = object(&[("amount", Shape::Integer, true)]);
        let right = object(&[("amount", Shape::FreeForm, true)]);
        assert_eq!(
            nodes(&left, &right),
            Err(Conflict {
                pointer: "/amount".to_owned(),
                message: "`amount` is object here, integer at #/amount".to_owned(),
            })
        );
    }
}
