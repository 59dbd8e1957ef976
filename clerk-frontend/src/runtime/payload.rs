//! The body of a request.

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::multipart::Form;

use super::error::Error;
use super::file_part::FilePart;

/// The body of a request, as often as it has to be sent.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// Encoded; its content type is in the request's headers.
    Bytes(Bytes),
    /// Encoded as it is sent, which also gives the content type with its boundary.
    Multipart(Vec<Part>),
}

/// One part of a multipart body.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// What is sent under it.
    pub value: PartValue,
}

/// What a part of a multipart body holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PartValue {
    /// A field's text.
    Text(String),
    /// A file.
    File(FilePart),
}

impl PartValue {
    /// Returns whether it is a file.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }
}

impl Payload {
    pub(crate) fn empty() -> Self {
        Self::Bytes(Bytes::new())
    }

    /// Whether it can be sent more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        match self {
            Self::Bytes(_) => true,
            Self::Multipart(parts) => parts.iter().all(|part| match &part.value {
                PartValue::Text(_) => true,
                PartValue::File(file) => file.is_repeatable(),
            }),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Multipart(_) => &[],
        }
    }

    pub(crate) fn parts(&self) -> &[Part] {
        match self {
            Self::Bytes(_) => &[],
            Self::Multipart(parts) => parts,
        }
    }

    /// Gives the body to a request of the HTTP client.
    pub(crate) async fn attach(self, request: RequestBuilder) -> Result<RequestBuilder, Error> {
        match self {
            Self::Bytes(bytes) if bytes.is_empty() => Ok(request),
            Self::Bytes(bytes) => Ok(request.body(bytes)),
            Self::Multipart(parts) => {
                let mut form = Form::new();
                for Part { name, value } in parts {
                    form = match value {
                        PartValue::Text(text) => form.text(name, text),
                        PartValue::File(file) => form.part(name, file.part().await?),
                    };
                }
                Ok(request.multipart(form))
            }
        }
    }
}
