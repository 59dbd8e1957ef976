//! From the fields of a call to the bytes of its body.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use super::error::Error;
use super::file_part::FilePart;
use super::form;
use super::operation::BodyFormat;
use super::payload::{Part, PartValue, Payload};

/// One field of a body.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: Cow<'static, str>,
    pub(crate) value: Value,
    pub(crate) secret: bool,
}

/// What a call wants to send; the format decides how.
#[derive(Clone, Default)]
pub(crate) struct Content {
    pub(crate) fields: Vec<Field>,
    /// A whole JSON body, for operations that take a list and for raw calls.
    pub(crate) whole: Option<Value>,
    pub(crate) files: Vec<(Cow<'static, str>, FilePart)>,
}

impl Content {
    /// Sets a field; a field set twice keeps its last value.
    pub(crate) fn set(&mut self, name: Cow<'static, str>, value: Value, secret: bool) {
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => {
                field.value = value;
                field.secret |= secret;
            }
            None => self.fields.push(Field {
                name,
                value,
                secret,
            }),
        }
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.whole.is_none() && self.files.is_empty()
    }
}

/// An encoded body.
pub(crate) struct Body {
    /// Multipart has its boundary in it, which is not known before it is sent.
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) payload: Payload,
}

/// Encodes the content, or returns `None` if there is nothing to send and nothing has to be.
pub(crate) fn encode(
    format: BodyFormat,
    content: &Content,
    required: bool,
) -> Result<Option<Body>, Error> {
    if format == BodyFormat::None || (content.is_empty() && !required) {
        return Ok(None);
    }
    refuse_what_cannot_be_sent(format, content)?;
    let encoded = |content_type: &'static str, bytes: Vec<u8>| Body {
        content_type: Some(HeaderValue::from_static(content_type)),
        payload: Payload::Bytes(bytes.into()),
    };
    let body = match format {
        BodyFormat::None => return Ok(None),
        BodyFormat::Json => encoded("application/json", json(content)?),
        BodyFormat::Form => encoded("application/x-www-form-urlencoded", form(content).into()),
        BodyFormat::Multipart => multipart(content)?,
        BodyFormat::OctetStream => {
            encoded("application/octet-stream", octet_stream(content)?.into())
        }
    };
    Ok(Some(body))
}

/// Nothing a caller gave is dropped silently.
fn refuse_what_cannot_be_sent(format: BodyFormat, content: &Content) -> Result<(), Error> {
    let takes_files = matches!(format, BodyFormat::Multipart | BodyFormat::OctetStream);
    let problem = if !takes_files && !content.files.is_empty() {
        "a file can only be sent as multipart or octet-stream"
    } else if format != BodyFormat::Json && content.whole.is_some() {
        "a whole JSON value can only be sent as JSON"
    } else if content.whole.is_some() && !content.fields.is_empty() {
        "the body is one JSON value, which has no place for further fields"
    } else if format == BodyFormat::OctetStream
        && (content.files.len() > 1 || !content.fields.is_empty())
    {
        "an octet-stream body is one file and nothing else"
    } else {
        return Ok(());
    };
    Err(Error::build(problem))
}

fn json(content: &Content) -> Result<Vec<u8>, Error> {
    let encoded = match &content.whole {
        Some(value) => serde_json::to_vec(value),
        None => json_object(&content.fields),
    };
    encoded
        .map_err(|error| Error::build("the body could not be written as JSON").with_source(error))
}

fn json_object(fields: &[Field]) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::new(&mut bytes);
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    for field in fields {
        map.serialize_entry(&*field.name, &field.value)?;
    }
    map.end()?;
    Ok(bytes)
}

fn form(content: &Content) -> String {
    let mut body = String::new();
    for field in &content.fields {
        form::append_field(&mut body, &field.name, &field.value);
    }
    body
}

fn multipart(content: &Content) -> Result<Body, Error> {
    let mut parts = Vec::with_capacity(content.fields.len() + content.files.len());
    for field in &content.fields {
        form::each_text(&field.value, |text| {
            parts.push(Part {
                name: field.name.to_string(),
                value: PartValue::Text(text.to_owned()),
            });
        });
    }
    for (name, file) in &content.files {
        file.check(name)?;
        parts.push(Part {
            name: name.to_string(),
            value: PartValue::File(file.clone()),
        });
    }
    Ok(Body {
        content_type: None,
        payload: Payload::Multipart(parts),
    })
}

/// Both operations that take `application/octet-stream` want the file's bytes as base64 text.
fn octet_stream(content: &Content) -> Result<String, Error> {
    let Some((name, file)) = content.files.first() else {
        return Ok(String::new());
    };
    match file.bytes() {
        Some(bytes) => Ok(STANDARD.encode(bytes)),
        None => Err(Error::build(format!(
            "the file `{name}` has to be bytes to be sent as octet-stream; multipart takes files and streams"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn content(fields: &[(&'static str, Value)]) -> Content {
        let mut content = Content::default();
        for (name, value) in fields {
            content.set(Cow::Borrowed(name), value.clone(), false);
        }
        content
    }

    fn text(body: Option<Body>) -> (String, String) {
        let body = body.unwrap();
        (
            body.content_type.unwrap().to_str().unwrap().to_owned(),
            String::from_utf8(body.payload.bytes().to_vec()).unwrap(),
        )
    }

    #[test]
    fn json_keeps_the_order_and_the_last_value() {
        let mut content = content(&[("name", json!("a")), ("alpha", Value::Null)]);
        content.set("name".into(), json!("b"), false);
        let (content_type, body) = text(encode(BodyFormat::Json, &content, false).unwrap());
        assert_eq!(content_type, "application/json");
        assert_eq!(body, r#"{"name":"b","alpha":null}"#);
    }

    #[test]
    fn a_required_body_is_sent_empty() {
        let empty = Content::default();
        assert_eq!(
            text(encode(BodyFormat::Json, &empty, true).unwrap()).1,
            "{}"
        );
        let (content_type, body) = text(encode(BodyFormat::Form, &empty, true).unwrap());
        assert_eq!(
            (content_type.as_str(), body.as_str()),
            ("application/x-www-form-urlencoded", "")
        );
        for format in [
            BodyFormat::None,
            BodyFormat::Json,
            BodyFormat::Form,
            BodyFormat::Multipart,
        ] {
            assert!(encode(format, &empty, false).unwrap().is_none());
        }
    }

    #[test]
    fn a_body_can_be_a_list() {
        let content = Content {
            whole: Some(json!([{"a": 1}])),
            ..Content::default()
        };
        assert_eq!(
            text(encode(BodyFormat::Json, &content, true).unwrap()).1,
            r#"[{"a":1}]"#
        );
    }

    #[test]
    fn files_go_as_multipart_or_base64() {
        let mut content = Content::default();
        content
            .files
            .push(("file".into(), FilePart::new("a.png", &b"\x00\xff"[..])));
        content.set("user".into(), json!("user_1"), false);
        let body = encode(BodyFormat::Multipart, &content, true)
            .unwrap()
            .unwrap();
        let names: Vec<_> = body
            .payload
            .parts()
            .iter()
            .map(|part| part.name.as_str())
            .collect();
        assert_eq!(names, ["user", "file"]);
        content.fields.clear();
        let (content_type, body) = text(encode(BodyFormat::OctetStream, &content, true).unwrap());
        assert_eq!(
            (content_type.as_str(), body.as_str()),
            ("application/octet-stream", "AP8=")
        );
    }

    #[test]
    fn nothing_is_dropped_silently() {
        let mut file = Content::default();
        file.files
            .push(("file".into(), FilePart::new("a.png", "x")));
        assert!(encode(BodyFormat::Json, &file, false).is_err());
        assert!(encode(BodyFormat::Form, &file, false).is_err());
        let mut whole = Content {
            whole: Some(json!([])),
            ..Content::default()
        };
        assert!(encode(BodyFormat::Form, &whole, false).is_err());
        whole.set("a".into(), json!(1), false);
        assert!(encode(BodyFormat::Json, &whole, false).is_err());
        file.set("a".into(), json!(1), false);
        assert!(encode(BodyFormat::OctetStream, &file, false).is_err());
        file.fields.clear();
        file.files.clear();
        file.files.push((
            "file".into(),
            FilePart::with_content_type("a", "a\r\nb: c", "x"),
        ));
        assert!(encode(BodyFormat::Multipart, &file, false).is_err());
    }
}
