//! What servers may do to an answer, and what must come of it.

use clerk_frontend::{DriftKind, Value};
use serde_json::json;

use super::places::{Place, Role, Step, at, path};
use super::samples::Extent;
use super::types::{Kind, Type, Types};

/// Stands for text that is no JSON value of ours, such as a number of any size.
const RAW: &str = "@raw@";
/// How many arrays and objects may stand in each other.
const DEEPEST: usize = 127;
const UNKNOWN: &str = "unheard_of";

/// What must come of a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It is read, and these differences are told, each once.
    Read(Vec<(DriftKind, String)>),
    /// It is refused, at this place.
    Refused(String),
    /// It is read, with nothing to tell, as this other body is.
    Same(Value),
}

#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    pub(crate) what: String,
    pub(crate) body: String,
    pub(crate) outcome: Outcome,
}

/// The mutations of one sample, one place at a time.
pub(crate) struct Mutations<'t> {
    types: &'t Types,
    root: &'t Type,
    sample: &'t Value,
    made: Vec<Mutation>,
}

impl<'t> Mutations<'t> {
    pub(crate) fn new(types: &'t Types, root: &'t Type, sample: &'t Value) -> Self {
        Self {
            types,
            root,
            sample,
            made: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> Vec<Mutation> {
        self.made
    }

    /// Adds all mutations of one place.
    pub(crate) fn add(&mut self, place: &Place) {
        self.dropped(place);
        self.null(place);
        self.wrong_types(place);
        self.unknown(place);
        self.empty(place);
        self.texts(place);
        self.numbers(place);
        self.nested(place);
        self.twice(place);
        self.bare_page(place);
    }

    /// Adds what is about whether a place is there and of its type.
    pub(crate) fn add_presence(&mut self, place: &Place) {
        self.dropped(place);
        self.null(place);
        self.wrong_types(place);
        self.unknown(place);
    }

    fn body(&self, place: &Place, value: Value) -> Value {
        let mut body = self.sample.clone();
        *at(&mut body, &place.way) = value;
        body
    }

    fn push(&mut self, what: &str, place: &Place, body: &Value, outcome: Outcome) {
        self.push_text(what, place, body.to_string(), outcome);
    }

    fn push_text(&mut self, what: &str, place: &Place, body: String, outcome: Outcome) {
        self.made.push(Mutation {
            what: format!("{what} {}", path(&place.way)),
            body,
            outcome,
        });
    }

    fn set(&mut self, what: &str, place: &Place, value: Value, outcome: Outcome) {
        let body = self.body(place, value);
        self.push(what, place, &body, outcome);
    }

    fn set_raw(&mut self, what: &str, place: &Place, text: &str, outcome: Outcome) {
        let body = self.body(place, json!(RAW)).to_string();
        let body = body.replacen(&format!("\"{RAW}\""), text, 1);
        self.push_text(what, place, body, outcome);
    }

    fn dropped(&mut self, place: &Place) {
        let Some((last, parent)) = place.way.split_last() else {
            return;
        };
        let mut body = self.sample.clone();
        match (at(&mut body, parent), last) {
            (Value::Object(fields), Step::Key(key)) => drop(fields.remove(key)),
            (Value::Array(items), Step::Index(index)) => drop(items.remove(*index)),
            (parent, _) => panic!("{parent} has no {last:?}"),
        }
        let outcome = match (self.root.kind.clone(), place.way.as_slice()) {
            (Kind::Envelope(response, _), [Step::Key(key)]) if key == "response" => {
                let unknown = vec![(DriftKind::UnknownField, "$.client".to_owned())];
                self.unwrapped(&response, unknown)
            }
            _ => self.missing(place),
        };
        self.push("without", place, &body, outcome);
    }

    /// What comes of an object without a `response` where one belongs; `rest` is what it has for fields.
    fn unwrapped(&self, response: &Type, rest: Vec<(DriftKind, String)>) -> Outcome {
        let mut drift = vec![(DriftKind::EnvelopeMissing, "$".to_owned())];
        match self.types.resolve(response).kind {
            Kind::Any | Kind::FreeForm => {}
            kind @ (Kind::Object(_) | Kind::Page(_)) => match self.types.absent(&kind) {
                Err(way) => return Outcome::Refused(path(&way)),
                Ok(absent) => {
                    drift.extend(rest);
                    let absent = absent.into_iter();
                    drift.extend(absent.map(|name| {
                        let path = path(&[Step::Key(name)]);
                        (DriftKind::Corrected, path)
                    }));
                }
            },
            _ => return Outcome::Refused("$".to_owned()),
        }
        Outcome::Read(drift)
    }

    /// What comes of a place where nothing is.
    fn missing(&self, place: &Place) -> Outcome {
        match place.role {
            Role::Essential => Outcome::Refused(path(&place.way)),
            Role::Required => self.made_up(place),
            _ => Outcome::Read(Vec::new()),
        }
    }

    /// What comes of a place for which an empty value is made up.
    fn made_up(&self, place: &Place) -> Outcome {
        match self.types.first_essential(&place.ty) {
            Some(rest) => {
                let way: Vec<Step> = place.way.iter().cloned().chain(rest).collect();
                Outcome::Refused(path(&way))
            }
            None => Outcome::Read(vec![(DriftKind::Corrected, path(&place.way))]),
        }
    }

    fn null(&mut self, place: &Place) {
        let takes_null = place.ty.nullable || place.kind == Kind::Any;
        let here = path(&place.way);
        let corrected = (DriftKind::Corrected, here.clone());
        let outcome = match place.role {
            Role::Essential => Outcome::Refused(here),
            _ if takes_null => Outcome::Read(Vec::new()),
            Role::Required => self.made_up(place),
            Role::Optional => Outcome::Read(Vec::new()),
            Role::Element | Role::Entry => Outcome::Read(vec![corrected]),
            Role::Root => {
                let (kind, drift) = match &place.kind {
                    Kind::Envelope(response, _) => {
                        let response = self.types.resolve(response);
                        let missing = (DriftKind::EnvelopeMissing, here.clone());
                        if response.nullable || response.kind == Kind::Any {
                            let outcome = Outcome::Read(vec![missing]);
                            return self.set("null", place, Value::Null, outcome);
                        }
                        (response.kind, vec![missing, corrected])
                    }
                    kind => (kind.clone(), vec![corrected]),
                };
                match kind {
                    Kind::List(_) | Kind::Map(_) => Outcome::Read(drift),
                    _ => Outcome::Refused(here),
                }
            }
        };
        self.set("null", place, Value::Null, outcome);
    }

    fn wrong_types(&mut self, place: &Place) {
        let kind = match &place.kind {
            Kind::Envelope(response, _) => self.types.resolve(response).kind,
            kind => kind.clone(),
        };
        let is_envelope = matches!(place.kind, Kind::Envelope(..));
        for value in [
            json!(true),
            json!(7),
            json!(-7),
            json!(1.5),
            json!("7"),
            json!([]),
            json!({}),
        ] {
            let fits = match &kind {
                Kind::Any => true,
                Kind::Text | Kind::Enum(_) => value.is_string(),
                Kind::Bool => value.is_boolean(),
                Kind::Integer | Kind::Timestamp => value.is_i64(),
                Kind::Number => value.is_number(),
                Kind::List(_) => value.is_array(),
                Kind::Page(_) => value.is_array() || value.is_object(),
                _ => value.is_object(),
            };
            // An object without a `response` is another mutation.
            let fits = fits || (is_envelope && value.is_object());
            if !fits {
                let refused = Outcome::Refused(path(&place.way));
                self.set("another type at", place, value, refused);
            }
        }
    }

    fn unknown(&mut self, place: &Place) {
        let mut body = self.sample.clone();
        let mut way = place.way.clone();
        way.push(Step::Key(UNKNOWN.to_owned()));
        let Value::Object(object) = at(&mut body, &place.way) else {
            return;
        };
        let outcome = match &place.kind {
            Kind::Map(item) => {
                let item = self.types.sample(item, Extent::Required);
                object.insert(UNKNOWN.to_owned(), item);
                Outcome::Same(body.clone())
            }
            Kind::FreeForm | Kind::Any => {
                object.insert(UNKNOWN.to_owned(), json!({"id": [1, null, "x"]}));
                Outcome::Same(body.clone())
            }
            _ => {
                object.insert(UNKNOWN.to_owned(), json!({"id": [1, null, "x"]}));
                Outcome::Read(vec![(DriftKind::UnknownField, path(&way))])
            }
        };
        self.push("an unknown field at", place, &body, outcome);
        if place.role == Role::Root && !matches!(place.kind, Kind::Map(_) | Kind::FreeForm) {
            // What nobody reads may be of any depth.
            let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
            let mut body = self.sample.clone();
            body[UNKNOWN] = json!(RAW);
            let body = body.to_string().replacen(&format!("\"{RAW}\""), &deep, 1);
            let outcome = Outcome::Read(vec![(DriftKind::UnknownField, path(&way))]);
            self.push_text("a deep unknown field at", place, body, outcome);
        }
    }

    fn empty(&mut self, place: &Place) {
        match &place.kind {
            Kind::List(_) => {
                self.set("an empty list at", place, json!([]), Outcome::Read(vec![]));
            }
            Kind::Map(_) | Kind::FreeForm => {
                self.set("nothing in", place, json!({}), Outcome::Read(vec![]));
            }
            Kind::Object(_) | Kind::Page(_) => {
                let under = |rest: Vec<Step>| {
                    let way: Vec<Step> = place.way.iter().cloned().chain(rest).collect();
                    path(&way)
                };
                let outcome = match self.types.absent(&place.kind) {
                    Err(rest) => Outcome::Refused(under(rest)),
                    Ok(absent) => {
                        let absent = absent.into_iter();
                        let paths = absent.map(|name| under(vec![Step::Key(name)]));
                        Outcome::Read(paths.map(|path| (DriftKind::Corrected, path)).collect())
                    }
                };
                self.set("nothing in", place, json!({}), outcome);
            }
            Kind::Envelope(response, _) => {
                let response = (**response).clone();
                let outcome = match self.types.resolve(&response).kind {
                    Kind::Map(_) => {
                        Outcome::Read(vec![(DriftKind::EnvelopeMissing, "$".to_owned())])
                    }
                    _ => self.unwrapped(&response, Vec::new()),
                };
                self.set("nothing in", place, json!({}), outcome);
            }
            _ => {}
        }
    }

    fn texts(&mut self, place: &Place) {
        let here = path(&place.way);
        let texts = ["unheard of", "", "\u{0}\"\\\u{1F600}"];
        for text in texts {
            let outcome = match &place.kind {
                Kind::Enum(values) if !values.contains(text) => {
                    Outcome::Read(vec![(DriftKind::UnknownEnumValue, here.clone())])
                }
                Kind::Enum(_) | Kind::Text => Outcome::Read(Vec::new()),
                _ => return,
            };
            self.set("another text at", place, json!(text), outcome);
        }
        if let Kind::Enum(values) = &place.kind {
            for value in values {
                let outcome = Outcome::Same(self.body(place, json!(value)));
                self.set("a known text at", place, json!(value), outcome);
            }
        }
    }

    fn numbers(&mut self, place: &Place) {
        let whole = match &place.kind {
            Kind::Integer | Kind::Timestamp => true,
            Kind::Number => false,
            _ => return,
        };
        for value in [json!(i64::MIN), json!(i64::MAX), json!(0)] {
            let same = Outcome::Same(self.body(place, value.clone()));
            let outcome = if whole { same } else { Outcome::Read(vec![]) };
            self.set("a limit at", place, value, outcome);
        }
        for (text, value) in [("3.0", 3), ("-4e0", -4), ("5E2", 500), ("-0.0", 0)] {
            let same = Outcome::Same(self.body(place, json!(value)));
            let outcome = if whole { same } else { Outcome::Read(vec![]) };
            self.set_raw("a whole number at", place, text, outcome);
        }
        for text in [
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "9223372036854775808.0",
            "1e300",
        ] {
            let outcome = match whole {
                true => Outcome::Refused(path(&place.way)),
                false => Outcome::Read(Vec::new()),
            };
            self.set_raw("a large number at", place, text, outcome);
        }
        let refused = Outcome::Refused(path(&place.way));
        self.set_raw("an endless number at", place, "1e400", refused);
    }

    /// Free values nested as deeply as may be, and deeper.
    fn nested(&mut self, place: &Place) {
        let object = match &place.kind {
            Kind::Any => 0,
            Kind::FreeForm => 1,
            _ => return,
        };
        let free = DEEPEST - place.way.len() - object;
        for (levels, fits) in [(free, true), (free + 1, false), (20_000, false)] {
            let deep = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            let deep = match object {
                0 => deep,
                _ => format!("{{\"a\":{deep}}}"),
            };
            let outcome = match fits {
                true => Outcome::Read(Vec::new()),
                false => Outcome::Refused(path(&place.way)),
            };
            self.set_raw("deep nesting at", place, &deep, outcome);
        }
    }

    /// A key that comes twice: the last value wins, whole.
    fn twice(&mut self, place: &Place) {
        let Some(Step::Key(key)) = place.way.last() else {
            return;
        };
        let mut body = self.sample.clone();
        let sample = at(&mut body, &place.way).clone();
        let mut pairs = vec![
            (self.types.other(&place.ty), sample.clone()),
            (sample.clone(), self.types.other(&place.ty)),
        ];
        if place.role == Role::Optional {
            pairs.push((sample.clone(), Value::Null));
            pairs.push((Value::Null, sample));
        }
        for (first, last) in pairs {
            let text = format!("{first},{}:{last}", json!(key));
            let outcome = Outcome::Same(self.body(place, last));
            self.set_raw("twice", place, &text, outcome);
        }
    }

    /// A page may come as its elements only.
    fn bare_page(&mut self, place: &Place) {
        if matches!(place.kind, Kind::Page(_)) {
            let mut body = self.sample.clone();
            let data = at(&mut body, &place.way)["data"].take();
            let outcome = Outcome::Same(self.body(place, data.clone()));
            self.set("only elements at", place, data, outcome);
        }
    }
}
