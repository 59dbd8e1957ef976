//! Lists that come in pages.

use super::generic_model;
use crate::runtime::model::{FieldShape, ShapeKind, flags};
use crate::runtime::{Field, Model, Shape, Slot, View};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// One page of a list. It reads both `{data, total_count}` and a plain array.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Page<T> {
    /// The elements on this page.
    pub data: Vec<T>,
    /// The number of elements on all pages, if it was sent.
    pub total_count: Option<i64>,
}

impl<T> Page<T> {
    /// Makes a page of a list that comes in another shape.
    pub(crate) fn of(data: impl Into<Option<Vec<T>>>, total_count: impl Into<Option<i64>>) -> Self {
        Self {
            data: data.into().unwrap_or_default(),
            total_count: total_count.into(),
        }
    }
}

static PAGE: Shape = Shape {
    name: "Page",
    kind: ShapeKind::Page,
    fields: &[
        FieldShape {
            wire: "data",
            flags: flags::REQUIRED,
        },
        FieldShape {
            wire: "total_count",
            flags: flags::OPTIONAL,
        },
    ],
};

impl<T: Field> Model for Page<T> {
    #[inline]
    fn shape(&self) -> &'static Shape {
        &PAGE
    }

    #[inline]
    fn slot(&mut self, index: usize) -> Slot<'_> {
        match index {
            0 => self.data.slot(),
            1 => self.total_count.slot(),
            _ => Slot::Ignored,
        }
    }

    #[inline]
    fn view(&self, index: usize) -> View<'_> {
        match index {
            0 => self.data.view(),
            1 => self.total_count.view(),
            _ => View::Absent,
        }
    }
}

generic_model!(Page<T>);

impl<'de, T: Field> Deserialize<'de> for Page<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::runtime::deserialize(deserializer)
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.iter()
    }
}
