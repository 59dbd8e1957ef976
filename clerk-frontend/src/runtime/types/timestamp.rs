//! Points in time.

use crate::runtime::{Field, Slot, View};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A point in time that the other type cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the point in time is out of range")
    }
}

impl std::error::Error for TimestampError {}

impl Timestamp {
    /// Returns the point in time this many milliseconds after the Unix epoch.
    #[inline]
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the Unix epoch.
    #[inline]
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl From<i64> for Timestamp {
    #[inline]
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<Timestamp> for i64 {
    #[inline]
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

/// Whole milliseconds are kept; a point in time beyond what the type holds becomes the nearest it does.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
            Err(error) => {
                let before = error.duration();
                // A started millisecond before the epoch belongs to the one it starts in.
                let rounded =
                    before.as_millis() + u128::from(before.subsec_nanos() % 1_000_000 != 0);
                Self(i64::try_from(rounded).map_or(i64::MIN, |millis| -millis))
            }
        }
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        let distance = Duration::from_millis(timestamp.0.unsigned_abs());
        match timestamp.0 < 0 {
            true => UNIX_EPOCH.checked_sub(distance),
            false => UNIX_EPOCH.checked_add(distance),
        }
        .ok_or(TimestampError)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Field for Timestamp {
    #[inline]
    fn slot(&mut self) -> Slot<'_> {
        Slot::Integer(&mut self.0)
    }

    #[inline]
    fn view(&self) -> View<'_> {
        View::Integer(self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::runtime::deserialize(deserializer)
    }
}

impl Serialize for Timestamp {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}
