//! Structs: fields, how they decode, and setters for those that callers build.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::Paths;
use crate::emit::arguments::{self, Argument};
use crate::emit::docs;
use crate::emit::operation;
use crate::emit::source::Source;
use crate::emit::types::{self, Models, field_type, ident};
use crate::ir::{Api, Field, Model, Operation, Place, Presence, Resource, Struct, Type};
use crate::words;

/// The file of a struct.
pub(super) fn file(model: &Model, structure: &Struct, api: &Api, paths: &Paths) -> String {
    let mut source = Source::new(&format!("{}#{}", api.document, model.pointer));
    source.item(imports(model, structure, api, paths));

    let name = ident(&model.name);
    let docs = docs::attributes(&type_docs(model, api, "object"));
    let fields = structure.fields.iter().map(|field| {
        let name = ident(&field.ident);
        let ty = rust_type(field);
        let docs = docs::attributes(&field_docs(field));
        quote!(#docs pub #name: #ty,)
    });
    source.item(quote! {
        #docs
        #[derive(Clone, Default)]
        #[non_exhaustive]
        pub struct #name {
            #(#fields)*
        }
    });
    source.text(&registration(&model.name, structure));
    if structure.input {
        source.item(setters(model, structure));
    }
    if !receives(model, api).is_empty() {
        source.item(methods(model, api));
    }
    source.finish()
}

/// What a type is and where it comes from.
pub(super) fn type_docs(model: &Model, api: &Api, what: &str) -> String {
    let origin = match model.schemas.as_slice() {
        [] => format!("Described in place at `{}`.", model.pointer),
        [schema] => format!("Clerk's schema `{schema}`."),
        schemas => {
            let names: Vec<String> = schemas.iter().map(|schema| format!("`{schema}`")).collect();
            format!("Clerk's schemas {}, in one type.", names.join(", "))
        }
    };
    let (first, about) = match what {
        "values" => ("Known values of", "any other value is kept as `Unknown`."),
        _ => ("An object of", "unknown fields are ignored."),
    };
    let facts = docs::wrapped(&format!(
        "{first} the {}; {about}\n\n{origin}",
        api.kind.title()
    ));
    let mut text = match model.description.as_deref().map(docs::prose) {
        Some(prose) if !prose.is_empty() => format!("{prose}\n\n{facts}"),
        _ => facts,
    };
    if model.deprecated {
        text.push_str("\n\nDeprecated by Clerk.");
    }
    text
}

/// The operations that the model has as methods.
fn receives<'a>(model: &Model, api: &'a Api) -> Vec<(&'a Resource, &'a Operation)> {
    let all = api.resources.iter().flat_map(|resource| {
        let operations = resource.operations.iter();
        operations.map(move |operation| (resource, operation))
    });
    all.filter(|(_, operation)| operation.receiver.as_ref() == Some(&model.name))
        .collect()
}

/// Operations on this one object, which brings its id.
fn methods(model: &Model, api: &Api) -> TokenStream {
    let name = ident(&model.name);
    let module = ident(api.kind.module());
    let methods = receives(model, api).into_iter().map(|(resource, operation)| {
        let method = ident(&operation.method);
        let accessor = ident(&resource.name);
        let builder = ident(&operation.builder);
        let docs = docs::attributes(&docs::wrapped(&format!(
            "Starts `client.{}().{}(..)` with this object's `id`: `{} {}`.",
            resource.name,
            operation.method,
            operation.verb.as_str(),
            operation.path
        )));
        let deprecated = operation.deprecated.then(|| {
            quote!(#[deprecated = "deprecated by Clerk"] #[allow(deprecated, reason = "it is what this calls")])
        });
        let others = operation.required.iter().filter(|input| input.place != Place::Path);
        let parameters = others.clone().map(|input| operation::argument(input).parameter);
        let names = others.map(|input| {
            let name = ident(&input.ident);
            quote!(#name)
        });
        let arguments = std::iter::once(quote!(self.id.as_str())).chain(names);
        quote! {
            #docs
            #deprecated
            #[inline]
            pub fn #method(
                &self,
                client: &#module::Client
                #(, #parameters)*
            ) -> #module::resources::#accessor::#builder {
                client.#accessor().#method(#(#arguments),*)
            }
        }
    });
    quote! {
        impl #name {
            #(#methods)*
        }
    }
}

fn field_docs(field: &Field) -> String {
    docs::field(
        &field.wire,
        &field.ty,
        field.description.as_ref(),
        &field.facts,
        field.presence == Presence::ThreeState,
        field.deprecated,
    )
}

fn rust_type(field: &Field) -> TokenStream {
    let plain = match (&field.ty, field.boxed) {
        (Type::Optional(inner), true) => {
            let inner = field_type(inner, Models::Imported);
            return quote!(Option<Box<#inner>>);
        }
        (ty, true) => {
            let ty = field_type(ty, Models::Imported);
            quote!(Box<#ty>)
        }
        (ty, false) => field_type(ty, Models::Imported),
    };
    match field.presence {
        Presence::ThreeState => quote!(Patch<#plain>),
        Presence::Required | Presence::Essential | Presence::Optional => plain,
    }
}

fn imports(model: &Model, structure: &Struct, api: &Api, paths: &Paths) -> TokenStream {
    let mut names: BTreeSet<&'static str> = BTreeSet::new();
    let mut models: BTreeSet<&str> = BTreeSet::new();
    let mut maps = false;
    for field in &structure.fields {
        types::runtime_names(&field.ty, &mut names);
        models.extend(field.ty.named().filter(|name| *name != model.name));
        maps |= types::needs_map(&field.ty);
        if field.presence == Presence::ThreeState {
            names.insert("Patch");
        }
        if structure.input && matches!(argument_type(field), Type::List(_)) {
            names.insert("list");
        }
    }
    let receives = receives(model, api);
    let mut models_module = false;
    for (_, operation) in &receives {
        let required = operation.required.iter();
        for input in required.filter(|input| input.place != Place::Path) {
            let ty = operation::argument_type(input);
            types::runtime_names(ty, &mut names);
            maps |= types::needs_map(ty);
            models_module |= ty.named().is_some();
            if matches!(ty, Type::List(_)) {
                names.insert("list");
            }
        }
    }
    let root = path(&paths.api(api.kind));
    let api_module = (!receives.is_empty()).then(|| {
        let models = models_module.then(|| {
            quote!(
                use #root::models;
            )
        });
        quote! {
            use #root;
            #models
        }
    });
    names.insert("model");
    let maps = maps.then(|| {
        quote!(
            use std::collections::BTreeMap;
        )
    });
    let models = use_models(&models, &paths.api(api.kind));
    let runtime = names.into_iter().map(ident);
    quote! {
        #maps
        #api_module
        #models
        use crate::runtime::{#(#runtime),*};
    }
}

fn use_models(models: &BTreeSet<&str>, api: &str) -> TokenStream {
    if models.is_empty() {
        return TokenStream::new();
    }
    let names = models.iter().map(|name| ident(name));
    let path = path(&format!("{api}::models"));
    quote!(use #path::{#(#names),*};)
}

/// A module path.
pub(super) fn path(path: &str) -> TokenStream {
    let segments = path.split("::").map(ident);
    quote!(#(#segments)::*)
}

/// prettyplease leaves the inside of macros alone, so it is laid out here.
fn registration(name: &str, structure: &Struct) -> String {
    let mut text = format!("model! {{\n    {name} {{\n");
    for (index, field) in structure.fields.iter().enumerate() {
        let presence = match field.presence {
            Presence::Required => "REQUIRED",
            Presence::Essential => "ESSENTIAL",
            Presence::Optional | Presence::ThreeState => "OPTIONAL",
        };
        let secret = if field.secret { " | SECRET" } else { "" };
        text.push_str(&format!(
            "        {index} => {}: {:?}, {presence}{secret};\n",
            field.ident, field.wire
        ));
    }
    text.push_str("    }\n}\n");
    text
}

/// A constructor with the required fields and a setter for each of the others.
fn setters(model: &Model, structure: &Struct) -> TokenStream {
    let name = ident(&model.name);
    let (required, optional): (Vec<&Field>, Vec<&Field>) = structure
        .fields
        .iter()
        .partition(|field| matches!(field.presence, Presence::Required | Presence::Essential));
    let parameters = required.iter().map(|field| argument(field).parameter);
    let values = required.iter().map(|field| {
        let name = ident(&field.ident);
        let value = value(field);
        if name == value.to_string() {
            quote!(#name,)
        } else {
            quote!(#name: #value,)
        }
    });
    let rest = (!optional.is_empty()).then(|| quote!(..Default::default()));
    let setters = optional.iter().map(|field| setter(field));
    quote! {
        impl #name {
            /// A value with the fields that are always needed.
            #[inline]
            #[must_use]
            pub fn new(#(#parameters),*) -> Self {
                Self { #(#values)* #rest }
            }
            #(#setters)*
        }
    }
}

/// What the setter of a field takes: clearing it is another method.
fn argument_type(field: &Field) -> &Type {
    match &field.ty {
        Type::Optional(inner) => inner,
        ty => ty,
    }
}

fn argument(field: &Field) -> Argument {
    arguments::argument(&field.ident, argument_type(field), Models::Imported)
}

fn value(field: &Field) -> TokenStream {
    let value = argument(field).value;
    if field.boxed {
        quote!(Box::new(#value))
    } else {
        value
    }
}

fn setter(field: &Field) -> TokenStream {
    let name = ident(&field.ident);
    let docs = docs::attributes(&docs::wrapped(&format!("Sets `{}`.", field.wire)));
    let parameter = argument(field).parameter;
    let value = value(field);
    let value = match field.presence {
        Presence::ThreeState => quote!(Patch::Value(#value)),
        _ if matches!(field.ty, Type::Optional(_)) => quote!(Some(#value)),
        _ => value,
    };
    let clear = (field.presence == Presence::ThreeState).then(|| {
        let name = ident(&words::clear(&field.ident));
        let docs = docs::attributes(&docs::wrapped(&format!(
            "Clears `{}`: sends null.",
            field.wire
        )));
        let field = ident(&field.ident);
        quote! {
            #docs
            #[inline]
            #[must_use]
            pub fn #name(mut self) -> Self {
                self.#field = Patch::Null;
                self
            }
        }
    });
    quote! {
        #docs
        #[inline]
        #[must_use]
        pub fn #name(mut self, #parameter) -> Self {
            self.#name = #value;
            self
        }
        #clear
    }
}
