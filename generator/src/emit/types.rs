//! How a type is written in Rust.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ir::Type;

/// An identifier, raw if it is written `r#name`. Names were checked where they were chosen.
pub(crate) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// How models are named where a type is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Models {
    /// `User`, imported.
    Imported,
    /// `models::User`.
    Qualified,
}

/// The type as a field has it.
pub(crate) fn field_type(ty: &Type, models: Models) -> TokenStream {
    match ty {
        Type::Text => quote!(String),
        Type::Bool => quote!(bool),
        Type::Integer => quote!(i64),
        Type::Number => quote!(f64),
        Type::Timestamp => quote!(Timestamp),
        Type::Value => quote!(Value),
        Type::Object => quote!(Object),
        Type::ClerkError => quote!(ClerkError),
        Type::File => quote!(FilePart),
        Type::Enum(name) | Type::Model(name) => {
            let name = ident(name);
            match models {
                Models::Imported => quote!(#name),
                Models::Qualified => quote!(models::#name),
            }
        }
        Type::List(item) => {
            let item = field_type(item, models);
            quote!(Vec<#item>)
        }
        Type::Map(item) => {
            let item = field_type(item, models);
            quote!(BTreeMap<String, #item>)
        }
        Type::Page(item) => {
            let item = field_type(item, models);
            quote!(Page<#item>)
        }
        Type::Optional(inner) => {
            let inner = field_type(inner, models);
            quote!(Option<#inner>)
        }
    }
}

/// The same as one line of text, for macros and docs.
pub(crate) fn type_text(ty: &Type, models: Models) -> String {
    let prefix = match models {
        Models::Imported => "",
        Models::Qualified => "models::",
    };
    match ty {
        Type::Enum(name) | Type::Model(name) => format!("{prefix}{name}"),
        Type::List(item) => format!("Vec<{}>", type_text(item, models)),
        Type::Map(item) => format!("BTreeMap<String, {}>", type_text(item, models)),
        Type::Page(item) => format!("Page<{}>", type_text(item, models)),
        Type::Optional(inner) => format!("Option<{}>", type_text(inner, models)),
        plain => field_type(plain, models).to_string(),
    }
}

/// The names from the runtime that writing the type needs.
pub(crate) fn runtime_names(ty: &Type, names: &mut std::collections::BTreeSet<&'static str>) {
    match ty {
        Type::Timestamp => {
            names.insert("Timestamp");
        }
        Type::Value => {
            names.insert("Value");
        }
        Type::Object => {
            names.insert("Object");
        }
        Type::ClerkError => {
            names.insert("ClerkError");
        }
        Type::File => {
            names.insert("FilePart");
        }
        Type::Page(item) => {
            names.insert("Page");
            runtime_names(item, names);
        }
        Type::List(item) | Type::Map(item) | Type::Optional(item) => runtime_names(item, names),
        Type::Text | Type::Bool | Type::Integer | Type::Number | Type::Enum(_) | Type::Model(_) => {
        }
    }
}

/// Whether writing the type needs `BTreeMap`.
pub(crate) fn needs_map(ty: &Type) -> bool {
    match ty {
        Type::Map(_) => true,
        Type::List(item) | Type::Page(item) | Type::Optional(item) => needs_map(item),
        _ => false,
    }
}
