//! A typed client for all of Clerk's [Frontend API](https://clerk.com/docs/reference/frontend-api) and
//! [Backend API](https://clerk.com/docs/reference/backend-api) that keeps working when Clerk adds to them.
//!
//! # Frontend API
//!
//! The crate's root is the Frontend API, the one that sign-in pages and native applications talk to. A [`Client`] is made
//! from an instance's publishable key, and has a method per resource; each operation is a builder that is sent.
//!
//! ```no_run
//! # async fn example() -> Result<(), clerk_frontend::Error> {
//! use clerk_frontend::{Client, Method};
//!
//! let clerk = Client::builder()
//!     .publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k")
//!     .native_token("the token this application keeps")
//!     .build()?;
//! let answer = clerk.request(Method::Get, "/v1/client").send().await?;
//! println!("{:?}", answer.trace_id());
//! # Ok(())
//! # }
//! ```
//!
//! # Backend API
//!
//! The Backend API is in the module `backend`, with the feature of the same name: a secret key has no place in an application that
//! is handed out.
//!
//! # Lists
//!
//! Every operation that gets a list has `pages` and `stream` beside `send`: the whole list, page by page ([`Pages`]) or item by item
//! ([`ItemStream`]), fetched as it is asked for.
//!
//! ```no_run
//! # async fn example(clerk: clerk_frontend::Client) -> Result<(), clerk_frontend::Error> {
//! let mut domains = clerk.organization_domains().list("org_123").stream();
//! while let Some(domain) = domains.next().await {
//!     println!("{} of {:?}: {}", domains.offset(), domains.total_count(), domain?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # When Clerk changes
//!
//! Unknown fields are ignored, null is as good as absent, a field that should be there and is not takes its type's empty value, and
//! enums keep values that they do not know. [`ClientBuilder::on_drift`] tells of each such case, and
//! [`ClientBuilder::strict`] makes an error of it. A [`Response`] always has the body as it came.
//!
//! # Errors
//!
//! Every call fails with the one type [`Error`], which says what failed, and with which status and Clerk error code.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls and ring, with the operating system's certificates.
//! - `native-tls`: TLS by the operating system's library, if `rustls` is off.
//! - `backend`: the Backend API.
//! - `file-token-store`: `FileTokenStore`, which keeps the client's token in a file.
//! - `stream`: uploads from files and streams.
//! - `tracing`: one span per call, with its operation, status, attempts and duration; events for retries and drift. No secrets.
//!
//! With neither TLS feature, only `http:` URLs work, unless [`ClientBuilder::http_client`] brings a client that has TLS.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod behaviour;
mod environment;
mod frontend;
// Formatted by the generator, the same on every machine.
#[rustfmt::skip]
mod generated;
mod runtime;

pub use frontend::{
    Authentication, ClientBuilder, ClientChanges, DevelopmentBrowser, Native, ProductionBrowser,
};
pub use generated::frontend::{Client, Envelope, models, resources};
#[cfg(all(feature = "file-token-store", not(target_family = "wasm")))]
pub use runtime::FileTokenStore;
pub use runtime::{
    API_VERSION, Attempt, CallOptions, ClerkError, Clock, Drift, DriftKind, Error, ErrorKind,
    FilePart, ItemStream, MemoryTokenStore, Method, Object, Page, Pages, Part, PartValue, Patch,
    RawCall, Redirect, Request, Response, Retry, Sending, SendingResponse, Sleep, Text, Timestamp,
    TimestampError, TokenStore, TokenStoreError, TokenStoreFuture, Value, http_client_builder,
};

/// Text that is never printed and is wiped from memory, for tokens.
pub use secrecy::{ExposeSecret, SecretString};

/// The HTTP client that requests go through, for [`ClientBuilder::http_client`].
pub use reqwest;

/// Decoding of bodies that did not come through a client: recordings, caches, tests.
pub mod decode {
    pub use crate::runtime::{
        Context, DecodeError, DecodeErrorKind, Output, Parts, from_slice, from_slice_strict,
        from_slice_with,
    };
}

#[cfg(feature = "backend")]
#[path = "backend.rs"]
mod backend_client;

/// What models are made of. Public because bounds name it; not part of what this crate promises.
#[doc(hidden)]
pub mod model {
    pub use crate::runtime::{
        Envelope, Field, FieldShape, Input, ListField, MapField, Model, OpenEnum, OptionField,
        Shape, ShapeKind, Slot, View, debug_model, deserialize, equal_models, flags, list,
        serialize_field, serialize_model, to_value,
    };
}

/// The Backend API.
#[cfg(feature = "backend")]
pub mod backend {
    pub use crate::backend_client::ClientBuilder;
    pub use crate::generated::backend::{Client, models, resources};
}
