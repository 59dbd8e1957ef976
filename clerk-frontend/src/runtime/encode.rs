//! Writing models: serde, JSON values, `Debug` and equality, all over [`View`].

use super::model::{FieldShape, ShapeKind, View};
use super::{Field, Model, Value};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::fmt;

/// A view, encoded.
pub(crate) struct Encoded<'a>(pub(crate) View<'a>);

/// Writes a model to any serde format; what is absent is left out.
///
/// # Errors
///
/// Fails when the format does.
#[inline]
pub fn serialize_model<S: Serializer>(model: &dyn Model, serializer: S) -> Result<S::Ok, S::Error> {
    Encoded(View::Model(model)).serialize(serializer)
}

/// Writes a field to any serde format.
///
/// # Errors
///
/// Fails when the format does.
#[inline]
pub fn serialize_field<T: Field, S: Serializer>(
    field: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Encoded(field.view()).serialize(serializer)
}

/// Returns the value as JSON; what is absent is left out.
#[must_use]
pub fn to_value(view: View<'_>) -> Value {
    match view {
        View::Absent | View::Null => Value::Null,
        View::String(text) => Value::String(text.to_owned()),
        View::Bool(value) => Value::Bool(value),
        View::Integer(value) => Value::from(value),
        View::Number(value) => Value::from(value),
        View::Value(value) => value.clone(),
        View::Object(object) => Value::Object(object.clone()),
        View::Enum(value) => Value::String(value.text().to_owned()),
        View::List(list) => Value::Array(
            (0..list.count())
                .map(|index| to_value(list.get(index)))
                .collect(),
        ),
        View::Map(map) => Value::Object(
            map.entries()
                .into_iter()
                .map(|(key, value)| (key.to_owned(), to_value(value)))
                .collect(),
        ),
        View::Model(model) => match array_of(model) {
            Some(list) => to_value(list),
            None => Value::Object(
                present(model)
                    .map(|(field, value)| (field.wire.to_owned(), to_value(value)))
                    .collect(),
            ),
        },
    }
}

/// The fields of a model that are not absent.
fn present(model: &dyn Model) -> impl Iterator<Item = (&'static FieldShape, View<'_>)> {
    let shape = model.shape();
    shape
        .fields
        .iter()
        .enumerate()
        .map(move |(index, field)| {
            let value = match model.view(index) {
                // Without its `response` an envelope would be read as what should be in one.
                View::Absent if index == 0 && shape.kind == ShapeKind::Envelope => View::Null,
                value => value,
            };
            (field, value)
        })
        .filter(|(_, value)| !matches!(value, View::Absent))
}

/// A page that knows nothing but its elements came as an array and goes as one.
fn array_of(model: &dyn Model) -> Option<View<'_>> {
    (model.shape().kind == ShapeKind::Page && matches!(model.view(1), View::Absent))
        .then(|| model.view(0))
}

impl Serialize for Encoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            View::Absent | View::Null => serializer.serialize_unit(),
            View::String(text) => serializer.serialize_str(text),
            View::Bool(value) => serializer.serialize_bool(value),
            View::Integer(value) => serializer.serialize_i64(value),
            View::Number(value) => serializer.serialize_f64(value),
            View::Value(value) => value.serialize(serializer),
            View::Object(object) => object.serialize(serializer),
            View::Enum(value) => serializer.serialize_str(value.text()),
            View::List(list) => {
                let mut out = serializer.serialize_seq(Some(list.count()))?;
                for index in 0..list.count() {
                    out.serialize_element(&Encoded(list.get(index)))?;
                }
                out.end()
            }
            View::Map(map) => {
                let entries = map.entries();
                let mut out = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    out.serialize_entry(key, &Encoded(value))?;
                }
                out.end()
            }
            View::Model(model) => {
                if let Some(list) = array_of(model) {
                    return Encoded(list).serialize(serializer);
                }
                // A map and not a struct: formats that write structs by position could not leave anything out.
                let mut out = serializer.serialize_map(Some(present(model).count()))?;
                for (field, value) in present(model) {
                    out.serialize_entry(field.wire, &Encoded(value))?;
                }
                out.end()
            }
        }
    }
}

/// Writes a model for people: absent fields are left out, secrets are not shown.
///
/// # Errors
///
/// Fails when the formatter does.
pub fn debug_model(model: &dyn Model, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut out = formatter.debug_struct(model.shape().name);
    for (field, value) in present(model) {
        match field.is_secret() {
            true => out.field(field.wire, &format_args!("<redacted>")),
            false => out.field(field.wire, &value),
        };
    }
    out.finish()
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            View::Absent => formatter.write_str("absent"),
            View::Null => formatter.write_str("null"),
            View::String(text) => write!(formatter, "{text:?}"),
            View::Bool(value) => write!(formatter, "{value}"),
            View::Integer(value) => write!(formatter, "{value}"),
            View::Number(value) => write!(formatter, "{value:?}"),
            View::Value(value) => write!(formatter, "{value}"),
            View::Object(object) => formatter
                .debug_map()
                .entries(object.iter().map(|(key, value)| (key, View::Value(value))))
                .finish(),
            View::Enum(value) => value.fmt(formatter),
            View::Model(model) => debug_model(model, formatter),
            View::List(list) => formatter
                .debug_list()
                .entries((0..list.count()).map(|index| list.get(index)))
                .finish(),
            View::Map(map) => formatter.debug_map().entries(map.entries()).finish(),
        }
    }
}

/// Whether two models of one type hold the same.
#[must_use]
pub fn equal_models(left: &dyn Model, right: &dyn Model) -> bool {
    (0..left.shape().fields.len()).all(|index| equal_views(left.view(index), right.view(index)))
}

fn equal_views(left: View<'_>, right: View<'_>) -> bool {
    match (left, right) {
        (View::Absent, View::Absent) | (View::Null, View::Null) => true,
        (View::String(left), View::String(right)) => left == right,
        (View::Bool(left), View::Bool(right)) => left == right,
        (View::Integer(left), View::Integer(right)) => left == right,
        (View::Number(left), View::Number(right)) => left == right,
        (View::Value(left), View::Value(right)) => left == right,
        (View::Object(left), View::Object(right)) => left == right,
        (View::Enum(left), View::Enum(right)) => left.text() == right.text(),
        (View::Model(left), View::Model(right)) => equal_models(left, right),
        (View::List(left), View::List(right)) => {
            left.count() == right.count()
                && (0..left.count()).all(|index| equal_views(left.get(index), right.get(index)))
        }
        (View::Map(left), View::Map(right)) => {
            let (left, right) = (left.entries(), right.entries());
            left.len() == right.len()
                && left
                    .into_iter()
                    .zip(right)
                    .all(|((left_key, left), (right_key, right))| {
                        left_key == right_key && equal_views(left, right)
                    })
        }
        _ => false,
    }
}
