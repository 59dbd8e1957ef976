//! The way from the root of a document to the value being read.

use std::fmt::{self, Write};

/// The most that is repeated of a key or a text that was sent, in bytes: all that is said about a body stays in
/// proportion to its size, even if there is much to say about what is under one long key.
const LONGEST_SHOWN: usize = 64;

/// Cuts a text that was sent down to what is repeated of it.
pub(super) fn shortened(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// One step of the way.
#[derive(Clone, Copy)]
pub(super) enum Segment<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

/// A step and the steps before it. It lives on the stack while a value is being read, so the way is only written down when someone asks.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    segment: Segment<'a>,
}

impl<'a> Place<'a> {
    pub(super) const ROOT: Self = Self {
        parent: None,
        segment: Segment::Root,
    };

    #[inline]
    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Key(key),
        }
    }

    #[inline]
    pub(super) fn index(&'a self, index: usize) -> Self {
        Self {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.parent.is_none()
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(formatter)?;
        }
        match self.segment {
            Segment::Root => formatter.write_char('$'),
            Segment::Key(key) if key.len() > LONGEST_SHOWN => {
                write!(formatter, "[{:?}…]", shortened(key))
            }
            Segment::Key(key) if is_plain(key) => write!(formatter, ".{key}"),
            Segment::Key(key) => write!(formatter, "[{key:?}]"),
            Segment::Index(index) => write!(formatter, "[{index}]"),
        }
    }
}

/// Whether a key can stand in a path without quotes.
fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}
