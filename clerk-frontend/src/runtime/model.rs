//! What a model tells the decoder, the encoder and `Debug`: a table of its fields, and two ways to reach one.
//!
//! Everything that works on models is written once over [`Slot`] and [`View`], so that a model costs the compiler a table
//! and two `match`es instead of its own copy of serde's machinery.

use super::field::{ListField, MapField, OpenEnum, OptionField};
use super::{Object, Value};
use std::fmt;

/// What is known about a field, as bits that can be combined with `|`.
pub mod flags {
    /// May be absent or null.
    pub const OPTIONAL: u8 = 0;
    /// Absent or null becomes the type's empty value and counts as drift.
    pub const REQUIRED: u8 = 1;
    /// Absent or null is an error, since an empty value would be dangerous.
    pub const ESSENTIAL: u8 = 2;
    /// Never shown by `Debug`.
    pub const SECRET: u8 = 4;
}

/// One field of a model.
#[derive(Clone, Copy, Debug)]
pub struct FieldShape {
    /// The key on the wire.
    pub wire: &'static str,
    /// What is known about it, see [`flags`].
    pub flags: u8,
}

impl FieldShape {
    pub(crate) fn is_required(&self) -> bool {
        self.flags & flags::REQUIRED != 0
    }

    pub(crate) fn is_essential(&self) -> bool {
        self.flags & flags::ESSENTIAL != 0
    }

    pub(crate) fn is_secret(&self) -> bool {
        self.flags & flags::SECRET != 0
    }
}

/// How a model appears on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShapeKind {
    /// A JSON object.
    Object,
    /// An object, or only the array that is its first field.
    Page,
    /// An object around the value that is its first field.
    Envelope,
}

/// The fields of a model, in the order the server sends them as far as that is known.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The name of the Rust type.
    pub name: &'static str,
    /// How the model appears on the wire.
    pub kind: ShapeKind,
    /// The fields; their positions are the indices that [`Model::slot`] and [`Model::view`] take.
    pub fields: &'static [FieldShape],
}

/// A type with named fields. Implemented by the `model!` macro.
pub trait Model {
    /// Returns the table of fields.
    fn shape(&self) -> &'static Shape;

    /// Returns the place a field is decoded into; [`Slot::Ignored`] for an index that does not exist.
    fn slot(&mut self, index: usize) -> Slot<'_>;

    /// Returns the value of a field; [`View::Absent`] for an index that does not exist.
    fn view(&self, index: usize) -> View<'_>;
}

/// A place to decode a value into: the leaf types themselves, everything else behind a trait object.
pub enum Slot<'a> {
    /// Takes any value and keeps none.
    Ignored,
    /// A string.
    String(&'a mut String),
    /// A boolean.
    Bool(&'a mut bool),
    /// An integer.
    Integer(&'a mut i64),
    /// A number.
    Number(&'a mut f64),
    /// Any JSON value.
    Value(&'a mut Value),
    /// A JSON object.
    Object(&'a mut Object),
    /// An open enum.
    Enum(&'a mut dyn OpenEnum),
    /// A model.
    Model(&'a mut dyn Model),
    /// A list.
    List(&'a mut dyn ListField),
    /// A map with free keys.
    Map(&'a mut dyn MapField),
    /// A value that may be missing.
    Option(&'a mut dyn OptionField),
    /// A string that may be missing; the most frequent field of all, so it goes without a trait object.
    OptionString(&'a mut Option<String>),
    /// A boolean that may be missing.
    OptionBool(&'a mut Option<bool>),
    /// An integer that may be missing.
    OptionInteger(&'a mut Option<i64>),
}

impl Slot<'_> {
    /// Returns the same place, borrowed anew.
    pub(crate) fn reborrow(&mut self) -> Slot<'_> {
        match self {
            Self::Ignored => Slot::Ignored,
            Self::String(place) => Slot::String(place),
            Self::Bool(place) => Slot::Bool(place),
            Self::Integer(place) => Slot::Integer(place),
            Self::Number(place) => Slot::Number(place),
            Self::Value(place) => Slot::Value(place),
            Self::Object(place) => Slot::Object(place),
            Self::Enum(place) => Slot::Enum(*place),
            Self::Model(place) => Slot::Model(*place),
            Self::List(place) => Slot::List(*place),
            Self::Map(place) => Slot::Map(*place),
            Self::Option(place) => Slot::Option(*place),
            Self::OptionString(place) => Slot::OptionString(place),
            Self::OptionBool(place) => Slot::OptionBool(place),
            Self::OptionInteger(place) => Slot::OptionInteger(place),
        }
    }

    /// Returns the JSON type that belongs here, in words.
    pub(crate) fn expects(&self) -> &'static str {
        match self {
            Self::Ignored | Self::Value(_) | Self::Option(_) => "any value",
            Self::String(_) | Self::OptionString(_) | Self::Enum(_) => "string",
            Self::Bool(_) | Self::OptionBool(_) => "boolean",
            Self::Integer(_) | Self::OptionInteger(_) => "integer",
            Self::Number(_) => "number",
            Self::Model(model) if model.shape().kind == ShapeKind::Page => "array or object",
            Self::Object(_) | Self::Map(_) | Self::Model(_) => "object",
            Self::List(_) => "array",
        }
    }

    /// Empties the place, as if nothing had been decoded into it.
    pub(crate) fn reset(self) {
        match self {
            Self::Ignored => {}
            Self::String(place) => place.clear(),
            Self::Bool(place) => *place = false,
            Self::Integer(place) => *place = 0,
            Self::Number(place) => *place = 0.0,
            Self::Value(place) => *place = Value::Null,
            Self::Object(place) => place.clear(),
            Self::Enum(place) => {
                place.set("");
            }
            Self::Model(model) => {
                for index in 0..model.shape().fields.len() {
                    model.slot(index).reset();
                }
            }
            Self::List(place) => place.clear(),
            Self::Map(place) => place.clear(),
            Self::Option(place) => place.reset(),
            Self::OptionString(place) => *place = None,
            Self::OptionBool(place) => *place = None,
            Self::OptionInteger(place) => *place = None,
        }
    }
}

impl fmt::Debug for Slot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Slot({})", self.expects())
    }
}

/// A value to look at: the counterpart of [`Slot`].
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// Left out.
    Absent,
    /// Written as null.
    Null,
    /// A string.
    String(&'a str),
    /// A boolean.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Any JSON value.
    Value(&'a Value),
    /// A JSON object.
    Object(&'a Object),
    /// An open enum.
    Enum(&'a dyn OpenEnum),
    /// A model.
    Model(&'a dyn Model),
    /// A list.
    List(&'a dyn ListField),
    /// A map with free keys.
    Map(&'a dyn MapField),
}
