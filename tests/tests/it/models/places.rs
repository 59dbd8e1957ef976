//! The places of a sample: where they are and what belongs there.

use std::fmt::Write as _;

use clerk_frontend::Value;

use super::types::{Field, Kind, Type, Types};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// What a place is in what holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Root,
    Essential,
    Required,
    Optional,
    Element,
    Entry,
}

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) way: Vec<Step>,
    pub(crate) role: Role,
    /// As declared; `kind` is what is behind it.
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
}

/// The path of a place as errors and drift tell it.
pub(crate) fn path(way: &[Step]) -> String {
    let mut path = "$".to_owned();
    for step in way {
        let plain = |key: &str| {
            let mut characters = key.chars();
            !key.is_empty() && characters.all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        };
        match step {
            Step::Key(key) if plain(key) => write!(path, ".{key}").unwrap(),
            Step::Key(key) => write!(path, "[{key:?}]").unwrap(),
            Step::Index(index) => write!(path, "[{index}]").unwrap(),
        }
    }
    path
}

pub(crate) fn at<'v>(value: &'v mut Value, way: &[Step]) -> &'v mut Value {
    way.iter().fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key).unwrap(),
        Step::Index(index) => value.get_mut(index).unwrap(),
    })
}

impl Types {
    /// All places of a value, itself first.
    pub(crate) fn places(&self, ty: &Type, value: &Value) -> Vec<Place> {
        let mut found = Vec::new();
        self.visit(ty, value, Role::Root, &mut Vec::new(), &mut found);
        found
    }

    fn visit(
        &self,
        ty: &Type,
        value: &Value,
        role: Role,
        way: &mut Vec<Step>,
        found: &mut Vec<Place>,
    ) {
        let resolved = self.resolve(ty);
        found.push(Place {
            way: way.clone(),
            role,
            ty: ty.clone().nullable(resolved.nullable),
            kind: resolved.kind.clone(),
        });
        let mut go = |ty: &Type, value: &Value, role: Role, step: Step| {
            way.push(step);
            self.visit(ty, value, role, way, found);
            way.pop();
        };
        let mut elements = |item: &Type, values: &Value| {
            for (index, value) in values.as_array().into_iter().flatten().enumerate() {
                go(item, value, Role::Element, Step::Index(index));
            }
        };
        match &resolved.kind {
            Kind::List(item) => elements(item, value),
            Kind::Page(item) if value.is_array() => elements(item, value),
            Kind::Map(item) => {
                for (key, value) in value.as_object().into_iter().flatten() {
                    go(item, value, Role::Entry, Step::Key(key.clone()));
                }
            }
            kind => {
                for (key, field) in self.fields(kind) {
                    if let Some(value) = value.get(&key) {
                        go(&field.ty, value, self.role(&field), Step::Key(key));
                    }
                }
            }
        }
    }

    fn role(&self, field: &Field) -> Role {
        let nullable = self.resolve(&field.ty).nullable;
        match () {
            () if field.is_essential() && !nullable => Role::Essential,
            () if field.is_sure() && !nullable => Role::Required,
            () => Role::Optional,
        }
    }

    /// The fields of what is written as an object, in the order in which they are settled.
    pub(crate) fn fields(&self, kind: &Kind) -> Vec<(String, Field)> {
        let field = |kind, required| Field {
            ty: Type::new(kind),
            required,
        };
        let mut fields: Vec<(String, Field)> = match kind {
            Kind::Object(fields) => fields.clone().into_iter().collect(),
            Kind::Page(item) => vec![
                ("data".to_owned(), field(Kind::List(item.clone()), true)),
                ("total_count".to_owned(), field(Kind::Integer, false)),
            ],
            _ => Vec::new(),
        };
        fields.sort_by_key(|(name, _)| match name.as_str() {
            "id" => (0, String::new()),
            "object" => (1, String::new()),
            _ => (2, name.clone()),
        });
        if let Kind::Envelope(response, client) = kind {
            // The envelope is the runtime's own: its first field is required even where it may be null.
            let response = Field {
                ty: (**response).clone(),
                required: true,
            };
            let client = Field {
                ty: (**client).clone(),
                required: false,
            };
            fields = vec![
                ("response".to_owned(), response),
                ("client".to_owned(), client),
            ];
        }
        fields
    }

    /// The field of a model made of nothing that must not be made up, if it has one.
    pub(crate) fn first_essential(&self, ty: &Type) -> Option<Vec<Step>> {
        let resolved = self.resolve(ty);
        if !matches!(resolved.kind, Kind::Object(_) | Kind::Page(_)) || resolved.nullable {
            return None;
        }
        self.fields(&resolved.kind)
            .iter()
            .find_map(|(name, field)| {
                let step = Step::Key(name.clone());
                match self.role(field) {
                    Role::Essential => Some(vec![step]),
                    Role::Required => {
                        let mut rest = self.first_essential(&field.ty)?;
                        rest.insert(0, step);
                        Some(rest)
                    }
                    _ => None,
                }
            })
    }

    /// The fields of a model that are not there if it is `{}`: those that must be, and whether one cannot be made up.
    pub(crate) fn absent(&self, kind: &Kind) -> Result<Vec<String>, Vec<Step>> {
        let mut corrected = Vec::new();
        for (name, field) in self.fields(kind) {
            match self.role(&field) {
                Role::Essential => return Err(vec![Step::Key(name)]),
                Role::Required => {
                    if let Some(mut rest) = self.first_essential(&field.ty) {
                        rest.insert(0, Step::Key(name));
                        return Err(rest);
                    }
                    corrected.push(name);
                }
                _ => {}
            }
        }
        Ok(corrected)
    }
}
