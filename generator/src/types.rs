//! Decides which schemas are one Rust type, and what every type is called.
//!
//! Names come from the overlay, else from the component, else from where the schema is used; never from a counter.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::error::SpecError;
use crate::node::{Node, Shape};
use crate::pointer;
use crate::schema::{self, Lowerer};
use crate::unite;
use crate::words;

/// Whether values of a type are sent, received, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// Only in requests.
    Input,
    /// Only in responses.
    Output,
    /// In both.
    Both,
}

impl Direction {
    pub(crate) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}

/// All named types of one API while they are being put together.
pub(crate) struct Types {
    document: String,
    /// Rust type name of each component that has one.
    components: BTreeMap<String, String>,
    /// The types by name; every nested type is a `Shape::Named`, except inline ones before `name_inline_types`.
    pub(crate) definitions: IndexMap<String, Node>,
    /// The type of components that exist only as members of a union.
    pub(crate) members: BTreeMap<String, String>,
    /// Inline types by structure.
    shared: BTreeMap<(Option<Direction>, String), String>,
    pub(crate) errors: Vec<SpecError>,
}

/// Which component each component is one type with, by explicit name or because the bundler split it in two.
pub(crate) fn aliases(document: &openapiv3::OpenAPI, name: &str) -> BTreeMap<String, String> {
    let mut probe = Lowerer::new(document, name, BTreeMap::new());
    let names = probe.component_names();
    let mut aliases = BTreeMap::new();
    let mut first_of: BTreeMap<String, String> = BTreeMap::new();
    let mut twins = BTreeMap::new();
    for component in &names {
        let explicit = probe.component(component).and_then(|node| node.notes.name);
        if let Some(explicit) = explicit {
            match first_of.get(&explicit) {
                Some(first) => {
                    aliases.insert(component.clone(), first.clone());
                }
                None => {
                    first_of.insert(explicit, component.clone());
                }
            }
        } else if let Some(base) =
            twin_of(component).filter(|base| names.iter().any(|name| name == base))
        {
            twins.insert(component.clone(), base.to_owned());
        }
    }
    // Twins refer to twins: take all for united, drop those that conflict, until what is left agrees.
    loop {
        let mut all = aliases.clone();
        all.extend(twins.clone());
        let mut lowerer = Lowerer::new(document, name, all);
        let conflicting: Vec<String> = twins
            .iter()
            .filter(|(twin, base)| {
                let (Some(twin), Some(base)) = (lowerer.component(twin), lowerer.component(base))
                else {
                    return true;
                };
                unite::nodes(&base, &twin).is_err()
            })
            .map(|(twin, _)| twin.clone())
            .collect();
        if conflicting.is_empty() {
            break;
        }
        for twin in conflicting {
            twins.remove(&twin);
        }
    }
    for (twin, base) in twins {
        let base = aliases.get(&base).cloned().unwrap_or(base);
        aliases.insert(twin, base);
    }
    aliases
}

/// `X` for the bundler's `X-2`.
fn twin_of(component: &str) -> Option<&str> {
    let (base, counter) = component.rsplit_once('-')?;
    (!base.is_empty() && !counter.is_empty() && counter.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(base)
}

/// Whether a component becomes a type of its own; the others are what they refer to.
fn is_type(node: &Node) -> bool {
    match &node.shape {
        Shape::Object(_) => {
            node.notes.name.is_some()
                || (schema::envelope_response(&node.shape).is_none()
                    && schema::page_item(&node.shape).is_none())
        }
        Shape::Enum(values) => values.values.len() > 1 || node.notes.name.is_some(),
        _ => false,
    }
}

impl Types {
    /// Names the components and defines their types.
    pub(crate) fn new(
        document: &str,
        lowerer: &mut Lowerer<'_>,
        aliases: &BTreeMap<String, String>,
    ) -> Self {
        let mut types = Self {
            document: document.to_owned(),
            components: BTreeMap::new(),
            definitions: IndexMap::new(),
            members: BTreeMap::new(),
            shared: BTreeMap::new(),
            errors: Vec::new(),
        };
        types.name_components(lowerer, aliases);
        for component in lowerer.component_names() {
            let Some(name) = types.components.get(&component).cloned() else {
                continue;
            };
            if let Some(mut node) = lowerer.component(&component) {
                types.settle_children(&mut node, lowerer);
                types.define(&name, node);
            }
        }
        types
    }

    fn name_components(&mut self, lowerer: &mut Lowerer<'_>, aliases: &BTreeMap<String, String>) {
        let components = lowerer.component_names();
        let nodes: Vec<(String, Node)> = components
            .into_iter()
            .filter_map(|component| {
                let node = lowerer.component(&component)?;
                is_type(&node).then_some((component, node))
            })
            .collect();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for (component, node) in &nodes {
            if let Some(name) = &node.notes.name {
                taken.insert(name.clone());
                self.components.insert(component.clone(), name.clone());
            }
        }
        // The last segment is the name people use, unless two components would share it.
        let rest: Vec<&str> = nodes
            .iter()
            .map(|(component, _)| component.as_str())
            .filter(|component| {
                !self.components.contains_key(*component) && !aliases.contains_key(*component)
            })
            // A twin that differs is named where it is used.
            .filter(|component| {
                twin_of(component).is_none_or(|base| !nodes.iter().any(|(name, _)| name == base))
            })
            .collect();
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for component in &rest {
            *count.entry(last_segment(component)).or_default() += 1;
        }
        let mut full_names: BTreeMap<String, String> = BTreeMap::new();
        for component in rest {
            let short = last_segment(component);
            let unique = count.get(&short) == Some(&1) && !taken.contains(&short);
            let name = if unique {
                short
            } else {
                words::camel(component)
            };
            if let Some(other) = full_names.insert(name.clone(), component.to_owned()) {
                self.errors.push(
                    SpecError::new(
                        &self.document,
                        format!("/components/schemas/{}", pointer::escape(component)),
                        format!("the names of schemas `{other}` and `{component}` are both `{name}` in Rust"),
                    )
                    .help("different names; give one an `x-rust-name` in an overlay"),
                );
            }
            self.components.insert(component.to_owned(), name);
        }
        for (component, base) in aliases {
            if let Some(name) = self.components.get(base).cloned() {
                self.components.insert(component.clone(), name);
            }
        }
    }

    /// The type of a component, if it has one of its own.
    pub(crate) fn component_type(&self, component: &str) -> Option<&String> {
        self.components.get(component)
    }

    /// Every component that has a type of its own, with the type's name.
    pub(crate) fn component_types(&self) -> impl Iterator<Item = (&String, &str)> {
        self.components
            .iter()
            .map(|(component, name)| (component, name.as_str()))
    }

    /// Replaces references and explicitly named inline types by type names, everywhere below `node` and at it.
    pub(crate) fn settle(&mut self, node: &mut Node, lowerer: &mut Lowerer<'_>) {
        if let Shape::Component(component) = &node.shape {
            let component = component.clone();
            if let Some(name) = self.components.get(&component) {
                node.shape = Shape::Named(name.clone());
                return;
            }
            let Some(target) = lowerer.component(&component) else {
                node.shape = Shape::Any;
                return;
            };
            node.nullable |= target.nullable;
            node.shape = target.shape;
            if node.notes.name.is_none() {
                node.notes.name = target.notes.name;
            }
            self.settle(node, lowerer);
            return;
        }
        self.settle_children(node, lowerer);
        if let Some(item) = schema::page_item(&node.shape).filter(|_| node.notes.name.is_none()) {
            node.shape = Shape::Page(Box::new(item.clone()));
        }
        let is_named_type = matches!(node.shape, Shape::Object(_) | Shape::Enum(_));
        if let Some(name) = node.notes.name.clone().filter(|_| is_named_type) {
            self.remember_members(&node.shape, &name);
            let mut definition = node.clone();
            definition.nullable = false;
            self.define(&name, definition);
            node.shape = Shape::Named(name);
        }
    }

    fn settle_children(&mut self, node: &mut Node, lowerer: &mut Lowerer<'_>) {
        match &mut node.shape {
            Shape::Array(item) | Shape::Map(item) | Shape::Page(item) => self.settle(item, lowerer),
            Shape::Object(object) => {
                for property in object.properties.values_mut() {
                    self.settle(&mut property.node, lowerer);
                }
            }
            _ => {}
        }
    }

    fn remember_members(&mut self, shape: &Shape, name: &str) {
        if let Shape::Object(object) = shape {
            for member in &object.members {
                self.members
                    .entry(member.clone())
                    .or_insert_with(|| name.to_owned());
            }
        }
    }

    /// Adds the values of `node` to the type `name`.
    fn define(&mut self, name: &str, node: Node) {
        let Some(known) = self.definitions.get(name).cloned() else {
            self.definitions.insert(name.to_owned(), node);
            return;
        };
        match self.unite(&known, &node) {
            Ok(united) => {
                self.definitions.insert(name.to_owned(), united);
            }
            Err(conflict) => self.errors.push(
                SpecError::new(
                    &self.document,
                    conflict.pointer,
                    format!("schemas named `{name}` cannot be united: {}", conflict.message),
                )
                .help("common properties of one type; name one of the schemas differently in an overlay"),
            ),
        }
    }

    /// Unites two settled nodes; a named enum takes up the inline values it meets.
    fn unite(&mut self, known: &Node, node: &Node) -> Result<Node, unite::Conflict> {
        let mut left = known.clone();
        let mut right = node.clone();
        self.absorb(&mut left, &mut right);
        unite::nodes(&left, &right)
    }

    /// Where one side names a type and the other describes it inline, the type takes it up.
    fn absorb(&mut self, left: &mut Node, right: &mut Node) {
        match (&mut left.shape, &mut right.shape) {
            (Shape::Named(name), inline @ (Shape::Enum(_) | Shape::Object(_) | Shape::Text(_)))
            | (inline @ (Shape::Enum(_) | Shape::Object(_) | Shape::Text(_)), Shape::Named(name)) =>
            {
                let name = name.clone();
                let is_enum = matches!(
                    self.definitions.get(&name).map(|node| &node.shape),
                    Some(Shape::Enum(_))
                );
                if is_enum == matches!(inline, Shape::Enum(_) | Shape::Text(_)) {
                    let described = Node::new(inline.clone(), schema::component_pointer(&name));
                    self.define(&name, described);
                    *inline = Shape::Named(name);
                }
            }
            (Shape::Array(one), Shape::Array(other)) | (Shape::Map(one), Shape::Map(other)) => {
                self.absorb(one, other);
            }
            (Shape::Object(one), Shape::Object(other)) => {
                for (name, property) in &mut one.properties {
                    if let Some(other) = other.properties.get_mut(name) {
                        self.absorb(&mut property.node, &mut other.node);
                    }
                }
            }
            _ => {}
        }
    }

    /// Names what is still inline below `node`. `parent` and `part` say where it is used.
    pub(crate) fn name_inline(
        &mut self,
        node: &mut Node,
        parent: &str,
        part: &str,
        direction: Direction,
    ) {
        match &mut node.shape {
            Shape::Array(item) => self.name_inline(item, parent, &words::singular(part), direction),
            Shape::Page(item) | Shape::Map(item) => {
                self.name_inline(item, parent, &words::singular(part), direction);
            }
            Shape::Enum(values) if values.values.len() > 1 => {
                self.name_one(node, parent, part, None)
            }
            Shape::Object(_) => self.name_one(node, parent, part, Some(direction)),
            _ => {}
        }
    }

    fn name_one(
        &mut self,
        node: &mut Node,
        parent: &str,
        part: &str,
        direction: Option<Direction>,
    ) {
        let key = (direction, node.shape.signature());
        if let Some(name) = self.shared.get(&key) {
            let name = name.clone();
            self.remember_members(&node.shape, &name);
            node.shape = Shape::Named(name);
            return;
        }
        let name = format!("{parent}{}", words::camel(part));
        if let Some(other) = self.definitions.get(&name) {
            self.errors.push(
                SpecError::new(
                    &self.document,
                    &node.pointer,
                    format!(
                        "two types would be named `{name}`: this one and the one at #{}",
                        other.pointer
                    ),
                )
                .help("different names; give one an `x-rust-name` in an overlay"),
            );
            return;
        }
        self.remember_members(&node.shape, &name);
        let mut definition = node.clone();
        definition.nullable = false;
        definition.notes.name = None;
        self.shared.insert(key, name.clone());
        // Reserved before its properties are named: they may not take the name.
        self.definitions.insert(name.clone(), definition.clone());
        self.name_properties(&mut definition, &name, direction.unwrap_or(Direction::Both));
        self.definitions.insert(name.clone(), definition);
        node.shape = Shape::Named(name);
    }

    fn name_properties(&mut self, node: &mut Node, name: &str, direction: Direction) {
        if let Shape::Object(object) = &mut node.shape {
            for (part, property) in &mut object.properties {
                self.name_inline(&mut property.node, name, part, direction);
            }
        }
    }

    /// Names the inline types inside the types there are so far.
    pub(crate) fn name_inside_definitions(&mut self) {
        let names: Vec<String> = self.definitions.keys().cloned().collect();
        for name in &names {
            if let Some(node) = self.definitions.get(name)
                && node.notes.name.is_some()
                && matches!(node.shape, Shape::Enum(_))
            {
                self.shared
                    .entry((None, node.shape.signature()))
                    .or_insert_with(|| name.clone());
            }
        }
        for name in names {
            if let Some(mut node) = self.definitions.get(&name).cloned() {
                self.name_properties(&mut node, &name, Direction::Output);
                self.definitions.insert(name, node);
            }
        }
    }
}

fn last_segment(component: &str) -> String {
    words::camel(component.rsplit('.').next().unwrap_or(component))
}
