//! Groups operations into resources and decides the names callers use.

use std::collections::BTreeMap;

use openapiv3::OpenAPI;

use crate::error::SpecError;
use crate::ir::{Input, Operation, Output, Place, Resource};
use crate::lower::models;
use crate::lower::operations::{Draft, OutputDraft};
use crate::types::Types;
use crate::words;

/// Methods that every builder has.
const BUILDER_METHODS: [&str; 13] = [
    "send",
    "send_response",
    "options",
    "request",
    "stream",
    "pages",
    "extra_query",
    "extra_header",
    "extra_field",
    "bearer_auth",
    "basic_auth",
    "as_form",
    "as_octet_stream",
];

/// Types that generated resource files import or that the prelude has.
const TAKEN_TYPES: [&str; 21] = [
    "BTreeMap",
    "Auth",
    "BodyFormat",
    "Call",
    "Core",
    "Method",
    "Operation",
    "Envelope",
    "FilePart",
    "Timestamp",
    "Value",
    "Object",
    "Page",
    "Redirect",
    "Text",
    "Option",
    "Vec",
    "String",
    "Into",
    "Box",
    "Self",
];

/// The resources of a document, sorted by name, their operations in document order.
pub(crate) fn resources(
    drafts: Vec<Draft>,
    types: &Types,
    document: &OpenAPI,
    document_name: &str,
    errors: &mut Vec<SpecError>,
) -> Vec<Resource> {
    let mut resources: BTreeMap<String, Resource> = BTreeMap::new();
    for draft in drafts {
        let name = resource_name(&draft);
        let resource = resources.entry(name.clone()).or_insert_with(|| Resource {
            type_name: resource_type(&name),
            name,
            tags: Vec::new(),
            description: None,
            operations: Vec::new(),
        });
        for tag in &draft.tags {
            if !resource.tags.contains(tag) {
                resource.tags.push(tag.clone());
            }
        }
        let operation = operation(draft, resource, types, document_name, errors);
        resource.operations.push(operation);
    }
    for resource in resources.values_mut() {
        report_equal_types(resource, document_name, errors);
        resource.description = description(resource, document);
    }
    resources.into_values().collect()
}

/// Methods such as `get_2fa` and `get2fa` differ, their builders would not.
fn report_equal_types(resource: &Resource, document: &str, errors: &mut Vec<SpecError>) {
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for operation in &resource.operations {
        let params = operation.takes_params().then(|| operation.params());
        for name in std::iter::once(operation.builder.clone()).chain(params) {
            let other = known.insert(name.clone(), &operation.id);
            // Two equal methods were reported as such.
            let same_method = |id: &str| {
                let mut others = resource.operations.iter();
                others.any(|other| other.id == id && other.method == operation.method)
            };
            if let Some(other) = other.filter(|other| !same_method(other)) {
                errors.push(
                    SpecError::new(
                        document,
                        &operation.pointer,
                        format!(
                            "operations `{other}` and `{}` both need a type `{name}` in `{}`",
                            operation.id, resource.name
                        ),
                    )
                    .help("different names; give one an `x-rust-method` in an overlay"),
                );
            }
        }
    }
}

/// The overlay's words (`x-rust-resources`), else those of the first declared tag.
fn description(resource: &Resource, document: &OpenAPI) -> Option<String> {
    let ours = document
        .extensions
        .get("x-rust-resources")
        .and_then(|resources| resources.get(&resource.name)?.get("description")?.as_str());
    if let Some(ours) = ours {
        return Some(ours.to_owned());
    }
    let mut declared = document.tags.iter();
    let tag = declared.find(|tag| resource.tags.contains(&tag.name));
    tag.and_then(|tag| tag.description.clone())
}

fn resource_type(name: &str) -> String {
    let type_name = words::camel(name);
    if TAKEN_TYPES.contains(&type_name.as_str()) {
        format!("{type_name}Resource")
    } else {
        type_name
    }
}

/// The overlay's choice, else the tag's, else the first fixed part of the path.
fn resource_name(draft: &Draft) -> String {
    let name = draft.resource.as_ref().or(draft.tags.first());
    let segment = || {
        draft
            .path
            .split('/')
            .find(|segment| !segment.is_empty() && *segment != "v1" && !segment.contains('{'))
    };
    let name = name.map(String::as_str).or_else(segment);
    words::plain_identifier(words::snake(name.unwrap_or("root")))
}

fn operation(
    draft: Draft,
    resource: &Resource,
    types: &Types,
    document: &str,
    errors: &mut Vec<SpecError>,
) -> Operation {
    let method = words::snake(draft.method.as_deref().unwrap_or(&draft.id));
    let builder = builder_name(&method, resource);
    let method = match method.as_str() {
        // How the client makes the resource.
        "new" => "new_".to_owned(),
        _ => words::plain_identifier(method),
    };
    if let Some(other) = resource
        .operations
        .iter()
        .find(|other| other.method == method)
    {
        errors.push(
            SpecError::new(
                document,
                &draft.pointer,
                format!(
                    "operations `{}` and `{}` are both `{}().{method}()` in Rust",
                    other.id, draft.id, resource.name
                ),
            )
            .help("different names; give one an `x-rust-method` in an overlay"),
        );
    }
    let constants = draft
        .inputs
        .iter()
        .filter_map(|input| Some((input.wire.clone(), input.constant()?.to_owned())))
        .collect();
    let mut required = Vec::new();
    let mut optional = Vec::new();
    for input in draft
        .inputs
        .iter()
        .filter(|input| input.constant().is_none())
    {
        if input.required {
            let mut input = input.input(types);
            // Required but nullable: the caller says which.
            if input.nullable {
                input.ty = models::optional(input.ty);
            }
            required.push(input);
        } else {
            optional.push(input.input(types));
        }
    }
    sort_required(&mut required, &draft.path);
    let reserve = |input: &mut Input| {
        if BUILDER_METHODS.contains(&input.ident.as_str()) {
            input.ident.push('_');
        }
    };
    optional.iter_mut().for_each(reserve);
    for input in &mut required {
        // The variable that holds the call while it is put together.
        if input.ident == "call" {
            input.ident.push('_');
        }
    }
    report_invalid_names(&draft, &required, &optional, document, errors);
    report_collisions(&draft, &required, &optional, document, errors);
    let output = match &draft.output {
        OutputDraft::Nothing => Output::Nothing,
        OutputDraft::Redirect => Output::Redirect,
        OutputDraft::Text => Output::Text,
        OutputDraft::Json(json) => {
            let ty = models::type_of(&json.node, types);
            Output::Json(if json.optional {
                models::optional(ty)
            } else {
                ty
            })
        }
    };
    Operation {
        id: draft.id,
        verb: draft.verb,
        path: draft.path,
        description: draft.description,
        deprecated: draft.deprecated,
        method,
        builder,
        auth: draft.auth,
        required,
        optional,
        constants,
        body: draft.body,
        output,
        wrapped: draft.wrapped,
        statuses: draft.statuses,
        // Found once all types are there.
        listing: None,
        receiver: draft.receiver,
        pointer: draft.pointer,
    }
}

fn builder_name(method: &str, resource: &Resource) -> String {
    let name = words::camel(method);
    if name == resource.type_name || TAKEN_TYPES.contains(&name.as_str()) {
        format!("{name}Request")
    } else {
        name
    }
}

/// Path variables in the order of the template, then the rest by name, so that the order of a method's parameters
/// does not depend on the order of a document.
fn sort_required(required: &mut [Input], path: &str) {
    required.sort_by_key(|input| {
        let position = match input.place {
            Place::Path => path
                .find(&format!("{{{}}}", input.wire))
                .unwrap_or(usize::MAX - 1),
            _ => usize::MAX,
        };
        (position, input.wire.clone())
    });
}

fn report_invalid_names(
    draft: &Draft,
    required: &[Input],
    optional: &[Input],
    document: &str,
    errors: &mut Vec<SpecError>,
) {
    for input in required.iter().chain(optional) {
        if !words::is_identifier(&input.ident) {
            let name = input.ident.trim_start_matches("r#");
            errors.push(
                SpecError::new(
                    document,
                    &draft.pointer,
                    format!(
                        "`{name}`, the name of input `{}`, is no Rust identifier",
                        input.wire
                    ),
                )
                .help("an identifier in snake case"),
            );
        }
    }
}

fn report_collisions(
    draft: &Draft,
    required: &[Input],
    optional: &[Input],
    document: &str,
    errors: &mut Vec<SpecError>,
) {
    // The parameters of the method and the setters of its builder are two scopes.
    let parameters = required
        .iter()
        .map(|input| (input.ident.clone(), input.wire.as_str()))
        .collect();
    let setters = optional
        .iter()
        .map(|input| (input.ident.clone(), input.wire.as_str()));
    let clears = optional
        .iter()
        .filter(|input| input.nullable)
        .map(|input| (words::clear(&input.ident), input.wire.as_str()));
    for scope in [parameters, setters.chain(clears).collect::<Vec<_>>()] {
        let mut known: BTreeMap<String, &str> = BTreeMap::new();
        for (ident, wire) in scope {
            if let Some(other) = known.insert(ident.clone(), wire) {
                errors.push(
                    SpecError::new(
                        document,
                        &draft.pointer,
                        format!(
                            "inputs `{other}` and `{wire}` of `{}` are both `{ident}` in Rust",
                            draft.id
                        ),
                    )
                    .help("different names; give one an `x-rust-name` in an overlay"),
                );
            }
        }
    }
}
