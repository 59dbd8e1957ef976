//! Lowers one typed document to the IR.

mod bodies;
mod cycles;
mod inputs;
mod models;
mod operations;
mod paging;
mod parameters;
mod receivers;
mod resources;
mod responses;
#[cfg(test)]
mod tests;

use openapiv3::OpenAPI;

use crate::ApiKind;
use crate::error::SpecError;
use crate::ir;
use crate::schema::Lowerer;
use crate::types::{self, Types};

/// The IR of `document`, or everything that stands in its way.
pub(crate) fn lower(
    kind: ApiKind,
    name: &str,
    document: &OpenAPI,
) -> Result<ir::Api, Vec<SpecError>> {
    let aliases = types::aliases(document, name);
    let mut lowerer = Lowerer::new(document, name, aliases.clone());
    let mut types = Types::new(name, &mut lowerer, &aliases);
    let mut drafts = operations::drafts(document, &mut lowerer, &mut types);
    types.name_inside_definitions();
    for draft in &mut drafts {
        draft.name_inline(&mut types);
    }
    let schemas = models::schemas(&mut lowerer, &mut types);
    let mut errors = std::mem::take(&mut lowerer.errors);
    errors.append(&mut types.errors);

    let models = models::models(&drafts, &types, name, &mut errors);
    let mut resources = resources::resources(drafts, &types, document, name, &mut errors);
    paging::find(&mut resources, &models);
    receivers::check(&resources, &models, name, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let schemas = models::emitted(schemas, &models, &types);
    let client_model = models
        .iter()
        .any(|model| model.name == "Client" && matches!(model.kind, ir::ModelKind::Struct(_)));
    Ok(ir::Api {
        kind,
        document: name.to_owned(),
        resources,
        models,
        schemas,
        client_model,
    })
}
