//! Operations with their schemas lowered, before anything is named.

use openapiv3::{OpenAPI, Operation, PathItem, ReferenceOr, SecurityRequirement, SecurityScheme};
use serde_json::Value;

use crate::ir::{Auth, Body, Statuses, Verb};
use crate::lower::inputs::InputDraft;
use crate::node::Node;
use crate::pointer::escape;
use crate::schema::Lowerer;
use crate::types::{Direction, Types};
use crate::words;

/// An operation whose schemas are settled but whose inline types have no names yet.
pub(crate) struct Draft {
    pub id: String,
    pub verb: Verb,
    pub path: String,
    pub tags: Vec<String>,
    pub description: Option<String>,
    pub deprecated: bool,
    pub auth: Auth,
    pub inputs: Vec<InputDraft>,
    pub body: Body,
    pub output: OutputDraft,
    pub wrapped: bool,
    pub statuses: Statuses,
    pub pointer: String,
    /// `x-rust-resource` or `x-speakeasy-group`.
    pub resource: Option<String>,
    /// `x-rust-method` or `x-speakeasy-name-override`.
    pub method: Option<String>,
    /// `x-rust-on`: the model that has the method too.
    pub receiver: Option<String>,
}

/// What a successful call gives.
pub(crate) enum OutputDraft {
    Nothing,
    Redirect,
    Text,
    Json(Box<JsonDraft>),
}

/// A JSON answer.
pub(crate) struct JsonDraft {
    pub node: Node,
    /// Whether an empty answer is documented beside the body.
    pub optional: bool,
    /// The client of the envelope, if there is one.
    pub client: Option<Node>,
}

impl Draft {
    /// Names the types that only this operation uses.
    pub(crate) fn name_inline(&mut self, types: &mut Types) {
        let parent = words::camel(&self.id);
        for input in &mut self.inputs {
            types.name_inline(&mut input.node, &parent, &input.wire, Direction::Input);
        }
        if let OutputDraft::Json(json) = &mut self.output {
            types.name_inline(&mut json.node, &parent, "response", Direction::Output);
            if let Some(client) = &mut json.client {
                types.name_inline(client, &parent, "client", Direction::Output);
            }
        }
    }
}

/// Every operation of the document, in document order.
pub(crate) fn drafts<'a>(
    document: &'a OpenAPI,
    lowerer: &mut Lowerer<'a>,
    types: &mut Types,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (path, item) in &document.paths.paths {
        let ReferenceOr::Item(item) = item else {
            lowerer.error(
                &format!("/paths/{}", escape(path)),
                "unsupported $ref of a path item".to_owned(),
                "path items in place",
            );
            continue;
        };
        for (verb, operation) in operations(item) {
            let pointer = format!(
                "/paths/{}/{}",
                escape(path),
                verb.as_str().to_ascii_lowercase()
            );
            let mut reader = Reader {
                document,
                lowerer,
                types,
                pointer,
            };
            drafts.push(reader.draft(path, verb, item, operation));
        }
    }
    drafts
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Verb, &Operation)> {
    [
        (Verb::Get, &item.get),
        (Verb::Put, &item.put),
        (Verb::Post, &item.post),
        (Verb::Delete, &item.delete),
        (Verb::Patch, &item.patch),
    ]
    .into_iter()
    .filter_map(|(verb, operation)| Some((verb, operation.as_ref()?)))
}

/// Reads one operation.
pub(super) struct Reader<'r, 'a> {
    pub(super) document: &'a OpenAPI,
    pub(super) lowerer: &'r mut Lowerer<'a>,
    pub(super) types: &'r mut Types,
    /// JSON Pointer to the operation.
    pub(super) pointer: String,
}

impl Reader<'_, '_> {
    fn draft(&mut self, path: &str, verb: Verb, item: &PathItem, operation: &Operation) -> Draft {
        let text = |key: &str| {
            operation
                .extensions
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let mut inputs = self.parameters(item, operation);
        let body = self.body(operation, &mut inputs);
        let (output, wrapped, statuses) = self.responses(operation, &inputs);
        Draft {
            id: operation.operation_id.clone().unwrap_or_default(),
            verb,
            path: path.to_owned(),
            tags: operation.tags.clone(),
            description: prose(operation),
            deprecated: operation.deprecated,
            auth: self.auth(operation),
            inputs,
            body,
            output,
            wrapped,
            statuses,
            pointer: self.pointer.clone(),
            resource: text("x-rust-resource").or_else(|| text("x-speakeasy-group")),
            method: text("x-rust-method").or_else(|| text("x-speakeasy-name-override")),
            receiver: text("x-rust-on"),
        }
    }

    fn auth(&mut self, operation: &Operation) -> Auth {
        match operation.extensions.get("x-rust-auth") {
            None => self.documented_auth(operation),
            Some(value) if value == "session" => Auth::Session,
            Some(value) if value == "machine" => Auth::Machine,
            Some(other) => {
                self.lowerer.error(
                    &format!("{}/x-rust-auth", self.pointer),
                    format!("unsupported x-rust-auth {other}"),
                    "`session` or `machine`",
                );
                Auth::Client
            }
        }
    }

    fn documented_auth(&self, operation: &Operation) -> Auth {
        let alternatives: &[SecurityRequirement] = operation
            .security
            .as_deref()
            .or(self.document.security.as_deref())
            .unwrap_or_default();
        if alternatives.is_empty() {
            return Auth::None;
        }
        let schemes = self
            .document
            .components
            .as_ref()
            .map(|components| &components.security_schemes);
        let is_basic = |name: &String| {
            let scheme = schemes
                .and_then(|schemes| schemes.get(name))
                .and_then(ReferenceOr::as_item);
            matches!(scheme, Some(SecurityScheme::HTTP { scheme, .. }) if scheme.eq_ignore_ascii_case("basic"))
        };
        if alternatives
            .iter()
            .any(|schemes| schemes.keys().any(is_basic))
        {
            Auth::Basic
        } else {
            Auth::Client
        }
    }
}

/// A media type without its parameters.
pub(super) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// Summary and description, as far as the document has them.
fn prose(operation: &Operation) -> Option<String> {
    let parts: Vec<&str> = [&operation.summary, &operation.description]
        .into_iter()
        .flatten()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    match parts.as_slice() {
        [] => None,
        [summary, description] if description.starts_with(summary) => {
            Some((*description).to_owned())
        }
        _ => Some(parts.join("\n\n")),
    }
}
