//! Every operation that gets a list can be gone through, page by page and item by item: which these are is read from the
//! documents, apart from the generator.

use std::collections::BTreeMap;
use std::fmt::Debug;

use clerk_frontend::{Client, Object, Value, backend};
use clerk_frontend_tests::document::{corrected, resolve};
use clerk_frontend_tests::input::{Input, InputError, Samples};
use clerk_frontend_tests::table::{ListEntry, Walks};
use clerk_frontend_tests::{Api, backend_lists, frontend_lists};
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::documented::sample;
use crate::mock::Server;

const TOTAL: usize = 5;
const LIMIT: usize = 2;

/// A list as its document has it.
#[derive(Clone, Debug)]
struct List {
    wrapped: bool,
    /// The field of the items, nothing if the list is an array.
    field: Option<String>,
    offset: bool,
    flag: bool,
    items: Vec<Value>,
}

/// All lists of a document, by operation.
fn documented(api: Api) -> BTreeMap<String, List> {
    let document = corrected(api).unwrap();
    let mut lists = BTreeMap::new();
    for item in document["paths"].as_object().unwrap().values() {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let takes = |name: &str| {
            let parameters = [&operation["parameters"], &item["parameters"]];
            let mut parameters = parameters.into_iter().filter_map(Value::as_array).flatten();
            parameters.any(|parameter| {
                let parameter = resolve(&document, parameter);
                parameter["in"] == "query" && parameter["name"] == name
            })
        };
        let mut responses = operation["responses"].as_object().unwrap().iter();
        let Some((_, response)) = responses.find(|(status, _)| status.starts_with('2')) else {
            continue;
        };
        let response = resolve(&document, response);
        let schema = resolve(
            &document,
            &response["content"]["application/json"]["schema"],
        );
        let properties = &schema["properties"];
        let wrapped = properties["response"].is_object() && properties["client"].is_object();
        let body = if wrapped {
            &properties["response"]
        } else {
            schema
        };
        if let Some((field, item)) = list(&document, body) {
            let item = sample(&document, item, 0);
            lists.insert(
                operation["operationId"].as_str().unwrap().to_owned(),
                List {
                    wrapped,
                    field,
                    offset: takes("limit") && takes("offset"),
                    flag: takes("paginated"),
                    items: (0..TOTAL).map(|index| numbered(&item, index)).collect(),
                },
            );
        }
    }
    lists
}

/// The field of the items, if they are in one, and the schema of an item.
fn list<'a>(document: &'a Value, schema: &'a Value) -> Option<(Option<String>, &'a Value)> {
    let schema = resolve(document, schema);
    if schema["type"] == "array" {
        return Some((None, &schema["items"]));
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        let members = schema[key].as_array().into_iter().flatten();
        let mut lists = members.filter_map(|member| list(document, member));
        if let Some(list) = lists.next() {
            return Some(list);
        }
    }
    let properties = schema["properties"].as_object()?;
    properties.get("total_count")?;
    let mut arrays = properties
        .iter()
        .filter(|(_, property)| resolve(document, property)["type"] == "array");
    let (name, property) = arrays.next()?;
    assert!(arrays.next().is_none(), "which of its arrays is the list?");
    Some((Some(name.clone()), &resolve(document, property)["items"]))
}

/// The sample with something in it that no other has.
fn numbered(item: &Value, index: usize) -> Value {
    let mut item = item.clone();
    let text = json!(format!("item_{index}"));
    match item.get_mut("id") {
        Some(id) => *id = text,
        None => assert!(replace(&mut item, &text), "no text in {item}"),
    }
    item
}

/// Replaces the first made-up text.
fn replace(value: &mut Value, text: &Value) -> bool {
    match value {
        Value::String(made_up) if made_up == "text" => {
            *value = text.clone();
            true
        }
        Value::Object(fields) => fields.values_mut().any(|value| replace(value, text)),
        Value::Array(items) => items.iter_mut().any(|value| replace(value, text)),
        _ => false,
    }
}

impl List {
    fn answer(&self, request: &Request) -> ResponseTemplate {
        let value = |name: &str| {
            let mut pairs = request.url.query_pairs();
            Some(pairs.find(|(key, _)| key == name)?.1.into_owned())
        };
        let number = |name: &str| value(name).map(|value| value.parse::<usize>().unwrap());
        let (offset, limit) = if self.offset {
            (number("offset").unwrap(), number("limit").unwrap())
        } else {
            (0, TOTAL)
        };
        let end = TOTAL.min(offset + limit);
        let items = &self.items[offset.min(end)..end];
        let paginated = value("paginated").as_deref() == Some("true");
        let list = match &self.field {
            Some(field) => json!({field.as_str(): items, "total_count": TOTAL}),
            None if paginated => json!({"data": items, "total_count": TOTAL}),
            None => json!(items),
        };
        let body = if self.wrapped {
            json!({"response": list, "client": null})
        } else {
            list
        };
        ResponseTemplate::new(200).set_body_json(body)
    }

    /// How many items each page has.
    fn pages(&self) -> Vec<usize> {
        if self.offset {
            vec![LIMIT, LIMIT, 1]
        } else {
            vec![TOTAL]
        }
    }

    /// What is told of the total, one way or the other.
    fn total(&self) -> Option<i64> {
        (self.field.is_some() || self.flag).then_some(5)
    }
}

async fn check<C>(api: Api, entries: &[ListEntry<C>], client: fn(&Server) -> C) {
    let lists = documented(api);
    let known: Vec<&str> = lists.keys().map(String::as_str).collect();
    let mut found: Vec<&str> = entries.iter().map(|entry| entry.operation_id).collect();
    found.sort_unstable();
    assert_eq!(found, known, "the lists of {api:?}");

    for entry in entries {
        let list = &lists[entry.operation_id];
        let answers = list.clone();
        let server = Server::answering(move |request: &Request| answers.answer(request)).await;
        let walks = walks(entry, &client(&server));
        let pages = walks
            .pages
            .await
            .unwrap_or_else(|error| panic!("{entry:?}: {error}"));
        let sizes: Vec<usize> = pages.iter().map(|(items, _)| items.len()).collect();
        assert_eq!(sizes, list.pages(), "{entry:?}");
        for (_, total) in &pages {
            assert_eq!(*total, list.total(), "{entry:?}");
        }
        let requests = server.all_sent().await.len();
        assert_eq!(requests, list.pages().len(), "{entry:?}");

        let items = walks
            .items
            .await
            .unwrap_or_else(|error| panic!("{entry:?}: {error}"));
        let of_pages: Vec<&Value> = pages.iter().flat_map(|(items, _)| items).collect();
        assert_eq!(items.iter().collect::<Vec<_>>(), of_pages, "{entry:?}");
        for (index, item) in items.iter().enumerate() {
            let text = format!("item_{index}");
            assert!(item.to_string().contains(&text), "{entry:?}: no {text}");
        }
    }
}

fn walks<C>(entry: &ListEntry<C>, client: &C) -> Walks {
    let parameters: Object = [("limit".to_owned(), json!(LIMIT))].into_iter().collect();
    let mut input = Input::new(Samples::Required).parameters(&parameters);
    let walks: Result<Walks, InputError> = (entry.walks)(client, &mut input);
    walks.unwrap_or_else(|error| panic!("{entry:?}: {error}"))
}

#[tokio::test]
async fn every_list_of_the_frontend_api() {
    check::<Client>(Api::Frontend, frontend_lists(), Server::frontend).await;
}

#[tokio::test]
async fn every_list_of_the_backend_api() {
    check::<backend::Client>(Api::Backend, backend_lists(), Server::backend).await;
}

/// As counted in the documents by other means: lists by offset, whole lists.
#[test]
fn as_many_as_there_are() {
    for (api, expected) in [(Api::Frontend, (17, 12)), (Api::Backend, (37, 5))] {
        let lists = documented(api);
        let offset = lists.values().filter(|list| list.offset).count();
        assert_eq!((offset, lists.len() - offset), expected, "{api:?}");
    }
}
