//! Reduces an upstream document to its interface facts: the text of `spec/<api>.yaml`.
//!
//! Prose goes by its place in the grammar, never by the name of a key alone: a property may be
//! called `description`. The order is canonical, so that a change upstream is a change of the same
//! size here: keys in the order of the grammar, names sorted; lists keep their order, except
//! `required` and the declared tags, which are sets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::check::check;
use crate::grammar::{self, Kind, Names, Object, Role, Shape};
use crate::load::load;
use crate::{ApiKind, Source, SpecError, yaml};

/// Extensions that are about documentation, not about the interface.
const PROSE_EXTENSIONS: [&str; 7] = [
    "x-codeSamples",
    "x-displayName",
    "x-enumDescriptions",
    "x-logo",
    "x-speakeasy-usage-example",
    "x-tagGroups",
    "x-traitTag",
];

/// Returns the facts of an upstream document as the text of an OpenAPI 3.0 document.
///
/// Importing what was imported changes nothing.
///
/// # Errors
///
/// Everything in the document that cannot be read or is not supported: facts that are not
/// understood cannot be told from prose.
pub fn import(api: ApiKind, document: &Source) -> Result<String, Vec<SpecError>> {
    let value = load(document)?;
    let errors = check(&value, &document.name);
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut facts = keep(&value, &Shape::Object(&grammar::ROOT));
    set_text(&mut facts, &["info"], "title", title(api));
    describe_responses(&mut facts);
    Ok(heading(&facts) + &yaml::write(&facts))
}

fn title(api: ApiKind) -> &'static str {
    match api {
        ApiKind::Frontend => "Clerk Frontend API",
        ApiKind::Backend => "Clerk Backend API",
    }
}

fn heading(facts: &Value) -> String {
    let mut heading = String::from(
        "# Written by `cargo xtask import`. Do not edit; corrections go into overlays.\n",
    );
    let version = facts.pointer("/info/version").and_then(Value::as_str);
    if let Some(version) = version.filter(|version| is_date(version)) {
        heading.push_str(&format!("# API version {version}.\n"));
    }
    heading
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Returns the value without prose and in canonical order.
fn keep(value: &Value, shape: &Shape) -> Value {
    match (shape, value) {
        (Shape::List(element), Value::Array(elements)) => {
            elements.iter().map(|value| keep(value, element)).collect()
        }
        (Shape::Map(names, element), Value::Object(entries)) => {
            keep_names(*names, element, entries)
        }
        (Shape::Object(object) | Shape::BoolOr(object), Value::Object(entries)) => {
            keep_object(object, entries)
        }
        _ => sorted(value),
    }
}

fn keep_names(names: Names, element: &Shape, entries: &Map<String, Value>) -> Value {
    let mut kept = BTreeMap::new();
    for (name, value) in entries {
        if matches!(names, Names::Path | Names::Status) && grammar::is_extension(name) {
            if !PROSE_EXTENSIONS.contains(&name.as_str()) {
                kept.insert(name.clone(), sorted(value));
            }
        } else {
            kept.insert(name.clone(), keep(value, element));
        }
    }
    Value::Object(kept.into_iter().collect())
}

fn keep_object(object: &Object, entries: &Map<String, Value>) -> Value {
    let mut kept = Map::new();
    let reference = object.section.and_then(|_| entries.get("$ref"));
    if let Some(reference) = reference {
        kept.insert("$ref".to_owned(), reference.clone());
    }
    for key in object.keys {
        match (entries.get(key.name), key.role) {
            // Filled in later, when it is known where the object is used.
            (Some(_), Role::RequiredProse) if reference.is_none() => {
                kept.insert(key.name.to_owned(), Value::String(String::new()));
            }
            (Some(value), Role::Required | Role::Optional) => {
                let mut value = keep(value, &key.shape);
                if let Value::Array(elements) = &mut value {
                    match (object.kind, key.name) {
                        (Kind::Schema, "required") => elements.sort_by(by_text),
                        (Kind::Root, "tags") => elements.sort_by(by_name),
                        _ => {}
                    }
                }
                kept.insert(key.name.to_owned(), value);
            }
            // Prose, and what is not there.
            _ => {}
        }
    }
    let extensions: BTreeMap<_, _> = entries
        .iter()
        .filter(|(name, _)| {
            grammar::is_extension(name) && !PROSE_EXTENSIONS.contains(&name.as_str())
        })
        .collect();
    for (name, value) in extensions {
        kept.insert(name.clone(), sorted(value));
    }
    Value::Object(kept)
}

fn by_text(left: &Value, right: &Value) -> std::cmp::Ordering {
    left.as_str().cmp(&right.as_str())
}

fn by_name(left: &Value, right: &Value) -> std::cmp::Ordering {
    let name = |tag: &Value| tag.get("name").and_then(Value::as_str).map(str::to_owned);
    name(left).cmp(&name(right))
}

/// Returns a value that is no part of the grammar with the keys of its objects sorted.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(sorted).collect(),
        Value::Object(entries) => {
            let entries: BTreeMap<_, _> = entries
                .iter()
                .map(|(key, value)| (key.clone(), sorted(value)))
                .collect();
            Value::Object(entries.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// Gives every response the standard phrase of its status.
fn describe_responses(facts: &mut Value) {
    let mut phrases_of: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    let operations = facts
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut);
    for operation in operations {
        let Some(responses) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        else {
            continue;
        };
        for (status, response) in responses {
            let phrase = reason_phrase(status);
            match response.get("$ref").and_then(Value::as_str) {
                Some(reference) => {
                    phrases_of
                        .entry(reference.to_owned())
                        .or_default()
                        .insert(phrase);
                }
                None => set_text(response, &[], "description", phrase),
            }
        }
    }
    let components = facts
        .pointer_mut("/components/responses")
        .and_then(Value::as_object_mut);
    for (name, response) in components.into_iter().flatten() {
        let phrases = phrases_of.get(&format!("#/components/responses/{name}"));
        let mut phrases = phrases.into_iter().flatten();
        let phrase = match (phrases.next(), phrases.next()) {
            (Some(only), None) => only,
            _ => "Response",
        };
        set_text(response, &[], "description", phrase);
    }
}

/// Replaces a text that is there.
fn set_text(value: &mut Value, way: &[&str], key: &str, text: &str) {
    let target = way
        .iter()
        .try_fold(value, |value, key| value.get_mut(key))
        .and_then(|object| object.get_mut(key));
    if let Some(target) = target {
        *target = Value::String(text.to_owned());
    }
}

/// The phrase IANA registers for a status, or the name of its class.
fn reason_phrase(status: &str) -> &'static str {
    match status {
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "Non-Authoritative Information",
        "204" => "No Content",
        "205" => "Reset Content",
        "206" => "Partial Content",
        "300" => "Multiple Choices",
        "301" => "Moved Permanently",
        "302" => "Found",
        "303" => "See Other",
        "304" => "Not Modified",
        "307" => "Temporary Redirect",
        "308" => "Permanent Redirect",
        "400" => "Bad Request",
        "401" => "Unauthorized",
        "402" => "Payment Required",
        "403" => "Forbidden",
        "404" => "Not Found",
        "405" => "Method Not Allowed",
        "406" => "Not Acceptable",
        "408" => "Request Timeout",
        "409" => "Conflict",
        "410" => "Gone",
        "411" => "Length Required",
        "412" => "Precondition Failed",
        "413" => "Content Too Large",
        "414" => "URI Too Long",
        "415" => "Unsupported Media Type",
        "422" => "Unprocessable Entity",
        "423" => "Locked",
        "424" => "Failed Dependency",
        "425" => "Too Early",
        "426" => "Upgrade Required",
        "428" => "Precondition Required",
        "429" => "Too Many Requests",
        "431" => "Request Header Fields Too Large",
        "451" => "Unavailable For Legal Reasons",
        "500" => "Internal Server Error",
        "501" => "Not Implemented",
        "502" => "Bad Gateway",
        "503" => "Service Unavailable",
        "504" => "Gateway Timeout",
        other => match other.bytes().next() {
            Some(b'1') => "Informational",
            Some(b'2') => "Successful",
            Some(b'3') => "Redirection",
            Some(b'4') => "Client Error",
            _ => "Server Error",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPSTREAM: &str = r##"
paths:
  /v1/b:
    post:
      responses:
        '422': {$ref: '#/components/responses/Errors'}
        '299': {description: Prose.}
        '200':
          description: Prose.
          content:
            text/html: {schema: {type: string}}
            application/json: {schema: {type: object}, examples: {a: {summary: Prose.}}}
      requestBody:
        description: Prose.
        content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}
      parameters:
      - {schema: {type: integer, default: 10}, description: Prose., example: 1, in: query, name: z}
      - {name: a, in: query, schema: {type: string}}
      description: Prose.
      summary: Prose.
      tags: [T, S]
      operationId: b
      x-speakeasy-usage-example: true
      x-speakeasy-group: g
  /v1/a: {}
openapi: 3.0.3
x-tagGroups: [{name: Prose.}]
x-speakeasy-retries: {strategy: backoff, backoff: {exponent: 1.5}}
externalDocs: {url: Prose.}
tags:
- {name: T, description: Prose., externalDocs: {url: Prose.}}
- {name: S}
servers:
- {url: 'https://{domain}', description: Prose., variables: {domain: {default: x, description: Prose.}}}
info:
  version: '2026-05-12'
  title: Prose.
  description: Prose.
  contact: {email: Prose.}
  license: {name: Prose.}
  termsOfService: Prose.
  x-logo: {url: Prose.}
components:
  responses:
    Errors: {description: Prose.}
  schemas:
    A:
      type: object
      title: Prose.
      required: [title, 'on', description]
      properties:
        title: {type: string, example: Prose., enum: ['no', '1', a], description: Prose.}
        example: {$ref: '#/components/schemas/B', description: Prose., nullable: true}
        description: {allOf: [{$ref: '#/components/schemas/B'}], example: {a: Prose.}}
        'on': {type: string, pattern: '^[a-z]+:\S$', default: ''}
      x-speakeasy-name-override: A2
    B: {default: {summary: kept, a: 1}, deprecated: true, externalDocs: {url: Prose.}}
  securitySchemes:
    K: {in: query, name: k, description: Prose., type: apiKey}
"##;

    const FACTS: &str = r##"# Written by `cargo xtask import`. Do not edit; corrections go into overlays.
# API version 2026-05-12.
openapi: '3.0.3'
info:
  title: Clerk Backend API
  version: '2026-05-12'
servers:
- url: 'https://{domain}'
  variables:
    domain:
      default: x
tags:
- name: S
- name: T
paths:
  /v1/a: {}
  /v1/b:
    post:
      tags:
      - T
      - S
      operationId: b
      parameters:
      - name: z
        in: query
        schema:
          type: integer
          default: 10
      - name: a
        in: query
        schema:
          type: string
      requestBody:
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/A'
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema:
                type: object
            text/html:
              schema:
                type: string
        '299':
          description: Successful
        '422':
          $ref: '#/components/responses/Errors'
      x-speakeasy-group: g
components:
  securitySchemes:
    K:
      type: apiKey
      in: query
      name: k
  responses:
    Errors:
      description: Unprocessable Entity
  schemas:
    A:
      type: object
      properties:
        description:
          allOf:
          - $ref: '#/components/schemas/B'
        example:
          $ref: '#/components/schemas/B'
          nullable: true
        'on':
          type: string
          default: ''
          pattern: '^[a-z]+:\S$'
        title:
          type: string
          enum:
          - 'no'
          - '1'
          - a
      required:
      - description
      - 'on'
      - title
      x-speakeasy-name-override: A2
    B:
      deprecated: true
      default:
        a: 1
        summary: kept
x-speakeasy-retries:
  backoff:
    exponent: 1.5
  strategy: backoff
"##;

    fn run(text: &str) -> Result<String, Vec<SpecError>> {
        import(
            ApiKind::Backend,
            &Source {
                name: "d.yaml".to_owned(),
                text: text.to_owned(),
            },
        )
    }

    #[test]
    fn facts_stay_prose_goes_and_the_order_is_canonical() {
        let facts = run(UPSTREAM).unwrap();
        assert_eq!(facts, FACTS);
    }

    #[test]
    fn importing_twice_changes_nothing() {
        assert_eq!(run(FACTS).unwrap(), FACTS);
    }

    #[test]
    fn a_response_of_several_statuses_has_no_phrase_of_one() {
        let text = UPSTREAM.replace(
            "'299': {description: Prose.}",
            "'400': {$ref: '#/components/responses/Errors'}",
        );
        assert!(run(&text).unwrap().contains("description: Response\n"));
    }

    #[test]
    fn what_is_not_understood_is_not_imported() {
        let errors = run(&UPSTREAM.replace("deprecated: true", "not: {}")).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].pointer, "/components/schemas/B/not");
        assert!(run("a: [").is_err());
    }
}
