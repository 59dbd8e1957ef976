//! A list, item by item.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use futures_core::Stream;

use super::pages::Pages;
use super::walk;
use crate::runtime::error::Error;
use crate::runtime::field::Field;

/// The items of a list, fetched page by page as they are asked for.
///
/// Made by the `stream` method of every operation that gets a list. It stands on [`Pages`], which says what is asked for and when
/// the list ends. It is a [`Stream`](futures_core::Stream), and has [`next`](Self::next) for those who do not want a library for it.
///
/// After an error, which is its last item, a new stream can go on where this one stopped:
///
/// ```no_run
/// # #[cfg(feature = "backend")]
/// # async fn example(clerk: clerk_frontend::backend::Client) -> Result<(), clerk_frontend::Error> {
/// let mut users = clerk.users().list().stream();
/// while let Some(user) = users.next().await {
///     match user {
///         Ok(user) => println!("{} of {:?}: {}", users.offset(), users.total_count(), user.id),
///         Err(error) if error.is_rate_limited() => {
///             users = clerk.users().list().offset(users.offset()).stream();
///         }
///         Err(error) => return Err(error),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream fetches nothing until it is asked for items"]
pub struct ItemStream<T> {
    pages: Pages<T>,
    items: std::vec::IntoIter<T>,
    /// The id of the last item handed out, where the list goes on by it.
    last: Option<String>,
}

impl<T> ItemStream<T> {
    #[inline]
    pub(crate) fn new(pages: Pages<T>) -> Self {
        Self {
            pages,
            items: Vec::new().into_iter(),
            last: None,
        }
    }

    /// Returns the position in the list after the items handed out: what to give to `offset` to resume there.
    ///
    /// In a list that goes on by `starting_after` it is only a count: resume with [`starting_after`](Self::starting_after).
    pub fn offset(&self) -> i64 {
        let left = i64::try_from(self.items.len()).unwrap_or(i64::MAX);
        self.pages.offset().saturating_sub(left)
    }

    /// Returns the id of the last item handed out if the list goes on by `starting_after`: what to give to it to resume there.
    pub fn starting_after(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Returns the number of items in the whole list as last told by the server, if it told; before the first item nobody knows.
    pub fn total_count(&self) -> Option<i64> {
        self.pages.total_count()
    }
}

impl<T: Field> ItemStream<T> {
    /// Returns the next item, `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails as the operation does when a page cannot be fetched, and if the server sends a page again; the stream is over then.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|task| Pin::new(&mut *self).poll_next(task)).await
    }
}

impl<T: Field> Stream for ItemStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                if self.pages.by_cursor() {
                    self.last = walk::id(item.view()).map(str::to_owned);
                }
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(task)) {
                Some(Ok(page)) => self.items = page.data.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), None)
    }
}

// Pinning is not structural: nothing in it is ever pinned in place.
impl<T> Unpin for ItemStream<T> {}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ItemStream")
            .field("pages", &self.pages)
            .field("offset", &self.offset())
            .finish_non_exhaustive()
    }
}
