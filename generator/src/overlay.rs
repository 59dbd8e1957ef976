//! Applies OpenAPI Overlay 1.0 documents to a document.
//!
//! Targets are RFC 9535 JSONPath. The one liberty taken with the standard: where an update adds
//! text or numbers to an array that already holds them, they are not added a second time. Arrays of
//! such values in OpenAPI are sets (`enum`, `required`, `tags`), and a correction that upstream has
//! since made itself must show as stale, not as a duplicate.

use serde_json::{Map, Value};
use serde_json_path::{JsonPath, PathElement};

use crate::load::{describe, load};
use crate::pointer::Pointer;
use crate::{Source, SpecError};

/// The longest JSONPath read: its parser is recursive and backtracks.
const MAX_TARGET: usize = 1000;

/// The deepest nesting of brackets in a JSONPath, for the same reason.
const MAX_BRACKETS: usize = 8;

/// What applying an overlay found besides errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// One entry for each action that matched nothing or changed nothing.
    pub stale: Vec<SpecError>,
}

/// Applies the actions of `overlay` to `document`, in order.
///
/// `document_name` is what errors call the document. Actions that match or change nothing do not
/// fail: the caller decides what they are.
///
/// # Errors
///
/// Everything wrong with the overlay itself, in which case nothing was applied, or every action
/// that cannot be applied, in which case the others were.
pub fn apply(
    document: &mut Value,
    document_name: &str,
    overlay: &Source,
) -> Result<Applied, Vec<SpecError>> {
    let actions = parse(overlay)?;
    let mut applied = Applied::default();
    let mut errors = Vec::new();
    for action in &actions {
        match action.apply(document, document_name) {
            Ok(Outcome::Changed) => {}
            Ok(Outcome::Unmatched) => applied.stale.push(action.error(
                &overlay.name,
                format!(
                    "stale action: `{}` matches nothing in {document_name}",
                    action.target
                ),
            )),
            Ok(Outcome::Unchanged) => applied.stale.push(action.error(
                &overlay.name,
                format!(
                    "stale action: `{}` changes nothing in {document_name}",
                    action.target
                ),
            )),
            Err(messages) => errors.extend(
                messages
                    .into_iter()
                    .map(|message| action.error(&overlay.name, message)),
            ),
        }
    }
    if errors.is_empty() {
        Ok(applied)
    } else {
        Err(errors)
    }
}

struct Action {
    /// Where the action stands in the overlay.
    pointer: Pointer,
    /// The JSONPath as written.
    target: String,
    path: JsonPath,
    change: Change,
}

enum Change {
    Update(Value),
    Remove,
}

enum Outcome {
    Changed,
    Unmatched,
    Unchanged,
}

/// One step from a value to a value inside it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Index(usize),
    Name(String),
}

impl Action {
    fn error(&self, overlay: &str, message: String) -> SpecError {
        SpecError::new(overlay, self.pointer.clone(), message)
    }

    fn apply(&self, document: &mut Value, document_name: &str) -> Result<Outcome, Vec<String>> {
        let places = self.places(document);
        if places.is_empty() {
            return Ok(Outcome::Unmatched);
        }
        let mut changed = false;
        let mut problems = Vec::new();
        // From the back, so that removing an element does not move the ones still to be removed.
        for place in places.iter().rev() {
            let result = match &self.change {
                Change::Remove => remove(document, place),
                Change::Update(update) => match at_mut(document, place) {
                    Some(target) => update_node(target, update),
                    None => Ok(false),
                },
            };
            match result {
                Ok(this_changed) => changed |= this_changed,
                Err(problem) => problems.push(format!(
                    "`{}`: {problem} at {document_name}#{}",
                    self.target,
                    pointer_to(place)
                )),
            }
        }
        problems.reverse();
        match (problems.is_empty(), changed) {
            (false, _) => Err(problems),
            (true, true) => Ok(Outcome::Changed),
            (true, false) => Ok(Outcome::Unchanged),
        }
    }

    /// The places the target selects, each once, in ascending order.
    fn places(&self, document: &Value) -> Vec<Vec<Step>> {
        let mut places: Vec<Vec<Step>> = self
            .path
            .query_located(document)
            .locations()
            .map(|location| {
                location
                    .iter()
                    .map(|element| match element {
                        PathElement::Name(name) => Step::Name((*name).to_owned()),
                        PathElement::Index(index) => Step::Index(*index),
                    })
                    .collect()
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

fn pointer_to(place: &[Step]) -> Pointer {
    place
        .iter()
        .fold(Pointer::root(), |pointer, step| match step {
            Step::Name(name) => pointer.child(name),
            Step::Index(index) => pointer.index(*index),
        })
}

fn at_mut<'a>(document: &'a mut Value, place: &[Step]) -> Option<&'a mut Value> {
    place.iter().try_fold(document, |value, step| match step {
        Step::Name(name) => value.get_mut(name),
        Step::Index(index) => value.get_mut(index),
    })
}

fn remove(document: &mut Value, place: &[Step]) -> Result<bool, String> {
    let Some((last, parent)) = place.split_last() else {
        return Err("the whole document cannot be removed".to_owned());
    };
    Ok(match (at_mut(document, parent), last) {
        (Some(Value::Object(object)), Step::Name(name)) => object.shift_remove(name).is_some(),
        (Some(Value::Array(array)), Step::Index(index)) if *index < array.len() => {
            array.remove(*index);
            true
        }
        _ => false,
    })
}

/// Updates a selected node: an object is merged into an object, an entry is appended to an array.
fn update_node(target: &mut Value, update: &Value) -> Result<bool, String> {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => merge(target, update),
        (Value::Array(target), entry) => Ok(append(target, entry)),
        (Value::Object(_), other) => Err(format!(
            "an object takes an `update` that is an object, not {}",
            describe(other)
        )),
        (other, _) => Err(format!("`update` of {}", describe(other))),
    }
}

fn merge(target: &mut Map<String, Value>, update: &Map<String, Value>) -> Result<bool, String> {
    let mut changed = false;
    for (key, new) in update {
        let Some(old) = target.get_mut(key) else {
            target.insert(key.clone(), new.clone());
            changed = true;
            continue;
        };
        match (&mut *old, new) {
            (Value::Object(old), Value::Object(new)) => changed |= merge(old, new)?,
            (Value::Array(old), Value::Array(new)) => {
                for entry in new {
                    changed |= append(old, entry);
                }
            }
            (Value::Object(_), Value::Array(_)) | (Value::Array(_), Value::Object(_)) => {
                return Err(format!(
                    "`{key}` is {}, its update {}",
                    describe(old),
                    describe(new)
                ));
            }
            (old, new) if old != new => {
                *old = new.clone();
                changed = true;
            }
            _ => {}
        }
    }
    Ok(changed)
}

fn append(target: &mut Vec<Value>, entry: &Value) -> bool {
    let is_scalar = !matches!(entry, Value::Object(_) | Value::Array(_));
    if is_scalar && target.contains(entry) {
        return false;
    }
    target.push(entry.clone());
    true
}

fn parse(overlay: &Source) -> Result<Vec<Action>, Vec<SpecError>> {
    let document = load(overlay)?;
    let mut parser = Parser {
        name: &overlay.name,
        errors: Vec::new(),
    };
    let actions = parser.overlay(&document);
    if parser.errors.is_empty() {
        Ok(actions)
    } else {
        Err(parser.errors)
    }
}

struct Parser<'a> {
    name: &'a str,
    errors: Vec<SpecError>,
}

impl Parser<'_> {
    fn error(&mut self, pointer: &Pointer, message: impl Into<String>) {
        self.errors
            .push(SpecError::new(self.name, pointer, message));
    }

    fn unsupported(&mut self, pointer: &Pointer, message: String, supported: String) {
        self.errors
            .push(SpecError::new(self.name, pointer, message).help(supported));
    }

    fn overlay(&mut self, document: &Value) -> Vec<Action> {
        let root = Pointer::root();
        let Some(document) = self.object(document, &root) else {
            return Vec::new();
        };
        self.keys(document, &root, &["overlay", "info", "extends", "actions"]);
        match self.text(document, &root, "overlay") {
            Some(version) if version != "1.0" && !version.starts_with("1.0.") => {
                let message = format!("unsupported overlay version `{version}`");
                self.unsupported(&root.child("overlay"), message, "`1.0.0`".to_owned());
            }
            Some(_) => {}
            None => self.missing(document, &root, "overlay"),
        }
        match document.get("info") {
            Some(info) => self.info(info, &root.child("info")),
            None => self.missing(document, &root, "info"),
        }
        self.text(document, &root, "extends");
        let pointer = root.child("actions");
        match document.get("actions") {
            Some(Value::Array(actions)) if !actions.is_empty() => actions
                .iter()
                .enumerate()
                .filter_map(|(index, action)| self.action(action, pointer.index(index)))
                .collect(),
            Some(Value::Array(_)) => {
                self.error(&pointer, "an overlay without actions");
                Vec::new()
            }
            Some(other) => {
                self.expected(&pointer, "an array", other);
                Vec::new()
            }
            None => {
                self.missing(document, &root, "actions");
                Vec::new()
            }
        }
    }

    fn info(&mut self, info: &Value, pointer: &Pointer) {
        let Some(info) = self.object(info, pointer) else {
            return;
        };
        self.keys(info, pointer, &["title", "version"]);
        for key in ["title", "version"] {
            if self.text(info, pointer, key).is_none() {
                self.missing(info, pointer, key);
            }
        }
    }

    fn action(&mut self, action: &Value, pointer: Pointer) -> Option<Action> {
        let before = self.errors.len();
        let action = self.object(action, &pointer)?;
        self.keys(
            action,
            &pointer,
            &["target", "description", "update", "remove"],
        );
        self.text(action, &pointer, "description");
        let target = self.text(action, &pointer, "target");
        if target.is_none() {
            self.missing(action, &pointer, "target");
        }
        let remove = match action.get("remove") {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(other) => {
                self.expected(&pointer.child("remove"), "a boolean", other);
                return None;
            }
        };
        let change = match (action.get("update"), remove) {
            (Some(update), false) => Change::Update(update.clone()),
            (None, true) => Change::Remove,
            (Some(_), true) => {
                self.error(&pointer, "an action with both `update` and `remove`");
                return None;
            }
            (None, false) => {
                self.error(&pointer, "an action with neither `update` nor `remove`");
                return None;
            }
        };
        let target = target?;
        let path = self.json_path(target, &pointer.child("target"))?;
        (self.errors.len() == before).then(|| Action {
            pointer,
            target: target.to_owned(),
            path,
            change,
        })
    }

    fn json_path(&mut self, target: &str, pointer: &Pointer) -> Option<JsonPath> {
        if target.len() > MAX_TARGET || bracket_depth(target) > MAX_BRACKETS {
            self.unsupported(
                pointer,
                "a JSONPath that is too long or too deeply nested".to_owned(),
                format!("{MAX_TARGET} bytes, brackets nested {MAX_BRACKETS} deep"),
            );
            return None;
        }
        match JsonPath::parse(target) {
            Ok(path) => Some(path),
            Err(problem) => {
                self.error(pointer, format!("invalid JSONPath `{target}`: {problem}"));
                None
            }
        }
    }

    fn object<'v>(
        &mut self,
        value: &'v Value,
        pointer: &Pointer,
    ) -> Option<&'v Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.expected(pointer, "an object", value);
        }
        object
    }

    /// The text under `key`; reports one that is not text, not one that is absent.
    fn text<'v>(
        &mut self,
        object: &'v Map<String, Value>,
        pointer: &Pointer,
        key: &str,
    ) -> Option<&'v str> {
        let value = object.get(key)?;
        if !value.is_string() {
            self.expected(&pointer.child(key), "a string", value);
        }
        value.as_str()
    }

    fn missing(&mut self, object: &Map<String, Value>, pointer: &Pointer, key: &str) {
        // One of the wrong type was reported as such.
        if !object.contains_key(key) {
            self.error(pointer, format!("missing `{key}`"));
        }
    }

    fn expected(&mut self, pointer: &Pointer, expected: &str, found: &Value) {
        self.error(
            pointer,
            format!("expected {expected}, found {}", describe(found)),
        );
    }

    fn keys(&mut self, object: &Map<String, Value>, pointer: &Pointer, known: &[&str]) {
        for key in object.keys() {
            if !known.contains(&key.as_str()) && !key.starts_with("x-") {
                self.unsupported(
                    &pointer.child(key),
                    format!("unknown keyword `{key}`"),
                    format!("`{}`", known.join("`, `")),
                );
            }
        }
    }
}

fn bracket_depth(target: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for byte in target.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(actions: &str) -> Source {
        Source {
            name: "o.yaml".to_owned(),
            text: format!("overlay: 1.0.0\ninfo: {{title: t, version: '1'}}\nactions:\n{actions}"),
        }
    }

    fn run(mut document: Value, actions: &str) -> Result<(Value, Vec<String>), Vec<String>> {
        let print = |errors: Vec<SpecError>| errors.iter().map(ToString::to_string).collect();
        match apply(&mut document, "d.yaml", &source(actions)) {
            Ok(applied) => Ok((document, print(applied.stale))),
            Err(errors) => Err(print(errors)),
        }
    }

    #[test]
    fn updates_merge_in_order() {
        let document = json!({"a": {"b": {"x": 1, "y": [1]}, "c": 1}});
        let actions = "
  - target: $.a
    description: why
    update: {b: {x: 2, y: [2], z: {n: 1}}}
  - target: $.a.b.y
    update: 3
  - target: $.a.b.z
    update: {n: [a]}
";
        let expected = json!({"a": {"b": {"x": 2, "y": [1, 2, 3], "z": {"n": ["a"]}}, "c": 1}});
        assert_eq!(run(document, actions), Ok((expected, vec![])));
    }

    #[test]
    fn removing_several_elements_removes_the_right_ones() {
        let document = json!({"b": 1, "list": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], "c": 2});
        let actions = "
  - {target: '$.list[?@ >= 9 || @ == 2 || @ == 3]', remove: true}
  - {target: '$.b', remove: true}
";
        let (document, stale) = run(document, actions).unwrap();
        // Compared as text: the order of the remaining keys counts.
        assert_eq!(document.to_string(), r#"{"list":[0,1,4,5,6,7,8],"c":2}"#);
        assert_eq!(stale, Vec::<String>::new());
    }

    #[test]
    fn removing_parents_and_children_at_once_is_fine() {
        let document = json!({"a": {"x": {"x": 1}}, "x": [{"x": 1}, 2]});
        let (document, _) = run(document, "  - {target: '$..x', remove: true}\n").unwrap();
        assert_eq!(document, json!({"a": {}}));
    }

    #[test]
    fn stale_actions_are_named() {
        let document = json!({"a": {"enum": ["x", "y"]}});
        let actions = "
  - {target: $.b, remove: true}
  - {target: $.a, update: {enum: [x]}}
  - {target: $.a, update: {enum: [y, z]}}
";
        let (document, stale) = run(document, actions).unwrap();
        assert_eq!(document, json!({"a": {"enum": ["x", "y", "z"]}}));
        assert_eq!(
            stale,
            [
                "error: stale action: `$.b` matches nothing in d.yaml\n  at o.yaml#/actions/0",
                "error: stale action: `$.a` changes nothing in d.yaml\n  at o.yaml#/actions/1",
            ]
        );
    }

    #[test]
    fn bad_actions_are_all_reported() {
        let actions = "
  - {target: '$.a[', remove: true}
  - {target: $.a, remove: true, update: {}}
  - {target: $.a}
  - {target: 1, remove: true, copy: $.b}
  - {remove: yes}
  - text
";
        let errors = run(json!({}), actions).unwrap_err();
        assert!(
            errors[0].starts_with("error: invalid JSONPath `$.a[`: at position 3, "),
            "{}",
            errors[0]
        );
        assert!(errors[0].ends_with("\n  at o.yaml#/actions/0/target"));
        assert_eq!(
            errors[1..],
            [
                "error: an action with both `update` and `remove`\n  at o.yaml#/actions/1",
                "error: an action with neither `update` nor `remove`\n  at o.yaml#/actions/2",
                "error: unknown keyword `copy`\n  at o.yaml#/actions/3/copy\n  supported: `target`, `description`, `update`, `remove`",
                "error: expected a string, found a number\n  at o.yaml#/actions/3/target",
                "error: missing `target`\n  at o.yaml#/actions/4",
                "error: expected a boolean, found a string\n  at o.yaml#/actions/4/remove",
                "error: expected an object, found a string\n  at o.yaml#/actions/5",
            ]
        );
    }

    #[test]
    fn updates_that_do_not_fit_are_errors() {
        let document = json!({"a": 1, "b": {"c": []}, "l": [1, 2]});
        let actions = "
  - {target: $.a, update: {x: 1}}
  - {target: $.b, update: 5}
  - {target: $.b, update: {c: {x: 1}}}
  - {target: '$.l[*]', update: {x: 1}}
  - {target: $, remove: true}
";
        assert_eq!(
            run(document, actions).unwrap_err(),
            [
                "error: `$.a`: `update` of a number at d.yaml#/a\n  at o.yaml#/actions/0",
                "error: `$.b`: an object takes an `update` that is an object, not a number at d.yaml#/b\n  at o.yaml#/actions/1",
                "error: `$.b`: `c` is an array, its update an object at d.yaml#/b\n  at o.yaml#/actions/2",
                "error: `$.l[*]`: `update` of a number at d.yaml#/l/0\n  at o.yaml#/actions/3",
                "error: `$.l[*]`: `update` of a number at d.yaml#/l/1\n  at o.yaml#/actions/3",
                "error: `$`: the whole document cannot be removed at d.yaml#\n  at o.yaml#/actions/4",
            ]
        );
    }

    #[test]
    fn the_envelope_is_checked() {
        for (text, expected) in [
            (
                "overlay: 1.1.0\ninfo: {title: t, version: '1'}\nactions: [{target: $, update: {}}]",
                "unsupported overlay version `1.1.0`\n  at o.yaml#/overlay\n  supported: `1.0.0`",
            ),
            (
                "overlay: 1.0.0\nactions: []",
                "missing `info`\n  at o.yaml#",
            ),
            (
                "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions: []",
                "an overlay without actions\n  at o.yaml#/actions",
            ),
            (
                "overlay: 1.0.0\ninfo: {title: t}",
                "missing `version`\n  at o.yaml#/info",
            ),
            ("openapi: 3.0.3", "unknown keyword `openapi`"),
        ] {
            let overlay = Source {
                name: "o.yaml".to_owned(),
                text: text.to_owned(),
            };
            let errors = apply(&mut json!({}), "d.yaml", &overlay).unwrap_err();
            assert!(errors[0].to_string().contains(expected), "{}", errors[0]);
        }
    }

    #[test]
    fn endless_targets_are_refused() {
        for target in [
            format!("$[?{}1==1{}]", "(".repeat(5000), ")".repeat(5000)),
            format!("$[?{}", "(".repeat(30)),
            format!("$[?{}@.a", "!".repeat(5000)),
        ] {
            let errors = run(
                json!({}),
                &format!("  - {{target: '{target}', remove: true}}\n"),
            );
            assert!(errors.unwrap_err()[0].contains("too long or too deeply"));
        }
    }

    #[test]
    fn deep_but_allowed_targets_are_quick() {
        let target = format!("$[?{}@.a == 1{}]", "(".repeat(7), ")".repeat(7));
        let started = std::time::Instant::now();
        let (document, _) = run(
            json!([{"a": 1}, {"a": 2}]),
            &format!("  - {{target: '{target}', remove: true}}\n"),
        )
        .unwrap();
        assert_eq!(document, json!([{"a": 2}]));
        assert!(started.elapsed().as_secs() < 5);
    }
}
