//! Tables for the tests: every response type, every schema and every call, by operation id.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::ApiKind;
use crate::emit::operation;
use crate::emit::source::Source;
use crate::emit::structs::path;
use crate::emit::types::{self, Models, ident};
use crate::ir::{Api, Auth, Input, Operation, Output, Place, Resource, Type};

/// The index of all tables.
pub(super) fn index(apis: &[Api]) -> String {
    let names: Vec<&str> = apis.iter().map(|api| api.document.as_str()).collect();
    let mut source = Source::new(&names.join(" and "));
    let modules = apis.iter().map(|api| {
        let module = ident(api.kind.module());
        quote!(pub(crate) mod #module;)
    });
    source.item(quote!(#(#modules)*));
    source.finish()
}

/// The index of one API's tables.
pub(super) fn api_index() -> String {
    let mut source = Source::new("spec");
    source.item(quote! {
        pub(crate) mod calls;
        pub(crate) mod lists;
        pub(crate) mod responses;
        pub(crate) mod schemas;
    });
    source.finish()
}

/// Module path of an API as downstream crates see it.
fn public(kind: ApiKind) -> TokenStream {
    match kind {
        ApiKind::Frontend => path("clerk_frontend"),
        ApiKind::Backend => path("clerk_frontend::backend"),
    }
}

/// What each operation answers.
pub(super) fn responses(api: &Api) -> String {
    let mut source = Source::new(&api.document);
    let mut text = String::from("pub(crate) static RESPONSES: &[ResponseEntry] = &[\n");
    let mut uses = Uses::default();
    for (_, operation) in operations(api) {
        let check = match &operation.output {
            Output::Nothing => "check_nothing".to_owned(),
            Output::Redirect => "check_redirect".to_owned(),
            Output::Text => "check_text".to_owned(),
            Output::Json(ty) => {
                uses.see(ty);
                uses.envelope |= operation.wrapped;
                let ty = types::type_text(ty, Models::Qualified);
                let ty = if operation.wrapped {
                    format!("Envelope<{ty}>")
                } else {
                    ty
                };
                format!("check::<{ty}>")
            }
        };
        uses.checks
            .insert(check.split("::").next().unwrap_or_default().to_owned());
        let statuses: Vec<u16> = [&operation.statuses.success, &operation.statuses.redirect]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        text.push_str(&format!(
            "    ResponseEntry {{\n        operation_id: {:?},\n        statuses: &{statuses:?},\n        check: {check},\n    }},\n",
            operation.id
        ));
    }
    text.push_str("];\n");
    source.item(uses.imports(api.kind, "ResponseEntry"));
    source.text(&text);
    source.finish()
}

/// What each component schema decodes to.
pub(super) fn schemas(api: &Api) -> String {
    let mut source = Source::new(&api.document);
    let mut text = String::from("pub(crate) static SCHEMAS: &[SchemaEntry] = &[\n");
    let mut uses = Uses::default();
    uses.checks.insert("check".to_owned());
    for (schema, ty) in &api.schemas {
        uses.see(ty);
        text.push_str(&format!(
            "    SchemaEntry {{\n        schema: {schema:?},\n        check: check::<{}>,\n    }},\n",
            types::type_text(ty, Models::Qualified)
        ));
    }
    text.push_str("];\n");
    source.item(uses.imports(api.kind, "SchemaEntry"));
    source.text(&text);
    source.finish()
}

/// Names that a table's types need.
#[derive(Default)]
struct Uses {
    names: std::collections::BTreeSet<&'static str>,
    checks: std::collections::BTreeSet<String>,
    models: bool,
    maps: bool,
    envelope: bool,
}

impl Uses {
    fn see(&mut self, ty: &Type) {
        types::runtime_names(ty, &mut self.names);
        self.models |= ty.named().is_some();
        self.maps |= types::needs_map(ty);
    }

    fn imports(&self, kind: ApiKind, entry: &str) -> TokenStream {
        let maps = self.maps.then(|| {
            quote!(
                use std::collections::BTreeMap;
            )
        });
        let root = public(kind);
        let models = self.models.then(|| quote!(use #root::models;));
        let envelope = self.envelope.then(|| quote!(use #root::Envelope;));
        let names: Vec<_> = self.names.iter().map(|name| ident(name)).collect();
        let names = (!names.is_empty()).then(|| quote!(use clerk_frontend::{#(#names),*};));
        let entry = ident(entry);
        let checks = self.checks.iter().map(|name| ident(name));
        quote! {
            #maps
            #envelope
            #models
            #names
            use crate::table::{#entry, #(#checks),*};
        }
    }
}

const ALLOW_DEPRECATED: &str =
    "#![allow(deprecated, reason = \"operations that Clerk deprecated are called as well\")]";

/// How each operation is called with what a test gives.
pub(super) fn calls(api: &Api) -> String {
    let mut source = Source::new(&api.document);
    source.text(ALLOW_DEPRECATED);
    let root = public(api.kind);
    let mut uses = Uses::default();
    let mut resources_used = false;
    for (_, operation) in operations(api) {
        for input in operation.required.iter().chain(&operation.optional) {
            if !matches!(input.place, Place::File) {
                let ty = value_type(input);
                uses.see(&ty);
            }
        }
        resources_used |= operation.takes_params();
    }
    let maps = uses.maps.then(|| {
        quote!(
            use std::collections::BTreeMap;
        )
    });
    let models = uses.models.then(|| quote!(models,));
    let resources = resources_used.then(|| quote!(resources,));
    let names = uses
        .names
        .iter()
        .map(|name| ident(name))
        .collect::<Vec<_>>();
    let names = (!names.is_empty()).then(|| quote!(use clerk_frontend::{#(#names),*};));
    source.item(quote! {
        #maps
        use #root::{Client, #models #resources};
        #names
        use crate::input::{Input, InputError};
        use crate::table::{CallEntry, Prepared, prepared};
    });
    let mut table = String::from("pub(crate) static CALLS: &[CallEntry<Client>] = &[\n");
    for (resource, operation) in operations(api) {
        table.push_str(&format!(
            "    CallEntry {{\n        operation_id: {:?},\n        method: {:?},\n        path: {:?},\n        call: {},\n    }},\n",
            operation.id,
            operation.verb.as_str(),
            operation.path,
            call_name(resource, operation)
        ));
    }
    table.push_str("];\n");
    source.text(&table);
    for (resource, operation) in operations(api) {
        source.item(call(resource, operation));
    }
    source.finish()
}

/// How the pages of each list are fetched with what a test gives.
pub(super) fn lists(api: &Api) -> String {
    let mut source = Source::new(&api.document);
    source.text(ALLOW_DEPRECATED);
    let root = public(api.kind);
    let lists = || operations(api).filter(|(_, operation)| operation.listing.is_some());
    let mut uses = Uses::default();
    for (_, operation) in lists() {
        let required = operation.required.iter();
        required.for_each(|input| uses.see(&value_type(input)));
    }
    let names = uses.models.then(|| quote!(models,));
    source.item(quote! {
        use #root::{Client, #names};
        use crate::input::{Input, InputError};
        use crate::table::{ListEntry, Walks, walks};
    });
    let mut table = String::from("pub(crate) static LISTS: &[ListEntry<Client>] = &[\n");
    for (resource, operation) in lists() {
        table.push_str(&format!(
            "    ListEntry {{\n        operation_id: {:?},\n        walks: {},\n    }},\n",
            operation.id,
            call_name(resource, operation)
        ));
    }
    table.push_str("];\n");
    source.text(&table);
    for (resource, operation) in lists() {
        let name = call_name(resource, operation);
        let accessor = ident(&resource.name);
        let method = ident(&operation.method);
        let required = operation.required.iter().map(required);
        let limit = operation
            .optional
            .iter()
            .find(|input| input.wire == "limit");
        let limit = limit.map(optional);
        let limit = limit.map(|limit| quote!(let builder = #limit;));
        let session = session(operation);
        source.item(quote! {
            fn #name(client: &Client, input: &mut Input<'_>) -> Result<Walks, InputError> {
                let builder = client.#accessor().#method(#(#required),*);
                #limit
                #session
                input.built(builder.request())?;
                Ok(walks(builder.clone().pages(), builder.stream()))
            }
        });
    }
    source.finish()
}

fn operations(api: &Api) -> impl Iterator<Item = (&Resource, &Operation)> {
    api.resources.iter().flat_map(|resource| {
        resource
            .operations
            .iter()
            .map(move |operation| (resource, operation))
    })
}

fn call_name(resource: &Resource, operation: &Operation) -> proc_macro2::Ident {
    format_ident!("{}_{}", resource.name, operation.method)
}

fn call(resource: &Resource, operation: &Operation) -> TokenStream {
    let name = call_name(resource, operation);
    let accessor = ident(&resource.name);
    let method = ident(&operation.method);
    let required = operation.required.iter().map(required);
    let arguments = if operation.takes_params() {
        let params = ident(&operation.params());
        let names = operation.required.iter().map(|input| ident(&input.ident));
        quote!(resources::#accessor::#params { #(#names: #required),* })
    } else {
        quote!(#(#required),*)
    };
    let optional = operation.optional.iter().map(optional);
    let session = session(operation);
    let credentials = (operation.auth == Auth::Basic).then(|| {
        quote! {
            let builder = input.basic_auth(builder, |builder, id, secret| builder.basic_auth(id, secret));
        }
    });
    let formats = operation.body.formats.iter().enumerate().skip(1);
    let formats = formats.map(|(index, format)| {
        let setter = ident(operation::format_setter(*format));
        quote!(let builder = input.format(builder, #index, |builder| builder.#setter());)
    });
    quote! {
        fn #name(client: &Client, input: &mut Input<'_>) -> Result<Prepared, InputError> {
            let builder = client.#accessor().#method(#arguments);
            #(let builder = #optional;)*
            #session
            #credentials
            #(#formats)*
            prepared!(input, builder)
        }
    }
}

/// The session's token, for operations that are called with one.
fn session(operation: &Operation) -> Option<TokenStream> {
    (operation.auth == Auth::Session)
        .then(|| quote!(let builder = builder.bearer_auth("a session's token");))
}

/// The type a test reads the value as.
fn value_type(input: &Input) -> Type {
    match (input.place, &input.ty) {
        (Place::Path, Type::Integer | Type::Enum(_)) => input.ty.clone(),
        (Place::Path, _) => Type::Text,
        _ => operation::argument_type(input).clone(),
    }
}

fn required(input: &Input) -> TokenStream {
    let wire = &input.wire;
    let ty = types::field_type(&value_type(input), Models::Qualified);
    match input.place {
        Place::File => quote!(input.file(#wire)),
        Place::Items => quote!(input.items::<#ty>()?),
        Place::Field => quote!(input.required_field::<#ty>(#wire)?),
        _ => quote!(input.required_parameter::<#ty>(#wire)?),
    }
}

fn optional(input: &Input) -> TokenStream {
    let wire = &input.wire;
    let setter = ident(&input.ident);
    let ty = types::field_type(&value_type(input), Models::Qualified);
    match input.place {
        Place::File => {
            quote!(input.optional_file(builder, #wire, |builder, file| builder.#setter(file)))
        }
        Place::Field if input.nullable => {
            let clear = ident(&format!("clear_{}", input.ident.trim_start_matches("r#")));
            quote! {
                input.nullable_field(
                    builder,
                    #wire,
                    |builder, value: #ty| builder.#setter(value),
                    |builder| builder.#clear(),
                )?
            }
        }
        Place::Field | Place::Items => {
            quote!(input.field(builder, #wire, |builder, value: #ty| builder.#setter(value))?)
        }
        _ => quote!(input.parameter(builder, #wire, |builder, value: #ty| builder.#setter(value))?),
    }
}
