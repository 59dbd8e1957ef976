//! What a document says about an operation, as far as the judge needs it.

use std::collections::{BTreeMap, BTreeSet};

use clerk_frontend::{Object, Value};

use crate::document::{entries, items, resolve};
use crate::sample::{Fields, Sampler};

/// Text with characters that mean something in URLs, forms and JSON.
const TEXT: &str = "a b,c+d/e&f=g%h\"ü";
/// For headers, which take less.
const HEADER_TEXT: &str = "a b,c";

/// An operation of a document.
#[derive(Clone, Debug)]
pub(super) struct Operation<'a> {
    document: &'a Value,
    pub(super) parameters: Vec<Parameter<'a>>,
    body_required: bool,
    /// Media types of the body and their schemas.
    pub(super) body: Vec<(&'a str, &'a Value)>,
    pub(super) statuses: Vec<u16>,
    /// Whether no answer has a body, and one is a redirect.
    pub(super) redirects: bool,
    /// Whether there is no way to call it without credentials.
    pub(super) secured: bool,
    /// Whether a bearer token is one of the ways to call it.
    pub(super) takes_bearer: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    /// `path`, `query` or `header`.
    pub(super) place: &'a str,
    pub(super) required: bool,
    pub(super) schema: &'a Value,
}

/// The inputs of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) parameters: Object,
    pub(super) body: Option<Value>,
}

/// All that a document names. What Prism makes up beyond that (fields where any are allowed, text where any is) the client
/// cannot know.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary<'a> {
    pub(super) fields: BTreeSet<&'a str>,
    /// The values of enums.
    pub(super) values: BTreeSet<&'a str>,
}

impl<'a> Vocabulary<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.add(document);
        vocabulary
    }

    fn add(&mut self, value: &'a Value) {
        let fields = entries(&value["properties"]).map(|(name, _)| name.as_str());
        self.fields.extend(fields);
        let values = items(&value["enum"]).filter_map(Value::as_str);
        self.values.extend(values);
        entries(value).for_each(|(_, inner)| self.add(inner));
        items(value).for_each(|inner| self.add(inner));
    }
}

/// Returns the operations by their ids.
pub(super) fn operations(document: &Value) -> BTreeMap<&str, Operation<'_>> {
    let mut operations = BTreeMap::new();
    for (_, item) in entries(&document["paths"]) {
        for (_, operation) in entries(item) {
            if let Some(id) = operation["operationId"].as_str() {
                operations.insert(id, Operation::read(document, operation));
            }
        }
    }
    operations
}

impl<'a> Operation<'a> {
    fn read(document: &'a Value, operation: &'a Value) -> Self {
        let parameters = items(&operation["parameters"]).filter_map(|parameter| {
            let parameter = resolve(document, parameter);
            Some(Parameter {
                name: parameter["name"].as_str()?,
                place: parameter["in"].as_str()?,
                required: parameter["required"] == true,
                schema: resolve(document, &parameter["schema"]),
            })
        });
        let body = resolve(document, &operation["requestBody"]);
        let media_types = entries(&body["content"]);
        let responses: Vec<(u16, &Value)> = entries(&operation["responses"])
            .filter_map(|(status, response)| {
                Some((status.parse().ok()?, resolve(document, response)))
            })
            .collect();
        let security = operation.get("security").unwrap_or(&document["security"]);
        Self {
            document,
            parameters: parameters.collect(),
            body_required: body["required"] == true,
            body: media_types
                .map(|(name, media_type)| (name.as_str(), resolve(document, &media_type["schema"])))
                .collect(),
            statuses: responses.iter().map(|(status, _)| *status).collect(),
            redirects: responses
                .iter()
                .any(|(status, _)| (300..400).contains(status))
                && !responses.iter().any(|(status, response)| {
                    (200..300).contains(status) && entries(&response["content"]).next().is_some()
                }),
            secured: items(security).next().is_some()
                && items(security).all(|way| entries(way).next().is_some()),
            takes_bearer: items(security).flat_map(entries).any(|(name, _)| {
                document["components"]["securitySchemes"][name]["scheme"] == "bearer"
            }),
        }
    }

    /// Returns inputs that the document allows.
    pub(super) fn given(&self, fields: Fields) -> Given {
        let wanted = |required: bool| required || fields == Fields::All;
        let parameters = self
            .parameters
            .iter()
            .filter(|known| wanted(known.required));
        Given {
            parameters: parameters
                .map(|parameter| {
                    let text = match parameter.place {
                        "header" => HEADER_TEXT,
                        _ => TEXT,
                    };
                    let value = self.sampler(fields, text).value(parameter.schema);
                    (parameter.name.to_owned(), value)
                })
                .collect(),
            body: self
                .body_schema()
                .filter(|schema| wanted(self.body_required) || says_something(schema))
                .map(|schema| self.sampler(fields, TEXT).value(schema)),
        }
    }

    fn sampler(&self, fields: Fields, text: &'a str) -> Sampler<'a> {
        Sampler {
            document: self.document,
            fields,
            variant: 0,
            text,
        }
    }

    /// The schema that names the fields: that of a file on its own does not.
    pub(super) fn body_schema(&self) -> Option<&'a Value> {
        let mut schemas = self.body.iter().map(|(_, schema)| *schema);
        schemas.find(|schema| !schema["type"].is_null())
    }

    /// Whether the client fills a field in, as it has one value only.
    pub(super) fn is_constant(&self, field: &str) -> bool {
        let values = self
            .body_schema()
            .map(|schema| &resolve(self.document, &schema["properties"][field])["enum"]);
        values.is_some_and(|values| items(values).count() == 1)
    }
}

/// Whether a body is needed whatever the document says: nothing can be left out of it.
fn says_something(schema: &Value) -> bool {
    schema["type"] == "array" || items(&schema["required"]).next().is_some()
}
