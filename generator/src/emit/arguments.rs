//! How a value is taken from callers: owned, and converted where that saves them a `.into()`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::types::{Models, field_type, ident};
use crate::ir::Type;

/// A function parameter and the expression that makes its value.
pub(super) struct Argument {
    /// `name: impl Into<String>`.
    pub parameter: TokenStream,
    /// `Into::<String>::into(name)`.
    pub value: TokenStream,
}

/// The parameter called `name` for values of `ty`.
pub(super) fn argument(name: &str, ty: &Type, models: Models) -> Argument {
    let name = ident(name);
    let rust = field_type(ty, models);
    match ty {
        Type::Text | Type::Timestamp | Type::Enum(_) | Type::Value | Type::File => Argument {
            parameter: quote!(#name: impl Into<#rust>),
            value: quote!(Into::<#rust>::into(#name)),
        },
        Type::List(item) => {
            let item = field_type(item, models);
            Argument {
                parameter: quote!(#name: impl IntoIterator<Item = impl Into<#item>>),
                value: quote!(list::<#item>(#name)),
            }
        }
        Type::Bool
        | Type::Integer
        | Type::Number
        | Type::Object
        | Type::ClerkError
        | Type::Model(_)
        | Type::Map(_)
        | Type::Page(_)
        | Type::Optional(_) => Argument {
            parameter: quote!(#name: #rust),
            value: quote!(#name),
        },
    }
}
