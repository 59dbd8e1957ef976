//! Turns Clerk's OpenAPI documents into the source of the `clerk-frontend` crate.
//!
//! The library does no I/O: text in, a map of files or all errors out.

pub mod check;
mod emit;
mod error;
pub mod facts;
mod grammar;
mod import;
mod ir;
pub mod load;
mod lower;
mod node;
mod normalise;
pub mod overlay;
mod parse;
pub mod pointer;
mod schema;
mod secrets;
mod share;
mod types;
mod unite;
mod walk;
mod words;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

pub use error::SpecError;
pub use import::import;

/// Which of Clerk's two APIs a document describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiKind {
    /// The Frontend API: what browsers and apps call on behalf of a user.
    Frontend,
    /// The Backend API: what servers call with a secret key.
    Backend,
}

/// A YAML text and the name it has in errors.
#[derive(Clone, Debug)]
pub struct Source {
    /// What errors call the document, usually its path.
    pub name: String,
    /// The YAML text.
    pub text: String,
}

/// What to do with an overlay action that matches or changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Our own facts: the overlay must follow them.
    Error,
    /// Another dated document: the overlays apply where they match.
    Note,
}

/// One API's document and the overlays to apply to it, in order.
#[derive(Clone, Debug)]
pub struct Input {
    /// Which API the document describes.
    pub api: ApiKind,
    /// The OpenAPI 3.0.3 document.
    pub document: Source,
    /// OpenAPI Overlay 1.0 documents, in the order they apply.
    pub overlays: Vec<Source>,
    /// What a stale overlay action is.
    pub stale: Stale,
}

/// Text of generated files by path relative to the workspace root, with forward slashes.
pub type Files = BTreeMap<String, String>;

/// What the generator made.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Every generated file.
    pub files: Files,
    /// What was found but did not stop generation: stale overlay actions of foreign documents.
    pub notes: Vec<SpecError>,
    /// Counts for the one-line summary.
    pub summary: Summary,
}

/// How much was generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Operations of all documents.
    pub operations: usize,
    /// Model types: structs and enums.
    pub models: usize,
}

/// Generates every file from the documents, or reports everything that is wrong with them.
///
/// The passes, in order: load, overlay, check, normalise, parse, lower (which resolves, unites and names), share, emit.
///
/// # Errors
///
/// All problems found in all documents, in document order.
pub fn generate(inputs: &[Input]) -> Result<Generated, Vec<SpecError>> {
    let mut notes = Vec::new();
    let apis = lower_all(inputs, &mut notes)?;
    Ok(Generated {
        files: emit_all(&apis),
        notes,
        summary: Summary {
            operations: apis
                .iter()
                .flat_map(|api| &api.resources)
                .map(|resource| resource.operations.len())
                .sum(),
            models: apis
                .iter()
                .flat_map(|api| &api.models)
                .filter(|model| !model.shared)
                .count(),
        },
    })
}

/// Only the client's code, for a crate that has the runtime at `crate::runtime` and this code at the module path
/// `base`. File paths are relative to that module's folder.
///
/// # Errors
///
/// As [`generate`].
pub fn client_code(inputs: &[Input], base: &str) -> Result<Files, Vec<SpecError>> {
    let apis = lower_all(inputs, &mut Vec::new())?;
    let paths = emit::Paths {
        base: base.to_owned(),
    };
    Ok(emit::client_files(&apis, &paths))
}

fn lower_all(inputs: &[Input], notes: &mut Vec<SpecError>) -> Result<Vec<ir::Api>, Vec<SpecError>> {
    let mut errors = Vec::new();
    let mut apis = Vec::new();
    for input in inputs {
        match lower_input(input, notes) {
            Ok(api) => apis.push(api),
            Err(mut found) => errors.append(&mut found),
        }
    }
    if !errors.is_empty() {
        return Err(once(errors));
    }
    share::across(&mut apis);
    Ok(apis)
}

/// The errors without repetitions: what many operations refer to is wrong once.
fn once(mut errors: Vec<SpecError>) -> Vec<SpecError> {
    let mut seen = BTreeSet::new();
    errors.retain(|error| seen.insert(error.clone()));
    errors
}

fn lower_input(input: &Input, notes: &mut Vec<SpecError>) -> Result<ir::Api, Vec<SpecError>> {
    let name = &input.document.name;
    let mut document = load::load(&input.document)?;
    let mut errors = Vec::new();
    let mut stale = Vec::new();
    for overlay in &input.overlays {
        match overlay::apply(&mut document, name, overlay) {
            Ok(applied) => stale.extend(applied.stale),
            Err(mut found) => errors.append(&mut found),
        }
    }
    match input.stale {
        Stale::Error => errors.append(&mut stale),
        Stale::Note => notes.append(&mut stale),
    }
    errors.extend(check::check(&document, name));
    if !errors.is_empty() {
        return Err(errors);
    }
    normalise::normalise(&mut document);
    let document = parse::parse(document, name)?;
    lower::lower(input.api, name, &document)
}

const CLIENT_ROOT: &str = "clerk-frontend/src/generated";
const TABLES_ROOT: &str = "tests/src/generated";
const OPERATIONS_PAGE: &str = "docs/operations.md";

fn emit_all(apis: &[ir::Api]) -> Files {
    let paths = emit::Paths {
        base: "crate::generated".to_owned(),
    };
    let client = emit::client_files(apis, &paths);
    let tables = emit::table_files(apis);
    let mut files: Files = under(CLIENT_ROOT, client)
        .chain(under(TABLES_ROOT, tables))
        .collect();
    files.insert(OPERATIONS_PAGE.to_owned(), emit::operations_page(apis));
    files
}

fn under(root: &str, files: Files) -> impl Iterator<Item = (String, String)> {
    files
        .into_iter()
        .map(move |(path, text)| (format!("{root}/{path}"), text))
}
