//! The negative control: requests that are wrong in one way, each of which Prism must refuse. A judge that lets them pass would
//! let a wrong client pass.

use clerk_frontend::reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use clerk_frontend::{Request, Value};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::operation::Operation;
use crate::document::entries;

const NONSENSE: &str = "nonsense";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request, and what is wrong with it.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) what: String,
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Broken {
    /// A request that is not broken.
    pub(super) fn copy(request: &Request) -> Self {
        Self {
            what: String::new(),
            method: request.method().as_str(),
            url: request.url().to_owned(),
            headers: request.headers().clone(),
            body: request.body().to_vec(),
        }
    }

    fn but(request: &Request, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            ..Self::copy(request)
        }
    }
}

/// Breaks requests in every way that the document forbids.
pub(super) fn broken(operation: &Operation<'_>, minimal: &Request, full: &Request) -> Vec<Broken> {
    let mut all = Vec::new();
    if operation.secured {
        let mut broken = Broken::but(minimal, "no credentials");
        broken.headers.remove(AUTHORIZATION);
        all.push(broken);
    }
    queries(operation, minimal, full, &mut all);
    bodies(operation, full, &mut all);
    all
}

fn queries(operation: &Operation<'_>, minimal: &Request, full: &Request, all: &mut Vec<Broken>) {
    let parameters = operation.parameters.iter();
    for parameter in parameters.filter(|parameter| parameter.place == "query") {
        let name = parameter.name;
        if parameter.required {
            let mut broken = Broken::but(minimal, format!("no `{name}` in the query"));
            broken.url = with_query(&broken.url, |known, _| (known != name).then_some(None));
            all.push(broken);
        }
        let typed = ["integer", "number", "boolean"];
        if typed.iter().any(|known| parameter.schema["type"] == *known) {
            let mut broken = Broken::but(full, format!("a wrong `{name}` in the query"));
            broken.url = with_query(&broken.url, |known, _| {
                Some((known == name).then_some(NONSENSE))
            });
            all.push(broken);
        }
    }
}

/// A URL whose query parameters are replaced (`Some(Some(..))`), kept (`Some(None)`) or left out.
fn with_query<'a>(url: &str, change: impl Fn(&str, &str) -> Option<Option<&'a str>>) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return url.to_owned();
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut query = url.query_pairs_mut();
    query.clear();
    for (name, value) in &pairs {
        if let Some(changed) = change(name, value) {
            query.append_pair(name, changed.unwrap_or(value));
        }
    }
    drop(query);
    url.into()
}

fn bodies(operation: &Operation<'_>, full: &Request, all: &mut Vec<Broken>) {
    let Some(schema) = operation.body_schema() else {
        return;
    };
    let content_type = full.content_type().unwrap_or_default();
    if !full.body().is_empty() {
        let mut broken = Broken::but(full, "a wrong content type");
        broken
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        all.push(broken);
    }
    if content_type == JSON {
        let mut broken = Broken::but(full, "a body of a wrong type");
        broken.body = json!(NONSENSE).to_string().into_bytes();
        all.push(broken);
    }
    for (name, field) in entries(&schema["properties"]) {
        let ty = field["type"].as_str();
        let broken_body = match content_type {
            JSON => json_with(full.body(), name, ty),
            FORM => form_with(full.body(), name, field, ty),
            _ => None,
        };
        if let Some(body) = broken_body {
            let broken = Broken::but(full, format!("a wrong `{name}` in the body"));
            all.push(Broken { body, ..broken });
        }
    }
}

fn json_with(body: &[u8], name: &str, ty: Option<&str>) -> Option<Vec<u8>> {
    let wrong = match ty? {
        "string" => json!({ NONSENSE: true }),
        _ => json!(NONSENSE),
    };
    let mut body: Value = serde_json::from_slice(body).ok()?;
    body.as_object_mut()?.insert(name.to_owned(), wrong);
    Some(body.to_string().into_bytes())
}

/// In a form everything is text: only what is not any text can be wrong.
fn form_with(body: &[u8], name: &str, field: &Value, ty: Option<&str>) -> Option<Vec<u8>> {
    let bound = field.get("enum").is_some() || matches!(ty, Some("boolean" | "integer"));
    if !bound {
        return None;
    }
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (known, value) in form_urlencoded::parse(body) {
        let value = if known == name { NONSENSE } else { &value };
        form.append_pair(&known, value);
    }
    Some(form.finish().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_changed_in_one_place() {
        let url = "http://127.0.0.1/a?limit=1&query=b%20c";
        let changed = with_query(url, |name, _| Some((name == "limit").then_some(NONSENSE)));
        assert_eq!(changed, "http://127.0.0.1/a?limit=nonsense&query=b+c");
        let changed = with_query(url, |name, _| (name != "query").then_some(None));
        assert_eq!(changed, "http://127.0.0.1/a?limit=1");
    }

    #[test]
    fn fields_become_what_their_type_is_not() {
        let text = |body: Option<Vec<u8>>| body.map(|body| String::from_utf8(body).unwrap());
        let body = br#"{"a":"x"}"#;
        let changed = text(json_with(body, "a", Some("string")));
        assert_eq!(changed.as_deref(), Some(r#"{"a":{"nonsense":true}}"#));
        let changed = text(json_with(b"{}", "b", Some("array")));
        assert_eq!(changed.as_deref(), Some(r#"{"b":"nonsense"}"#));
        assert_eq!(json_with(body, "a", None), None);

        let flag = json!({"type": "boolean"});
        let changed = text(form_with(b"a=true&b=1", "a", &flag, Some("boolean")));
        assert_eq!(changed.as_deref(), Some("a=nonsense&b=1"));
        let any = json!({"type": "string"});
        assert_eq!(form_with(b"a=true", "a", &any, Some("string")), None);
        let one = json!({"type": "string", "enum": ["x"]});
        assert!(form_with(b"a=x", "a", &one, Some("string")).is_some());
    }
}
