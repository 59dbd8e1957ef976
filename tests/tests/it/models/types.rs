//! What the documents say that answers look like: a reading of their own, which knows neither the generator's types nor
//! the decoder. The rules are those of ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use clerk_frontend::Value;

use crate::document;

const SCHEMAS: &str = "#/components/schemas/";

/// What a value may be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Type {
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    essential: bool,
    /// `x-rust-name`: all of this name are one type.
    name: Option<String>,
    /// Whether `x-rust-type` chose the kind.
    chosen: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Any,
    FreeForm,
    Text,
    Enum(BTreeSet<String>),
    Bool,
    Integer,
    Number,
    Timestamp,
    List(Box<Type>),
    Map(Box<Type>),
    Page(Box<Type>),
    Object(Fields),
    /// A component of this name.
    Component(String),
    /// `{response, client}` around the first.
    Envelope(Box<Type>, Box<Type>),
}

pub(crate) type Fields = BTreeMap<String, Field>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) ty: Type,
    pub(crate) required: bool,
}

impl Field {
    /// Whether it must be there and not null.
    pub(crate) fn is_sure(&self) -> bool {
        self.required && !self.ty.nullable
    }

    pub(crate) fn is_essential(&self) -> bool {
        self.is_sure() && self.ty.essential
    }
}

impl Type {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            nullable: false,
            essential: false,
            name: None,
            chosen: false,
        }
    }

    pub(crate) fn nullable(mut self, nullable: bool) -> Self {
        self.nullable |= nullable;
        self
    }
}

/// The types of one document.
pub(crate) struct Types {
    document: Value,
    /// The type that each component belongs to.
    groups: BTreeMap<String, String>,
    definitions: BTreeMap<String, Type>,
    /// The unions that components are members of.
    unions: BTreeMap<String, Type>,
    /// The types that operations use.
    used: BTreeSet<String>,
    /// What inline schemas add to the types they were united with.
    absorbed: Vec<(String, Type)>,
}

/// Two schemas are not one type.
#[derive(Debug)]
struct Conflict(String);

impl Types {
    pub(crate) fn new(document: Value) -> Self {
        let mut types = Self {
            document,
            groups: BTreeMap::new(),
            definitions: BTreeMap::new(),
            unions: BTreeMap::new(),
            used: BTreeSet::new(),
            absorbed: Vec::new(),
        };
        types.group();
        types.define();
        types.find_unions();
        types.find_used();
        types
    }

    fn components(&self) -> Vec<(String, Value)> {
        let schemas = self.document["components"]["schemas"].as_object().unwrap();
        schemas
            .iter()
            .map(|(name, schema)| (name.clone(), schema.clone()))
            .collect()
    }

    /// Components of one `x-rust-name` are one type, and the bundler's `X-2` is one with `X` if they agree.
    fn group(&mut self) {
        let components = self.components();
        for (name, schema) in &components {
            let group = match schema["x-rust-name"].as_str() {
                Some(group) => group.to_owned(),
                None => by_itself(name),
            };
            self.groups.insert(name.clone(), group);
        }
        let mut twins: Vec<(String, String)> = Vec::new();
        for (name, schema) in &components {
            if let Some((base, count)) = name.rsplit_once('-')
                && count.bytes().all(|byte| byte.is_ascii_digit())
                && self.groups.contains_key(base)
                && schema["x-rust-name"].is_null()
            {
                twins.push((name.clone(), base.to_owned()));
            }
        }
        // Twins refer to twins: all are one until some are found not to be.
        loop {
            for (twin, base) in &twins {
                self.groups.insert(twin.clone(), self.groups[base].clone());
            }
            let before = twins.len();
            let differ: Vec<String> = twins
                .iter()
                .filter(|(twin, base)| {
                    let (base, twin) = (self.component(base), self.component(twin));
                    self.unite(&base, &twin).is_err()
                })
                .map(|(twin, _)| twin.clone())
                .collect();
            twins.retain(|(twin, _)| !differ.contains(twin));
            for twin in differ {
                self.groups.insert(twin.clone(), by_itself(&twin));
            }
            if twins.len() == before {
                return;
            }
        }
    }

    /// Unites everything of one name.
    fn define(&mut self) {
        self.absorbed.clear();
        let mut parts: Vec<(String, Type)> = Vec::new();
        for (name, _) in self.components() {
            parts.push((self.groups[&name].clone(), self.component(&name)));
        }
        let mut named = Vec::new();
        named_schemas(&self.document["components"], &mut named);
        named_schemas(&self.document["paths"], &mut named);
        for schema in named {
            let ty = self.read(&schema);
            if let (Some(name), Kind::Object(_) | Kind::Enum(_)) = (ty.name.clone(), &ty.kind) {
                parts.push((name, ty));
            }
        }
        while !parts.is_empty() {
            for (group, part) in std::mem::take(&mut parts) {
                let united = match self.definitions.get(&group).cloned() {
                    None => part,
                    Some(known) => self
                        .unite(&known, &part)
                        .unwrap_or_else(|Conflict(why)| panic!("{group} is not one type: {why}")),
                };
                self.definitions.insert(group, united);
            }
            parts.append(&mut self.absorbed);
        }
    }

    /// Finds what the members of each union are read as, where nothing uses them by themselves.
    fn find_unions(&mut self) {
        let mut unions = Vec::new();
        union_schemas(&self.document["components"], &mut unions);
        union_schemas(&self.document["paths"], &mut unions);
        for schema in unions {
            let union = self.read(&schema);
            for member in members(&schema) {
                if let Some(name) = component_name(member) {
                    self.unions
                        .entry(name.to_owned())
                        .or_insert_with(|| union.clone());
                }
            }
        }
        // A component that is a union is read by its own name.
        for (name, schema) in self.components() {
            for member in members(&schema).filter_map(component_name) {
                self.unions
                    .insert(member.to_owned(), Type::new(Kind::Component(name.clone())));
            }
        }
    }

    fn find_used(&mut self) {
        let mut schemas = Vec::new();
        operation_schemas(&self.document, &mut schemas);
        for schema in schemas {
            let ty = self.read(&schema);
            self.reach(&ty);
        }
    }

    fn reach(&mut self, ty: &Type) {
        let name = match &ty.kind {
            Kind::Component(component) => Some(self.groups[component].clone()),
            _ => ty.name.clone(),
        };
        if let Some(name) = name
            && !self.used.insert(name)
        {
            return;
        }
        let resolved = self.resolve(ty);
        match resolved.kind {
            Kind::List(item) | Kind::Map(item) | Kind::Page(item) => self.reach(&item),
            Kind::Object(fields) => fields.values().for_each(|field| self.reach(&field.ty)),
            _ => {}
        }
    }

    /// What the table of schemas reads a component as.
    pub(crate) fn of_schema(&self, name: &str) -> Type {
        let component = self.component(name);
        if let Some(response) = envelope(&component) {
            return response.clone();
        }
        match self.unions.get(name) {
            Some(union) if !self.used.contains(&self.groups[name]) => union.clone(),
            _ => Type::new(Kind::Component(name.to_owned())),
        }
    }

    /// What an operation answers with.
    pub(crate) fn of_operation(&self, operation: &Value) -> Option<Type> {
        let mut ty: Option<Type> = None;
        let mut any_empty = false;
        for (status, response) in operation["responses"].as_object()? {
            let response = document::resolve(&self.document, response);
            let schema = &response["content"]["application/json"]["schema"];
            match schema {
                _ if !status.starts_with('2') => {}
                Value::Object(_) => {
                    let found = self.read(schema);
                    ty = Some(match ty {
                        None => found,
                        Some(known) => self
                            .united(&known, &found)
                            .unwrap_or_else(|Conflict(why)| panic!("two answers: {why}")),
                    });
                }
                _ => any_empty = true,
            }
        }
        let ty = ty?;
        let Some(response) = envelope(&self.own(&ty)).cloned() else {
            return Some(self.paged(operation, ty).nullable(any_empty));
        };
        let client = Type::new(Kind::Component("Client.Client".to_owned())).nullable(true);
        let response = self.paged(operation, response).nullable(any_empty);
        Some(Type::new(Kind::Envelope(
            Box::new(response),
            Box::new(client),
        )))
    }

    /// Servers answer a list that takes such parameters in either form.
    fn paged(&self, operation: &Value, ty: Type) -> Type {
        let names: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| document::resolve(&self.document, parameter))
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| parameter["name"].as_str())
            .collect();
        let in_pages =
            names.contains("paginated") || (names.contains("limit") && names.contains("offset"));
        match self.resolve(&ty).kind {
            Kind::List(item) if in_pages => Type::new(Kind::Page(item)).nullable(ty.nullable),
            _ => ty,
        }
    }

    /// The type itself, behind names and components; a constant is text.
    pub(crate) fn resolve(&self, ty: &Type) -> Type {
        let (mut found, named) = match (&ty.kind, &ty.name) {
            (Kind::Component(component), _) => {
                let group = &self.groups[component];
                let explicit = !group.starts_with('#');
                let mut found = self.definitions[group].clone();
                if matches!(found.kind, Kind::Component(_)) {
                    let nullable = found.nullable;
                    found = self.resolve(&found).nullable(nullable);
                }
                (found, explicit)
            }
            (Kind::Object(_) | Kind::Enum(_), Some(name)) => (self.definitions[name].clone(), true),
            _ => (ty.clone(), false),
        };
        found.nullable = match found.kind {
            // Said where it is used; for what has no type of its own, either will do.
            Kind::Object(_) | Kind::Enum(_) => ty.nullable,
            _ => ty.nullable || found.nullable,
        };
        found.essential = ty.essential;
        match &found.kind {
            Kind::Enum(values) if values.len() == 1 && !named => found.kind = Kind::Text,
            Kind::Object(_) if found.name.is_none() => {
                if let Some(item) = self.page_item(&found) {
                    found.kind = Kind::Page(item);
                }
            }
            _ => {}
        }
        found
    }

    /// The elements of an object of exactly `data` and `total_count`.
    fn page_item(&self, ty: &Type) -> Option<Box<Type>> {
        let Kind::Object(fields) = &ty.kind else {
            return None;
        };
        let total = &fields.get("total_count")?.ty.kind;
        let is_page = fields.len() == 2 && matches!(total, Kind::Integer | Kind::Number);
        match self.resolve(&fields.get("data")?.ty).kind {
            Kind::List(item) if is_page => Some(item),
            _ => None,
        }
    }

    /// A name by which a type that contains itself is recognised.
    pub(crate) fn identity(&self, ty: &Type) -> Option<String> {
        match &ty.kind {
            Kind::Component(component) => Some(self.groups[component].clone()),
            _ => ty.name.clone(),
        }
    }

    /// A component by itself, without what else has its name.
    fn component(&self, name: &str) -> Type {
        self.read(&self.document["components"]["schemas"][name])
    }

    /// The type as it is described in one place.
    fn own(&self, ty: &Type) -> Type {
        match &ty.kind {
            Kind::Component(name) => {
                let target = self.component(name);
                self.own(&target).nullable(ty.nullable)
            }
            _ => ty.clone(),
        }
    }

    fn read(&self, schema: &Value) -> Type {
        let mut ty = self.kind(schema);
        match schema["nullable"].as_bool() {
            Some(false) if component_name(only(schema)).is_some() => ty.nullable = false,
            Some(true) => ty.nullable = true,
            _ => {}
        }
        ty.essential |= schema["x-rust-essential"] == true;
        if let Some(name) = schema["x-rust-name"].as_str() {
            ty.name = Some(name.to_owned());
        }
        if let Some(kind) = schema["x-rust-type"].as_str() {
            ty.chosen = true;
            ty.kind = match kind {
                "Timestamp" => Kind::Timestamp,
                "Integer" => Kind::Integer,
                "Value" => Kind::Any,
                "ClerkError" => clerk_error(),
                other => panic!("x-rust-type {other}"),
            };
        }
        ty
    }

    fn kind(&self, schema: &Value) -> Type {
        if let Some(name) = component_name(schema) {
            let target = &self.document["components"]["schemas"][name];
            return Type::new(Kind::Component(name.to_owned()))
                .nullable(target["nullable"] == true);
        }
        let union: Vec<&Value> = members(schema).collect();
        match union.as_slice() {
            [] => {}
            [one] => return self.read(one),
            several => return self.union(several),
        }
        let parts: Vec<&Value> = schema["allOf"].as_array().into_iter().flatten().collect();
        match parts.as_slice() {
            [] => {}
            [one] if !schema["properties"].is_object() => return self.read(one),
            several => return self.merged(several, schema),
        }
        let values: BTreeSet<String> = schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        Type::new(match schema["type"].as_str() {
            Some("string") | None if !values.is_empty() => Kind::Enum(values),
            Some("string") => Kind::Text,
            Some("boolean") => Kind::Bool,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("array") => Kind::List(Box::new(self.read(&schema["items"]))),
            Some("object") => self.object(schema),
            None if schema["properties"].is_object() => self.object(schema),
            None => Kind::Any,
            Some(other) => panic!("type {other}"),
        })
    }

    fn object(&self, schema: &Value) -> Kind {
        let properties = schema["properties"]
            .as_object()
            .filter(|all| !all.is_empty());
        let Some(properties) = properties else {
            return match &schema["additionalProperties"] {
                item @ Value::Object(_) => Kind::Map(Box::new(self.read(item))),
                _ => Kind::FreeForm,
            };
        };
        let required = required(schema);
        let fields = properties.iter().map(|(name, property)| {
            let mut ty = self.read(property);
            let is_time = ["_at", "_at_before", "_at_after", "_at_since"]
                .iter()
                .any(|end| name.ends_with(end));
            if is_time && !ty.chosen && matches!(ty.kind, Kind::Integer | Kind::Number) {
                ty.kind = Kind::Timestamp;
            }
            let required = required.contains(name.as_str());
            (name.clone(), Field { ty, required })
        });
        Kind::Object(fields.collect())
    }

    /// `allOf`: the properties of all, the later ones over the earlier.
    fn merged(&self, parts: &[&Value], schema: &Value) -> Type {
        let mut telling = Vec::new();
        let mut nullable = false;
        let mut needed = required(schema);
        for part in parts {
            let ty = self.read(part);
            match ty.kind {
                // `{type: object, nullable: true}` beside others only says that there may be nothing.
                Kind::FreeForm | Kind::Any => nullable |= ty.nullable,
                _ => telling.push(ty),
            }
            needed.extend(required(part));
        }
        if schema["properties"].is_object() {
            telling.push(Type::new(self.object(schema)));
        }
        if let [one] = telling.as_slice() {
            return one.clone().nullable(nullable);
        }
        let mut fields = Fields::new();
        for ty in &telling {
            let Kind::Object(more) = self.own(ty).kind else {
                panic!("a part that is no object")
            };
            for (name, mut field) in more {
                field.required |= fields.get(&name).is_some_and(|known| known.required);
                fields.insert(name, field);
            }
        }
        for (name, field) in &mut fields {
            field.required |= needed.contains(name.as_str());
        }
        Type::new(Kind::Object(fields)).nullable(nullable)
    }

    /// `oneOf` and `anyOf`: one type for the values of all members.
    fn union(&self, members: &[&Value]) -> Type {
        let types: Vec<Type> = members
            .iter()
            .map(|member| self.own(&self.read(member)))
            .collect();
        if let [one, other] = types.as_slice() {
            for (list, page) in [(one, other), (other, one)] {
                if let (Kind::List(item), Some(_)) = (&list.kind, self.page_item(page)) {
                    return Type::new(Kind::Page(item.clone()));
                }
            }
        }
        let mut types = types.into_iter();
        let first = types.next().unwrap();
        let mut united = types.fold(first, |known, ty| {
            self.united(&known, &ty)
                .unwrap_or_else(|Conflict(why)| panic!("no union: {why}"))
        });
        united.name = None;
        united.essential = false;
        united
    }

    fn united(&self, left: &Type, right: &Type) -> Result<Type, Conflict> {
        unite(&self.groups, left, right, &mut Vec::new())
    }

    fn unite(&mut self, left: &Type, right: &Type) -> Result<Type, Conflict> {
        unite(&self.groups, left, right, &mut self.absorbed)
    }
}

fn unite(
    groups: &BTreeMap<String, String>,
    left: &Type,
    right: &Type,
    absorbed: &mut Vec<(String, Type)>,
) -> Result<Type, Conflict> {
    use Kind::{
        Any, Bool, Component, Enum, FreeForm, Integer, List, Map, Number, Object, Page, Text,
        Timestamp,
    };
    let mut both = |one: &Type, other: &Type| -> Result<Box<Type>, Conflict> {
        Ok(Box::new(unite(groups, one, other, absorbed)?))
    };
    let kind = match (&left.kind, &right.kind) {
        (Any, _) | (_, Any) => Any,
        (Timestamp, Timestamp | Integer | Number) | (Integer | Number, Timestamp) => Timestamp,
        (Number, Integer | Number) | (Integer, Number) => Number,
        (Bool, Bool) => Bool,
        (Integer, Integer) => Integer,
        (Text, Text) => Text,
        (FreeForm, FreeForm) => FreeForm,
        (FreeForm, other @ (Object(_) | Map(_) | Component(_)))
        | (other @ (Object(_) | Map(_) | Component(_)), FreeForm) => other.clone(),
        // An enum is open, so it holds other texts too; a constant would not tell what they are.
        (Enum(values), Text) | (Text, Enum(values)) if values.len() > 1 => Enum(values.clone()),
        (Enum(_), Text) | (Text, Enum(_)) => Text,
        (Enum(one), Enum(other)) => Enum(one | other),
        (List(one), List(other)) => List(both(one, other)?),
        (Map(one), Map(other)) => Map(both(one, other)?),
        (Page(one), Page(other) | List(other)) | (List(one), Page(other)) => {
            Page(both(one, other)?)
        }
        (Object(one), Object(other)) => {
            let mut fields = Fields::new();
            for name in one.keys().chain(other.keys()) {
                let field = match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => Field {
                        ty: *both(&one.ty, &other.ty)?,
                        required: one.required && other.required,
                    },
                    (Some(field), None) | (None, Some(field)) => Field {
                        ty: field.ty.clone(),
                        required: false,
                    },
                    (None, None) => continue,
                };
                fields.insert(name.clone(), field);
            }
            Object(fields)
        }
        (Component(one), Component(other)) if groups[one] == groups[other] => {
            Component(one.clone())
        }
        (Component(name), inline @ (Object(_) | Enum(_) | Text))
        | (inline @ (Object(_) | Enum(_) | Text), Component(name)) => {
            absorbed.push((groups[name].clone(), Type::new(inline.clone())));
            Component(name.clone())
        }
        (one, other) => return Err(Conflict(format!("{one:?} and {other:?}"))),
    };
    Ok(Type {
        kind,
        nullable: left.nullable || right.nullable,
        // Essential in one place only would fail on the values of the other.
        essential: left.essential && right.essential,
        name: left.name.clone().or_else(|| right.name.clone()),
        chosen: left.chosen || right.chosen,
    })
}

/// What is in an object of exactly `response` and `client`.
fn envelope(ty: &Type) -> Option<&Type> {
    let Kind::Object(fields) = &ty.kind else {
        return None;
    };
    let response = fields.get("response")?;
    (fields.len() == 2 && fields.contains_key("client")).then_some(&response.ty)
}

/// The runtime's type for one of Clerk's errors.
fn clerk_error() -> Kind {
    let field = |kind, required| Field {
        ty: Type::new(kind),
        required,
    };
    Kind::Object(Fields::from([
        ("code".to_owned(), field(Kind::Text, true)),
        ("message".to_owned(), field(Kind::Text, true)),
        ("long_message".to_owned(), field(Kind::Text, false)),
        ("meta".to_owned(), field(Kind::FreeForm, false)),
    ]))
}

/// The type of a component that has no name in Rust; no name that somebody chose is like it.
fn by_itself(component: &str) -> String {
    format!("#{component}")
}

fn component_name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(SCHEMAS)
}

/// The one schema that this one is another way to write, or itself.
fn only(schema: &Value) -> &Value {
    ["allOf", "oneOf", "anyOf"]
        .iter()
        .find_map(|key| match schema[key].as_array()?.as_slice() {
            [one] => Some(one),
            _ => None,
        })
        .unwrap_or(schema)
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema["required"].as_array().into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

/// The members of a union; lists of required names describe no other type.
fn members(schema: &Value) -> impl Iterator<Item = &Value> {
    ["oneOf", "anyOf"]
        .into_iter()
        .flat_map(|key| schema[key].as_array().into_iter().flatten())
        .filter(|member| {
            let mut keys = member.as_object().unwrap().keys();
            !keys.all(|key| key == "required")
        })
}

/// All schemas with a name of their own, inside first.
fn named_schemas(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(object) => {
            object
                .values()
                .for_each(|value| named_schemas(value, found));
            let is_schema = ["type", "enum", "properties", "allOf", "oneOf", "anyOf"]
                .iter()
                .any(|key| object.contains_key(*key));
            if is_schema && object.get("x-rust-name").is_some_and(Value::is_string) {
                found.push(value.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|value| named_schemas(value, found)),
        _ => {}
    }
}

/// All unions of several.
fn union_schemas(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(object) => {
            object
                .values()
                .for_each(|value| union_schemas(value, found));
            if members(value).count() > 1 {
                found.push(value.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|value| union_schemas(value, found)),
        _ => {}
    }
}

/// The schemas of what operations take and of what they answer in success.
fn operation_schemas(document: &Value, found: &mut Vec<Value>) {
    for operation in document::all_operations(document) {
        let responses = operation["responses"].as_object().into_iter().flatten();
        let contents = responses
            .filter(|(status, _)| status.starts_with('2'))
            .map(|(_, response)| response)
            .chain([&operation["requestBody"]])
            .filter_map(|holder| document::resolve(document, holder)["content"].as_object())
            .flat_map(|content| content.values());
        found.extend(contents.map(|content| content["schema"].clone()));
    }
}
