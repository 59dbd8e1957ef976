//! JSON Pointers (RFC 6901): where in a document a value stands.

use std::fmt;

use serde_json::Value;

/// The place of a value in a document, built from the root downwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The value under `key` of the object at this place.
    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, escape(key)))
    }

    /// The element at `index` of the array at this place.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// The target of a local `$ref` such as `#/components/schemas/User`.
    #[must_use]
    pub fn from_reference(reference: &str) -> Option<Self> {
        let text = reference.strip_prefix('#')?;
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// The pointer as RFC 6901 writes it; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The keys and indices from the root downwards, unescaped.
    pub fn segments(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(unescape)
    }
}

/// A key as a segment of a pointer.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The name of the component that `#/components/<section>/<name>` refers to.
pub(crate) fn component(reference: &str, section: &str) -> Option<String> {
    let path = reference.strip_prefix("#/components/")?;
    let name = path.strip_prefix(section)?.strip_prefix('/')?;
    Some(unescape(name))
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0
    }
}

impl From<&Pointer> for String {
    fn from(pointer: &Pointer) -> Self {
        pointer.0.clone()
    }
}

/// Returns the value at `pointer`, if there is one.
#[must_use]
pub fn get<'a>(document: &'a Value, pointer: &Pointer) -> Option<&'a Value> {
    document.pointer(&pointer.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slashes_and_tildes_are_escaped() {
        let pointer = Pointer::root().child("paths").child("/v1/~me").index(2);
        assert_eq!(pointer.to_string(), "/paths/~1v1~1~0me/2");
        assert_eq!(
            pointer.segments().collect::<Vec<_>>(),
            ["paths", "/v1/~me", "2"]
        );
        assert_eq!(Pointer::root().segments().count(), 0);
        let segments: Vec<_> = Pointer::root().child("~1").segments().collect();
        assert_eq!(segments, ["~1"]);
    }

    #[test]
    fn values_are_found_by_pointer() {
        let document = json!({"a/b": [10, {"~1": true}], "": 1});
        let found = |pointer: &Pointer| get(&document, pointer).cloned();
        let list = Pointer::root().child("a/b");
        assert_eq!(found(&list.index(0)), Some(json!(10)));
        assert_eq!(found(&list.index(1).child("~1")), Some(json!(true)));
        assert_eq!(found(&Pointer::root().child("")), Some(json!(1)));
        assert_eq!(found(&list.index(2)), None);
        assert_eq!(found(&Pointer::root()), Some(document.clone()));
    }

    #[test]
    fn only_local_references_are_pointers() {
        let pointer = Pointer::from_reference("#/components/schemas/User").unwrap();
        assert_eq!(pointer.as_str(), "/components/schemas/User");
        assert_eq!(Pointer::from_reference("other.yaml#/User"), None);
        assert_eq!(Pointer::from_reference("#User"), None);
    }

    #[test]
    fn components_have_names() {
        assert_eq!(
            component("#/components/schemas/a~1b", "schemas").as_deref(),
            Some("a/b")
        );
        assert_eq!(component("#/components/schemas/a", "parameters"), None);
        assert_eq!(component("other.yaml#/a", "schemas"), None);
    }
}
