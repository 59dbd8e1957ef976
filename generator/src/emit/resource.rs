//! One file per resource: its accessor type, its methods and their builders.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::Paths;
use crate::emit::docs;
use crate::emit::operation;
use crate::emit::source::Source;
use crate::emit::structs::path;
use crate::emit::types::{self, ident};
use crate::ir::{Api, Operation, Output, Place, Resource, Type};
use crate::words;

/// The file of a resource.
pub(super) fn file(resource: &Resource, api: &Api, paths: &Paths) -> String {
    let origin = match resource.tags.as_slice() {
        [] => api.document.clone(),
        tags => format!("{}, tags: {}", api.document, tags.join(", ")),
    };
    let mut source = Source::new(&origin);
    source.item(imports(resource, &paths.api(api.kind)));

    let name = ident(&resource.type_name);
    let docs = docs::attributes(&resource_docs(resource, api));
    source.item(quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct #name {
            core: Core,
        }
    });
    let methods = resource.operations.iter().map(operation::method);
    source.item(quote! {
        impl #name {

            #[inline]
            pub(crate) fn new(core: &Core) -> Self {
                Self { core: core.clone() }
            }
            #(#methods)*
        }
    });
    for operation in &resource.operations {
        operation::items(operation, resource, &mut source);
    }
    source.finish()
}

fn resource_docs(resource: &Resource, api: &Api) -> String {
    let words = words::readable(&resource.name);
    let facts = docs::wrapped(&format!(
        "The {words} of Clerk's {}: {} {}, reached through `client.{}()`.",
        api.kind.title(),
        resource.operations.len(),
        if resource.operations.len() == 1 {
            "operation"
        } else {
            "operations"
        },
        resource.name
    ));
    match resource.description.as_deref().map(docs::prose) {
        Some(prose) if !prose.is_empty() => format!("{facts}\n\n{prose}"),
        _ => facts,
    }
}

fn imports(resource: &Resource, api: &str) -> TokenStream {
    let mut names: BTreeSet<&'static str> = [
        "Auth",
        "BodyFormat",
        "Call",
        "Core",
        "Method",
        "Operation",
        "call_methods",
    ]
    .into();
    let mut maps = false;
    let mut models = false;
    let mut wrapped = false;
    for operation in &resource.operations {
        wrapped |= operation.wrapped;
        if operation.listing.is_some() {
            names.extend(["Paging", "call_pages"]);
        }
        for ty in written_types(operation) {
            types::runtime_names(&ty, &mut names);
            maps |= types::needs_map(&ty);
            models |= ty.named().is_some();
            let concrete = |input: &&crate::ir::Input| matches!(input.ty, Type::List(_));
            let in_params = operation.takes_params();
            if operation.optional.iter().any(|input| concrete(&input))
                || (!in_params && operation.required.iter().any(|input| concrete(&input)))
            {
                names.insert("list");
            }
        }
        match &operation.output {
            Output::Redirect => {
                names.insert("Redirect");
            }
            Output::Text => {
                names.insert("Text");
            }
            Output::Nothing | Output::Json(_) => {}
        }
    }
    let maps = maps.then(|| {
        quote!(
            use std::collections::BTreeMap;
        )
    });
    let root = path(api);
    let generated = match (wrapped, models) {
        (true, true) => quote!(use #root::{Envelope, models};),
        (true, false) => quote!(use #root::Envelope;),
        (false, true) => quote!(use #root::models;),
        (false, false) => TokenStream::new(),
    };
    let runtime = names.into_iter().map(ident);
    quote! {
        #maps
        #generated
        use crate::runtime::{#(#runtime),*};
    }
}

/// Every type that the code of an operation names.
fn written_types(operation: &Operation) -> Vec<Type> {
    let mut types: Vec<Type> = operation
        .required
        .iter()
        .chain(&operation.optional)
        // Path variables are text on the wire; only enums are named.
        .filter(|input| {
            input.place != Place::Path || matches!(input.ty, Type::Enum(_) | Type::Timestamp)
        })
        .map(|input| operation::argument_type(input).clone())
        .collect();
    if let Output::Json(ty) = &operation.output {
        types.push(ty.clone());
    }
    types
}
