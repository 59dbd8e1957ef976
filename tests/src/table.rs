//! What the generated tables are made of.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};

use clerk_frontend::decode::{DecodeError, Output, from_slice, from_slice_with};
use clerk_frontend::reqwest::header::HeaderMap;
use clerk_frontend::{
    Drift, Error, ItemStream, Page, Pages, Redirect, Request, SendingResponse, Text, Value,
};
use futures_core::Stream;
use serde::Serialize;

use crate::input::{Input, InputError};

/// What an operation answers.
#[derive(Debug)]
pub struct ResponseEntry {
    pub operation_id: &'static str,
    /// The documented statuses of success and, where redirects are the answer, those of redirects.
    pub statuses: &'static [u16],
    pub check: Check,
}

/// What a schema of the document decodes to.
#[derive(Debug)]
pub struct SchemaEntry {
    pub schema: &'static str,
    pub check: Check,
}

/// How an operation is called.
pub struct CallEntry<Client> {
    pub operation_id: &'static str,
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    pub call: fn(&Client, &mut Input<'_>) -> Result<Prepared, InputError>,
}

/// A call with all of its values.
pub struct Prepared {
    /// What the builder's `Debug` prints.
    pub debug: String,
    pub request: Request,
    /// Sends the request once polled.
    pub answer: Answer,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(formatter)
    }
}

/// The answer of a call, whatever its type: boxed, so that all that is done with it is compiled once.
pub type Answer = Pin<Box<dyn Future<Output = Result<Answered, Error>>>>;

/// An answer that could be decoded.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

pub(crate) fn answer<T: Output + 'static>(sending: SendingResponse<T>) -> Answer {
    Box::pin(async move {
        let response = sending.await?;
        Ok(Answered {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().to_vec(),
        })
    })
}

/// The end of a generated call: builders have no trait in common, so this is written out for each.
macro_rules! prepared {
    ($input:ident, $builder:ident) => {{
        let mut builder = $builder;
        for (name, value) in $input.headers() {
            builder = builder.extra_header(name, value);
        }
        Ok(Prepared {
            debug: format!("{builder:?}"),
            request: builder.request().map_err(InputError::Build)?,
            answer: crate::table::answer(builder.send_response()),
        })
    }};
}
pub(crate) use prepared;

impl<Client> fmt::Debug for CallEntry<Client> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} ({})",
            self.method, self.path, self.operation_id
        )
    }
}

/// How the pages of a list are fetched.
pub struct ListEntry<Client> {
    pub operation_id: &'static str,
    pub walks: fn(&Client, &mut Input<'_>) -> Result<Walks, InputError>,
}

impl<Client> fmt::Debug for ListEntry<Client> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.operation_id)
    }
}

/// The two ways through a list; nothing is sent before they are polled.
pub struct Walks {
    /// The items of each page, and the total that it tells.
    pub pages: Walk<(Vec<Value>, Option<i64>)>,
    pub items: Walk<Value>,
}

impl fmt::Debug for Walks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Walks")
    }
}

/// All that a stream gives, up to its first error.
pub type Walk<T> = Pin<Box<dyn Future<Output = Result<Vec<T>, Error>>>>;

/// Makes the two ways through a list, their items written back.
pub(crate) fn walks<T>(pages: Pages<T>, items: ItemStream<T>) -> Walks
where
    T: Serialize + 'static,
    Pages<T>: Stream<Item = Result<Page<T>, Error>>,
    ItemStream<T>: Stream<Item = Result<T, Error>>,
{
    Walks {
        pages: Box::pin(collect(pages, |page: Page<T>| {
            (page.data.iter().map(written).collect(), page.total_count)
        })),
        items: Box::pin(collect(items, |item: T| written(&item))),
    }
}

async fn collect<T, U>(
    stream: impl Stream<Item = Result<T, Error>>,
    convert: fn(T) -> U,
) -> Result<Vec<U>, Error> {
    let mut stream = pin!(stream);
    let mut all = Vec::new();
    while let Some(next) = poll_fn(|task| stream.as_mut().poll_next(task)).await {
        all.push(convert(next?));
    }
    Ok(all)
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// Decodes a body as the client would and writes the value back.
pub type Check = fn(&[u8]) -> Result<Checked, Failure>;

/// A body that could be decoded.
#[derive(Debug, Default)]
pub struct Checked {
    /// The value written back; nothing for answers that are not JSON.
    pub written: Option<Value>,
    pub drift: Vec<Drift>,
}

/// What is wrong with a body, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A JSON path, such as `$.response.id`.
    pub path: String,
    pub reason: String,
}

impl Failure {
    #[must_use]
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
        }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::new(error.path, error.message)
    }
}

/// The check of an answer that is JSON.
pub(crate) fn check<T: Output + Serialize>(body: &[u8]) -> Result<Checked, Failure> {
    let mut drift = Vec::new();
    let value: T = from_slice_with(body, &mut |found| drift.push(found))?;
    let written = serde_json::to_value(value)
        .map_err(|error| Failure::new("$", format!("the value cannot be written: {error}")))?;
    Ok(Checked {
        written: Some(written),
        drift,
    })
}

/// The check of an answer without a body.
pub(crate) fn check_nothing(body: &[u8]) -> Result<Checked, Failure> {
    from_slice::<()>(body)?;
    Ok(Checked::default())
}

/// The check of an answer that is text.
pub(crate) fn check_text(body: &[u8]) -> Result<Checked, Failure> {
    from_slice::<Text>(body)?;
    Ok(Checked::default())
}

/// The check of an answer that is a redirect: its body says nothing.
pub(crate) fn check_redirect(body: &[u8]) -> Result<Checked, Failure> {
    from_slice::<Redirect>(body)?;
    Ok(Checked::default())
}
