//! The envelope of the Frontend API.

use super::generic_model;
use crate::runtime::decode::{ENVELOPE, deserialize_root};
use crate::runtime::{Field, Model, Shape, Slot, View};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// What most operations of the Frontend API answer: the value asked for, and the state of the whole client beside it.
///
/// A body without a `response` key is read as the bare value.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Envelope<T, C> {
    /// The value asked for.
    pub response: T,
    /// The client as it is after the call, if it was sent along.
    pub client: Option<C>,
}

impl<T: Field, C: Field> Model for Envelope<T, C> {
    #[inline]
    fn shape(&self) -> &'static Shape {
        &ENVELOPE
    }

    #[inline]
    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => self.response.slot(),
            1 => self.client.slot(),
            _ => Slot::Ignored,
        }
    }

    #[inline]
    fn view(&self, index: usize) -> View<'_> {
        match index {
            0 => self.response.view(),
            1 => self.client.view(),
            _ => View::Absent,
        }
    }
}

generic_model!(Envelope<T, C>);

impl<'de, T: Field, C: Field> Deserialize<'de> for Envelope<T, C> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_root(deserializer)
    }
}
