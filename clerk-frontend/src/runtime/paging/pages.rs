//! A list, page by page.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};

use futures_core::Stream;

use super::Paging;
use super::walk::{Turn, Walk};
use crate::runtime::call::Call;
use crate::runtime::decode::Output;
use crate::runtime::error::Error;
use crate::runtime::field::Field;
use crate::runtime::response::Sending;
use crate::runtime::transport::BoxFuture;
use crate::runtime::types::Page;

/// The pages of a list, fetched as they are asked for.
///
/// Made by the `pages` method of every operation that gets a list. It is a [`Stream`](futures_core::Stream), and has
/// [`next`](Self::next) for those who do not want a library for it.
///
/// # What is asked for
///
/// The builder's `limit` is the size of a page: 100 if it was not set, or what the API allows if that is less. Its `offset` is where the first page
/// starts. Where the operation takes `paginated` and the builder does not say, `paginated=true` is sent, since without it
/// some lists come without their total.
///
/// A list that takes `starting_after`, and was given one, goes on by it: each page is asked for with the id of the last item
/// before it, and without `offset`, which the API refuses beside it. Otherwise such a list is paged by `offset` like the
/// others, in any order.
///
/// A list that takes neither comes whole: one page, one request.
///
/// # When it ends
///
/// - With a page that reaches [`total_count`](Page::total_count); fewer items than that on a page are not the end, since servers
///   may send fewer than `limit`.
/// - If no total is told, or one that is less than what came already: with a page of fewer items than `limit`.
/// - With an empty page, which is handed out only if it is the first.
/// - With an error, which is the last item. Everything before it was handed out, and [`offset`](Self::offset) says where to resume.
///   A server that sends a page for the second time does not heed `offset`; that is an error of the kind
///   [`Decode`](crate::ErrorKind::Decode), so that no list goes on for ever.
#[must_use = "pages are not fetched before they are asked for"]
pub struct Pages<T> {
    walk: Walk,
    fetch: fn(Call) -> Fetching<T>,
    fetching: Option<Fetching<T>>,
}

type Fetching<T> = BoxFuture<Result<Page<T>, Error>>;

/// Sends a call and makes a page of its answer.
pub(crate) fn fetch<A, T>(call: Call, page: fn(A) -> Page<T>) -> Fetching<T>
where
    A: Output + 'static,
    T: 'static,
{
    let sending = Sending::<A>::new(call.exchange());
    Box::pin(async move { sending.await.map(page) })
}

impl<T> Pages<T> {
    #[inline]
    pub(crate) fn new(call: Call, paging: Paging, fetch: fn(Call) -> Fetching<T>) -> Self {
        Self {
            walk: Walk::new(call, paging),
            fetch,
            fetching: None,
        }
    }

    /// Returns the position in the list after the pages handed out: what to give to `offset` to resume there.
    ///
    /// In a list that goes on by `starting_after` it is only a count: resume with [`starting_after`](Self::starting_after).
    pub fn offset(&self) -> i64 {
        self.walk.position()
    }

    /// Returns the id of the last item handed out if the list goes on by `starting_after`: what to give to it to resume there.
    pub fn starting_after(&self) -> Option<&str> {
        self.walk.cursor()
    }

    /// Returns the number of items in the whole list as last told by the server, if it told.
    pub fn total_count(&self) -> Option<i64> {
        self.walk.total()
    }

    pub(super) fn by_cursor(&self) -> bool {
        self.walk.by_cursor()
    }
}

impl<T: Field> Pages<T> {
    /// Returns the next page, `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails as the operation does when the page cannot be fetched, and if the server sends a page again; the list is over then.
    pub async fn next(&mut self) -> Option<Result<Page<T>, Error>> {
        std::future::poll_fn(|task| Pin::new(&mut *self).poll_next(task)).await
    }
}

impl<T: Field> Stream for Pages<T> {
    type Item = Result<Page<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let fetching = match &mut this.fetching {
            Some(fetching) => fetching,
            None => match this.walk.next_call() {
                Some(Ok(call)) => this.fetching.insert((this.fetch)(call)),
                Some(Err(error)) => {
                    this.walk.end();
                    return Poll::Ready(Some(Err(error)));
                }
                None => return Poll::Ready(None),
            },
        };
        let fetched = ready!(fetching.as_mut().poll(task));
        this.fetching = None;
        let turned = fetched.and_then(|page| {
            let turn = this.walk.turn(&page.data, page.total_count)?;
            Ok((turn, page))
        });
        Poll::Ready(match turned {
            Ok((Turn::HandOut, page)) => Some(Ok(page)),
            Ok((Turn::Drop, _)) => None,
            Err(error) => {
                this.walk.end();
                Some(Err(error))
            }
        })
    }
}

// Pinning is not structural: nothing in it is ever pinned in place.
impl<T> Unpin for Pages<T> {}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pages")
            .field("call", self.walk.call())
            .field("offset", &self.offset())
            .field("total_count", &self.total_count())
            .finish_non_exhaustive()
    }
}
