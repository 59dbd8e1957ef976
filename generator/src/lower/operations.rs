//! Operations with their schemas lowered, before anything is named.

use std::collections::BTreeMap;

use openapiv3::{
    OpenAPI, Operation, PathItem, QueryStyle, ReferenceOr, RequestBody, Response,
    SecurityRequirement, SecurityScheme, StatusCode,
};
use serde_json::Value;

use crate::ir::{Auth, Body, Format, Place, Statuses, Verb};
use crate::lower::inputs::{self, InputDraft};
use crate::node::{Node, Shape};
use crate::schema::{self, Lowerer, escape};
use crate::types::{Direction, Types};
use crate::unite;
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
struct Reader<'r, 'a> {
    document: &'a OpenAPI,
    lowerer: &'r mut Lowerer<'a>,
    types: &'r mut Types,
    pointer: String,
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

    fn auth(&self, operation: &Operation) -> Auth {
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

    fn parameters(&mut self, item: &PathItem, operation: &Operation) -> Vec<InputDraft> {
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
                let found = reference
                    .strip_prefix("#/components/parameters/")
                    .and_then(|name| {
                        let parameter = components?.parameters.get(name)?.as_item()?;
                        Some((
                            parameter,
                            format!("/components/parameters/{}", escape(name)),
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

    fn body(&mut self, operation: &Operation, inputs: &mut Vec<InputDraft>) -> Body {
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

    fn responses(
        &mut self,
        operation: &Operation,
        inputs: &[InputDraft],
    ) -> (OutputDraft, bool, Statuses) {
        let mut statuses = Statuses::default();
        let mut bodies: BTreeMap<u16, Option<Body200>> = BTreeMap::new();
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
                Body200::Text => text = true,
                Body200::Json(node) => {
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

    fn success(&mut self, code: u16, response: &ReferenceOr<Response>) -> Option<Body200> {
        let (response, pointer) = match response {
            ReferenceOr::Item(response) => (response, format!("{}/responses/{code}", self.pointer)),
            ReferenceOr::Reference { reference } => {
                let components = self.document.components.as_ref();
                let found = reference
                    .strip_prefix("#/components/responses/")
                    .and_then(|name| {
                        let name = name.replace("~1", "/").replace("~0", "~");
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
                Some(Body200::Json(Box::new(node)))
            }
            "text/html" | "text/plain" => Some(Body200::Text),
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

enum Body200 {
    Text,
    Json(Box<Node>),
}

fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
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
