//! The types a field can have.

use super::{Model, Object, Shape, Slot, Value, View};
use std::collections::BTreeMap;
use std::fmt;

/// A type that can be a field of a model, an element of a list or the body of a response.
pub trait Field: Default {
    /// Returns the place to decode into.
    fn slot(&mut self) -> Slot<'_>;

    /// Returns the value to encode.
    fn view(&self) -> View<'_>;

    /// Returns the place to decode an optional value of this type into.
    #[inline]
    fn option_slot(option: &mut Option<Self>) -> Slot<'_> {
        Slot::Option(option)
    }
}

/// A string type with known values that keeps unknown ones. Implemented by the `open_enum!` macro.
pub trait OpenEnum {
    /// Takes the value of this text and returns whether it is a known one.
    fn set(&mut self, text: &str) -> bool;

    /// Returns the text of the value.
    fn text(&self) -> &str;

    /// Returns the name of the Rust type.
    fn name(&self) -> &'static str;
}

/// A value that may be missing.
pub trait OptionField {
    /// Returns to the state of a value that was not sent.
    fn reset(&mut self);

    /// Takes an explicit null.
    fn null(&mut self);

    /// Puts an empty value in and returns its place.
    fn fill(&mut self) -> Slot<'_>;
}

/// A list.
pub trait ListField {
    /// Removes all elements.
    fn clear(&mut self);

    /// Appends an empty element and returns its place.
    fn push(&mut self) -> Slot<'_>;

    /// Removes the last element.
    fn pop(&mut self);

    /// Returns the number of elements.
    fn count(&self) -> usize;

    /// Returns an element; [`View::Absent`] beyond the end.
    fn get(&self, index: usize) -> View<'_>;
}

/// A map from free keys to values of one type.
pub trait MapField {
    /// Removes all entries.
    fn clear(&mut self);

    /// Puts an empty value under this key and returns its place.
    fn insert(&mut self, key: &str) -> Slot<'_>;

    /// Removes the entry of this key.
    fn remove(&mut self, key: &str);

    /// Returns all entries in order.
    fn entries(&self) -> Vec<(&str, View<'_>)>;
}

impl fmt::Debug for dyn OpenEnum + '_ {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), formatter)
    }
}

/// Reads as anything and keeps nothing: the body of a response that has none, or one that nobody looks at.
impl Field for () {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Ignored
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Absent
    }

    #[inline]
    fn option_slot(_: &mut Option<Self>) -> Slot<'_> {
        Slot::Ignored
    }
}

impl Field for String {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::String(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::String(self)
    }

    #[inline]
    fn option_slot(option: &mut Option<Self>) -> Slot<'_> {
        Slot::OptionString(option)
    }
}

impl Field for bool {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Bool(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Bool(*self)
    }

    #[inline]
    fn option_slot(option: &mut Option<Self>) -> Slot<'_> {
        Slot::OptionBool(option)
    }
}

impl Field for i64 {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Integer(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Integer(*self)
    }

    #[inline]
    fn option_slot(option: &mut Option<Self>) -> Slot<'_> {
        Slot::OptionInteger(option)
    }
}

impl Field for f64 {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Number(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Number(*self)
    }
}

impl Field for Value {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Value(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Value(self)
    }
}

impl Field for Object {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Object(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Object(self)
    }
}

/// All models at once: an implementation each would cost the compiler more than it is worth.
impl<T: Model + Default> Field for T {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Model(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Model(self)
    }
}

impl<T: Model> Model for Box<T> {
    #[inline]
    fn shape(&self) -> &'static Shape {
        (**self).shape()
    }

    #[inline]
    fn slot(&mut self, index: usize) -> Slot<'_> {
        (**self).slot(index)
    }

    #[inline]
    fn view(&self, index: usize) -> View<'_> {
        (**self).view(index)
    }
}

impl<T: Field> Field for Option<T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        T::option_slot(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        match self {
            Some(value) => value.view(),
            None => View::Absent,
        }
    }
}

impl<T: Field> OptionField for Option<T> {
    fn reset(&mut self) {
        *self = None;
    }

    fn null(&mut self) {
        *self = None;
    }

    fn fill(&mut self) -> Slot<'_> {
        self.insert(T::default()).slot()
    }
}

impl<T: Field> Field for Vec<T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::List(self)
    }
}

impl<T: Field> ListField for Vec<T> {
    fn clear(&mut self) {
        self.clear();
    }

    fn push(&mut self) -> Slot<'_> {
        self.push(T::default());
        match self.last_mut() {
            Some(element) => element.slot(),
            None => Slot::Ignored,
        }
    }

    fn pop(&mut self) {
        self.pop();
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> View<'_> {
        match self.as_slice().get(index) {
            Some(element) => element.view(),
            None => View::Absent,
        }
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
}

impl<T: Field> MapField for BTreeMap<String, T> {
    fn clear(&mut self) {
        self.clear();
    }

    fn insert(&mut self, key: &str) -> Slot<'_> {
        let value = self.entry(key.to_owned()).or_default();
        // A key that comes twice: the last one wins, whole.
        *value = T::default();
        value.slot()
    }

    fn remove(&mut self, key: &str) {
        self.remove(key);
    }

    fn entries(&self) -> Vec<(&str, View<'_>)> {
        self.iter()
            .map(|(key, value)| (key.as_str(), value.view()))
            .collect()
    }
}
