//! Files to upload.

use std::fmt;
#[cfg(feature = "stream")]
use std::path::PathBuf;
#[cfg(feature = "stream")]
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use reqwest::multipart::Part;

use super::error::Error;

/// A file to upload: its name, its media type and its content.
///
/// The content is bytes, or with the feature `stream` a file or a stream, which are sent as they are read.
#[derive(Clone)]
pub struct FilePart {
    file_name: String,
    content_type: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Bytes(Bytes),
    #[cfg(feature = "stream")]
    Path(PathBuf),
    #[cfg(feature = "stream")]
    Stream(Once),
}

/// A stream, which can be sent once.
#[cfg(feature = "stream")]
#[derive(Clone)]
struct Once {
    body: Arc<Mutex<Option<reqwest::Body>>>,
    length: Option<u64>,
}

impl FilePart {
    /// Makes a file of bytes.
    ///
    /// Its media type is told by the extension of its name; `application/octet-stream` if unknown.
    pub fn new(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::of(file_name.into(), Content::Bytes(bytes.into()))
    }

    /// Makes a file of bytes with the media type given.
    pub fn with_content_type(
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self::new(file_name, bytes).content_type(content_type)
    }

    /// Takes a file from disk, to be opened when the call is sent; its name and media type are those of the path.
    ///
    /// Each attempt at the call opens it anew.
    #[cfg(feature = "stream")]
    pub fn open(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        Self::of(
            name.unwrap_or_else(|| "file".to_owned()),
            Content::Path(path),
        )
    }

    /// Takes what a stream yields; `length` is its number of bytes, if it is known.
    ///
    /// A stream can be sent once: a call with one is not retried, and a clone of it shares the one stream.
    #[cfg(feature = "stream")]
    pub fn stream<S>(file_name: impl Into<String>, stream: S, length: Option<u64>) -> Self
    where
        S: futures_core::TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        let body = reqwest::Body::wrap_stream(stream);
        let body = Arc::new(Mutex::new(Some(body)));
        Self::of(file_name.into(), Content::Stream(Once { body, length }))
    }

    fn of(file_name: String, content: Content) -> Self {
        let content_type = mime_guess::from_path(&file_name)
            .first_raw()
            .unwrap_or("application/octet-stream")
            .to_owned();
        Self {
            file_name,
            content_type,
            content,
        }
    }

    /// Sets the name that the server is told.
    #[must_use]
    pub fn file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = file_name.into();
        self
    }

    /// Sets the media type.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }

    /// Returns the content, if it is bytes.
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            #[cfg(feature = "stream")]
            Content::Path(_) | Content::Stream(_) => None,
        }
    }

    /// Whether it can be sent more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        match &self.content {
            Content::Bytes(_) => true,
            #[cfg(feature = "stream")]
            Content::Path(_) => true,
            #[cfg(feature = "stream")]
            Content::Stream(_) => false,
        }
    }

    /// Refuses what no request could carry.
    pub(crate) fn check(&self, name: &str) -> Result<(), Error> {
        let part = Part::bytes(Vec::new()).mime_str(&self.content_type);
        // A line break would end the part's headers early.
        if part.is_err() || self.content_type.contains(char::is_control) {
            return Err(Error::build(format!(
                "the content type of the file `{name}` is not a media type"
            )));
        }
        Ok(())
    }

    /// The part of a form.
    pub(crate) async fn part(&self) -> Result<Part, Error> {
        let part = match &self.content {
            Content::Bytes(bytes) => bytes_part(bytes),
            #[cfg(feature = "stream")]
            Content::Path(path) => Part::file(path).await.map_err(|error| {
                let path = path.display();
                Error::build(format!("the file {path} cannot be read")).with_source(error)
            })?,
            #[cfg(feature = "stream")]
            Content::Stream(once) => once.part()?,
        };
        part.file_name(self.file_name.clone())
            .mime_str(&self.content_type)
            .map_err(|error| {
                Error::build("the content type of a file is not a media type").with_source(error)
            })
    }
}

#[cfg(not(target_family = "wasm"))]
fn bytes_part(bytes: &Bytes) -> Part {
    Part::stream(bytes.clone())
}

#[cfg(target_family = "wasm")]
fn bytes_part(bytes: &Bytes) -> Part {
    Part::bytes(bytes.to_vec())
}

#[cfg(feature = "stream")]
impl Once {
    fn part(&self) -> Result<Part, Error> {
        let mut body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        let body = body
            .take()
            .ok_or_else(|| Error::build("the stream of a file was sent before"))?;
        Ok(match self.length {
            Some(length) => Part::stream_with_length(body, length),
            None => Part::stream(body),
        })
    }
}

impl fmt::Debug for FilePart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("FilePart");
        debug
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type);
        match &self.content {
            Content::Bytes(bytes) => debug.field("bytes", &bytes.len()),
            #[cfg(feature = "stream")]
            Content::Path(path) => debug.field("path", path),
            #[cfg(feature = "stream")]
            Content::Stream(once) => debug.field("stream", &once.length),
        };
        debug.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_follow_the_extension() {
        assert_eq!(FilePart::new("Me.JPG", "x").content_type, "image/jpeg");
        assert_eq!(
            FilePart::new("logo", "x").content_type,
            "application/octet-stream"
        );
        assert_eq!(
            format!("{:?}", FilePart::new("a.png", "1234")),
            "FilePart { file_name: \"a.png\", content_type: \"image/png\", bytes: 4 }"
        );
    }

    #[test]
    fn media_types_are_checked() {
        for bad in ["a\r\nb: c", "image", "", "image/png\n"] {
            assert!(
                FilePart::with_content_type("a", bad, "x")
                    .check("file")
                    .is_err(),
                "{bad:?}"
            );
        }
        assert!(
            FilePart::with_content_type("a", "image/png; q=1", "x")
                .check("file")
                .is_ok()
        );
    }

    #[cfg(feature = "stream")]
    #[tokio::test]
    async fn a_stream_is_sent_once() {
        struct Nothing;
        impl futures_core::Stream for Nothing {
            type Item = Result<Bytes, std::io::Error>;
            fn poll_next(
                self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                std::task::Poll::Ready(None)
            }
        }
        let file = FilePart::stream("a.png", Nothing, Some(0));
        assert!(!file.is_repeatable() && file.bytes().is_none());
        assert!(file.part().await.is_ok());
        let error = file.clone().part().await.unwrap_err();
        assert!(error.to_string().contains("was sent before"), "{error}");
        let missing = FilePart::open("no/such/file.png");
        assert!(missing.is_repeatable());
        let error = missing.part().await.unwrap_err();
        assert!(
            error.is_build() && error.to_string().contains("cannot be read"),
            "{error}"
        );
    }
}
