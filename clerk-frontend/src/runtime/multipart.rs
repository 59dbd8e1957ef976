//! `multipart/form-data` bodies.
//!
//! Written here rather than by the HTTP client so that a request's body can be inspected before it is sent.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use bytes::Bytes;

/// A file to upload: its name, its content type and its bytes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilePart {
    /// The file's name, as the server is told.
    pub file_name: String,
    /// The file's media type.
    pub content_type: String,
    /// The file's content.
    pub bytes: Bytes,
}

impl FilePart {
    /// Makes a file whose media type is told by the extension of its name (`application/octet-stream` if unknown).
    pub fn new(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let file_name = file_name.into();
        let content_type = media_type(&file_name).to_owned();
        Self {
            file_name,
            content_type,
            bytes: bytes.into(),
        }
    }

    /// Makes a file with the media type given.
    pub fn with_content_type(
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self {
            file_name: file_name.into(),
            content_type: content_type.into(),
            bytes: bytes.into(),
        }
    }
}

impl fmt::Debug for FilePart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FilePart")
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// The media types Clerk takes as images; everything else is sent as bytes.
fn media_type(file_name: &str) -> &'static str {
    let extension = file_name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    }
}

/// One part of a multipart body.
pub(crate) struct Part<'a> {
    pub(crate) name: &'a str,
    pub(crate) file_name: Option<&'a str>,
    pub(crate) content_type: &'a str,
    pub(crate) bytes: &'a [u8],
}

/// Returns the boundary and the body.
pub(crate) fn encode(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = boundary(parts);
    let size: usize = parts.iter().map(|part| part.bytes.len() + 256).sum();
    let mut body = Vec::with_capacity(size);
    for part in parts {
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        body.extend_from_slice(
            format!(
                "Content-Disposition: form-data; name=\"{}\"",
                quoted(part.name)
            )
            .as_bytes(),
        );
        if let Some(file_name) = part.file_name {
            body.extend_from_slice(format!("; filename=\"{}\"", quoted(file_name)).as_bytes());
        }
        body.extend_from_slice(
            format!("\r\nContent-Type: {}\r\n\r\n", part.content_type).as_bytes(),
        );
        body.extend_from_slice(part.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, body)
}

/// Escapes a name as browsers do (WHATWG HTML, "multipart/form-data encoding algorithm").
fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '"' => text.push_str("%22"),
            '\r' => text.push_str("%0D"),
            '\n' => text.push_str("%0A"),
            other => text.push(other),
        }
    }
    text
}

/// A boundary that no part contains.
fn boundary(parts: &[Part<'_>]) -> String {
    let random = RandomState::new();
    let mut counter = 0_u64;
    loop {
        let boundary = format!(
            "clerk-{:016x}{:016x}",
            hash(&random, counter),
            hash(&random, counter + 1)
        );
        if !parts
            .iter()
            .any(|part| contains(part.bytes, boundary.as_bytes()))
        {
            return boundary;
        }
        counter += 2;
    }
}

fn hash(random: &RandomState, value: u64) -> u64 {
    let mut hasher = random.build_hasher();
    hasher.write_u64(value);
    hasher.finish()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    // The first byte is looked for alone: that search is fast, and files are large.
    let Some((first, _)) = needle.split_first() else {
        return true;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        let Some(tail) = rest.get(at..) else {
            return false;
        };
        if tail.starts_with(needle) {
            return true;
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_content_type() {
        let parts = [
            Part {
                name: "uploader_user_id",
                file_name: None,
                content_type: "text/plain; charset=utf-8",
                bytes: b"user_1",
            },
            Part {
                name: "file",
                file_name: Some("a\"\r\n.png"),
                content_type: "image/png",
                bytes: b"\x89PNG",
            },
        ];
        let (boundary, body) = encode(&parts);
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"uploader_user_id\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nuser_1\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22%0D%0A.png\"\r\nContent-Type: image/png\r\n\r\n"
        );
        let mut expected = expected.into_bytes();
        expected.extend_from_slice(b"\x89PNG\r\n");
        expected.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        assert_eq!(body, expected);
    }

    #[test]
    fn boundaries_differ() {
        assert_ne!(boundary(&[]), boundary(&[]));
        assert!(contains(b"xxabc", b"abc"));
        assert!(contains(b"aabc", b"abc"));
        assert!(!contains(b"ab", b"abc"));
    }

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
}
