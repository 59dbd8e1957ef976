//! The parameters of an operation.

use openapiv3::{Operation, PathItem, QueryStyle, ReferenceOr};
use serde_json::Value;

use crate::ir::Place;
use crate::lower::inputs::InputDraft;
use crate::lower::operations::Reader;
use crate::node::Shape;
use crate::pointer::{self, escape};
use crate::schema;

impl Reader<'_, '_> {
    pub(super) fn parameters(&mut self, item: &PathItem, operation: &Operation) -> Vec<InputDraft> {
        let mut drafts: Vec<InputDraft> = Vec::new();
        let own = operation.parameters.iter().enumerate();
        let shared = item.parameters.iter().enumerate();
        let path_item = self
            .pointer
            .rsplit_once('/')
            .map(|(parent, _)| parent.to_owned());
        let located = own
            .map(|(index, parameter)| (format!("{}/parameters/{index}", self.pointer), parameter))
            .chain(shared.map(|(index, parameter)| {
                (
                    format!(
                        "{}/parameters/{index}",
                        path_item.as_deref().unwrap_or_default()
                    ),
                    parameter,
                )
            }));
        for (pointer, parameter) in located.collect::<Vec<_>>() {
            if let Some(draft) = self.parameter(parameter, &pointer) {
                // A parameter of the operation replaces the path item's.
                let known =
                    |other: &InputDraft| other.wire == draft.wire && other.place == draft.place;
                if !drafts.iter().any(known) {
                    drafts.push(draft);
                }
            }
        }
        drafts
    }

    fn parameter(
        &mut self,
        parameter: &ReferenceOr<openapiv3::Parameter>,
        pointer: &str,
    ) -> Option<InputDraft> {
        let (parameter, pointer) = match parameter {
            ReferenceOr::Item(parameter) => (parameter, pointer.to_owned()),
            ReferenceOr::Reference { reference } => {
                let components = self.document.components.as_ref();
                let found = pointer::component(reference, "parameters").and_then(|name| {
                    let parameter = components?.parameters.get(&name)?.as_item()?;
                    Some((
                        parameter,
                        format!("/components/parameters/{}", escape(&name)),
                    ))
                });
                if found.is_none() {
                    self.lowerer.error(
                        pointer,
                        format!("unresolved $ref `{reference}`"),
                        "a parameter under `#/components/parameters`",
                    );
                }
                found?
            }
        };
        let data = parameter.parameter_data_ref();
        let openapiv3::ParameterSchemaOrContent::Schema(schema) = &data.format else {
            self.lowerer.error(
                &format!("{pointer}/content"),
                "unsupported parameter `content`".to_owned(),
                "`schema`",
            );
            return None;
        };
        let mut node = self.lowerer.schema(schema, &format!("{pointer}/schema"));
        schema::mark_timestamp(&data.name, &mut node);
        self.types.settle(&mut node, self.lowerer);
        let is_list = matches!(node.shape, Shape::Array(_));
        let place = match parameter {
            openapiv3::Parameter::Path { .. } => Place::Path,
            openapiv3::Parameter::Header { .. } => Place::Header,
            openapiv3::Parameter::Query { style, .. } => match style {
                QueryStyle::SpaceDelimited if is_list => Place::QueryJoined(' '),
                QueryStyle::Form if is_list && data.explode == Some(false) => {
                    Place::QueryJoined(',')
                }
                QueryStyle::Form | QueryStyle::SpaceDelimited => Place::Query,
                QueryStyle::PipeDelimited | QueryStyle::DeepObject => {
                    self.lowerer.error(
                        &format!("{pointer}/style"),
                        format!("unsupported parameter style `{style:?}`"),
                        "`form`, `spaceDelimited`",
                    );
                    return None;
                }
            },
            openapiv3::Parameter::Cookie { .. } => {
                self.lowerer.error(
                    &format!("{pointer}/in"),
                    "unsupported parameter location `cookie`".to_owned(),
                    "`path`, `query`, `header`",
                );
                return None;
            }
        };
        let nested = matches!(
            node.shape,
            Shape::Object(_) | Shape::Map(_) | Shape::FreeForm | Shape::Page(_)
        );
        if nested || (is_list && !matches!(place, Place::Query | Place::QueryJoined(_))) {
            self.lowerer.error(
                &format!("{pointer}/schema"),
                format!("unsupported parameter type: {}", node.shape.describe()),
                "strings, numbers and booleans; in the query also lists of them",
            );
            return None;
        }
        let rename = data.extensions.get("x-rust-name").and_then(Value::as_str);
        Some(InputDraft {
            wire: data.name.clone(),
            rename: rename.map(str::to_owned),
            place,
            required: data.required || place == Place::Path,
            secret: data
                .extensions
                .get("x-rust-secret")
                .and_then(Value::as_bool)
                .or(node.notes.secret),
            deprecated: data.deprecated.unwrap_or(false) || node.notes.deprecated,
            description: data
                .description
                .clone()
                .or_else(|| node.notes.description.clone()),
            node,
        })
    }
}
