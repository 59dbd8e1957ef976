//! Values that a document allows, made from its types.

use clerk_frontend::Value;
use serde_json::{Map, json};

use super::types::{Kind, Type, Types};

/// How much of a value is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Every field there is.
    Full,
    /// Every field of the type itself and of what is described inside it, only required ones of what is inside those.
    Own,
    /// Only required fields.
    Required,
}

impl Types {
    /// A value with no difference from the document.
    pub(crate) fn sample(&self, ty: &Type, extent: Extent) -> Value {
        self.make(ty, extent, &mut Vec::new())
    }

    fn make(&self, ty: &Type, extent: Extent, inside: &mut Vec<String>) -> Value {
        let identity = self.identity(ty);
        let extent = match (&identity, &ty.kind) {
            (Some(name), _) if inside.contains(name) => Extent::Required,
            (_, Kind::Component(_)) if extent == Extent::Own && !inside.is_empty() => {
                Extent::Required
            }
            _ => extent,
        };
        inside.extend(identity.clone());
        let mut make = |ty: &Type| self.make(ty, extent, inside);
        let value = match self.resolve(ty).kind {
            Kind::Any => json!([{"made_up": [1, null, "text"]}]),
            Kind::FreeForm => json!({"made_up": {"a": [1, null, "text"]}}),
            Kind::Text => json!("text"),
            Kind::Enum(values) => json!(values.first()),
            Kind::Bool => json!(true),
            Kind::Integer | Kind::Timestamp => json!(1),
            Kind::Number => json!(1.5),
            Kind::List(item) => json!([make(&item)]),
            Kind::Map(item) => json!({"made_up": make(&item)}),
            Kind::Page(item) => json!({"data": [make(&item)], "total_count": 1}),
            Kind::Object(fields) => fields
                .iter()
                .filter(|(_, field)| extent != Extent::Required || field.is_sure())
                .map(|(name, field)| (name.clone(), make(&field.ty)))
                .collect::<Map<_, _>>()
                .into(),
            Kind::Envelope(response, client) => {
                let response = make(&response);
                let extent = match extent {
                    Extent::Full => Extent::Full,
                    Extent::Own | Extent::Required => Extent::Required,
                };
                json!({"response": response, "client": self.make(&client, extent, inside)})
            }
            Kind::Component(name) => panic!("{name} is not resolved"),
        };
        if identity.is_some() {
            inside.pop();
        }
        value
    }

    /// Another value than the sample, as good as that one.
    pub(crate) fn other(&self, ty: &Type) -> Value {
        match self.resolve(ty).kind {
            Kind::Any | Kind::FreeForm => json!({"other": 1}),
            Kind::Text => json!("other"),
            Kind::Enum(values) => json!(values.last()),
            Kind::Bool => json!(false),
            Kind::Integer | Kind::Timestamp | Kind::Number => json!(2),
            Kind::List(_) => json!([]),
            Kind::Map(_) => json!({}),
            Kind::Page(_) => json!({"data": []}),
            _ => self.sample(ty, Extent::Required),
        }
    }
}
