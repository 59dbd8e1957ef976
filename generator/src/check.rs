//! Checks a raw document against the grammar before anything else reads it, so that typed parsing
//! cannot lose or misread a part of it: what is not understood is an error with its place.

mod operations;
mod references;
mod rules;

use serde_json::{Map, Value};

use crate::SpecError;
use crate::grammar::{self, Key, Kind, Names, Object, Role, Shape};
use crate::load::describe;
use crate::pointer::Pointer;

/// The deepest nesting of a document; Clerk's reach 17. Typed parsing recurses through several large frames a level and
/// must fit into the stack of a thread.
const MAX_DEPTH: usize = 32;

/// Reports everything in `document` that the generator does not support, in document order, then
/// circular references, then what operations contradict each other about.
///
/// `name` is what the errors call the document.
#[must_use]
pub fn check(document: &Value, name: &str) -> Vec<SpecError> {
    let mut checker = Checker::new(document, name);
    if checker.version() {
        checker.value(
            document,
            &Shape::Object(&grammar::ROOT),
            &Pointer::root(),
            0,
        );
        references::circular(&mut checker);
        operations::check(&mut checker);
    }
    checker.errors
}

/// The state of one check.
struct Checker<'a> {
    document: &'a Value,
    name: &'a str,
    errors: Vec<SpecError>,
    /// The component being walked.
    component: Option<Pointer>,
    /// Every reference found inside a component: the component, the place of the `$ref`, its target.
    edges: Vec<Edge>,
}

/// A `$ref` inside a component.
struct Edge {
    component: Pointer,
    place: Pointer,
    target: Pointer,
}

impl<'a> Checker<'a> {
    fn new(document: &'a Value, name: &'a str) -> Self {
        Self {
            document,
            name,
            errors: Vec::new(),
            component: None,
            edges: Vec::new(),
        }
    }

    fn error(&mut self, pointer: &Pointer, message: impl Into<String>) {
        self.errors
            .push(SpecError::new(self.name, pointer, message));
    }

    fn unsupported(
        &mut self,
        pointer: &Pointer,
        message: impl Into<String>,
        supported: impl Into<String>,
    ) {
        self.errors
            .push(SpecError::new(self.name, pointer, message).help(supported));
    }

    fn expected(&mut self, pointer: &Pointer, expected: &str, found: &Value) {
        self.error(
            pointer,
            format!("expected {expected}, found {}", describe(found)),
        );
    }

    /// Whether this is a version of OpenAPI whose rules the rest may be checked by.
    fn version(&mut self) -> bool {
        const SUPPORTED: &str = "OpenAPI 3.0.0 to 3.0.4";
        let root = Pointer::root();
        if let Some(version) = self.document.get("swagger") {
            let message = match version.as_str() {
                Some(version) => format!("unsupported version: Swagger {version}"),
                None => "unsupported version: Swagger".to_owned(),
            };
            self.unsupported(&root.child("swagger"), message, SUPPORTED);
            return false;
        }
        match self.document.get("openapi") {
            Some(Value::String(version)) if version.starts_with("3.0.") => true,
            Some(Value::String(version)) => {
                let message = format!("unsupported version: OpenAPI {version}");
                self.unsupported(&root.child("openapi"), message, SUPPORTED);
                false
            }
            Some(other) => {
                self.expected(&root.child("openapi"), "a string", other);
                false
            }
            None if self.document.is_object() => {
                self.unsupported(&root, "missing `openapi`", SUPPORTED);
                false
            }
            None => {
                self.expected(&root, "an object", self.document);
                false
            }
        }
    }

    fn value(&mut self, value: &Value, shape: &Shape, pointer: &Pointer, depth: usize) {
        if depth > MAX_DEPTH && (value.is_array() || value.is_object()) {
            self.error(pointer, format!("nested deeper than {MAX_DEPTH} levels"));
            return;
        }
        match (shape, value) {
            (Shape::Any, _)
            | (Shape::Text, Value::String(_))
            | (Shape::Bool | Shape::BoolOr(_), Value::Bool(_))
            | (Shape::Number, Value::Number(_)) => {}
            (Shape::Count, Value::Number(number)) if number.is_u64() => {}
            (Shape::List(element), Value::Array(elements)) => {
                for (index, value) in elements.iter().enumerate() {
                    self.value(value, element, &pointer.index(index), depth + 1);
                }
            }
            (Shape::Map(names, element), Value::Object(entries)) => {
                self.map(*names, element, entries, pointer, depth);
            }
            (Shape::Object(object) | Shape::BoolOr(object), Value::Object(entries)) => {
                self.object(object, entries, pointer, depth);
            }
            (shape, found) => self.expected(pointer, expectation(shape), found),
        }
    }

    fn map(
        &mut self,
        names: Names,
        element: &Shape,
        entries: &Map<String, Value>,
        pointer: &Pointer,
        depth: usize,
    ) {
        for (name, value) in entries {
            let pointer = pointer.child(name);
            if matches!(names, Names::Path | Names::Status) && grammar::is_extension(name) {
                continue;
            }
            rules::name(self, names, name, &pointer);
            if names == Names::Component {
                self.component = Some(pointer.clone());
            }
            self.value(value, element, &pointer, depth + 1);
            if names == Names::Component {
                self.component = None;
            }
        }
    }

    fn object(
        &mut self,
        object: &'static Object,
        entries: &Map<String, Value>,
        pointer: &Pointer,
        depth: usize,
    ) {
        let is_reference = match (entries.get("$ref"), object.section) {
            (Some(reference), Some(section)) => {
                references::reference(self, reference, section, &pointer.child("$ref"));
                true
            }
            _ => false,
        };
        for (name, value) in entries {
            if grammar::is_extension(name) || (is_reference && name == "$ref") {
                continue;
            }
            let pointer = pointer.child(name);
            match object.key(name) {
                Some(key) if is_reference && !rules::may_stand_beside_reference(object, key) => {
                    self.unsupported(
                        &pointer,
                        format!("unsupported keyword `{name}` beside a `$ref`"),
                        "`$ref` alone, or inside `allOf` with the rest beside it",
                    );
                }
                Some(key) => self.value(value, &key.shape, &pointer, depth + 1),
                None => self.unsupported(
                    &pointer,
                    format!("unsupported keyword `{name}` in {}", object.what),
                    keywords(object),
                ),
            }
        }
        if is_reference {
            return;
        }
        for key in object.keys {
            if matches!(key.role, Role::Required | Role::RequiredProse)
                && !entries.contains_key(key.name)
                && !accounted_for(object, key)
            {
                self.error(
                    pointer,
                    format!("missing `{}` in {}", key.name, object.what),
                );
            }
        }
        rules::object(self, object.kind, entries, pointer);
    }
}

/// Whether another check reports the absence of `key`, and says more.
fn accounted_for(object: &Object, key: &Key) -> bool {
    object.kind == Kind::Root && key.name == "openapi"
}

fn expectation(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any => "any value",
        Shape::Text => "a string",
        Shape::Bool => "a boolean",
        Shape::Count => "a whole number from 0",
        Shape::Number => "a number",
        Shape::List(_) => "an array",
        Shape::Map(..) | Shape::Object(_) => "an object",
        Shape::BoolOr(_) => "a boolean or an object",
    }
}

/// The keys of an object, for help texts.
fn keywords(object: &Object) -> String {
    let mut names: Vec<_> = object
        .keys
        .iter()
        .map(|key| format!("`{}`", key.name))
        .collect();
    if object.section.is_some() {
        names.insert(0, "`$ref`".to_owned());
    }
    names.push("`x-...`".to_owned());
    names.join(", ")
}

#[cfg(test)]
mod tests;
