//! The client type of an API with one accessor per resource.

use quote::quote;

use crate::emit::Paths;
use crate::emit::docs;
use crate::emit::source::Source;
use crate::emit::structs::path;
use crate::emit::types::ident;
use crate::ir::Api;
use crate::words;

/// The file of the client.
pub(super) fn file(api: &Api, paths: &Paths) -> String {
    let mut source = Source::new(&api.document);
    let resources = path(&format!("{}::resources", paths.api(api.kind)));
    source.item(quote! {
        use #resources;
        use crate::runtime::Core;
    });
    let docs = docs::attributes(&docs::wrapped(&format!(
        "A client of Clerk's {}.\n\nCheap to clone; clones share connections and credentials. Every resource of the API \
         is reached through one method; the calls they start do nothing until they are sent.",
        api.kind.title()
    )));
    source.item(quote! {
        #docs
        #[derive(Clone, Debug)]
        pub struct Client {
            pub(crate) core: Core,
        }
    });
    let accessors = api.resources.iter().map(|resource| {
        let name = ident(&resource.name);
        let module = ident(&resource.name);
        let ty = ident(&resource.type_name);
        let docs = docs::attributes(&docs::wrapped(&format!(
            "{}.",
            capital(&words::readable(&resource.name))
        )));
        quote! {
            #docs
            #[inline]
            #[must_use]
            pub fn #name(&self) -> resources::#module::#ty {
                resources::#module::#ty::new(&self.core)
            }
        }
    });
    source.item(quote! {
        impl Client {
            #(#accessors)*
        }
    });
    source.finish()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
