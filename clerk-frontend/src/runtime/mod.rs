//! The hand-written part that generated code stands on.

// Models: what they are, and how they are read and written.
mod decode;
mod drift;
mod encode;
mod field;
mod input;
mod model;
mod model_macro;
#[cfg(test)]
mod model_tests;
mod open_enum;
mod types;

// Calls: how they are made, sent and answered.
mod auth;
mod body;
mod call;
#[cfg(test)]
mod call_tests;
mod clock;
mod core;
mod error;
mod error_body;
mod exchange;
mod file_part;
mod follow;
mod form;
mod operation;
mod options;
mod paging;
mod path;
mod payload;
mod publishable_key;
mod raw;
mod redirect;
mod request;
mod response;
mod retry;
mod settings;
mod trace;
mod transport;

#[doc(hidden)]
pub use decode::deserialize;
pub use decode::{
    Context, DecodeError, DecodeErrorKind, Output, Parts, from_slice, from_slice_strict,
    from_slice_with,
};
pub use drift::{Drift, DriftKind};
#[doc(hidden)]
pub use encode::{debug_model, equal_models, serialize_field, serialize_model, to_value};
#[doc(hidden)]
pub use field::{Field, ListField, MapField, OpenEnum, OptionField};
pub use input::Input;
#[doc(hidden)]
pub use input::list;
#[doc(hidden)]
pub use model::{FieldShape, Model, Shape, ShapeKind, Slot, View, flags};
pub(crate) use model_macro::model;
pub(crate) use open_enum::open_enum;
pub use types::{Envelope, Page, Patch, Text, Timestamp, TimestampError};

/// Any JSON value.
pub use serde_json::Value;

/// A JSON object whose keys are not known beforehand.
pub type Object = serde_json::Map<String, Value>;

#[cfg(all(feature = "file-token-store", not(target_family = "wasm")))]
pub use auth::FileTokenStore;
#[cfg(feature = "backend")]
pub(crate) use auth::bearer;
pub(crate) use auth::{Carrier, Credentials, Tokens};
pub use auth::{MemoryTokenStore, TokenStore, TokenStoreError, TokenStoreFuture};
pub(crate) use call::{Call, call_methods};
pub use clock::{Clock, Sleep};
pub use core::API_VERSION;
pub(crate) use core::{Core, Surface};
pub use error::{ClerkError, Error, ErrorKind};
pub use exchange::Attempt;
pub use file_part::FilePart;
pub(crate) use follow::{Answer, Follower, Heard};
pub use operation::Method;
pub(crate) use operation::{Auth, BodyFormat, Operation, Target};
pub use options::CallOptions;
pub use paging::{ItemStream, Pages};
pub(crate) use paging::{Paging, call_pages, fetch};
pub use payload::{Part, PartValue};
pub(crate) use publishable_key::{Instance, PublishableKey, is_host};
pub use raw::RawCall;
pub use redirect::Redirect;
pub use request::Request;
pub use response::{Response, Sending, SendingResponse};
pub use retry::Retry;
pub(crate) use settings::{Parts as ClientParts, Settings, header_value, settings_methods};
pub use transport::http_client_builder;
