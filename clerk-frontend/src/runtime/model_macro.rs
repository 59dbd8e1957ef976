//! `model!`: from a table of fields to everything a model implements.

/// Implements the model traits, serde, `Debug` and equality for a struct:
///
/// ```text
/// model! {
///     Session {
///         0 => id: "id", REQUIRED;
///         1 => jwt: "jwt", ESSENTIAL | SECRET;
///     }
/// }
/// ```
///
/// The methods are `#[inline]`, so that a crate only compiles those of the models it uses.
macro_rules! model {
    ($model:ident { $($index:literal => $field:ident: $wire:literal, $($flag:ident)|+;)* }) => {
        impl $crate::runtime::Model for $model {
            #[inline]
            fn shape(&self) -> &'static $crate::runtime::Shape {
                &$crate::runtime::Shape {
                    name: stringify!($model),
                    kind: $crate::runtime::ShapeKind::Object,
                    fields: &[$(
                        $crate::runtime::FieldShape {
                            wire: $wire,
                            flags: 0 $(| $crate::runtime::flags::$flag)+,
                        },
                    )*],
                }
            }

            #[inline]
            fn slot(&mut self, index: usize) -> $crate::runtime::Slot<'_> {
                match index {
                    $($index => $crate::runtime::Field::slot(&mut self.$field),)*
                    _ => $crate::runtime::Slot::Ignored,
                }
            }

            #[inline]
            fn view(&self, index: usize) -> $crate::runtime::View<'_> {
                match index {
                    $($index => $crate::runtime::Field::view(&self.$field),)*
                    _ => $crate::runtime::View::Absent,
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $model {
            #[inline]
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::runtime::deserialize(deserializer)
            }
        }

        impl ::serde::Serialize for $model {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::runtime::serialize_model(self, serializer)
            }
        }

        impl ::std::fmt::Debug for $model {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::runtime::debug_model(self, formatter)
            }
        }

        impl ::std::cmp::PartialEq for $model {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::runtime::equal_models(self, other)
            }
        }
    };
}

#[allow(
    unused_imports,
    reason = "used by generated code, which is not everywhere this module is"
)]
pub(crate) use model;
