//! The committed documents, read without the generator's own understanding of them.

use std::fs;
use std::path::Path;

use clerk_frontend::Value;
use generator::Source;

use crate::Api;

/// Returns a committed document as it is.
///
/// # Errors
///
/// Fails if the document cannot be read.
pub fn load(api: Api) -> Result<Value, Vec<String>> {
    let source = source(&format!("{}.yaml", api.name()))?;
    generator::load::load(&source).map_err(texts)
}

/// Returns a committed document with our corrections, as the client is generated from it.
///
/// # Errors
///
/// Fails if the document or the corrections cannot be read, or the corrections do not apply.
pub fn corrected(api: Api) -> Result<Value, Vec<String>> {
    overlaid(load(api)?, api, "corrections")
}

/// Returns a committed document with our corrections and names, which say where two schemas are one type.
///
/// # Errors
///
/// As [`corrected`] does.
pub fn named(api: Api) -> Result<Value, Vec<String>> {
    overlaid(corrected(api)?, api, "names")
}

fn overlaid(mut document: Value, api: Api, overlay: &str) -> Result<Value, Vec<String>> {
    let overlay = source(&format!("overlays/{}/{overlay}.yaml", api.name()))?;
    generator::overlay::apply(&mut document, api.name(), &overlay).map_err(texts)?;
    Ok(document)
}

fn source(name: &str) -> Result<Source, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../spec")
        .join(name);
    match fs::read_to_string(path) {
        Ok(text) => Ok(Source {
            name: format!("spec/{name}"),
            text,
        }),
        Err(error) => Err(vec![format!("cannot read spec/{name}: {error}")]),
    }
}

fn texts(errors: Vec<generator::SpecError>) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

/// Follows references; null if one leads nowhere.
#[must_use]
pub fn resolve<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    while let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        let pointer = reference.strip_prefix('#');
        value = pointer
            .and_then(|pointer| document.pointer(pointer))
            .unwrap_or(&Value::Null);
    }
    value
}

/// Returns the names and values of an object; none of anything else.
pub fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Returns the items of a list; none of anything else.
pub fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Returns whether a union only says which fields go together: `anyOf` of nothing but `required`.
#[must_use]
pub fn is_constraint(members: &Value) -> bool {
    let mut members = items(members).peekable();
    members.peek().is_some()
        && members.all(|member| {
            member.get("required").is_some() && entries(member).all(|(key, _)| key == "required")
        })
}
