//! What an operation answers.

use std::collections::BTreeMap;

use openapiv3::{Operation, ReferenceOr, Response, StatusCode};

use crate::ir::{Place, Statuses};
use crate::lower::inputs::InputDraft;
use crate::lower::operations::{JsonDraft, OutputDraft, Reader, essence};
use crate::node::{Node, Shape};
use crate::pointer::{self, escape};
use crate::schema;
use crate::unite;

impl Reader<'_, '_> {
    pub(super) fn responses(
        &mut self,
        operation: &Operation,
        inputs: &[InputDraft],
    ) -> (OutputDraft, bool, Statuses) {
        let mut statuses = Statuses::default();
        let mut bodies: BTreeMap<u16, Option<SuccessBody>> = BTreeMap::new();
        for (status, response) in &operation.responses.responses {
            let StatusCode::Code(code) = status else {
                self.lowerer.error(
                    &format!("{}/responses", self.pointer),
                    format!("unsupported status `{status}`"),
                    "three-digit status codes",
                );
                continue;
            };
            match code {
                200..=299 => {
                    statuses.success.push(*code);
                    let body = self.success(*code, response);
                    bodies.insert(*code, body);
                }
                300..=399 => statuses.redirect.push(*code),
                _ => statuses.error.push(*code),
            }
        }
        statuses.success.sort_unstable();
        statuses.redirect.sort_unstable();
        statuses.error.sort_unstable();

        let any_empty = bodies.values().any(Option::is_none);
        let mut json: Option<Node> = None;
        let mut text = false;
        for body in bodies.into_values().flatten() {
            match body {
                SuccessBody::Text => text = true,
                SuccessBody::Json(node) => {
                    json = Some(match json {
                        None => *node,
                        Some(known) => match unite::nodes(&known, &node) {
                            Ok(united) => united,
                            Err(conflict) => {
                                self.lowerer.error(
                                    &conflict.pointer,
                                    format!(
                                        "two success bodies cannot be united: {}",
                                        conflict.message
                                    ),
                                    "one type of body for all 2xx statuses",
                                );
                                known
                            }
                        },
                    });
                }
            }
        }
        let output = match json {
            Some(node) => return self.json_output(node, any_empty, inputs, statuses),
            None if text => OutputDraft::Text,
            None if !statuses.redirect.is_empty() => OutputDraft::Redirect,
            None => OutputDraft::Nothing,
        };
        (output, false, statuses)
    }

    fn json_output(
        &mut self,
        node: Node,
        any_empty: bool,
        inputs: &[InputDraft],
        statuses: Statuses,
    ) -> (OutputDraft, bool, Statuses) {
        let resolved = self.lowerer.deref(&node);
        let mut client = None;
        let (mut node, wrapped) = match schema::envelope_response(&resolved.shape) {
            Some(response) => {
                if let Shape::Object(object) = &resolved.shape {
                    client = object
                        .properties
                        .get("client")
                        .map(|property| property.node.clone());
                }
                (response.clone(), true)
            }
            None => (node, false),
        };
        self.types.settle(&mut node, self.lowerer);
        if let Some(client) = &mut client {
            self.types.settle(client, self.lowerer);
        }
        let has = |name: &str| {
            inputs
                .iter()
                .any(|input| input.place == Place::Query && input.wire == name)
        };
        // Servers answer such a list as an array or as a page, depending on `paginated` and their version.
        if let Shape::Array(item) = &node.shape
            && (has("paginated") || (has("limit") && has("offset")))
        {
            node.shape = Shape::Page(item.clone());
        }
        let optional = any_empty || node.nullable;
        (
            OutputDraft::Json(Box::new(JsonDraft {
                node,
                optional,
                client,
            })),
            wrapped,
            statuses,
        )
    }

    fn success(&mut self, code: u16, response: &ReferenceOr<Response>) -> Option<SuccessBody> {
        let (response, pointer) = match response {
            ReferenceOr::Item(response) => (response, format!("{}/responses/{code}", self.pointer)),
            ReferenceOr::Reference { reference } => {
                let components = self.document.components.as_ref();
                let found = pointer::component(reference, "responses").and_then(|name| {
                    let response = components?.responses.get(&name)?.as_item()?;
                    Some((response, format!("/components/responses/{}", escape(&name))))
                });
                if found.is_none() {
                    self.lowerer.error(
                        &format!("{}/responses/{code}", self.pointer),
                        format!("unresolved $ref `{reference}`"),
                        "a response under `#/components/responses`",
                    );
                }
                found?
            }
        };
        let (media_type, media) = response.content.first()?;
        let location = format!("{pointer}/content/{}", escape(media_type));
        if response.content.len() > 1 {
            self.lowerer.error(
                &format!("{pointer}/content"),
                "unsupported response with several media types".to_owned(),
                "one media type",
            );
        }
        match essence(media_type) {
            "application/json" => {
                let schema = media.schema.as_ref()?;
                let node = self.lowerer.schema(schema, &format!("{location}/schema"));
                Some(SuccessBody::Json(Box::new(node)))
            }
            "text/html" | "text/plain" => Some(SuccessBody::Text),
            _ => {
                self.lowerer.error(
                    &location,
                    format!("unsupported response media type `{media_type}`"),
                    "`application/json`, `text/html`, `text/plain`",
                );
                None
            }
        }
    }
}

/// The body of a successful answer.
enum SuccessBody {
    Text,
    Json(Box<Node>),
}
