//! Lists page by page, as one stream of items.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use futures_core::Stream;

use super::call::Call;
use super::decode::Output;
use super::error::Error;
use super::response::Sending;
use super::types::Page;

/// How many items a page has if the caller does not say.
const PAGE_SIZE: i64 = 100;

/// The items of a list, fetched page by page as they are asked for.
///
/// Made by the `stream` method of operations that take `limit` and `offset`. The builder's `limit` is the size of a page (100 if it
/// was not set), its `offset` where the stream starts. The stream ends with the first page that is empty, is shorter than `limit`, or reaches
/// the total count that the API tells; or after an error, which is its last item. It is a
/// [`Stream`](futures_core::Stream), and has [`next`](Self::next) for those who do not want a library for it.
#[must_use = "a stream fetches nothing until it is asked for items"]
pub struct ItemStream<T> {
    call: Call,
    offset: i64,
    limit: i64,
    items: std::vec::IntoIter<T>,
    fetching: Option<Sending<Page<T>>>,
    /// Whether there may be another page.
    more: bool,
}

impl<T> ItemStream<T> {
    pub(crate) fn new(mut call: Call) -> Self {
        // Always sent: a page that is not full tells the end of a list that comes without its total count.
        let limit = call.query_integer("limit").unwrap_or(PAGE_SIZE);
        call.query("limit", limit);
        Self {
            offset: call.query_integer("offset").unwrap_or(0),
            limit,
            call,
            items: Vec::new().into_iter(),
            fetching: None,
            more: true,
        }
    }

    fn fetch(&self) -> Sending<Page<T>> {
        let mut call = self.call.clone();
        call.query("offset", self.offset);
        Sending::new(call.exchange())
    }

    fn take(&mut self, page: Page<T>) {
        let count = i64::try_from(page.data.len()).unwrap_or(i64::MAX);
        self.offset = self.offset.saturating_add(count);
        self.more = count > 0
            && count >= self.limit
            && page.total_count.is_none_or(|total| self.offset < total);
        self.items = page.data.into_iter();
    }
}

impl<T> ItemStream<T>
where
    Page<T>: Output,
{
    /// Returns the next item, `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails as the operation does when a page cannot be fetched; the stream is over then.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|task| Pin::new(&mut *self).poll_next(task)).await
    }
}

impl<T> Stream for ItemStream<T>
where
    Page<T>: Output,
{
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            if self.fetching.is_none() {
                if !self.more {
                    return Poll::Ready(None);
                }
                self.fetching = Some(self.fetch());
            }
            let Some(fetching) = &mut self.fetching else {
                continue;
            };
            let page = ready!(Pin::new(fetching).poll(task));
            self.fetching = None;
            match page {
                Ok(page) => self.take(page),
                Err(error) => {
                    self.more = false;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

// Pinning is not structural: nothing in it is ever pinned in place.
impl<T> Unpin for ItemStream<T> {}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ItemStream")
            .field("call", &self.call)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// The `stream` method of a builder whose operation is paged by `limit` and `offset`.
macro_rules! call_stream {
    ($builder:ident => $item:ty) => {
        impl $builder {
            /// Fetches page after page from `offset` on and returns the items as one stream; `limit` is the size of a page.
            #[inline]
            pub fn stream(self) -> $crate::runtime::ItemStream<$item> {
                $crate::runtime::ItemStream::new(self.call)
            }
        }
    };
}
pub(crate) use call_stream;
