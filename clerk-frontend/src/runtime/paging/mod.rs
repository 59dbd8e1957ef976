//! Lists, page by page or item by item.
//!
//! [`Paging`] is what the document says about a list, `walk` decides what is asked for next and when the list is over, and
//! [`Pages`] and [`ItemStream`] hand out what comes. Only the last two know the type of the items.

mod items;
mod pages;
mod walk;

pub use items::ItemStream;
pub use pages::Pages;
pub(crate) use pages::fetch;

/// What a list operation takes, so that its pages can be asked for; with neither offset nor cursor it comes whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    /// It takes `limit` and `offset`.
    pub(crate) offset: bool,
    /// It takes `limit` and `starting_after`, the id of the item before the page.
    pub(crate) cursor: bool,
    /// It takes `paginated`, without which the total may not be told.
    pub(crate) flag: bool,
    /// How many items are asked for at once if the caller does not say.
    pub(crate) page_size: i64,
}

/// The `pages` and `stream` methods of a builder whose operation answers with a list: a page, an array, or an object with a
/// total and one array, which is named.
macro_rules! call_pages {
    ($builder:ident => Page<$item:ty>, $paging:expr) => {
        $crate::runtime::call_pages!(@ $builder, $item, $paging, |page: $crate::runtime::Page<$item>| page);
    };
    ($builder:ident => Vec<$item:ty>, $paging:expr) => {
        $crate::runtime::call_pages!(@ $builder, $item, $paging, |list: Vec<$item>| $crate::runtime::Page::of(list, None));
    };
    ($builder:ident => $list:path { $items:ident: $item:ty }, $paging:expr) => {
        $crate::runtime::call_pages!(
            @ $builder,
            $item,
            $paging,
            |list: $list| $crate::runtime::Page::of(list.$items, list.total_count)
        );
    };
    (@ $builder:ident, $item:ty, $paging:expr, $page:expr) => {
        impl $builder {
            /// Returns the pages of the list, each asked for as it is needed; see [`Pages`]($crate::Pages).
            #[inline]
            pub fn pages(self) -> $crate::runtime::Pages<$item> {
                $crate::runtime::Pages::new(self.call, $paging, |call| $crate::runtime::fetch(call, $page))
            }

            /// Returns the items of all pages as one stream; see [`ItemStream`]($crate::ItemStream).
            #[inline]
            pub fn stream(self) -> $crate::runtime::ItemStream<$item> {
                $crate::runtime::ItemStream::new(self.pages())
            }
        }
    };
}
pub(crate) use call_pages;
