//! What callers put into a request: parameters and body fields.

use crate::ir::{Format, Input, Place, Type};
use crate::lower::models;
use crate::node::{Node, Shape};
use crate::schema::Lowerer;
use crate::secrets;
use crate::types::Types;
use crate::words;

/// A parameter or body field before its types are named.
pub(crate) struct InputDraft {
    pub wire: String,
    /// `x-rust-name` of the parameter or field.
    pub rename: Option<String>,
    pub place: Place,
    pub required: bool,
    pub secret: Option<bool>,
    pub deprecated: bool,
    pub description: Option<String>,
    pub node: Node,
}

impl InputDraft {
    /// A file part called `name`.
    pub(crate) fn file(name: &str, node: Node) -> Self {
        Self {
            wire: name.to_owned(),
            rename: None,
            place: Place::File,
            required: true,
            secret: Some(false),
            deprecated: false,
            description: None,
            node,
        }
    }

    /// The one value the field can have, if callers need not give it.
    pub(crate) fn constant(&self) -> Option<&str> {
        match &self.node.shape {
            Shape::Enum(values) if self.required && self.place == Place::Field => {
                match values.values.as_slice() {
                    [value] => Some(value),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The input as the emitters see it.
    pub(crate) fn input(&self, types: &Types) -> Input {
        let ty = match self.place {
            Place::File => Type::File,
            _ => models::type_of(&self.node, types),
        };
        let nullable = self.node.nullable && matches!(self.place, Place::Field);
        let is_text = matches!(ty, Type::Text);
        let name = self
            .rename
            .clone()
            .unwrap_or_else(|| words::snake(&self.wire));
        Input {
            wire: self.wire.clone(),
            ident: words::identifier(&name),
            place: self.place,
            ty,
            nullable,
            secret: self
                .secret
                .unwrap_or(is_text && secrets::by_name(&words::snake(&self.wire))),
            deprecated: self.deprecated,
            description: self.description.clone(),
            facts: self.node.notes.facts.clone(),
            maximum: self.node.notes.maximum,
        }
    }
}

/// Adds the fields of a body to `inputs`; returns whether the body takes fields it does not name.
pub(crate) fn body_inputs(
    node: Node,
    format: Format,
    lowerer: &mut Lowerer<'_>,
    types: &mut Types,
    inputs: &mut Vec<InputDraft>,
) -> bool {
    let pointer = node.pointer.clone();
    match node.shape {
        Shape::Object(object) => {
            for (wire, property) in object.properties {
                let mut node = property.node;
                let is_file = format == Format::Multipart
                    && matches!(&node.shape, Shape::Text(Some(format)) if format == "binary");
                relax_open_objects(&mut node);
                types.settle(&mut node, lowerer);
                let notes = node.notes.clone();
                let is_type = matches!(node.shape, Shape::Named(_));
                inputs.push(InputDraft {
                    wire,
                    rename: notes.name.filter(|_| !is_type),
                    place: if is_file { Place::File } else { Place::Field },
                    required: property.required,
                    secret: notes.secret,
                    deprecated: notes.deprecated,
                    description: notes.description,
                    node,
                });
            }
            object.open
        }
        Shape::FreeForm => true,
        Shape::Array(item) if format == Format::Json => {
            let mut node = Node::new(Shape::Array(item), pointer);
            relax_open_objects(&mut node);
            types.settle(&mut node, lowerer);
            inputs.push(InputDraft {
                wire: "items".to_owned(),
                rename: None,
                place: Place::Items,
                required: true,
                secret: Some(false),
                deprecated: false,
                description: None,
                node,
            });
            false
        }
        other => {
            lowerer.error(
                &pointer,
                format!("unsupported request body: {}", other.describe()),
                "an object, or in JSON an array",
            );
            false
        }
    }
}

/// Callers may send more than the named properties of an open object, so they build it freely.
fn relax_open_objects(node: &mut Node) {
    match &mut node.shape {
        Shape::Object(object) if object.open => node.shape = Shape::FreeForm,
        Shape::Object(object) => {
            for property in object.properties.values_mut() {
                relax_open_objects(&mut property.node);
            }
        }
        Shape::Array(item) | Shape::Map(item) => relax_open_objects(item),
        _ => {}
    }
}
