//! What operations say about each other and about their own paths.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::Checker;
use crate::SpecError;
use crate::pointer::{self, Pointer};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Checks operation ids, path templates and parameters of all operations.
pub(super) fn check(checker: &mut Checker<'_>) {
    let Some(paths) = checker.document.get("paths").and_then(Value::as_object) else {
        return;
    };
    let root = Pointer::root().child("paths");
    let mut ids: HashMap<&str, Pointer> = HashMap::new();
    let mut templates: HashMap<String, &str> = HashMap::new();
    for (path, item) in paths {
        let Some(item) = item.as_object().filter(|_| path.starts_with('/')) else {
            continue;
        };
        let place = root.child(path);
        let names = match template_names(path) {
            Ok(names) => names,
            Err(problem) => {
                checker.error(&place, format!("path `{path}`: {problem}"));
                continue;
            }
        };
        if let Some(other) = templates.insert(without_names(path), path) {
            checker.error(
                &place,
                format!("path `{path}` differs from `{other}` only in parameter names"),
            );
        }
        for (method, operation) in item {
            let Some(operation) = operation
                .as_object()
                .filter(|_| METHODS.contains(&method.as_str()))
            else {
                continue;
            };
            let place = place.child(method);
            if let Some(Value::String(id)) = operation.get("operationId") {
                let id_place = place.child("operationId");
                if let Some(first) = ids.get(id.as_str()) {
                    let message = format!("duplicate operationId `{id}`, first at #{first}");
                    checker.error(&id_place, message);
                } else {
                    ids.insert(id, id_place);
                }
            }
            parameters(checker, path, &names, operation, &place);
        }
    }
}

/// The names in braces, in order.
pub(super) fn template_names(template: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = template;
    loop {
        let Some((before, after)) = rest.split_once('{') else {
            return match rest.contains('}') {
                true => Err("`}` without `{`".to_owned()),
                false => Ok(names),
            };
        };
        if before.contains('}') {
            return Err("`}` without `{`".to_owned());
        }
        let Some((name, after)) = after.split_once('}') else {
            return Err("`{` without `}`".to_owned());
        };
        if name.is_empty() {
            return Err("a template without a name".to_owned());
        }
        if name.contains(['{', '/']) {
            return Err(format!("malformed template `{{{name}}}`"));
        }
        if names.contains(&name) {
            return Err(format!("template `{{{name}}}` occurs twice"));
        }
        names.push(name);
        rest = after;
    }
}

/// The path with every template made anonymous; it is known to be well-formed.
fn without_names(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut inside = false;
    for character in path.chars() {
        match character {
            '{' => inside = true,
            '}' => {
                inside = false;
                text.push_str("{}");
            }
            _ if inside => {}
            other => text.push(other),
        }
    }
    text
}

fn parameters(
    checker: &mut Checker<'_>,
    path: &str,
    names: &[&str],
    operation: &Map<String, Value>,
    place: &Pointer,
) {
    let declared = match operation.get("parameters") {
        Some(Value::Array(parameters)) => parameters.as_slice(),
        _ => &[],
    };
    let place_of_all = place.child("parameters");
    let mut seen = HashSet::new();
    for (index, parameter) in declared.iter().enumerate() {
        let place = place_of_all.index(index);
        let Some(resolved) = resolve(checker.document, parameter) else {
            // Reported as a reference already; the path cannot be judged without it.
            return;
        };
        let text = |key| resolved.parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(location)) = (text("name"), text("in")) else {
            return;
        };
        // Header names are the same in any case.
        let key = match location {
            "header" => (location, name.to_ascii_lowercase()),
            _ => (location, name.to_owned()),
        };
        let mut report = |message: String| {
            checker
                .errors
                .push(SpecError::new(checker.name, &place, message).via(resolved.refs.clone()));
        };
        if location == "path" && !names.contains(&name) {
            report(format!(
                "path parameter `{name}` is not in the path `{path}`"
            ));
        }
        if !seen.insert(key) {
            report(format!("duplicate {location} parameter `{name}`"));
        }
    }
    for name in names {
        if !seen.contains(&("path", (*name).to_owned())) {
            checker.error(
                place,
                format!("template `{{{name}}}` of the path has no path parameter"),
            );
        }
    }
}

struct Resolved<'a> {
    parameter: &'a Value,
    refs: Vec<String>,
}

fn resolve<'a>(document: &'a Value, parameter: &'a Value) -> Option<Resolved<'a>> {
    let mut parameter = parameter;
    let mut refs = Vec::new();
    while let Some(reference) = parameter.get("$ref") {
        let reference = reference.as_str()?;
        // A circle was reported where it closes.
        if refs.iter().any(|earlier| earlier == reference) {
            return None;
        }
        parameter = pointer::get(document, &Pointer::from_reference(reference)?)?;
        refs.push(reference.to_owned());
    }
    Some(Resolved { parameter, refs })
}
