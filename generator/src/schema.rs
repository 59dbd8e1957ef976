//! Lowers OpenAPI schemas to nodes: references kept, `allOf` merged, unions flattened.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{
    AdditionalProperties, AnySchema, ObjectType, OpenAPI, ReferenceOr, Schema, SchemaData,
    SchemaKind, StringFormat, Type, VariantOrUnknownOrEmpty,
};
use serde_json::Value;

use crate::error::SpecError;
use crate::node::{Enum, Node, Notes, Object, Property, Shape};
use crate::pointer::{self, escape};
use crate::unite;

const SCHEMA_PREFIX: &str = "#/components/schemas/";
/// Deeper than any document of ours; a bound so that no input exhausts the stack.
const MAX_DEPTH: usize = 64;

/// Lowers schemas of one document.
pub(crate) struct Lowerer<'a> {
    document: &'a OpenAPI,
    name: &'a str,
    pub(crate) errors: Vec<SpecError>,
    /// The `$ref`s being followed, outermost first.
    chain: Vec<String>,
    components: BTreeMap<String, Node>,
    /// Components that are one type in Rust, by the one that stands for it.
    aliases: BTreeMap<String, String>,
    depth: usize,
}

impl<'a> Lowerer<'a> {
    pub(crate) fn new(
        document: &'a OpenAPI,
        name: &'a str,
        aliases: BTreeMap<String, String>,
    ) -> Self {
        Self {
            document,
            name,
            errors: Vec::new(),
            chain: Vec::new(),
            components: BTreeMap::new(),
            aliases,
            depth: 0,
        }
    }

    /// The names of the component schemas, in document order.
    pub(crate) fn component_names(&self) -> Vec<String> {
        let components = self.document.components.as_ref();
        components
            .map(|components| components.schemas.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// Records an error at `pointer`, with the references that led there.
    pub(crate) fn error(&mut self, pointer: &str, message: String, help: &str) {
        let mut chain = self.chain.clone();
        // The component that holds the place is no detour to it.
        chain.pop_if(|last| is_inside(pointer, last));
        self.errors.push(
            SpecError::new(self.name, pointer, message)
                .help(help)
                .via(chain),
        );
    }

    /// The component schema `name`, lowered once.
    pub(crate) fn component(&mut self, name: &str) -> Option<Node> {
        if let Some(node) = self.components.get(name) {
            return Some(node.clone());
        }
        let schema = self.document.components.as_ref()?.schemas.get(name)?;
        let reference = format!("{SCHEMA_PREFIX}{name}");
        if self.chain.contains(&reference) {
            let pointer = component_pointer(name);
            self.error(
                &pointer,
                format!("circular $ref to `{reference}`"),
                "schemas that do not contain themselves",
            );
            return None;
        }
        self.chain.push(reference);
        let node = self.schema(schema, &component_pointer(name));
        self.chain.pop();
        self.components.insert(name.to_owned(), node.clone());
        Some(node)
    }

    /// Follows component references until there is a shape.
    pub(crate) fn deref(&mut self, node: &Node) -> Node {
        let Shape::Component(name) = &node.shape else {
            return node.clone();
        };
        let name = name.clone();
        match self.component(&name) {
            Some(target) => {
                let mut target = self.deref(&target);
                target.nullable |= node.nullable;
                target
            }
            None => Node::new(Shape::Any, node.pointer.clone()),
        }
    }

    /// Lowers the schema at `pointer`.
    pub(crate) fn schema(&mut self, schema: &ReferenceOr<Schema>, pointer: &str) -> Node {
        match schema {
            ReferenceOr::Reference { reference } => self.reference(reference, pointer),
            ReferenceOr::Item(schema) => self.item(schema, pointer),
        }
    }

    fn boxed(&mut self, schema: &ReferenceOr<Box<Schema>>, pointer: &str) -> Node {
        match schema {
            ReferenceOr::Reference { reference } => self.reference(reference, pointer),
            ReferenceOr::Item(schema) => self.item(schema, pointer),
        }
    }

    fn reference(&mut self, reference: &str, pointer: &str) -> Node {
        match pointer::component(reference, "schemas") {
            Some(name) => {
                let name = self.aliases.get(&name).cloned().unwrap_or(name);
                Node::new(Shape::Component(name), pointer)
            }
            None => {
                self.error(
                    pointer,
                    format!("unsupported $ref `{reference}`"),
                    "references to `#/components/schemas/...`",
                );
                Node::new(Shape::Any, pointer)
            }
        }
    }

    fn item(&mut self, schema: &Schema, pointer: &str) -> Node {
        if self.depth >= MAX_DEPTH {
            self.error(
                pointer,
                "schema nested too deeply".to_owned(),
                "at most 64 schemas inside each other",
            );
            return Node::new(Shape::Any, pointer);
        }
        self.depth += 1;
        let mut node = self.kind(schema, pointer);
        self.depth -= 1;
        annotate(&mut node, &schema.schema_data);
        if let Some(shape) = self.runtime_type(&schema.schema_data, pointer) {
            node.shape = shape;
        }
        node.pointer = pointer.to_owned();
        node
    }

    /// `x-rust-type`: a type the runtime has.
    fn runtime_type(&mut self, data: &SchemaData, pointer: &str) -> Option<Shape> {
        let value = data.extensions.get("x-rust-type")?;
        match value.as_str() {
            Some("Timestamp") => Some(Shape::Timestamp),
            Some("ClerkError") => Some(Shape::ClerkError),
            Some("Value") => Some(Shape::Any),
            Some("Integer") => Some(Shape::Integer),
            _ => {
                self.error(
                    &format!("{pointer}/x-rust-type"),
                    format!("unknown `x-rust-type` {value}"),
                    "`Timestamp`, `Integer`, `ClerkError`, `Value`",
                );
                None
            }
        }
    }

    fn kind(&mut self, schema: &Schema, pointer: &str) -> Node {
        match &schema.schema_kind {
            SchemaKind::Type(Type::String(text)) => {
                let values: Vec<String> = text.enumeration.iter().flatten().cloned().collect();
                let mut node =
                    Node::new(string(values, &schema.schema_data, &text.format), pointer);
                length_facts(&mut node.notes.facts, text.min_length, text.max_length);
                node
            }
            SchemaKind::Type(Type::Number(number)) => {
                let mut node = Node::new(Shape::Number, pointer);
                range_facts(
                    &mut node.notes.facts,
                    number.minimum.as_ref(),
                    number.maximum.as_ref(),
                );
                node.notes.maximum = number.maximum.and_then(whole);
                node
            }
            SchemaKind::Type(Type::Integer(integer)) => {
                let mut node = Node::new(Shape::Integer, pointer);
                range_facts(
                    &mut node.notes.facts,
                    integer.minimum.as_ref(),
                    integer.maximum.as_ref(),
                );
                node.notes.maximum = integer.maximum;
                node
            }
            SchemaKind::Type(Type::Boolean(_)) => Node::new(Shape::Bool, pointer),
            SchemaKind::Type(Type::Array(array)) => {
                let item = match &array.items {
                    Some(items) => self.boxed(items, &format!("{pointer}/items")),
                    None => Node::new(Shape::Any, format!("{pointer}/items")),
                };
                let mut node = Node::new(Shape::Array(Box::new(item)), pointer);
                if let Some(most) = array.max_items {
                    node.notes.facts.push(format!("at most {most} items"));
                }
                node
            }
            SchemaKind::Type(Type::Object(object)) => self.object(object, pointer),
            SchemaKind::AllOf { all_of } => self.all_of(all_of, None, pointer),
            SchemaKind::OneOf { one_of } => self.union(one_of, "oneOf", pointer),
            SchemaKind::AnyOf { any_of } => self.union(any_of, "anyOf", pointer),
            SchemaKind::Not { .. } => {
                self.error(
                    &format!("{pointer}/not"),
                    "unsupported keyword `not`".to_owned(),
                    "`type`, `allOf`, `oneOf`, `anyOf`, `$ref`",
                );
                Node::new(Shape::Any, pointer)
            }
            SchemaKind::Any(any) => self.any(any, schema, pointer),
        }
    }

    /// What `openapiv3` does not recognise as one kind: several keywords at once, or none.
    fn any(&mut self, any: &AnySchema, schema: &Schema, pointer: &str) -> Node {
        self.one_description(any, pointer);
        if !any.one_of.is_empty() {
            return self.union(&any.one_of, "oneOf", pointer);
        }
        if !any.any_of.is_empty() {
            return self.union(&any.any_of, "anyOf", pointer);
        }
        let own = self.own_object(any, pointer);
        if !any.all_of.is_empty() {
            let mut node = self.all_of(&any.all_of, own, pointer);
            if let Shape::Object(object) = &mut node.shape {
                for name in &any.required {
                    if let Some(property) = object.properties.get_mut(name) {
                        property.required = true;
                    }
                }
            }
            return node;
        }
        if let Some(own) = own {
            return own;
        }
        match any.typ.as_deref() {
            None if any.enumeration.iter().any(Value::is_string) => {
                let values = any.enumeration.iter().filter_map(Value::as_str);
                let values = values.map(str::to_owned).collect();
                let no_format = VariantOrUnknownOrEmpty::Empty;
                Node::new(string(values, &schema.schema_data, &no_format), pointer)
            }
            Some("string") => {
                let values = any.enumeration.iter().filter_map(Value::as_str);
                let values = values.map(str::to_owned).collect();
                let format =
                    VariantOrUnknownOrEmpty::Unknown(any.format.clone().unwrap_or_default());
                Node::new(string(values, &schema.schema_data, &format), pointer)
            }
            Some("integer") => Node::new(Shape::Integer, pointer),
            Some("number") => Node::new(Shape::Number, pointer),
            Some("boolean") => Node::new(Shape::Bool, pointer),
            Some("object") => Node::new(Shape::FreeForm, pointer),
            Some("array") => {
                let item = match &any.items {
                    Some(items) => self.boxed(items, &format!("{pointer}/items")),
                    None => Node::new(Shape::Any, format!("{pointer}/items")),
                };
                Node::new(Shape::Array(Box::new(item)), pointer)
            }
            Some(other) => {
                self.error(
                    &format!("{pointer}/type"),
                    format!("unsupported type `{other}`"),
                    "`string`, `integer`, `number`, `boolean`, `object`, `array`",
                );
                Node::new(Shape::Any, pointer)
            }
            // A bare `format` (a raw upload) or nothing at all.
            None => Node::new(Shape::Any, pointer),
        }
    }

    /// Reports what would be lost because only one keyword of a schema can say what its values are.
    fn one_description(&mut self, any: &AnySchema, pointer: &str) {
        let unions = [("oneOf", &any.one_of), ("anyOf", &any.any_of)];
        let present: Vec<&str> = unions
            .into_iter()
            .filter(|(_, members)| !members.is_empty())
            .map(|(keyword, _)| keyword)
            .collect();
        let Some(first) = present.first() else {
            return;
        };
        let beside = if present.len() > 1 {
            "anyOf"
        } else if !any.all_of.is_empty() {
            "allOf"
        } else if !any.properties.is_empty() {
            "properties"
        } else {
            return;
        };
        self.error(
            &format!("{pointer}/{first}"),
            format!("unsupported `{first}` beside `{beside}`"),
            "one of them; settle it in an overlay",
        );
    }

    fn own_object(&mut self, any: &AnySchema, pointer: &str) -> Option<Node> {
        let is_map = matches!(
            any.additional_properties,
            Some(AdditionalProperties::Schema(_))
        );
        (is_map || !any.properties.is_empty()).then(|| {
            let object = ObjectType {
                properties: any.properties.clone(),
                required: any.required.clone(),
                additional_properties: any.additional_properties.clone(),
                min_properties: any.min_properties,
                max_properties: any.max_properties,
            };
            self.object(&object, pointer)
        })
    }

    fn object(&mut self, object: &ObjectType, pointer: &str) -> Node {
        let additional = match &object.additional_properties {
            Some(AdditionalProperties::Schema(schema)) => {
                Some(self.schema(schema, &format!("{pointer}/additionalProperties")))
            }
            _ => None,
        };
        if object.properties.is_empty() {
            let shape = match additional {
                Some(item) => Shape::Map(Box::new(item)),
                None => Shape::FreeForm,
            };
            return Node::new(shape, pointer);
        }
        if additional.is_some() {
            self.error(
                &format!("{pointer}/additionalProperties"),
                "unsupported schema for additional properties beside named ones".to_owned(),
                "named properties, or `additionalProperties` with a schema, not both",
            );
        }
        let mut properties = IndexMap::new();
        for (name, schema) in &object.properties {
            let location = format!("{pointer}/properties/{}", escape(name));
            let mut node = self.boxed(schema, &location);
            mark_timestamp(name, &mut node);
            let required = object.required.contains(name);
            properties.insert(name.clone(), Property { node, required });
        }
        let open = matches!(
            object.additional_properties,
            Some(AdditionalProperties::Any(true))
        );
        Node::new(
            Shape::Object(Object {
                properties,
                open,
                members: Vec::new(),
            }),
            pointer,
        )
    }

    /// One member: that member, with what stands beside it. Several: their properties in one object.
    fn all_of(
        &mut self,
        members: &[ReferenceOr<Schema>],
        own: Option<Node>,
        pointer: &str,
    ) -> Node {
        if let ([single], None) = (members, &own) {
            return self.schema(single, &format!("{pointer}/allOf/0"));
        }
        let mut merged = Object::default();
        let mut nodes: Vec<Node> = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let location = format!("{pointer}/allOf/{index}");
            nodes.push(match own_name(member) {
                // By its own name, as the members of a union.
                Some(name) => Node::new(Shape::Component(name), location),
                None => self.schema(member, &location),
            });
        }
        // `allOf: [ref, {type: object, nullable: true}]` is that reference, nullable.
        let mut informative = Vec::new();
        let mut nullable = false;
        for node in nodes.into_iter().chain(own) {
            if node.shape == Shape::FreeForm || node.shape == Shape::Any {
                nullable |= node.nullable;
            } else {
                informative.push(node);
            }
        }
        if informative.len() == 1
            && let Some(mut node) = informative.pop()
        {
            node.nullable |= nullable;
            return node;
        }
        for node in &informative {
            let resolved = self.deref(node);
            let Shape::Object(object) = resolved.shape else {
                let found = resolved.shape.describe();
                self.error(
                    &node.pointer,
                    format!("unsupported member of allOf: {found}"),
                    "objects",
                );
                continue;
            };
            merged.open |= object.open;
            for (name, property) in object.properties {
                match merged.properties.get_mut(&name) {
                    None => {
                        merged.properties.insert(name, property);
                    }
                    // The later member narrows the earlier one.
                    Some(known) => {
                        known.required |= property.required;
                        known.node = property.node;
                    }
                }
            }
        }
        let mut node = Node::new(Shape::Object(merged), pointer);
        node.nullable = nullable;
        node
    }

    /// Members of a union in one type: objects by their properties, enums by their values, array and page as page.
    fn union(&mut self, members: &[ReferenceOr<Schema>], keyword: &str, pointer: &str) -> Node {
        let mut names = Vec::new();
        let mut nodes = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let location = format!("{pointer}/{keyword}/{index}");
            let mut resolved = match own_name(member) {
                // By its own name: the member that stands for a group has not the properties of the others.
                Some(name) => {
                    names.push(name.clone());
                    self.deref(&Node::new(Shape::Component(name), location.as_str()))
                }
                None => {
                    let node = self.schema(member, &location);
                    self.deref(&node)
                }
            };
            // The place of the member, not of what it refers to, says where a conflict is.
            resolved.pointer = location;
            nodes.push(resolved);
        }
        if let Some(page) = page_of(&nodes) {
            return Node::new(page, pointer);
        }
        let mut nodes = nodes.into_iter();
        let Some(mut united) = nodes.next() else {
            return Node::new(Shape::Any, pointer);
        };
        for node in nodes {
            match unite::nodes(&united, &node) {
                Ok(node) => united = node,
                Err(conflict) => {
                    self.error(
                        &conflict.pointer,
                        format!(
                            "members of the {keyword} at #{pointer} cannot be united: {}",
                            conflict.message
                        ),
                        "members whose common properties have one type; settle the difference in an overlay",
                    );
                }
            }
        }
        united.notes = Notes::default();
        if let Shape::Object(object) = &mut united.shape {
            object.members = names;
        }
        united.pointer = pointer.to_owned();
        united
    }
}

/// `[T]` and `{data: [T], total_count}` in one union.
fn page_of(nodes: &[Node]) -> Option<Shape> {
    let [first, second] = nodes else { return None };
    let (item, other) = match (&first.shape, &second.shape) {
        (Shape::Array(item), other) | (other, Shape::Array(item)) => (item, other),
        _ => return None,
    };
    page_item(other)
        .filter(|page_item| page_item.shape == item.shape)
        .map(|_| Shape::Page(item.clone()))
}

/// The item type of an object that is exactly `{data: [T], total_count}`.
pub(crate) fn page_item(shape: &Shape) -> Option<&Node> {
    let Shape::Object(object) = shape else {
        return None;
    };
    let data = object.properties.get("data")?;
    let total = object.properties.get("total_count")?;
    match (&data.node.shape, &total.node.shape) {
        (Shape::Array(item), Shape::Integer | Shape::Number) if object.properties.len() == 2 => {
            Some(item)
        }
        _ => None,
    }
}

/// The response of an object that is exactly `{response, client}`.
pub(crate) fn envelope_response(shape: &Shape) -> Option<&Node> {
    let Shape::Object(object) = shape else {
        return None;
    };
    let response = object.properties.get("response")?;
    (object.properties.len() == 2 && object.properties.contains_key("client"))
        .then_some(&response.node)
}

/// Clerk's times are Unix milliseconds, whether the document calls them integer or number.
pub(crate) fn mark_timestamp(name: &str, node: &mut Node) {
    let is_time = ["_at", "_at_before", "_at_after", "_at_since"]
        .iter()
        .any(|suffix| name.ends_with(suffix));
    if is_time && !node.notes.typed && matches!(node.shape, Shape::Integer | Shape::Number) {
        node.shape = Shape::Timestamp;
    }
}

fn string(
    values: Vec<String>,
    data: &SchemaData,
    format: &VariantOrUnknownOrEmpty<StringFormat>,
) -> Shape {
    if !values.is_empty() {
        return Shape::Enum(Enum {
            values,
            variants: variant_names(data),
        });
    }
    Shape::Text(match format {
        VariantOrUnknownOrEmpty::Item(StringFormat::Date) => Some("date".to_owned()),
        VariantOrUnknownOrEmpty::Item(StringFormat::DateTime) => Some("date-time".to_owned()),
        VariantOrUnknownOrEmpty::Item(StringFormat::Password) => Some("password".to_owned()),
        VariantOrUnknownOrEmpty::Item(StringFormat::Byte) => Some("byte".to_owned()),
        VariantOrUnknownOrEmpty::Item(StringFormat::Binary) => Some("binary".to_owned()),
        VariantOrUnknownOrEmpty::Unknown(format) if !format.is_empty() => Some(format.clone()),
        VariantOrUnknownOrEmpty::Unknown(_) | VariantOrUnknownOrEmpty::Empty => None,
    })
}

fn variant_names(data: &SchemaData) -> IndexMap<String, String> {
    let names = data
        .extensions
        .get("x-rust-variants")
        .and_then(Value::as_object);
    names
        .into_iter()
        .flatten()
        .filter_map(|(value, name)| Some((value.clone(), name.as_str()?.to_owned())))
        .collect()
}

/// Takes over what stands beside the shape. What is said here wins over what a single member said.
fn annotate(node: &mut Node, data: &SchemaData) {
    node.nullable |= data.nullable;
    let notes = &mut node.notes;
    if let Some(description) = &data.description {
        notes.description = Some(description.clone());
    }
    notes.deprecated |= data.deprecated;
    let text = |key: &str| {
        data.extensions
            .get(key)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let flag = |key: &str| data.extensions.get(key).and_then(Value::as_bool);
    if let Some(name) = text("x-rust-name") {
        notes.name = Some(name);
    }
    if let Some(secret) = flag("x-rust-secret") {
        notes.secret = Some(secret);
    }
    notes.essential |= flag("x-rust-essential").unwrap_or(false);
    notes.shared |= flag("x-rust-shared").unwrap_or(false);
    notes.typed |= data.extensions.contains_key("x-rust-type");
    if let Some(default) = &data.default {
        notes.facts.push(format!("default `{default}`"));
    }
}

fn length_facts(facts: &mut Vec<String>, least: Option<usize>, most: Option<usize>) {
    match (least, most) {
        (Some(least), Some(most)) => facts.push(format!("{least} to {most} characters")),
        (None, Some(most)) => facts.push(format!("at most {most} characters")),
        (Some(least), None) if least > 1 => facts.push(format!("at least {least} characters")),
        _ => {}
    }
}

fn range_facts<T: std::fmt::Display>(facts: &mut Vec<String>, least: Option<T>, most: Option<T>) {
    match (least, most) {
        (Some(least), Some(most)) => facts.push(format!("from {least} to {most}")),
        (None, Some(most)) => facts.push(format!("at most {most}")),
        (Some(least), None) => facts.push(format!("at least {least}")),
        (None, None) => {}
    }
}

/// The greatest whole number that is not above a limit.
fn whole(limit: f64) -> Option<i64> {
    format!("{:.0}", limit.floor()).parse().ok()
}

fn own_name(schema: &ReferenceOr<Schema>) -> Option<String> {
    let ReferenceOr::Reference { reference } = schema else {
        return None;
    };
    pointer::component(reference, "schemas")
}

fn is_inside(pointer: &str, reference: &str) -> bool {
    reference
        .strip_prefix('#')
        .and_then(|component| pointer.strip_prefix(component))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// JSON Pointer to a component schema.
pub(crate) fn component_pointer(name: &str) -> String {
    format!("/components/schemas/{}", escape(name))
}
