//! Lists the interface facts of a document as lines of text, to compare two documents with.
//!
//! Written apart from `import` and its grammar on purpose: everything is a fact here unless it is
//! known to be prose, so that whatever import would lose shows as a difference.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The facts of a document by kind, each list sorted; the order and the prose of the document make
/// no difference.
pub type Facts = BTreeMap<&'static str, Vec<String>>;

/// Deeper than any document [`load`](crate::load::load) returns.
const MAX_DEPTH: usize = 256;

/// Returns every interface fact of a document.
#[must_use]
pub fn facts(document: &Value) -> Facts {
    let mut list = List::default();
    list.document(document);
    for lines in list.facts.values_mut() {
        lines.sort_unstable();
    }
    list.facts
}

/// Returns how many facts there are of each kind.
#[must_use]
pub fn counts(facts: &Facts) -> BTreeMap<&'static str, usize> {
    facts
        .iter()
        .map(|(kind, lines)| (*kind, lines.len()))
        .collect()
}

/// Returns one line for each fact that only one of the two has: `- kind: fact` for those of
/// `before`, `+ kind: fact` for those of `after`. Empty when they are equal.
#[must_use]
pub fn differences(before: &Facts, after: &Facts) -> Vec<String> {
    let none = Vec::new();
    let kinds: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for kind in kinds {
        let mut old = before.get(kind).unwrap_or(&none).iter().peekable();
        let mut new = after.get(kind).unwrap_or(&none).iter().peekable();
        loop {
            let (sign, fact) = match (old.peek(), new.peek()) {
                (Some(left), Some(right)) if left == right => {
                    old.next();
                    new.next();
                    continue;
                }
                (Some(left), Some(right)) if left > right => ('+', new.next()),
                (Some(_), _) => ('-', old.next()),
                (None, Some(_)) => ('+', new.next()),
                (None, None) => break,
            };
            lines.extend(fact.map(|fact| format!("{sign} {kind}: {fact}")));
        }
    }
    lines
}

#[derive(Default)]
struct List {
    facts: Facts,
}

fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

fn elements<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// JSON with sorted keys.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(canonical).collect();
            format!("[{}]", elements.join(","))
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", canonical(value)))
                .collect();
            entries.sort_unstable();
            format!("{{{}}}", entries.join(","))
        }
        other => other.to_string(),
    }
}

impl List {
    fn add(&mut self, kind: &'static str, fact: String) {
        self.facts.entry(kind).or_default().push(fact);
    }

    /// Lists the entries of an object that are neither handled elsewhere nor prose.
    fn rest(&mut self, kind: &'static str, path: &str, value: &Value, handled: &[&str]) {
        const PROSE_EXTENSIONS: [&str; 3] = ["x-logo", "x-tagGroups", "x-speakeasy-usage-example"];
        let Some(entries) = value.as_object() else {
            self.add(kind, format!("{path} {}", canonical(value)));
            return;
        };
        for (key, value) in entries {
            if handled.contains(&key.as_str()) || PROSE_EXTENSIONS.contains(&key.as_str()) {
                continue;
            }
            let kind = if key.starts_with("x-") {
                "extension"
            } else {
                kind
            };
            self.add(kind, format!("{path} {key}: {}", canonical(value)));
        }
    }

    fn document(&mut self, document: &Value) {
        self.rest(
            "document",
            "document",
            document,
            &[
                "info",
                "tags",
                "servers",
                "paths",
                "components",
                "externalDocs",
            ],
        );
        if let Some(info) = document.get("info") {
            let prose = [
                "title",
                "summary",
                "description",
                "contact",
                "license",
                "termsOfService",
            ];
            self.rest("document", "info", info, &prose);
        }
        for tag in elements(document, "tags") {
            let name = tag.get("name").map(canonical).unwrap_or_default();
            self.add("tag", name.clone());
            self.rest("tag", &name, tag, &["name", "description", "externalDocs"]);
        }
        for server in elements(document, "servers") {
            let url = server.get("url").map(canonical).unwrap_or_default();
            self.add("server", url.clone());
            self.rest("server", &url, server, &["url", "description", "variables"]);
            for (name, variable) in members(server, "variables") {
                self.rest(
                    "server",
                    &format!("{url} {name}"),
                    variable,
                    &["description"],
                );
            }
        }
        for (path, item) in members(document, "paths") {
            self.path_item(path, item);
        }
        if let Some(components) = document.get("components") {
            self.components(components);
        }
    }

    fn path_item(&mut self, path: &str, item: &Value) {
        self.add("path", path.to_owned());
        let mut handled = vec!["summary", "description"];
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation.is_object() && !method.starts_with("x-") {
                handled.push(method);
                self.operation(&format!("{} {path}", method.to_uppercase()), operation);
            }
        }
        self.rest("path", path, item, &handled);
    }

    fn operation(&mut self, path: &str, operation: &Value) {
        self.add("operation", path.to_owned());
        self.rest(
            "operation attribute",
            path,
            operation,
            &[
                "summary",
                "description",
                "externalDocs",
                "parameters",
                "requestBody",
                "responses",
            ],
        );
        // Their order is that of the arguments.
        for (index, parameter) in elements(operation, "parameters").enumerate() {
            self.parameter(&format!("{path} parameter {index}"), parameter);
        }
        if let Some(body) = operation.get("requestBody") {
            self.body(&format!("{path} body"), body);
        }
        for (status, response) in members(operation, "responses") {
            self.add("status", format!("{path} {status}"));
            self.response(&format!("{path} {status}"), response);
        }
    }

    fn components(&mut self, components: &Value) {
        for (section, entries) in components.as_object().into_iter().flatten() {
            for (name, component) in entries.as_object().into_iter().flatten() {
                let path = format!("{section}/{name}");
                match section.as_str() {
                    "schemas" => {
                        self.add("schema", name.clone());
                        self.schema(&path, component, 0);
                    }
                    "responses" => {
                        self.add("response", name.clone());
                        self.response(&path, component);
                    }
                    "parameters" | "headers" => self.parameter(&path, component),
                    "requestBodies" => self.body(&path, component),
                    "examples" => {}
                    _ => {
                        self.add("component", path.clone());
                        self.rest("component", &path, component, &["description"]);
                    }
                }
            }
        }
    }

    /// A parameter or a header.
    fn parameter(&mut self, path: &str, parameter: &Value) {
        self.add("parameter", path.to_owned());
        self.rest(
            "parameter attribute",
            path,
            parameter,
            &["description", "example", "examples", "schema"],
        );
        if let Some(schema) = parameter.get("schema") {
            self.schema(path, schema, 0);
        }
    }

    fn body(&mut self, path: &str, body: &Value) {
        self.add("body", path.to_owned());
        self.rest("body attribute", path, body, &["description", "content"]);
        self.content(path, body);
    }

    fn response(&mut self, path: &str, response: &Value) {
        self.rest(
            "response attribute",
            path,
            response,
            &["description", "content", "headers"],
        );
        self.content(path, response);
        for (name, header) in members(response, "headers") {
            self.parameter(&format!("{path} header {name}"), header);
        }
    }

    fn content(&mut self, path: &str, holder: &Value) {
        for (name, media_type) in members(holder, "content") {
            let path = format!("{path} {name}");
            self.add("media type", path.clone());
            self.rest(
                "media type attribute",
                &path,
                media_type,
                &["example", "examples", "schema"],
            );
            if let Some(schema) = media_type.get("schema") {
                self.schema(&path, schema, 0);
            }
        }
    }

    fn schema(&mut self, path: &str, schema: &Value, depth: usize) {
        let Some(entries) = schema.as_object().filter(|_| depth < MAX_DEPTH) else {
            self.add("constraint", format!("{path} {}", canonical(schema)));
            return;
        };
        for (key, value) in entries {
            let kind = match key.as_str() {
                "title" | "description" | "example" | "examples" | "externalDocs" => continue,
                "properties" if value.is_object() => {
                    for (name, property) in value.as_object().into_iter().flatten() {
                        let path = format!("{path}.{name}");
                        self.add("property", path.clone());
                        self.schema(&path, property, depth + 1);
                    }
                    // An empty list of properties is a fact too.
                    if value.as_object().is_some_and(Map::is_empty) {
                        self.add("constraint", format!("{path} properties: {{}}"));
                    }
                    continue;
                }
                "items" => {
                    self.add("items", path.to_owned());
                    self.schema(&format!("{path}[]"), value, depth + 1);
                    continue;
                }
                "additionalProperties" if value.is_object() => {
                    self.add("constraint", format!("{path} additionalProperties"));
                    self.schema(&format!("{path}{{}}"), value, depth + 1);
                    continue;
                }
                "oneOf" | "anyOf" | "allOf" if value.is_array() => {
                    let members = value.as_array().into_iter().flatten();
                    for (index, member) in members.enumerate() {
                        let path = format!("{path} {key}[{index}]");
                        self.add("member", path.clone());
                        self.schema(&path, member, depth + 1);
                    }
                    continue;
                }
                "enum" if value.is_array() => {
                    // Their order is that of the variants.
                    let values = value.as_array().into_iter().flatten();
                    for (index, value) in values.enumerate() {
                        self.add("enum value", format!("{path} {index} {}", canonical(value)));
                    }
                    continue;
                }
                "required" if value.is_array() => {
                    for name in value.as_array().into_iter().flatten() {
                        self.add("required", format!("{path} {}", canonical(name)));
                    }
                    continue;
                }
                "$ref" => "reference",
                "type" => "type",
                "format" => "format",
                "nullable" => "nullable",
                "deprecated" => "deprecated",
                "default" => "default",
                "discriminator" => "discriminator",
                extension if extension.starts_with("x-") => "extension",
                _ => "constraint",
            };
            self.add(kind, format!("{path} {key}: {}", canonical(value)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::load;
    use crate::{ApiKind, Source, import};

    const DOCUMENT: &str = r##"
openapi: 3.0.3
info: {title: T, version: v1, description: d, x-logo: {url: u}}
servers: [{url: 'https://{d}', variables: {d: {default: x, description: d}}}]
security: [{}, {K: []}]
tags: [{name: T, description: d}, {name: S}]
paths:
  /v1/a:
    get:
      tags: [T]
      operationId: a
      summary: s
      deprecated: true
      x-speakeasy-group: g
      parameters:
      - {name: limit, in: query, example: 1, schema: {type: integer, default: 10, maximum: 500}}
      requestBody:
        required: true
        description: d
        content: {application/json: {schema: {$ref: '#/components/schemas/A'}, example: 1}}
      responses:
        '200': {description: d, content: {application/json: {schema: {type: string, nullable: true}}}}
        '307': {description: d, headers: {Location: {schema: {type: string}, description: d}}}
        '404': {$ref: '#/components/responses/E'}
  /v1/b: {}
components:
  securitySchemes: {K: {type: apiKey, in: query, name: k, description: d}}
  responses: {E: {description: d}}
  schemas:
    A:
      type: object
      required: [description, example]
      additionalProperties: false
      properties:
        description: {type: string, format: uri, description: d, enum: [a, b], pattern: ^a}
        example: {oneOf: [{type: string}, {type: array, items: {type: number}}], example: e}
        map: {type: object, additionalProperties: {type: boolean, deprecated: true}}
"##;

    fn value_of(text: &str) -> Value {
        load(&Source {
            name: "d.yaml".to_owned(),
            text: text.to_owned(),
        })
        .unwrap()
    }

    fn facts_of(text: &str) -> Facts {
        facts(&value_of(text))
    }

    #[test]
    fn import_loses_nothing() {
        let source = Source {
            name: "d.yaml".to_owned(),
            text: DOCUMENT.to_owned(),
        };
        let imported = import(ApiKind::Frontend, &source).unwrap();
        assert_ne!(imported, DOCUMENT);
        assert_eq!(
            differences(&facts_of(DOCUMENT), &facts_of(&imported)),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_kind_is_counted() {
        let counts = counts(&facts_of(DOCUMENT));
        let expected = [
            ("body", 1),
            ("body attribute", 1),
            ("component", 4),
            ("constraint", 4),
            ("default", 1),
            ("deprecated", 1),
            ("document", 3),
            ("enum value", 2),
            ("extension", 1),
            ("format", 1),
            ("items", 1),
            ("media type", 2),
            ("member", 2),
            ("nullable", 1),
            ("operation", 1),
            ("operation attribute", 3),
            ("parameter", 2),
            ("parameter attribute", 2),
            ("path", 2),
            ("property", 3),
            ("reference", 1),
            ("required", 2),
            ("response", 1),
            ("response attribute", 1),
            ("schema", 1),
            ("server", 2),
            ("status", 3),
            ("tag", 2),
            ("type", 10),
        ];
        assert_eq!(counts, BTreeMap::from(expected));
    }

    #[test]
    fn every_change_of_a_fact_is_noticed() {
        let before = facts_of(DOCUMENT);
        for (from, to, lines) in [
            (
                "enum: [a, b]",
                "enum: [a]",
                &["- enum value: schemas/A.description 1 \"b\""][..],
            ),
            (
                "required: [description, example]",
                "required: [example]",
                &["- required: schemas/A \"description\""],
            ),
            (
                "format: uri, ",
                "",
                &["- format: schemas/A.description format: \"uri\""],
            ),
            (
                ", nullable: true",
                ", nullable: false",
                &[
                    "+ nullable: GET /v1/a 200 application/json nullable: false",
                    "- nullable: GET /v1/a 200 application/json nullable: true",
                ],
            ),
            (
                "maximum: 500",
                "maximum: 501",
                &[
                    "- constraint: GET /v1/a parameter 0 maximum: 500",
                    "+ constraint: GET /v1/a parameter 0 maximum: 501",
                ],
            ),
            (
                "      x-speakeasy-group: g\n",
                "",
                &["- extension: GET /v1/a x-speakeasy-group: \"g\""],
            ),
            ("  /v1/b: {}\n", "", &["- path: /v1/b"]),
            (
                "        required: true\n",
                "",
                &["- body attribute: GET /v1/a body required: true"],
            ),
            (
                "tags: [T]",
                "tags: [S]",
                &[
                    "+ operation attribute: GET /v1/a tags: [\"S\"]",
                    "- operation attribute: GET /v1/a tags: [\"T\"]",
                ],
            ),
            (
                "pattern: ^a",
                "new: ^a",
                &[
                    "+ constraint: schemas/A.description new: \"^a\"",
                    "- constraint: schemas/A.description pattern: \"^a\"",
                ],
            ),
        ] {
            assert!(DOCUMENT.contains(from), "{from}");
            let after = facts_of(&DOCUMENT.replacen(from, to, 1));
            assert_eq!(differences(&before, &after), lines, "{from}");
        }
    }

    #[test]
    fn prose_and_order_are_not_noticed() {
        let before = facts_of(DOCUMENT);
        let rewritten = DOCUMENT
            .replace("description: d", "description: other")
            .replace("example: e", "example: other")
            .replace("summary: s", "summary: other")
            .replace("{type: string, format: uri,", "{format: uri, type: string,");
        assert_ne!(rewritten, DOCUMENT);
        assert_eq!(
            differences(&before, &facts_of(&rewritten)),
            Vec::<String>::new()
        );
    }
}
