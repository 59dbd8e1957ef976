//! Values a caller passes in.

use super::model::View;
use super::{Field, Model, Object, Patch, Timestamp, Value, encode};
use std::collections::BTreeMap;

/// A value that can be sent: as a query parameter, a form field or a part of a JSON body.
pub trait Input {
    /// Returns the value as JSON.
    fn into_value(self) -> Value;
}

/// Collects the elements of a list that is sent.
#[inline]
pub fn list<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

impl<T: Model> Input for T {
    #[inline]
    fn into_value(self) -> Value {
        encode::to_value(View::Model(&self))
    }
}

impl Input for Value {
    #[inline]
    fn into_value(self) -> Value {
        self
    }
}

impl Input for String {
    #[inline]
    fn into_value(self) -> Value {
        Value::String(self)
    }
}

/// Values that JSON has a type for.
macro_rules! plain {
    ($($plain:ty),+) => {
        $(
            impl Input for $plain {
                #[inline]
                fn into_value(self) -> Value {
                    Value::from(self)
                }
            }
        )+
    };
}

plain!(&str, bool, i32, u32, i64, Object);

/// Up to here every whole number has an `f64` of its own.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Input for f64 {
    /// Whole numbers are sent without a fraction: the service refuses `10.0` where it takes `10`.
    #[inline]
    fn into_value(self) -> Value {
        if self.fract() == 0.0 && self.abs() <= LARGEST_WHOLE {
            return Value::from(self as i64);
        }
        Value::from(self)
    }
}

impl Input for Timestamp {
    #[inline]
    fn into_value(self) -> Value {
        Value::from(self.as_millis())
    }
}

impl<T: Input> Input for Option<T> {
    #[inline]
    fn into_value(self) -> Value {
        self.map_or(Value::Null, Input::into_value)
    }
}

impl<T: Field> Input for Patch<T> {
    #[inline]
    fn into_value(self) -> Value {
        encode::to_value(self.view())
    }
}

impl<T: Input> Input for Vec<T> {
    #[inline]
    fn into_value(self) -> Value {
        Value::Array(self.into_iter().map(Input::into_value).collect())
    }
}

impl<T: Input> Input for BTreeMap<String, T> {
    #[inline]
    fn into_value(self) -> Value {
        Value::Object(
            self.into_iter()
                .map(|(key, value)| (key, value.into_value()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Input;

    #[test]
    fn whole_numbers_have_no_fraction() {
        assert_eq!(10.0.into_value().to_string(), "10");
        assert_eq!((-3.0).into_value().to_string(), "-3");
        assert_eq!(0.5.into_value().to_string(), "0.5");
        assert_eq!(1e300.into_value().as_f64(), Some(1e300));
        assert_eq!(f64::NAN.into_value().to_string(), "null");
    }
}
