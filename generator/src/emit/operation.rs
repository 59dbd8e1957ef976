//! One operation: the method that starts it, its facts, and its builder.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::emit::arguments::{self, Argument};
use crate::emit::docs;
use crate::emit::source::Source;
use crate::emit::types::{self, Models, field_type, ident};
use crate::ir::{
    Auth, Format, Input, Listing, Operation, Output, Place, Resource, Statuses, Type, Verb,
};
use crate::words;

/// The type callers pass: free-form objects are taken as any JSON value that converts.
pub(super) fn argument_type(input: &Input) -> &Type {
    match &input.ty {
        Type::Object => &Type::Value,
        Type::Optional(inner) if **inner == Type::Object => &Type::Value,
        ty => ty,
    }
}

/// The method on the resource.
pub(super) fn method(operation: &Operation) -> TokenStream {
    let name = ident(&operation.method);
    let builder = ident(&operation.builder);
    let fact = fact_name(operation);
    let docs = docs::attributes(&method_docs(operation));
    let deprecated = operation
        .deprecated
        .then(|| quote!(#[deprecated = "deprecated by Clerk"]));

    let in_struct = operation.takes_params();
    let parameters = if in_struct {
        let params = ident(&operation.params());
        quote!(params: #params)
    } else {
        let parameters = operation
            .required
            .iter()
            .map(|input| argument(input).parameter);
        quote!(#(#parameters),*)
    };
    let path = operation
        .required
        .iter()
        .filter(|input| input.place == Place::Path)
        .map(|input| {
            let wire = &input.wire;
            let value = path_value(input, &required_value(input, in_struct));
            quote!(.path(#wire, #value))
        });
    let sets: Vec<TokenStream> = operation
        .required
        .iter()
        .filter(|input| input.place != Place::Path)
        .map(|input| set(input, &quote!(call), required_value(input, in_struct)))
        .chain(
            operation
                .constants
                .iter()
                .map(|(wire, value)| quote!(call.field(#wire, #value);)),
        )
        .collect();
    let start = quote!(Call::new(&self.core, &#fact) #(#path)*);
    let body = if sets.is_empty() {
        quote!(#builder { call: #start })
    } else {
        quote! {
            let mut call = #start;
            #(#sets)*
            #builder { call }
        }
    };
    quote! {
        #docs
        #deprecated
        #[inline]
        pub fn #name(&self, #parameters) -> #builder {
            #body
        }
    }
}

pub(super) fn argument(input: &Input) -> Argument {
    match (input.place, &input.ty) {
        // Templates take text; numbers are formatted by the caller's type.
        (Place::Path, Type::Integer) => {
            arguments::argument(&input.ident, &Type::Integer, Models::Qualified)
        }
        (Place::Path, Type::Enum(_)) => {
            arguments::argument(&input.ident, &input.ty, Models::Qualified)
        }
        (Place::Path, _) => {
            let name = ident(&input.ident);
            Argument {
                parameter: quote!(#name: impl Into<String>),
                value: quote!(#name),
            }
        }
        _ => arguments::argument(&input.ident, argument_type(input), Models::Qualified),
    }
}

fn required_value(input: &Input, in_struct: bool) -> TokenStream {
    if in_struct {
        let name = ident(&input.ident);
        quote!(params.#name)
    } else {
        argument(input).value
    }
}

fn path_value(input: &Input, value: &TokenStream) -> TokenStream {
    match &input.ty {
        Type::Integer => quote!(#value.to_string()),
        Type::Enum(_) => quote!(#value.as_str()),
        _ => value.clone(),
    }
}

/// The statement that puts an input into the request.
fn set(input: &Input, call: &TokenStream, value: TokenStream) -> TokenStream {
    let wire = &input.wire;
    match input.place {
        Place::Path => TokenStream::new(),
        Place::Query if input.secret => quote!(#call.secret_query(#wire, #value);),
        Place::Query => quote!(#call.query(#wire, #value);),
        Place::QueryJoined(separator) => quote!(#call.query_joined(#wire, #separator, #value);),
        Place::Header => {
            let value = match &input.ty {
                Type::Text => value,
                Type::Enum(_) => quote!(#value.as_str()),
                _ => quote!(#value.to_string()),
            };
            if input.secret {
                quote!(#call.secret_header(#wire, #value);)
            } else {
                quote!(#call.header(#wire, #value);)
            }
        }
        Place::Field if input.secret => quote!(#call.secret_field(#wire, #value);),
        Place::Field => quote!(#call.field(#wire, #value);),
        Place::Items => quote!(#call.items(#value);),
        Place::File => quote!(#call.file(#wire, #value);),
    }
}

fn fact_name(operation: &Operation) -> proc_macro2::Ident {
    format_ident!("{}", operation.method.to_ascii_uppercase())
}

/// What follows the resource's own `impl`: the operation's facts, the struct of required inputs, the builder.
pub(super) fn items(operation: &Operation, resource: &Resource, source: &mut Source) {
    source.item(facts(operation));
    if operation.takes_params() {
        source.item(params_struct(operation, resource));
    }
    source.item(builder_struct(operation, resource));
    source.item(builder_setters(operation));
    source.text(&registration(operation));
    if let Some(listing) = &operation.listing {
        source.text(&paging(operation, listing));
    }
}

/// The registration of a list's `pages` and `stream`.
fn paging(operation: &Operation, listing: &Listing) -> String {
    let output = output_text(operation);
    let list = match &listing.field {
        Some(field) => {
            let item = types::type_text(&listing.item, Models::Qualified);
            format!("{output} {{ {field}: {item} }}")
        }
        None => output,
    };
    format!(
        "call_pages!(\n    {} => {list},\n    Paging {{ offset: {}, cursor: {}, flag: {}, page_size: {} }}\n);",
        operation.builder, listing.offset, listing.cursor, listing.flag, listing.page_size
    )
}

fn facts(operation: &Operation) -> TokenStream {
    let name = fact_name(operation);
    let id = &operation.id;
    let path = &operation.path;
    let method = match operation.verb {
        Verb::Get => quote!(Get),
        Verb::Post => quote!(Post),
        Verb::Put => quote!(Put),
        Verb::Patch => quote!(Patch),
        Verb::Delete => quote!(Delete),
    };
    let auth = match operation.auth {
        Auth::Client => quote!(Client),
        Auth::None => quote!(None),
        Auth::Basic => quote!(Basic),
        Auth::Session => quote!(Session),
        Auth::Machine => quote!(Machine),
    };
    let format = match operation.body.formats.first() {
        Some(format) => format_name(*format),
        None => quote!(None),
    };
    let body_required = operation.body.required;
    let wrapped = operation.wrapped;
    quote! {
        static #name: Operation = Operation {
            id: #id,
            method: Method::#method,
            path: #path,
            auth: Auth::#auth,
            body: BodyFormat::#format,
            body_required: #body_required,
            wrapped: #wrapped,
        };
    }
}

fn format_name(format: Format) -> TokenStream {
    match format {
        Format::Json => quote!(Json),
        Format::Form => quote!(Form),
        Format::Multipart => quote!(Multipart),
        Format::OctetStream => quote!(OctetStream),
    }
}

fn params_struct(operation: &Operation, resource: &Resource) -> TokenStream {
    let name = ident(&operation.params());
    let docs = docs::attributes(&docs::wrapped(&format!(
        "What `{}().{}()` needs.",
        resource.name, operation.method
    )));
    let fields = operation.required.iter().map(|input| {
        let name = ident(&input.ident);
        let ty = match input.place {
            Place::Path if !matches!(input.ty, Type::Integer | Type::Enum(_)) => quote!(String),
            _ => field_type(argument_type(input), Models::Qualified),
        };
        let docs = docs::attributes(&input_docs(input));
        quote!(#docs pub #name: #ty,)
    });
    // No `Debug`: required inputs may be secrets.
    quote! {
        #docs
        #[derive(Clone)]
        #[allow(missing_debug_implementations, reason = "it may hold secrets")]
        pub struct #name {
            #(#fields)*
        }
    }
}

fn builder_struct(operation: &Operation, resource: &Resource) -> TokenStream {
    let name = ident(&operation.builder);
    let docs = docs::attributes(&docs::wrapped(&format!(
        "A call of `{}().{}()`: `{} {}`.",
        resource.name,
        operation.method,
        operation.verb.as_str(),
        operation.path
    )));
    quote! {
        #docs
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name {
            call: Call,
        }
    }
}

fn builder_setters(operation: &Operation) -> TokenStream {
    let name = ident(&operation.builder);
    let mut methods: Vec<TokenStream> = operation.optional.iter().map(setter).collect();
    if operation.auth == Auth::Basic {
        methods.push(quote! {
            /// Authenticates as an OAuth client with HTTP basic credentials.
            #[inline]
            pub fn basic_auth(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
                self.call.basic_auth(client_id, client_secret);
                self
            }
        });
    }
    for format in operation.body.formats.iter().skip(1) {
        methods.push(format_method(*format));
    }
    if methods.is_empty() {
        return TokenStream::new();
    }
    quote! {
        impl #name {
            #(#methods)*
        }
    }
}

/// The method that chooses a media type.
pub(super) fn format_setter(format: Format) -> &'static str {
    match format {
        Format::Json => "as_json",
        Format::Form => "as_form",
        Format::Multipart => "as_multipart",
        Format::OctetStream => "as_octet_stream",
    }
}

fn format_method(format: Format) -> TokenStream {
    let docs = match format {
        Format::Json => " Sends the body as JSON.",
        Format::Form => " Sends the body as a form.",
        Format::Multipart => " Sends the body as multipart form data.",
        Format::OctetStream => " Sends the file alone, as `application/octet-stream`.",
    };
    let name = ident(format_setter(format));
    let format = format_name(format);
    quote! {
        #[doc = #docs]
        #[inline]
        pub fn #name(mut self) -> Self {
            self.call.format(BodyFormat::#format);
            self
        }
    }
}

fn setter(input: &Input) -> TokenStream {
    let name = ident(&input.ident);
    let docs = docs::attributes(&input_docs(input));
    let deprecated = input
        .deprecated
        .then(|| quote!(#[deprecated = "deprecated by Clerk"]));
    let Argument { parameter, value } = argument(input);
    let set = set(input, &quote!(self.call), value);
    let clear = input.nullable.then(|| {
        let name = ident(&words::clear(&input.ident));
        let wire = &input.wire;
        let docs = docs::attributes(&format!("Clears `{wire}`."));
        quote! {
            #docs
            #deprecated
            #[inline]
            pub fn #name(mut self) -> Self {
                self.call.clear(#wire);
                self
            }
        }
    });
    quote! {
        #docs
        #deprecated
        #[inline]
        pub fn #name(mut self, #parameter) -> Self {
            #set
            self
        }
        #clear
    }
}

fn input_docs(input: &Input) -> String {
    docs::field(
        &input.wire,
        &input.ty,
        input.description.as_ref(),
        &input.facts,
        input.nullable,
        input.deprecated,
    )
}

/// The type that `send()` gives.
pub(super) fn output_text(operation: &Operation) -> String {
    match &operation.output {
        Output::Nothing => "()".to_owned(),
        Output::Redirect => "Redirect".to_owned(),
        Output::Text => "Text".to_owned(),
        Output::Json(ty) => types::type_text(ty, Models::Qualified),
    }
}

fn registration(operation: &Operation) -> String {
    let output = output_text(operation);
    let response = if operation.wrapped {
        format!("Envelope<{output}>")
    } else {
        output.clone()
    };
    let line = format!(
        "call_methods!({} => {output}, {response});",
        operation.builder
    );
    if line.len() <= 120 {
        return line;
    }
    format!(
        "call_methods!(\n    {} => {output},\n    {response}\n);",
        operation.builder
    )
}

fn method_docs(operation: &Operation) -> String {
    let facts = format!(
        "`{} {}`, operation `{}`.",
        operation.verb.as_str(),
        operation.path,
        operation.id
    );
    let auth = match operation.auth {
        Auth::Client => "the client's credentials",
        Auth::None => "none",
        Auth::Basic => "HTTP basic, for the call",
        Auth::Session => "a session's token, given with `bearer_auth`",
        Auth::Machine => {
            "the machine's secret key if the client has one, else the client's credentials"
        }
    };
    let mut text = match operation.description.as_deref().map(docs::prose) {
        Some(prose) if !prose.is_empty() => format!("{prose}\n\n{}", docs::wrapped(&facts)),
        _ => docs::wrapped(&facts),
    };
    text.push_str(&format!(
        "\n\n- Authentication: {auth}.\n- {}\n",
        answer(operation)
    ));
    text.push_str(&docs::wrapped(&statuses(&operation.statuses)));
    if operation.deprecated {
        text.push_str("\n- Deprecated by Clerk.");
    }
    text
}

fn answer(operation: &Operation) -> String {
    match &operation.output {
        Output::Nothing => "Answers with nothing.".to_owned(),
        Output::Redirect => "Answers with a redirect, which is not followed.".to_owned(),
        Output::Text => "Answers with text.".to_owned(),
        Output::Json(ty) => {
            let ty = types::type_text(ty, Models::Imported);
            match &operation.listing {
                None => format!("Answers with `{ty}`."),
                Some(listing) if listing.is_whole() => {
                    format!("Answers with `{ty}`, the whole list at once.")
                }
                Some(_) => {
                    format!("Answers with `{ty}`; `pages` and `stream` fetch the whole list.")
                }
            }
        }
    }
}

fn statuses(statuses: &Statuses) -> String {
    let list = |codes: &[u16]| {
        codes
            .iter()
            .map(u16::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut parts = Vec::new();
    if !statuses.success.is_empty() {
        parts.push(format!("success {}", list(&statuses.success)));
    }
    if !statuses.redirect.is_empty() {
        parts.push(format!("redirect {}", list(&statuses.redirect)));
    }
    if !statuses.error.is_empty() {
        parts.push(format!("error {}", list(&statuses.error)));
    }
    format!("- Documented statuses: {}.", parts.join("; "))
}
