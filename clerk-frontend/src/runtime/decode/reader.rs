//! The one visitor that reads all models: JSON (or any self-describing format) into [`Slot`]s.

use super::path::{Place, shortened};
use super::{DecodeError, DecodeErrorKind};
use crate::runtime::field::{ListField, MapField};
use crate::runtime::model::{FieldShape, ShapeKind, flags};
use crate::runtime::{Drift, DriftKind, Model, Slot, Value};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::fmt;

/// The key under which an envelope holds the value.
const RESPONSE: &str = "response";

/// What a feature of serde_json that any crate of a build can switch on (`arbitrary_precision`) makes of a number:
/// an object with this key and the digits.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

/// What has been noticed so far.
pub(super) struct Journal {
    watching: bool,
    /// Differences that did no harm; only kept while someone is watching.
    pub(super) drift: Vec<Drift>,
    /// The error this module found, of which serde's error is only the messenger.
    pub(super) failure: Option<DecodeError>,
    /// Where the format's own error came from.
    pub(super) place: Option<String>,
    /// Whether the root is an envelope that holds a `response`.
    pub(super) saw_response: bool,
    /// Whether the root looks like an envelope around what was to be read.
    pub(super) may_be_wrapped: bool,
}

/// What was found for a slot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A value, now in the slot.
    Value,
    /// Null, and the slot is as it was.
    Null,
    /// Null, for which the slot has a value of its own.
    NullTaken,
}

/// Reads a value into a slot.
pub(super) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    slot: &mut Slot<'_>,
    journal: &mut Journal,
) -> Result<Outcome, D::Error> {
    Reader {
        slot,
        journal,
        place: &Place::ROOT,
    }
    .deserialize(deserializer)
}

impl Journal {
    pub(super) fn new(watching: bool) -> Self {
        Self {
            watching,
            drift: Vec::new(),
            failure: None,
            place: None,
            saw_response: false,
            may_be_wrapped: false,
        }
    }

    /// Settles a root that is null: a list or a map is empty then, anything else cannot be made up.
    pub(super) fn correct_root(&mut self, slot: &Slot<'_>) -> Result<(), DecodeError> {
        match slot {
            Slot::List(_) | Slot::Map(_) => {
                self.corrected(&Place::ROOT, "is null");
                Ok(())
            }
            _ => Err(DecodeError::mismatch(
                DecodeErrorKind::Type,
                Place::ROOT.to_string(),
                slot.expects(),
                "null",
            )),
        }
    }

    fn note(&mut self, kind: DriftKind, place: &Place<'_>, detail: impl Into<String>) {
        self.drift.push(Drift::new(kind, place.to_string(), detail));
    }

    fn corrected(&mut self, place: &Place<'_>, detail: &str) {
        if self.watching {
            self.note(DriftKind::Corrected, place, detail);
        }
    }

    /// Writes an error down and returns the messenger.
    #[cold]
    fn fail<E: Error>(
        &mut self,
        kind: DecodeErrorKind,
        place: &Place<'_>,
        expected: &str,
        found: &str,
    ) -> E {
        self.refuse(kind, place, expected, found);
        self.messenger()
    }

    fn refuse(&mut self, kind: DecodeErrorKind, place: &Place<'_>, expected: &str, found: &str) {
        self.failure = Some(DecodeError::mismatch(
            kind,
            place.to_string(),
            expected,
            found,
        ));
    }

    #[cold]
    fn messenger<E: Error>(&self) -> E {
        match &self.failure {
            Some(error) => E::custom(error),
            None => E::custom("stopped"),
        }
    }

    /// Remembers the innermost place the format's own error passed.
    #[cold]
    fn passing(&mut self, place: &Place<'_>) {
        if self.place.is_none() && self.failure.is_none() {
            self.place = Some(place.to_string());
        }
    }
}

/// The errand: one slot to fill, and what is known about where it is.
struct Reader<'r, 's> {
    /// By reference, since moving a slot right after it was made costs more than anything else here.
    slot: &'r mut Slot<'s>,
    journal: &'r mut Journal,
    place: &'r Place<'r>,
}

impl Reader<'_, '_> {
    #[cold]
    fn mismatch<E: Error>(self, found: &str) -> E {
        let expected = self.slot.expects();
        self.journal
            .fail(DecodeErrorKind::Type, self.place, expected, found)
    }

    #[cold]
    fn out_of_range<E: Error>(self) -> E {
        self.mismatch("integer out of range")
    }

    #[cold]
    fn not_an_object<E: Error>(self) -> E {
        self.journal.may_be_wrapped = self.place.is_root();
        self.mismatch("object")
    }

    fn unknown_value(self, text: &str, name: &str) {
        if self.journal.watching {
            let detail = format!("{:?} is not a known {name}", shortened(text));
            self.journal
                .note(DriftKind::UnknownEnumValue, self.place, detail);
        }
    }
}

/// Goes through an option around a value, now that there is one.
macro_rules! inside {
    ($reader:ident, $option:ident) => {
        Reader {
            slot: &mut $option.fill(),
            journal: $reader.journal,
            place: $reader.place,
        }
    };
}

impl<'de> DeserializeSeed<'de> for Reader<'_, '_> {
    type Value = Outcome;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outcome, D::Error> {
        match self.slot {
            Slot::Ignored => {
                deserializer.deserialize_ignored_any(IgnoredAny)?;
                Ok(Outcome::Value)
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Reader<'_, '_> {
    type Value = Outcome;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.slot.expects())
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<Outcome, E> {
        match self.slot {
            // Freshly made or reset, so there is nothing to take out.
            Slot::OptionString(_)
            | Slot::OptionBool(_)
            | Slot::OptionInteger(_)
            | Slot::Ignored => {}
            Slot::Option(option) => option.null(),
            Slot::Value(place) => **place = Value::Null,
            _ => return Ok(Outcome::Null),
        }
        Ok(Outcome::NullTaken)
    }

    fn visit_none<E: Error>(self) -> Result<Outcome, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outcome, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Outcome, D::Error> {
        self.deserialize(deserializer)
    }

    #[inline]
    fn visit_bool<E: Error>(self, value: bool) -> Result<Outcome, E> {
        match self.slot {
            Slot::Bool(place) => **place = value,
            Slot::OptionBool(place) => **place = Some(value),
            Slot::Option(option) => return inside!(self, option).visit_bool(value),
            Slot::Value(place) => **place = Value::Bool(value),
            _ => return Err(self.mismatch("boolean")),
        }
        Ok(Outcome::Value)
    }

    #[inline]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Outcome, E> {
        match self.slot {
            Slot::Integer(place) => **place = value,
            Slot::OptionInteger(place) => **place = Some(value),
            Slot::Option(option) => return inside!(self, option).visit_i64(value),
            Slot::Number(place) => **place = value as f64,
            Slot::Value(place) => **place = Value::from(value),
            _ => return Err(self.mismatch("integer")),
        }
        Ok(Outcome::Value)
    }

    #[inline]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Outcome, E> {
        if let Ok(value) = i64::try_from(value) {
            return self.visit_i64(value);
        }
        match self.slot {
            Slot::Integer(_) | Slot::OptionInteger(_) => return Err(self.out_of_range()),
            Slot::Option(option) => return inside!(self, option).visit_u64(value),
            Slot::Number(place) => **place = value as f64,
            Slot::Value(place) => **place = Value::from(value),
            _ => return Err(self.mismatch("integer")),
        }
        Ok(Outcome::Value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Outcome, E> {
        /// 2^63, the first number beyond the integers. Its negative is one, but a float that says so may stand for a whole
        /// number below that was rounded up to it.
        const END: f64 = 9_223_372_036_854_775_808.0;
        match self.slot {
            Slot::Number(place) => **place = value,
            Slot::Option(option) => return inside!(self, option).visit_f64(value),
            Slot::Value(place) => **place = Value::from(value),
            Slot::Integer(_) | Slot::OptionInteger(_) if value.fract() == 0.0 => {
                return match value.abs() < END {
                    true => self.visit_i64(value as i64),
                    false => Err(self.out_of_range()),
                };
            }
            _ => return Err(self.mismatch("number")),
        }
        Ok(Outcome::Value)
    }

    #[inline]
    fn visit_str<E: Error>(self, value: &str) -> Result<Outcome, E> {
        match self.slot {
            Slot::String(place) => **place = value.to_owned(),
            Slot::OptionString(place) => **place = Some(value.to_owned()),
            Slot::Option(option) => return inside!(self, option).visit_str(value),
            Slot::Enum(place) => {
                if !place.set(value) {
                    let name = place.name();
                    self.unknown_value(value, name);
                }
            }
            Slot::Value(place) => **place = Value::String(value.to_owned()),
            _ => return Err(self.mismatch("string")),
        }
        Ok(Outcome::Value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Outcome, A::Error> {
        match self.slot {
            Slot::List(list) => read_list(*list, seq, self.journal, self.place)?,
            Slot::Option(option) => return inside!(self, option).visit_seq(seq),
            Slot::Model(page) if page.shape().kind == ShapeKind::Page => {
                let mut data = page.slot(0);
                return Reader {
                    slot: &mut data,
                    journal: self.journal,
                    place: self.place,
                }
                .visit_seq(seq);
            }
            Slot::Value(place) => **place = Value::deserialize(SeqAccessDeserializer::new(seq))?,
            Slot::Ignored => {
                IgnoredAny.visit_seq(seq)?;
            }
            _ => return Err(self.mismatch("array")),
        }
        Ok(Outcome::Value)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Outcome, A::Error> {
        match self.slot {
            Slot::Model(model) => read_model(*model, map, self.journal, self.place)?,
            Slot::Option(option) => return inside!(self, option).visit_map(map),
            Slot::Map(entries) => read_map(*entries, map, self.journal, self.place)?,
            Slot::Value(place) => **place = Value::deserialize(MapAccessDeserializer::new(map))?,
            Slot::Object(place) => {
                **place = Deserialize::deserialize(MapAccessDeserializer::new(map))?
            }
            Slot::Ignored => {
                IgnoredAny.visit_map(map)?;
            }
            Slot::Integer(_) | Slot::OptionInteger(_) | Slot::Number(_) => {
                return self.number_token(map);
            }
            _ => return Err(self.not_an_object()),
        }
        Ok(Outcome::Value)
    }
}

impl Reader<'_, '_> {
    /// Reads a number that comes as an object, see [`NUMBER_TOKEN`].
    #[cold]
    fn number_token<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Outcome, A::Error> {
        if map.next_key_seed(AnyKey)?.as_deref() != Some(NUMBER_TOKEN) {
            return Err(self.not_an_object());
        }
        let digits = map.next_value_seed(AnyKey)?;
        if let Ok(value) = digits.parse() {
            return self.visit_i64(value);
        }
        if let Ok(value) = digits.parse() {
            return self.visit_u64(value);
        }
        match digits.parse() {
            Ok(value) => self.visit_f64(value),
            Err(_) => Err(self.mismatch("object")),
        }
    }
}

fn read_list<'de, A: SeqAccess<'de>>(
    list: &mut dyn ListField,
    mut seq: A,
    journal: &mut Journal,
    place: &Place<'_>,
) -> Result<(), A::Error> {
    list.clear();
    let mut index = 0;
    loop {
        let place = place.index(index);
        let element = seq.next_element_seed(Element {
            list,
            journal,
            place: &place,
        });
        match element {
            Ok(Some(Outcome::Value | Outcome::NullTaken)) => {}
            // Null is absence here too: an element made of empty values would claim something that was not said.
            Ok(Some(Outcome::Null)) => {
                list.pop();
                journal.corrected(&place, "is null and was left out");
            }
            Ok(None) => return Ok(()),
            Err(error) => {
                journal.passing(&place);
                return Err(error);
            }
        }
        index += 1;
    }
}

/// The errand for an element, which is only added once it is known to be there.
struct Element<'s> {
    list: &'s mut dyn ListField,
    journal: &'s mut Journal,
    place: &'s Place<'s>,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Outcome;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Outcome, D::Error> {
        Reader {
            slot: &mut self.list.push(),
            journal: self.journal,
            place: self.place,
        }
        .deserialize(deserializer)
    }
}

fn read_map<'de, A: MapAccess<'de>>(
    entries: &mut dyn MapField,
    mut map: A,
    journal: &mut Journal,
    place: &Place<'_>,
) -> Result<(), A::Error> {
    entries.clear();
    loop {
        let key = match map.next_key_seed(AnyKey) {
            Ok(Some(key)) => key,
            Ok(None) => return Ok(()),
            Err(error) => {
                journal.passing(place);
                return Err(error);
            }
        };
        let place = place.key(&key);
        let value = map.next_value_seed(Reader {
            slot: &mut entries.insert(&key),
            journal,
            place: &place,
        });
        match value {
            Ok(Outcome::Value | Outcome::NullTaken) => {}
            Ok(Outcome::Null) => {
                entries.remove(&key);
                journal.corrected(&place, "is null and was left out");
            }
            Err(error) => {
                journal.passing(&place);
                return Err(error);
            }
        }
    }
}

fn read_model<'de, A: MapAccess<'de>>(
    model: &mut dyn Model,
    mut map: A,
    journal: &mut Journal,
    place: &Place<'_>,
) -> Result<(), A::Error> {
    let shape = model.shape();
    let root = place.is_root();
    let keep_unknown = journal.watching || root;
    let mut seen = Seen::default();
    let mut next = 0;
    loop {
        let key = map.next_key_seed(FieldKey {
            fields: shape.fields,
            next,
            keep_unknown,
        });
        match key {
            Ok(Some(Key::Known(index, field))) => {
                if !seen.insert(index) {
                    // A key that comes twice: the last one wins, whole.
                    model.slot(index).reset();
                }
                if root && index == 0 && shape.kind == ShapeKind::Envelope {
                    journal.saw_response = true;
                }
                let place = place.key(field.wire);
                let value = map.next_value_seed(Reader {
                    slot: &mut model.slot(index),
                    journal,
                    place: &place,
                });
                match value {
                    Ok(Outcome::Value) => {}
                    Ok(_) if field.flags & (flags::REQUIRED | flags::ESSENTIAL) == 0 => {}
                    Ok(outcome) => {
                        if settle(field, model.slot(index), outcome, journal, &place).is_err() {
                            return Err(journal.messenger());
                        }
                    }
                    Err(error) => {
                        journal.passing(&place);
                        return Err(error);
                    }
                }
                next = index + 1;
            }
            Ok(Some(Key::Unknown(text))) => {
                if let Some(text) = text {
                    if root && text == RESPONSE {
                        journal.may_be_wrapped = true;
                        return Err(journal.messenger());
                    }
                    if journal.watching {
                        journal.note(
                            DriftKind::UnknownField,
                            &place.key(&text),
                            "is not known to this version",
                        );
                    }
                }
                if let Err(error) = map.next_value::<IgnoredAny>() {
                    journal.passing(place);
                    return Err(error);
                }
            }
            Ok(None) => break,
            Err(error) => {
                journal.passing(place);
                return Err(error);
            }
        }
    }
    match settle_absent(model, shape.fields, &seen, journal, place) {
        Ok(()) => Ok(()),
        Err(Refused) => Err(journal.messenger()),
    }
}

/// The error is in the journal.
struct Refused;

/// Settles the fields that did not come.
fn settle_absent(
    model: &mut dyn Model,
    fields: &'static [FieldShape],
    seen: &Seen,
    journal: &mut Journal,
    place: &Place<'_>,
) -> Result<(), Refused> {
    if seen.count() == fields.len() {
        return Ok(());
    }
    for (index, field) in fields.iter().enumerate() {
        if (field.is_required() || field.is_essential()) && !seen.contains(index) {
            missing(
                field,
                model.slot(index),
                "nothing",
                "is absent",
                journal,
                &place.key(field.wire),
            )?;
        }
    }
    Ok(())
}

/// Settles a field that is null.
fn settle(
    field: &FieldShape,
    slot: Slot<'_>,
    outcome: Outcome,
    journal: &mut Journal,
    place: &Place<'_>,
) -> Result<(), Refused> {
    if field.is_essential() || (field.is_required() && outcome == Outcome::Null) {
        return missing(field, slot, "null", "is null", journal, place);
    }
    Ok(())
}

fn missing(
    field: &FieldShape,
    slot: Slot<'_>,
    found: &str,
    detail: &str,
    journal: &mut Journal,
    place: &Place<'_>,
) -> Result<(), Refused> {
    if field.is_essential() {
        journal.refuse(DecodeErrorKind::Missing, place, slot.expects(), found);
        return Err(Refused);
    }
    journal.corrected(place, detail);
    all_empty(slot, journal, place)
}

/// Refuses an all-empty model in which something essential would be empty too.
fn all_empty(slot: Slot<'_>, journal: &mut Journal, place: &Place<'_>) -> Result<(), Refused> {
    let Slot::Model(model) = slot else {
        return Ok(());
    };
    for (index, field) in model.shape().fields.iter().enumerate() {
        let place = place.key(field.wire);
        if field.is_essential() {
            journal.refuse(
                DecodeErrorKind::Missing,
                &place,
                model.slot(index).expects(),
                "nothing",
            );
            return Err(Refused);
        }
        if field.is_required() {
            all_empty(model.slot(index), journal, &place)?;
        }
    }
    Ok(())
}

/// Which fields have come.
#[derive(Default)]
struct Seen {
    first: [u64; 2],
    /// Fields beyond those the bits can tell; hardly any model has so many.
    others: Vec<usize>,
}

impl Seen {
    /// Marks a field and returns whether it is new.
    #[inline]
    fn insert(&mut self, index: usize) -> bool {
        let Some(bits) = self.first.get_mut(index / 64) else {
            return self.insert_other(index);
        };
        let bit = 1 << (index % 64);
        let new = *bits & bit == 0;
        *bits |= bit;
        new
    }

    #[cold]
    fn insert_other(&mut self, index: usize) -> bool {
        let new = !self.others.contains(&index);
        if new {
            self.others.push(index);
        }
        new
    }

    fn contains(&self, index: usize) -> bool {
        match self.first.get(index / 64) {
            Some(bits) => bits & (1 << (index % 64)) != 0,
            None => self.others.contains(&index),
        }
    }

    fn count(&self) -> usize {
        let [low, high] = self.first;
        (low.count_ones() + high.count_ones()) as usize + self.others.len()
    }
}

/// The errand for a key of a model.
#[derive(Clone, Copy)]
struct FieldKey {
    fields: &'static [FieldShape],
    /// The field that comes next if the server keeps to the order it had so far.
    next: usize,
    keep_unknown: bool,
}

enum Key {
    Known(usize, &'static FieldShape),
    Unknown(Option<String>),
}

impl FieldKey {
    #[inline]
    fn find(self, text: &str) -> Key {
        if let Some(field) = self.fields.get(self.next)
            && field.wire == text
        {
            return Key::Known(self.next, field);
        }
        self.search(text)
    }

    /// Looks for a key that does not come in order: ahead first, since fields are left out more often than moved.
    fn search(self, text: &str) -> Key {
        let (behind, ahead) = self.fields.split_at(self.next.min(self.fields.len()));
        // Most keys already differ in their length or their last letter, and looking there needs no call.
        let last = text.as_bytes().last();
        let same = |field: &FieldShape| {
            field.wire.len() == text.len()
                && field.wire.as_bytes().last() == last
                && field.wire == text
        };
        for (index, field) in ahead.iter().enumerate() {
            if same(field) {
                return Key::Known(self.next + index, field);
            }
        }
        for (index, field) in behind.iter().enumerate() {
            if same(field) {
                return Key::Known(index, field);
            }
        }
        Key::Unknown(self.keep_unknown.then(|| text.to_owned()))
    }
}

impl<'de> DeserializeSeed<'de> for FieldKey {
    type Value = Key;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for FieldKey {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
        Ok(self.find(text))
    }
}

/// The errand for a key of a map, which is only copied if it has to be.
struct AnyKey;

impl<'de> DeserializeSeed<'de> for AnyKey {
    type Value = Cow<'de, str>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for AnyKey {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }
}
