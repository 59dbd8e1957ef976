//! The committed documents, read without the generator's own understanding of them.

use std::collections::{BTreeMap, BTreeSet};

use clerk_frontend::Value;
use clerk_frontend_tests::Api;
pub(crate) use clerk_frontend_tests::document::{entries, items, load, named, resolve};

/// What a document says about an operation.
pub(crate) struct Operation {
    /// Method and path.
    pub(crate) line: String,
    pub(crate) parameters: BTreeSet<String>,
    /// The fields of the body, in all of its media types.
    pub(crate) fields: BTreeSet<String>,
    /// The fields of the body that have one value only: nobody has to be asked for them.
    pub(crate) constants: BTreeSet<String>,
}

/// A committed document with our corrections and names.
pub(crate) fn corrected(api: Api) -> Value {
    named(api).unwrap()
}

/// The operations of a document, as it has them.
pub(crate) fn all_operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = entries(&document["paths"]);
    items
        .flat_map(|(_, item)| entries(item))
        .map(|(_, operation)| operation)
        .filter(|operation| operation["operationId"].is_string())
}

/// The JSON bodies of success, by the ids of their operations.
pub(crate) fn json_responses(document: &Value) -> Vec<(String, &Value)> {
    let mut responses = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = resolve(document, response);
                let schema = &response["content"]["application/json"]["schema"];
                if status.starts_with('2') && schema.is_object() {
                    let id = operation["operationId"].as_str().unwrap();
                    responses.push((id.to_owned(), schema));
                }
            }
        }
    }
    responses
}

/// Returns the operations of a committed document by their ids.
pub(crate) fn operations(api: Api) -> BTreeMap<String, Operation> {
    let document = load(api).unwrap();
    let mut operations = BTreeMap::new();
    for (path, item) in entries(&document["paths"]) {
        for (method, operation) in entries(item) {
            let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
                continue;
            };
            let mut made = Operation {
                line: format!("{} {path}", method.to_uppercase()),
                parameters: items(&operation["parameters"])
                    .map(|parameter| {
                        resolve(&document, parameter)["name"]
                            .as_str()
                            .unwrap()
                            .to_owned()
                    })
                    .collect(),
                fields: BTreeSet::new(),
                constants: BTreeSet::new(),
            };
            let body = resolve(&document, &operation["requestBody"]);
            for (_, media_type) in entries(&body["content"]) {
                made.add_properties(&document, &media_type["schema"]);
            }
            operations.insert(id.to_owned(), made);
        }
    }
    operations
}

impl Operation {
    fn add_properties(&mut self, document: &Value, schema: &Value) {
        let schema = resolve(document, schema);
        for (name, property) in entries(&schema["properties"]) {
            let constant = items(&resolve(document, property)["enum"]).count() == 1;
            let names = if constant {
                &mut self.constants
            } else {
                &mut self.fields
            };
            names.insert(name.clone());
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            items(&schema[key]).for_each(|member| self.add_properties(document, member));
        }
    }
}
