//! `open_enum!`: string enums that keep values they do not know.

/// Implements everything a string enum with an `Unknown(String)` variant offers:
///
/// ```text
/// open_enum! {
///     SessionStatus {
///         Active = "active";
///         Pending = "pending";
///     }
/// }
/// ```
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $text:literal;)* }) => {
        impl $name {
            /// Returns the value as it is on the wire.
            #[inline]
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl ::std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(self.as_str(), formatter)
            }
        }

        impl ::std::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::std::cmp::Eq for $name {}

        impl ::std::hash::Hash for $name {
            #[inline]
            fn hash<H: ::std::hash::Hasher>(&self, state: &mut H) {
                ::std::hash::Hash::hash(self.as_str(), state);
            }
        }

        impl ::std::default::Default for $name {
            #[inline]
            fn default() -> Self {
                Self::Unknown(::std::string::String::new())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::runtime::deserialize(deserializer)
            }
        }

        impl ::serde::Serialize for $name {
            #[inline]
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::runtime::OpenEnum for $name {
            #[inline]
            fn set(&mut self, text: &str) -> bool {
                *self = Self::from(text);
                !matches!(self, Self::Unknown(_))
            }

            #[inline]
            fn text(&self) -> &str {
                self.as_str()
            }

            #[inline]
            fn name(&self) -> &'static str {
                stringify!($name)
            }
        }

        impl $crate::runtime::Field for $name {
            #[inline]
            fn slot(&mut self) -> $crate::runtime::Slot<'_> {
                $crate::runtime::Slot::Enum(self)
            }

            #[inline]
            fn view(&self) -> $crate::runtime::View<'_> {
                $crate::runtime::View::Enum(self)
            }
        }

        impl $crate::runtime::Input for $name {
            #[inline]
            fn into_value(self) -> $crate::runtime::Value {
                $crate::runtime::Value::from(self.as_str())
            }
        }
    };
}

#[allow(
    unused_imports,
    reason = "used by generated code, which is not everywhere this module is"
)]
pub(crate) use open_enum;
