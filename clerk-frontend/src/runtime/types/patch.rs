//! Inputs with three states.

use crate::runtime::{Field, OptionField, Slot, View};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value that is sent, cleared or left alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Patch<T> {
    /// Left alone: the field is not sent.
    #[default]
    Absent,
    /// Cleared: the field is sent as null.
    Null,
    /// Set to this value.
    Value(T),
}

impl<T> From<T> for Patch<T> {
    #[inline]
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Field> Field for Patch<T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Option(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        match self {
            Self::Absent => View::Absent,
            Self::Null => View::Null,
            Self::Value(value) => value.view(),
        }
    }
}

impl<T: Field> OptionField for Patch<T> {
    fn reset(&mut self) {
        *self = Self::Absent;
    }

    fn null(&mut self) {
        *self = Self::Null;
    }

    fn fill(&mut self) -> Slot<'_> {
        *self = Self::Value(T::default());
        match self {
            Self::Value(value) => value.slot(),
            Self::Absent | Self::Null => Slot::Ignored,
        }
    }
}

impl<'de, T: Field> Deserialize<'de> for Patch<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::runtime::deserialize(deserializer)
    }
}

impl<T: Field> Serialize for Patch<T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::runtime::serialize_field(self, serializer)
    }
}
