//! Every response, schema and call of both APIs in tables, and the commands that go through them: `decode`, `conformance`; and
//! `load`, which makes many calls at once.
//!
//! Written as a downstream crate would be: only what `clerk-frontend` makes public is used.

pub mod conformance;
pub mod decode;
pub mod document;
#[rustfmt::skip]
mod generated;
pub mod input;
pub mod load;
pub mod sample;
pub mod table;

use table::{CallEntry, ListEntry, ResponseEntry, SchemaEntry};

/// One API, as the tables know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Frontend,
    Backend,
}

impl Api {
    pub const ALL: [Self; 2] = [Self::Frontend, Self::Backend];

    /// Returns what the API's files in `spec/` are called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frontend => "frontend",
            Self::Backend => "backend",
        }
    }

    /// Returns what each operation answers.
    #[must_use]
    pub fn responses(self) -> &'static [ResponseEntry] {
        match self {
            Self::Frontend => generated::frontend::responses::RESPONSES,
            Self::Backend => generated::backend::responses::RESPONSES,
        }
    }

    /// Returns what each schema of the document decodes to.
    #[must_use]
    pub fn schemas(self) -> &'static [SchemaEntry] {
        match self {
            Self::Frontend => generated::frontend::schemas::SCHEMAS,
            Self::Backend => generated::backend::schemas::SCHEMAS,
        }
    }

    /// Returns the answer of one operation.
    #[must_use]
    pub fn response(self, operation_id: &str) -> Option<&'static ResponseEntry> {
        self.responses()
            .iter()
            .find(|entry| entry.operation_id == operation_id)
    }

    /// Returns one schema.
    #[must_use]
    pub fn schema(self, name: &str) -> Option<&'static SchemaEntry> {
        self.schemas().iter().find(|entry| entry.schema == name)
    }
}

/// Returns how each operation of the Frontend API is called.
#[must_use]
pub fn frontend_calls() -> &'static [CallEntry<clerk_frontend::Client>] {
    generated::frontend::calls::CALLS
}

/// Returns how each operation of the Backend API is called.
#[must_use]
pub fn backend_calls() -> &'static [CallEntry<clerk_frontend::backend::Client>] {
    generated::backend::calls::CALLS
}

/// Returns how the lists of the Frontend API are fetched.
#[must_use]
pub fn frontend_lists() -> &'static [ListEntry<clerk_frontend::Client>] {
    generated::frontend::lists::LISTS
}

/// Returns how the lists of the Backend API are fetched.
#[must_use]
pub fn backend_lists() -> &'static [ListEntry<clerk_frontend::backend::Client>] {
    generated::backend::lists::LISTS
}

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The examples of the package's own README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../clerk-frontend/README.md")]
struct PackageReadme;
