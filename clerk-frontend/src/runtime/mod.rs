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
mod core;
mod error;
mod error_body;
mod form;
mod item_stream;
mod multipart;
mod operation;
mod path;
mod publishable_key;
mod raw;
mod redirect;
mod request;
mod response;
mod settings;
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

pub(crate) use auth::Credentials;
pub(crate) use call::{Call, call_methods};
pub use core::API_VERSION;
pub(crate) use core::{Core, Surface};
pub use error::{ClerkError, Error, ErrorKind};
pub use item_stream::ItemStream;
pub(crate) use item_stream::call_stream;
pub use multipart::FilePart;
pub use operation::Method;
pub(crate) use operation::{Auth, BodyFormat, Operation};
pub(crate) use publishable_key::{frontend_api, is_host};
pub use raw::RawCall;
pub use redirect::Redirect;
pub use request::Request;
pub use response::{Response, Sending, SendingResponse};
pub(crate) use settings::{Settings, settings_methods};
pub use transport::http_client_builder;
