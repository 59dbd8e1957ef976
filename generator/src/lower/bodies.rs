//! The request body of an operation.

use openapiv3::{Operation, ReferenceOr, RequestBody};

use crate::ir::{Body, Format};
use crate::lower::inputs::{self, InputDraft};
use crate::lower::operations::{Reader, essence};
use crate::node::{Node, Shape};
use crate::pointer::escape;
use crate::unite;

impl Reader<'_, '_> {
    pub(super) fn body(&mut self, operation: &Operation, inputs: &mut Vec<InputDraft>) -> Body {
        let Some(body) = &operation.request_body else {
            return Body::default();
        };
        let Some((body, pointer)) = self.resolve_body(body) else {
            return Body::default();
        };
        let mut formats: Vec<Format> = Vec::new();
        let mut fields: Option<(Format, Node)> = None;
        for (media_type, media) in &body.content {
            let location = format!("{pointer}/content/{}", escape(media_type));
            let Some(format) = format_of(media_type) else {
                self.lowerer.error(
                    &location,
                    format!("unsupported request media type `{media_type}`"),
                    "`application/json`, `application/x-www-form-urlencoded`, `multipart/form-data`, \
                     `application/octet-stream`",
                );
                continue;
            };
            formats.push(format);
            let Some(schema) = &media.schema else {
                continue;
            };
            let node = self.lowerer.schema(schema, &format!("{location}/schema"));
            let node = self.lowerer.deref(&node);
            if format == Format::OctetStream {
                continue;
            }
            fields = Some(match fields {
                None => (format, node),
                Some((first, known)) => match unite::nodes(&known, &node) {
                    Ok(united) => (first.min(format), united),
                    Err(conflict) => {
                        self.lowerer.error(
                            &conflict.pointer,
                            format!("the bodies of two media types differ: {}", conflict.message),
                            "the same fields in every media type",
                        );
                        (first, known)
                    }
                },
            });
        }
        formats.sort();
        let mut has_required_field = false;
        let mut open = false;
        match fields {
            Some((format, node)) => {
                let before = inputs.len();
                open = inputs::body_inputs(node, format, self.lowerer, self.types, inputs);
                has_required_field = inputs.iter().skip(before).any(|input| input.required);
            }
            // A raw upload alone.
            None if !formats.is_empty() => {
                inputs.push(InputDraft::file("file", Node::new(Shape::Any, pointer)));
                has_required_field = true;
            }
            None => {}
        }
        Body {
            formats,
            required: body.required || has_required_field,
            open,
        }
    }

    fn resolve_body<'b>(
        &mut self,
        body: &'b ReferenceOr<RequestBody>,
    ) -> Option<(&'b RequestBody, String)>
    where
        Self: 'b,
    {
        match body {
            ReferenceOr::Item(body) => Some((body, format!("{}/requestBody", self.pointer))),
            ReferenceOr::Reference { reference } => {
                let pointer = format!("{}/requestBody", self.pointer);
                self.lowerer.error(
                    &pointer,
                    format!("unsupported $ref of a request body `{reference}`"),
                    "request bodies in place",
                );
                None
            }
        }
    }
}

fn format_of(media_type: &str) -> Option<Format> {
    match essence(media_type) {
        "application/json" => Some(Format::Json),
        "application/x-www-form-urlencoded" => Some(Format::Form),
        "multipart/form-data" => Some(Format::Multipart),
        "application/octet-stream" => Some(Format::OctetStream),
        _ => None,
    }
}
