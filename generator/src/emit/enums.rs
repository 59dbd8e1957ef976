//! Open enums: the known values and one variant for everything else.

use quote::quote;

use crate::emit::docs;
use crate::emit::source::Source;
use crate::emit::structs;
use crate::emit::types::ident;
use crate::ir::{Api, Model, Variant};

/// The file of an enum.
pub(super) fn file(model: &Model, variants: &[Variant], api: &Api) -> String {
    let mut source = Source::new(&format!("{}#{}", api.document, model.pointer));
    source.item(quote!(
        use crate::runtime::open_enum;
    ));

    let name = ident(&model.name);
    let docs = docs::attributes(&structs::type_docs(model, api, "values"));
    let items = variants.iter().map(|variant| {
        let name = ident(&variant.name);
        let docs = docs::attributes(&value_docs(&variant.value));
        quote!(#docs #name,)
    });
    source.item(quote! {
        #docs
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#items)*
            /// A value that this version does not know, kept as it was sent.
            Unknown(String),
        }
    });
    source.text(&registration(&model.name, variants));
    source.finish()
}

fn value_docs(value: &str) -> String {
    if value.is_empty() {
        "The empty text.".to_owned()
    } else {
        format!("`{value}`.")
    }
}

/// prettyplease leaves the inside of macros alone, so it is laid out here.
fn registration(name: &str, variants: &[Variant]) -> String {
    let mut text = format!("open_enum! {{\n    {name} {{\n");
    for variant in variants {
        text.push_str(&format!(
            "        {} = {:?};\n",
            variant.name, variant.value
        ));
    }
    text.push_str("    }\n}\n");
    text
}
