//! Module indexes.

use quote::quote;

use crate::ApiKind;
use crate::emit::Paths;
use crate::emit::docs;
use crate::emit::source::Source;
use crate::emit::structs::path;
use crate::emit::types::ident;
use crate::ir::Api;

/// The index of all generated code.
pub(super) fn root(apis: &[Api]) -> String {
    let names: Vec<&str> = apis.iter().map(|api| api.document.as_str()).collect();
    let mut source = Source::new(&names.join(" and "));
    let modules = apis.iter().map(|api| {
        let module = ident(api.kind.module());
        let feature = (api.kind == ApiKind::Backend).then(|| quote!(#[cfg(feature = "backend")]));
        quote!(#feature pub(crate) mod #module;)
    });
    source.item(quote!(#(#modules)*));
    source.finish()
}

/// The index of one API.
pub(super) fn api(api: &Api) -> String {
    let mut source = Source::new(&api.document);
    source.item(quote! {
        mod client;
        pub mod models;
        pub mod resources;
    });
    source.item(quote!(
        pub use client::Client;
    ));
    if api
        .resources
        .iter()
        .flat_map(|resource| &resource.operations)
        .any(|operation| operation.wrapped)
    {
        let client = if api.client_model {
            quote!(models::Client)
        } else {
            quote!(crate::runtime::Value)
        };
        let docs = docs::attributes(&docs::wrapped(
            "A response body with the client that comes along: Clerk sends `{response, client}`.",
        ));
        source.item(quote! {
            #docs
            pub type Envelope<T> = crate::runtime::Envelope<T, #client>;
        });
    }
    source.finish()
}

/// The index of the models.
pub(super) fn models(api: &Api, paths: &Paths) -> String {
    let mut source = Source::new(&api.document);
    let docs = docs::wrapped(&format!(
        "The types of the {}: what it answers and what it takes.",
        api.kind.title()
    ));
    source.text(
        &docs
            .lines()
            .map(|line| format!("//! {line}\n"))
            .collect::<String>(),
    );
    let own: Vec<_> = api.models.iter().filter(|model| !model.shared).collect();
    let modules = own.iter().map(|model| ident(&model.module));
    source.item(quote!(#(mod #modules;)*));
    let exports = own.iter().map(|model| {
        let module = ident(&model.module);
        let name = ident(&model.name);
        quote!(pub use #module::#name;)
    });
    source.item(quote!(#(#exports)*));
    let shared: Vec<_> = api
        .models
        .iter()
        .filter(|model| model.shared)
        .map(|model| ident(&model.name))
        .collect();
    if !shared.is_empty() {
        let frontend = path(&format!("{}::models", paths.api(ApiKind::Frontend)));
        source.item(quote!(pub use #frontend::{#(#shared),*};));
    }
    source.finish()
}

/// The index of the resources.
pub(super) fn resources(api: &Api) -> String {
    let mut source = Source::new(&api.document);
    let docs = docs::wrapped(&format!(
        "The resources of the {}, each with its methods and the builders they return.",
        api.kind.title()
    ));
    source.text(
        &docs
            .lines()
            .map(|line| format!("//! {line}\n"))
            .collect::<String>(),
    );
    let modules = api.resources.iter().map(|resource| {
        let module = ident(&resource.name);
        let docs = docs::attributes(&format!("`client.{}()`.", resource.name));
        quote!(#docs pub mod #module;)
    });
    source.item(quote!(#(#modules)*));
    source.finish()
}
