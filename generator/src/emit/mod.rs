//! Emits Rust: one pure function per kind of item, from the IR to text.

mod arguments;
mod client;
mod docs;
mod enums;
mod index;
mod operation;
mod operations_page;
mod resource;
mod source;
mod structs;
mod tables;
#[cfg(test)]
mod tests;
mod types;

use crate::ir::{Api, Model, ModelKind};
use crate::{ApiKind, Files};

/// Where the generated modules live in the crate that compiles them.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// Module path of all generated code.
    pub base: String,
}

impl Paths {
    /// Module path of one API.
    pub(crate) fn api(&self, kind: ApiKind) -> String {
        format!("{}::{}", self.base, kind.module())
    }
}

impl ApiKind {
    /// The API's module.
    pub(crate) fn module(self) -> &'static str {
        match self {
            Self::Frontend => "frontend",
            Self::Backend => "backend",
        }
    }

    /// The API as Clerk calls it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Frontend => "Frontend API",
            Self::Backend => "Backend API",
        }
    }
}

/// The files of the client, relative to the folder of generated code.
pub(crate) fn client_files(apis: &[Api], paths: &Paths) -> Files {
    let mut files = Files::new();
    files.insert("mod.rs".to_owned(), index::root(apis));
    for api in apis {
        let folder = api.kind.module();
        files.insert(format!("{folder}/mod.rs"), index::api(api));
        files.insert(format!("{folder}/client.rs"), client::file(api, paths));
        files.insert(format!("{folder}/models/mod.rs"), index::models(api, paths));
        files.insert(format!("{folder}/resources/mod.rs"), index::resources(api));
        for model in api.models.iter().filter(|model| !model.shared) {
            files.insert(
                format!("{folder}/models/{}.rs", model.module),
                model_file(model, api, paths),
            );
        }
        for resource in &api.resources {
            files.insert(
                format!("{folder}/resources/{}.rs", resource.name),
                resource::file(resource, api, paths),
            );
        }
    }
    files
}

fn model_file(model: &Model, api: &Api, paths: &Paths) -> String {
    match &model.kind {
        ModelKind::Enum(variants) => enums::file(model, variants, api),
        ModelKind::Struct(structure) => structs::file(model, structure, api, paths),
    }
}

/// The tables by which tests reach every operation and schema.
pub(crate) fn table_files(apis: &[Api]) -> Files {
    let mut files = Files::new();
    files.insert("mod.rs".to_owned(), tables::index(apis));
    for api in apis {
        let folder = api.kind.module();
        files.insert(format!("{folder}/mod.rs"), tables::api_index());
        files.insert(format!("{folder}/responses.rs"), tables::responses(api));
        files.insert(format!("{folder}/schemas.rs"), tables::schemas(api));
        files.insert(format!("{folder}/calls.rs"), tables::calls(api));
        files.insert(format!("{folder}/lists.rs"), tables::lists(api));
    }
    files
}

/// The page that lists every operation.
pub(crate) fn operations_page(apis: &[Api]) -> String {
    operations_page::page(apis)
}
