//! Types that both APIs share.

mod envelope;
mod page;
mod patch;
mod text;
mod timestamp;

pub use envelope::Envelope;
pub use page::Page;
pub use patch::Patch;
pub use text::Text;
pub use timestamp::{Timestamp, TimestampError};

/// Implements serde, `Debug` and equality for a model with type parameters.
macro_rules! generic_model {
    ($model:ident<$($parameter:ident),+>) => {
        impl<$($parameter: Field),+> serde::Serialize for $model<$($parameter),+> {
            #[inline]
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::runtime::serialize_model(self, serializer)
            }
        }

        impl<$($parameter: Field),+> fmt::Debug for $model<$($parameter),+> {
            #[inline]
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                crate::runtime::debug_model(self, formatter)
            }
        }

        impl<$($parameter: Field),+> PartialEq for $model<$($parameter),+> {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                crate::runtime::equal_models(self, other)
            }
        }
    };
}

use generic_model;
