//! Named types: which are used, in which direction, and what their fields are.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::SpecError;
use crate::ir::{Field, Model, ModelKind, Presence, Struct, Type, Variant};
use crate::lower::cycles;
use crate::lower::operations::{Draft, OutputDraft};
use crate::node::{Enum, Node, Object, Shape};
use crate::pointer;
use crate::schema::{self, Lowerer};
use crate::secrets;
use crate::types::{Direction, Types};
use crate::words;

/// Types that the code of models and of calls names without a path.
const TAKEN_NAMES: [&str; 15] = [
    "BTreeMap",
    "Box",
    "ClerkError",
    "FilePart",
    "Into",
    "IntoIterator",
    "Object",
    "Option",
    "Page",
    "Patch",
    "Some",
    "String",
    "Timestamp",
    "Value",
    "Vec",
];

/// The type of a node whose nested types are named. Nullability of the node itself is the caller's to handle.
pub(crate) fn type_of(node: &Node, types: &Types) -> Type {
    match &node.shape {
        Shape::Bool => Type::Bool,
        Shape::Integer => Type::Integer,
        Shape::Number => Type::Number,
        Shape::Timestamp => Type::Timestamp,
        // A constant is plain text: another value tomorrow must not matter.
        Shape::Text(_) | Shape::Enum(_) => Type::Text,
        Shape::ClerkError => Type::ClerkError,
        Shape::FreeForm => Type::Object,
        Shape::Array(item) => Type::List(Box::new(item_type(item, types))),
        Shape::Map(item) => Type::Map(Box::new(item_type(item, types))),
        Shape::Page(item) => Type::Page(Box::new(item_type(item, types))),
        Shape::Named(name) => match types.definitions.get(name).map(|node| &node.shape) {
            Some(Shape::Enum(_)) => Type::Enum(name.clone()),
            Some(Shape::Object(_)) => Type::Model(name.clone()),
            // A group that was united with something freer.
            _ => Type::Value,
        },
        Shape::Any | Shape::Object(_) | Shape::Component(_) => Type::Value,
    }
}

fn item_type(item: &Node, types: &Types) -> Type {
    let ty = type_of(item, types);
    if item.nullable { optional(ty) } else { ty }
}

/// `Option<T>`; any JSON value can already be null.
pub(crate) fn optional(ty: Type) -> Type {
    match ty {
        Type::Optional(_) | Type::Value => ty,
        ty => Type::Optional(Box::new(ty)),
    }
}

/// What a component schema decodes to.
pub(crate) struct SchemaNode {
    pub name: String,
    pub node: Node,
    pub wrapped: bool,
}

/// Every component schema, settled and with its inline types named after it.
pub(crate) fn schemas(lowerer: &mut Lowerer<'_>, types: &mut Types) -> Vec<SchemaNode> {
    let mut schemas = Vec::new();
    for name in lowerer.component_names() {
        let Some(component) = lowerer.component(&name) else {
            continue;
        };
        let resolved = lowerer.deref(&component);
        let (mut node, wrapped) = match schema::envelope_response(&resolved.shape) {
            Some(response) if types.component_type(&name).is_none() => (response.clone(), true),
            _ => (
                Node::new(Shape::Component(name.clone()), component.pointer),
                false,
            ),
        };
        types.settle(&mut node, lowerer);
        schemas.push(SchemaNode {
            name,
            node,
            wrapped,
        });
    }
    schemas
}

/// The component schemas whose types are emitted, with those types.
pub(crate) fn emitted(
    schemas: Vec<SchemaNode>,
    models: &[Model],
    types: &Types,
) -> Vec<(String, Type)> {
    let known: BTreeSet<&str> = models.iter().map(|model| model.name.as_str()).collect();
    let mut table = Vec::new();
    for SchemaNode {
        name,
        node,
        wrapped,
    } in schemas
    {
        let mut ty = type_of(&node, types);
        if ty.named().is_some_and(|name| !known.contains(name))
            && let Some(union) = types.members.get(&name)
        {
            ty = Type::Model(union.clone());
        }
        // A wrapped schema decodes through the type inside: the decoder reads both forms.
        let inline = matches!(node.shape, Shape::Object(_));
        let unknown = ty.named().is_some_and(|name| !known.contains(name));
        if !inline && !unknown {
            if wrapped && node.nullable {
                ty = optional(ty);
            }
            table.push((name, ty));
        }
    }
    table
}

/// The types that operations use, sorted by name.
pub(crate) fn models(
    drafts: &[Draft],
    types: &Types,
    document: &str,
    errors: &mut Vec<SpecError>,
) -> Vec<Model> {
    let used = used(drafts, types);
    let mut schemas_of: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (component, name) in types.component_types() {
        schemas_of.entry(name).or_default().push(component.clone());
    }
    let mut models = Vec::new();
    let mut modules: BTreeMap<String, String> = BTreeMap::new();
    for (name, direction) in &used {
        let Some(node) = types.definitions.get(*name) else {
            continue;
        };
        let kind = match &node.shape {
            Shape::Enum(values) => ModelKind::Enum(variants(name, values, node, document, errors)),
            Shape::Object(object) => {
                ModelKind::Struct(structure(object, *direction, types, node, document, errors))
            }
            _ => continue,
        };
        let module = words::plain_identifier(words::snake(name));
        if !words::is_identifier(name) {
            errors.push(
                SpecError::new(
                    document,
                    &node.pointer,
                    format!("`{name}` is no Rust type name"),
                )
                .help(
                    "an identifier in upper camel case; choose it with `x-rust-name` in an overlay",
                ),
            );
            continue;
        }
        if TAKEN_NAMES.contains(name) {
            errors.push(
                SpecError::new(
                    document,
                    &node.pointer,
                    format!("a type named `{name}` would hide the one that generated code uses"),
                )
                .help("another name; choose it with `x-rust-name` in an overlay"),
            );
        }
        if let Some(other) = modules.insert(module.clone(), (*name).to_owned()) {
            errors.push(
                SpecError::new(
                    document,
                    &node.pointer,
                    format!("types `{other}` and `{name}` both belong into the module `{module}`"),
                )
                .help("different names; give one an `x-rust-name` in an overlay"),
            );
        }
        models.push(Model {
            name: (*name).to_owned(),
            module,
            description: node.notes.description.clone(),
            deprecated: node.notes.deprecated,
            schemas: schemas_of.remove(*name).unwrap_or_default(),
            kind,
            pointer: node.pointer.clone(),
            shared: node.notes.shared,
        });
    }
    cycles::box_cycles(&mut models);
    models
}

/// Every type reachable from an operation, and whether it is sent or received.
fn used<'t>(drafts: &'t [Draft], types: &'t Types) -> BTreeMap<&'t str, Direction> {
    let mut used = BTreeMap::new();
    for draft in drafts {
        for input in &draft.inputs {
            reach(&input.node, Direction::Input, types, &mut used);
        }
        if let OutputDraft::Json(json) = &draft.output {
            reach(&json.node, Direction::Output, types, &mut used);
            if let Some(client) = &json.client {
                reach(client, Direction::Output, types, &mut used);
            }
        }
    }
    used
}

fn reach<'t>(
    node: &'t Node,
    direction: Direction,
    types: &'t Types,
    used: &mut BTreeMap<&'t str, Direction>,
) {
    match &node.shape {
        Shape::Array(item) | Shape::Map(item) | Shape::Page(item) => {
            reach(item, direction, types, used)
        }
        Shape::Object(object) => {
            for property in object.properties.values() {
                reach(&property.node, direction, types, used);
            }
        }
        Shape::Named(name) => {
            let Some((name, definition)) = types.definitions.get_key_value(name) else {
                return;
            };
            let known = used.get(name.as_str()).copied();
            let now = known.map_or(direction, |known| known.and(direction));
            if known != Some(now) {
                used.insert(name, now);
                reach(definition, direction, types, used);
            }
        }
        _ => {}
    }
}

fn structure(
    object: &Object,
    direction: Direction,
    types: &Types,
    node: &Node,
    document: &str,
    errors: &mut Vec<SpecError>,
) -> Struct {
    let mut fields: Vec<Field> = Vec::new();
    for (wire, property) in &object.properties {
        let field = field(wire, property, direction, types);
        if !words::is_identifier(&field.ident) {
            errors.push(
                SpecError::new(
                    document,
                    &property.node.pointer,
                    format!(
                        "`{}` is no Rust field name",
                        field.ident.trim_start_matches("r#")
                    ),
                )
                .help("an identifier in snake case"),
            );
        }
        if let Some(other) = fields.iter().find(|other| other.ident == field.ident) {
            errors.push(
                SpecError::new(
                    document,
                    format!("{}/properties/{}", node.pointer, pointer::escape(wire)),
                    format!(
                        "properties `{}` and `{wire}` are both `{}` in Rust",
                        other.wire, field.ident
                    ),
                )
                .help("different names; give one an `x-rust-name` in an overlay"),
            );
        }
        fields.push(field);
    }
    let input = direction != Direction::Output;
    if input {
        report_setter_collisions(&fields, node, document, errors);
    }
    fields.sort_by(|left, right| reading_order(&left.wire).cmp(&reading_order(&right.wire)));
    Struct { fields, input }
}

/// What tells an object apart comes first, the rest by name: the order of a document decides nothing, not even the
/// order of a constructor's parameters.
fn reading_order(wire: &str) -> (u8, &str) {
    let rank = match wire {
        "id" => 0,
        "object" => 1,
        _ => 2,
    };
    (rank, wire)
}

/// Beside the setters, a struct that callers build has a constructor and methods that clear.
fn report_setter_collisions(
    fields: &[Field],
    node: &Node,
    document: &str,
    errors: &mut Vec<SpecError>,
) {
    let clears: BTreeMap<String, &str> = fields
        .iter()
        .filter(|field| field.presence == Presence::ThreeState)
        .map(|field| (words::clear(&field.ident), field.wire.as_str()))
        .collect();
    let setters = fields
        .iter()
        .filter(|field| matches!(field.presence, Presence::Optional | Presence::ThreeState));
    for field in setters {
        let other = match clears.get(&field.ident) {
            Some(cleared) => format!("the method that clears `{cleared}`"),
            None if field.ident == "new" => "the constructor".to_owned(),
            None => continue,
        };
        errors.push(
            SpecError::new(
                document,
                format!(
                    "{}/properties/{}",
                    node.pointer,
                    pointer::escape(&field.wire)
                ),
                format!(
                    "the setter of property `{}` and {other} are both `{}` in Rust",
                    field.wire, field.ident
                ),
            )
            .help("different names; give the property an `x-rust-name` in an overlay"),
        );
    }
}

fn field(
    wire: &str,
    property: &crate::node::Property,
    direction: Direction,
    types: &Types,
) -> Field {
    let node = &property.node;
    let notes = &node.notes;
    let mut ty = type_of(node, types);
    let sure = property.required && !node.nullable;
    let presence = match (sure, direction) {
        (true, _) if notes.essential => Presence::Essential,
        (true, _) => Presence::Required,
        (false, Direction::Input) if node.nullable => Presence::ThreeState,
        (false, _) => {
            ty = optional(ty);
            Presence::Optional
        }
    };
    let is_scalar = ty.named().is_none() && notes.name.is_some();
    let name = match &notes.name {
        Some(name) if is_scalar => name.clone(),
        _ => words::snake(wire),
    };
    Field {
        wire: wire.to_owned(),
        ident: words::identifier(&name),
        secret: notes
            .secret
            .unwrap_or_else(|| is_text(&ty) && secrets::by_name(&words::snake(wire))),
        ty,
        presence,
        boxed: false,
        deprecated: notes.deprecated,
        description: notes.description.clone(),
        facts: notes.facts.clone(),
    }
}

fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Text => true,
        Type::List(item) | Type::Optional(item) => is_text(item),
        _ => false,
    }
}

fn variants(
    name: &str,
    values: &Enum,
    node: &Node,
    document: &str,
    errors: &mut Vec<SpecError>,
) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    for value in &values.values {
        let variant = values
            .variants
            .get(value)
            .cloned()
            .unwrap_or_else(|| variant_name(value));
        if !words::is_identifier(&variant) {
            errors.push(
                SpecError::new(
                    document,
                    format!("{}/x-rust-variants", node.pointer),
                    format!("`{variant}` is no Rust variant name"),
                )
                .help("an identifier in upper camel case"),
            );
        }
        if let Some(other) = variants.iter().find(|other| other.name == variant) {
            errors.push(
                SpecError::new(
                    document,
                    format!("{}/enum", node.pointer),
                    format!(
                        "the values `{}` and `{value}` of `{name}` are both `{variant}` in Rust",
                        other.value
                    ),
                )
                .help("different names; choose them with `x-rust-variants` in an overlay"),
            );
        }
        variants.push(Variant {
            value: value.clone(),
            name: variant,
        });
    }
    variants
}

fn variant_name(value: &str) -> String {
    let name = match (value, value.strip_prefix('-')) {
        ("*", _) => "All".to_owned(),
        (_, Some(rest)) => format!("Minus{}", words::camel(rest)),
        (_, None) => words::camel(value),
    };
    match name.as_str() {
        // The variant that keeps what this version does not know.
        "Unknown" => "UnknownValue".to_owned(),
        "Self" => "SelfValue".to_owned(),
        _ => name,
    }
}
