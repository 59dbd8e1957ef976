//! Schemas as the lowering passes see them: resolved, merged and united, but not yet named.

use indexmap::IndexMap;

/// A schema at one place of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What values look like.
    pub shape: Shape,
    /// Whether `null` is a value too.
    pub nullable: bool,
    /// What the document or an overlay says beside the shape.
    pub notes: Notes,
    /// JSON Pointer to the schema.
    pub pointer: String,
}

/// The kinds of value a schema can describe.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Anything.
    Any,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A whole number of Unix milliseconds.
    Timestamp,
    /// Text, with its format if one is given.
    Text(Option<String>),
    /// The runtime's type for one of Clerk's errors.
    ClerkError,
    /// An object of which nothing is known.
    FreeForm,
    /// One of some texts; a single one is a constant.
    Enum(Enum),
    /// A list.
    Array(Box<Node>),
    /// An object whose keys are data.
    Map(Box<Node>),
    /// `{data, total_count}`, or just the list.
    Page(Box<Node>),
    /// An object with known properties.
    Object(Object),
    /// A reference to `#/components/schemas/<name>`.
    Component(String),
    /// A type that has its Rust name.
    Named(String),
}

/// The texts of an enum, in document order, and variant names an overlay chose for some.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Enum {
    pub values: Vec<String>,
    pub variants: IndexMap<String, String>,
}

/// The properties of an object, in document order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object {
    pub properties: IndexMap<String, Property>,
    /// Whether the document says that other properties may be sent.
    pub open: bool,
    /// The components united into this object by a `oneOf` or `anyOf`.
    pub members: Vec<String>,
}

/// One property of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Property {
    pub node: Node,
    pub required: bool,
}

/// Facts about a schema that do not change its shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    /// The document's own words, if it has any.
    pub description: Option<String>,
    pub deprecated: bool,
    /// Default, limits and format, ready to print.
    pub facts: Vec<String>,
    /// The greatest whole number allowed.
    pub maximum: Option<i64>,
    /// `x-rust-name`.
    pub name: Option<String>,
    /// Whether `x-rust-type` chose the type.
    pub typed: bool,
    /// `x-rust-secret`.
    pub secret: Option<bool>,
    /// `x-rust-essential`.
    pub essential: bool,
    /// `x-rust-shared`.
    pub shared: bool,
}

/// Two nodes are equal if they describe the same values, wherever they stand.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.nullable == other.nullable && self.shape == other.shape
    }
}

impl Node {
    pub(crate) fn new(shape: Shape, pointer: impl Into<String>) -> Self {
        Self {
            shape,
            nullable: false,
            notes: Notes::default(),
            pointer: pointer.into(),
        }
    }
}

impl Shape {
    /// What the shape is called in errors.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Any => "any value".to_owned(),
            Self::Bool => "boolean".to_owned(),
            Self::Integer => "integer".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Timestamp => "timestamp".to_owned(),
            Self::Text(_) | Self::Enum(_) => "string".to_owned(),
            Self::ClerkError => "Clerk error".to_owned(),
            Self::FreeForm | Self::Object(_) => "object".to_owned(),
            Self::Array(_) => "array".to_owned(),
            Self::Map(_) => "map".to_owned(),
            Self::Page(_) => "page".to_owned(),
            Self::Component(name) => format!("component `{name}`"),
            Self::Named(name) => format!("type `{name}`"),
        }
    }

    /// A text that is equal for equal structures; the key under which inline types are shared.
    pub(crate) fn signature(&self) -> String {
        match self {
            Self::Enum(shape) => format!("enum[{}]", shape.values.join("|")),
            Self::Array(item) => format!("[{}]", item.signature()),
            Self::Map(item) => format!("map<{}>", item.signature()),
            Self::Page(item) => format!("page<{}>", item.signature()),
            Self::Object(shape) => {
                // Sorted: the order of properties is not part of what an object is.
                let mut properties: Vec<String> = shape
                    .properties
                    .iter()
                    .map(|(name, property)| {
                        let mark = if property.required { "!" } else { "?" };
                        format!("{name}{mark}:{}", property.node.signature())
                    })
                    .collect();
                properties.sort();
                format!("{{{}}}", properties.join(","))
            }
            Self::Named(name) | Self::Component(name) => format!("#{name}"),
            other => other.describe(),
        }
    }
}

impl Node {
    fn signature(&self) -> String {
        let mark = if self.nullable { "~" } else { "" };
        let secret = match (self.notes.secret, self.notes.essential) {
            (None, false) => String::new(),
            (secret, essential) => format!("({secret:?},{essential})"),
        };
        format!("{}{mark}{secret}", self.shape.signature())
    }
}
