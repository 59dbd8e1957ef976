//! Where the way through a list stands: what is asked for next, and when it is over.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Paging;
use crate::runtime::call::Call;
use crate::runtime::encode::to_value;
use crate::runtime::error::Error;
use crate::runtime::field::ListField;
use crate::runtime::model::View;

/// The way through the pages of one list. It knows nothing of the type of the items, so that it is compiled once.
pub(super) struct Walk {
    call: Call,
    paging: Paging,
    by_cursor: bool,
    limit: Option<i64>,
    /// How many items of the list come before the next page.
    position: i64,
    /// The id of the last item so far.
    cursor: Option<String>,
    total: Option<i64>,
    /// A digest of each page so far.
    seen: HashSet<u64>,
    over: bool,
}

/// What becomes of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn {
    HandOut,
    /// It is only the end of the list.
    Drop,
}

impl Walk {
    pub(super) fn new(mut call: Call, paging: Paging) -> Self {
        // Who starts behind an item goes on so: the API refuses both ways at once.
        let by_cursor = paging.cursor && (!paging.offset || call.has_query("starting_after"));
        if paging.offset || by_cursor {
            // Always sent: a page that is not full is the end of a list that comes without its total.
            if !call.has_query("limit") {
                call.query("limit", paging.page_size);
            }
            if paging.flag && !call.has_query("paginated") {
                call.query("paginated", true);
            }
        }
        Self {
            by_cursor,
            limit: call.query_integer("limit"),
            position: call.query_integer("offset").unwrap_or(0),
            cursor: None,
            total: None,
            seen: HashSet::new(),
            over: false,
            call,
            paging,
        }
    }

    pub(super) fn call(&self) -> &Call {
        &self.call
    }

    pub(super) fn by_cursor(&self) -> bool {
        self.by_cursor
    }

    pub(super) fn position(&self) -> i64 {
        self.position
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    pub(super) fn total(&self) -> Option<i64> {
        self.total
    }

    pub(super) fn end(&mut self) {
        self.over = true;
    }

    /// The call for the next page, nothing if there is none.
    pub(super) fn next_call(&self) -> Option<Result<Call, Error>> {
        if self.over {
            return None;
        }
        let mut call = self.call.clone();
        if self.by_cursor {
            match &self.cursor {
                Some(cursor) => {
                    call.remove_query("offset");
                    call.query("starting_after", cursor.as_str());
                }
                None if self.seen.is_empty() => {}
                None => {
                    return Some(Err(
                        self.error("the list's last item has no id to go on from")
                    ));
                }
            }
        } else if self.paging.offset {
            call.query("offset", self.position);
        }
        Some(Ok(call))
    }

    /// Takes note of a page.
    pub(super) fn turn(
        &mut self,
        items: &dyn ListField,
        total: Option<i64>,
    ) -> Result<Turn, Error> {
        self.total = total.or(self.total);
        let first = self.seen.is_empty();
        let Some(last) = items.count().checked_sub(1) else {
            self.over = true;
            return Ok(if first { Turn::HandOut } else { Turn::Drop });
        };
        if !self.seen.insert(digest(items)) {
            let parameter = if self.by_cursor {
                "starting_after"
            } else {
                "offset"
            };
            return Err(self.error(&format!(
                "the server sent the same page again, {} items into the list: it does not heed `{parameter}`",
                self.position
            )));
        }
        let count = i64::try_from(items.count()).unwrap_or(i64::MAX);
        self.position = self.position.saturating_add(count);
        if self.by_cursor {
            self.cursor = id(items.get(last)).map(str::to_owned);
        }
        self.over = !self.goes_on(count);
        Ok(Turn::HandOut)
    }

    /// Whether there may be a page after one of `count` items.
    fn goes_on(&self, count: i64) -> bool {
        if !self.paging.offset && !self.by_cursor {
            return false;
        }
        match self.total {
            // Fewer than have come, as with 0 beside items: not to be believed. Where an id starts the list, nobody knows how
            // many items come before.
            Some(total) if !self.by_cursor && total >= self.position => total > self.position,
            _ => self.limit.is_none_or(|limit| count >= limit),
        }
    }

    fn error(&self, message: &str) -> Error {
        Error::list(message.to_owned())
            .with_target(self.call.target())
            .with_attempts(1)
    }
}

/// A digest of the items by their ids, since all else may change from one request to the next; of an item without an id, by all it holds.
fn digest(items: &dyn ListField) -> u64 {
    let mut hasher = DefaultHasher::new();
    for index in 0..items.count() {
        let item = items.get(index);
        match id(item) {
            Some(id) => id.hash(&mut hasher),
            None => to_value(item).to_string().hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// The id of an item, if it has one.
pub(super) fn id(item: View<'_>) -> Option<&str> {
    let text = match item {
        View::Model(model) => {
            let index = model
                .shape()
                .fields
                .iter()
                .position(|field| field.wire == "id")?;
            match model.view(index) {
                View::String(text) => text,
                _ => return None,
            }
        }
        View::Object(object) => object.get("id")?.as_str()?,
        View::Value(value) => value.get("id")?.as_str()?,
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}
