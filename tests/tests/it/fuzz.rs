//! Whatever bytes come in, into whatever model: nothing panics, what is read can be written and read again, and what is
//! told about it stays in proportion.
//!
//! The cases are the same every time. `FUZZ_CASES=200000 FUZZ_SEED=7` looks further, see CONTRIBUTING.md.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::OnceLock;

use clerk_frontend::Value;
use clerk_frontend_tests::Api;
use clerk_frontend_tests::table::{Check, Checked};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::json;

use crate::document;
use crate::models::places::{Place, at};
use crate::models::samples::Extent;
use crate::models::types::{Kind, Types};
use crate::models::{Model, Origin, models};

/// Without `FUZZ_CASES`.
const CASES: u32 = 16_000;
/// The most a report repeats of a key or a value, and what a report says besides.
const LONGEST_REPORT: usize = 256;

/// Keys that are read in a way of their own, wherever they are.
const KEYS: [&str; 7] = [
    "response",
    "client",
    "data",
    "total_count",
    "$serde_json::private::Number",
    "",
    "unheard of",
];

const TOKENS: [&str; 20] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\ud800",
    "null",
    "true",
    "-",
    "1e999",
    "-9223372036854775809",
    "18446744073709551616",
    "0.1",
    "\u{feff}",
    "\u{0}",
    "{}",
    "\u{1F600}",
];

/// Something that bytes are read as, and bytes that it takes.
struct Target {
    name: String,
    check: Check,
    samples: [Value; 2],
    places: [Vec<Place>; 2],
    keys: Vec<String>,
    /// Whether it has parts of its own; those of an answer are schemas.
    grows: bool,
}

impl Target {
    fn new(types: &Types, model: &Model) -> Self {
        let samples = [Extent::Own, Extent::Full].map(|extent| types.sample(&model.ty, extent));
        let places = [0, 1].map(|index| types.places(&model.ty, &samples[index]));
        let mut keys: Vec<String> = KEYS.map(str::to_owned).into();
        all_keys(&samples[0], &mut keys);
        Self {
            name: model.name.clone(),
            check: model.check,
            samples,
            places,
            keys,
            grows: model.origin == Origin::Schema,
        }
    }
}

fn all_keys(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                keys.push(key.clone());
                all_keys(value, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| all_keys(item, keys)),
        _ => {}
    }
}

fn targets() -> &'static [Target] {
    static TARGETS: OnceLock<Vec<Target>> = OnceLock::new();
    TARGETS.get_or_init(|| {
        let mut targets = Vec::new();
        for api in Api::ALL {
            let types = Types::new(document::corrected(api));
            let models = models(api, &types);
            // What is no JSON has no type, but takes bytes all the same.
            let others = api
                .responses()
                .iter()
                .filter(|entry| models.iter().all(|model| model.name != entry.operation_id));
            targets.extend(others.map(|entry| Target {
                name: entry.operation_id.to_owned(),
                check: entry.check,
                samples: [json!("text"), json!({})],
                places: [Vec::new(), Vec::new()],
                keys: KEYS.map(str::to_owned).into(),
                grows: false,
            }));
            targets.extend(models.iter().map(|model| Target::new(&types, model)));
        }
        targets
    })
}

/// A value whose keys and texts are chosen once it is known what it is for; keys may come twice.
#[derive(Clone, Debug)]
enum Made {
    Plain(String),
    Word(usize),
    Text(String),
    List(Vec<Made>),
    Object(Vec<(usize, Made)>),
    Nested(usize, usize),
}

fn made() -> impl Strategy<Value = Made> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "false", "0", "-0.0", "1e3"])
            .prop_map(|text| Made::Plain(text.to_owned())),
        any::<i64>().prop_map(|number| Made::Plain(number.to_string())),
        any::<u64>().prop_map(|number| Made::Plain(number.to_string())),
        any::<f64>().prop_map(|number| Made::Plain(json!(number).to_string())),
        any::<usize>().prop_map(Made::Word),
        prop::collection::vec(any::<char>(), 0..6)
            .prop_map(|text| Made::Text(text.into_iter().collect())),
        (0..200usize, 0..3usize).prop_map(|(levels, how)| Made::Nested(levels, how)),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Made::List),
            prop::collection::vec((any::<usize>(), inner), 0..5).prop_map(Made::Object),
        ]
    })
}

fn pick<T>(among: &[T], number: usize) -> Option<&T> {
    among.get(number.checked_rem(among.len())?)
}

impl Made {
    fn write(&self, keys: &[String], out: &mut String) {
        let word = |number: usize| json!(pick(keys, number)).to_string();
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Word(number) => out.push_str(&word(*number)),
            Self::Text(text) => out.push_str(&json!(text).to_string()),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    out.push(if index == 0 { '[' } else { ',' });
                    item.write(keys, out);
                }
                out.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(entries) => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push(if index == 0 { '{' } else { ',' });
                    write!(out, "{}:", word(*key)).unwrap();
                    value.write(keys, out);
                }
                out.push_str(if entries.is_empty() { "{}" } else { "}" });
            }
            Self::Nested(levels, how) => {
                let (open, close) =
                    [("[", "]"), ("{\"data\":", "}"), ("{\"response\":", "}")][*how];
                write!(out, "{}0{}", open.repeat(*levels), close.repeat(*levels)).unwrap();
            }
        }
    }
}

/// Damage to the bytes themselves. The numbers choose places and are taken modulo what there is to choose from.
#[derive(Clone, Debug)]
enum Tear {
    Truncate(usize),
    Cut(usize, usize),
    Repeat(usize, usize, usize),
    Byte(usize, u8),
    Token(usize, usize),
}

fn tear() -> impl Strategy<Value = Tear> {
    let n = any::<usize>;
    prop_oneof![
        n().prop_map(Tear::Truncate),
        (n(), 0..60usize).prop_map(|(at, length)| Tear::Cut(at, length)),
        (n(), 0..60usize, 1..4usize)
            .prop_map(|(at, length, times)| Tear::Repeat(at, length, times)),
        (n(), any::<u8>()).prop_map(|(at, byte)| Tear::Byte(at, byte)),
        (n(), n()).prop_map(|(at, token)| Tear::Token(at, token)),
    ]
}

fn torn(mut bytes: Vec<u8>, tears: &[Tear]) -> Vec<u8> {
    for tear in tears {
        let position = |at: usize| at % (bytes.len() + 1);
        match *tear {
            Tear::Truncate(at) => bytes.truncate(position(at)),
            Tear::Cut(at, length) => {
                let from = position(at);
                let to = (from + length).min(bytes.len());
                bytes.drain(from..to);
            }
            Tear::Repeat(at, length, times) => {
                let from = position(at);
                let to = (from + length).min(bytes.len());
                let piece = bytes[from..to].repeat(times);
                bytes.splice(to..to, piece);
            }
            Tear::Byte(at, byte) => {
                let at = position(at);
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            Tear::Token(at, token) => {
                let at = position(at);
                let token = pick(&TOKENS, token).unwrap();
                bytes.splice(at..at, token.bytes());
            }
        }
    }
    bytes
}

/// Where the bytes of a case come from.
#[derive(Clone, Debug)]
enum Source {
    Bytes(Vec<u8>),
    Made(Made),
    /// A sample in which some places have another value.
    Changed(Vec<(usize, Change)>),
}

#[derive(Clone, Debug)]
enum Change {
    Value(Made),
    /// One more key.
    Key(usize, Made),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (any::<usize>(), made()).prop_map(|(key, made)| Change::Key(key, made)),
        3 => Just(Change::Value(Made::Plain("null".to_owned()))),
        2 => made().prop_map(Change::Value),
    ]
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Source::Bytes),
        2 => made().prop_map(Source::Made),
        6 => prop::collection::vec((any::<usize>(), change()), 0..4).prop_map(Source::Changed),
    ]
}

fn bytes(target: &Target, extent: usize, source: &Source) -> Vec<u8> {
    match source {
        Source::Bytes(bytes) => bytes.clone(),
        Source::Made(made) => {
            let mut text = String::new();
            made.write(&target.keys, &mut text);
            text.into_bytes()
        }
        Source::Changed(changes) => {
            let mut body = target.samples[extent].clone();
            let mut texts = Vec::new();
            let mut changed: Vec<&Place> = Vec::new();
            for (number, change) in changes {
                let Some(place) = pick(&target.places[extent], *number) else {
                    continue;
                };
                // A place inside one that has changed is no more, and the other way round.
                if changed.iter().any(|other| {
                    other.way.starts_with(&place.way) || place.way.starts_with(&other.way)
                }) {
                    continue;
                }
                let mark = format!("@made {}@", texts.len());
                let value = at(&mut body, &place.way);
                match (change, value) {
                    (Change::Key(key, made), Value::Object(object)) => {
                        let key = pick(&target.keys, *key).unwrap();
                        object.insert(key.clone(), json!(mark));
                        texts.push((mark, made));
                    }
                    (Change::Value(made) | Change::Key(_, made), value) => {
                        *value = json!(mark);
                        texts.push((mark, made));
                    }
                }
                changed.push(place);
            }
            let mut body = body.to_string();
            for (mark, made) in texts {
                let mut text = String::new();
                made.write(&target.keys, &mut text);
                body = body.replacen(&format!("\"{mark}\""), &text, 1);
            }
            body.into_bytes()
        }
    }
}

/// Returns whether the bytes could be read.
fn survives(target: &Target, bytes: &[u8]) -> Result<bool, TestCaseError> {
    let read = match (target.check)(bytes) {
        Ok(read) => read,
        Err(failure) => {
            prop_assert!(failure.path.starts_with('$'), "{failure:?}");
            prop_assert!(failure.reason.len() <= LONGEST_REPORT, "{failure:?}");
            return Ok(false);
        }
    };
    for drift in &read.drift {
        prop_assert!(drift.path.starts_with('$'), "{drift}");
        prop_assert!(drift.detail.len() <= LONGEST_REPORT, "{drift}");
    }
    let Some(written) = read.written else {
        return Ok(true);
    };
    // What came bare is written in its envelope, which may be one level too many.
    if depth(&written) < 126 {
        let again = (target.check)(written.to_string().as_bytes());
        let again = again.map_err(|failure| {
            TestCaseError::fail(format!("{}: {failure:?}: {written}", target.name))
        })?;
        prop_assert_eq!(again.written, Some(written), "{}", &target.name);
    }
    Ok(true)
}

fn depth(value: &Value) -> usize {
    let inner = |values: &mut dyn Iterator<Item = &Value>| values.map(depth).max().unwrap_or(0);
    match value {
        Value::Object(object) => 1 + inner(&mut object.values()),
        Value::Array(items) => 1 + inner(&mut items.iter()),
        _ => 0,
    }
}

fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}

/// The runner of as many cases as are asked for, from the same start every time.
fn runner() -> TestRunner {
    let asked = number("FUZZ_CASES").map(|cases| cases.try_into().unwrap());
    let config = Config {
        cases: asked.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("FUZZ_SEED").unwrap_or_default().to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// The most memory the process ever had, where the system says so.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown", str::trim).to_owned()
}

#[test]
fn any_bytes_are_read_or_refused() {
    let targets = targets();
    let tears = prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(tear(), 1..4)];
    // A whole answer is large, so few are.
    let extent = prop_oneof![9 => Just(0), 1 => Just(1)];
    let strategy = (any::<usize>(), extent, source(), tears);
    let (cases, read) = (Cell::new(0), Cell::new(0));
    let result = runner().run(&strategy, |(target, extent, source, tears)| {
        let target = pick(targets, target).unwrap();
        let bytes = torn(bytes(target, extent, &source), &tears);
        cases.set(cases.get() + 1);
        read.set(read.get() + u32::from(survives(target, &bytes)?));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!(
        "fuzz: models: {}, cases: {}, of them read: {}, peak memory: {}",
        targets.len(),
        cases.get(),
        read.get(),
        peak_memory()
    );
}

/// The size of everything that comes of a body.
fn size(checked: &Checked) -> usize {
    let drift = checked.drift.iter();
    let told: usize = drift
        .map(|drift| drift.path.len() + drift.detail.len())
        .sum();
    told + checked
        .written
        .as_ref()
        .map_or(0, |written| written.to_string().len())
}

/// Where an answer is hostile, it costs memory in proportion to its own size and not to the square of it.
#[test]
fn nothing_grows_faster_than_the_body() {
    const SIZE: usize = 100;
    let mut cases = 0;
    for target in targets().iter().filter(|target| target.grows) {
        for place in &target.places[0] {
            let grown: Vec<fn(usize) -> Value> = match &place.kind {
                Kind::List(_) | Kind::Page(_) => {
                    vec![|size| json!(vec![json!({}); size]), |size| {
                        json!(vec![json!(null); size])
                    }]
                }
                Kind::Map(_) => vec![
                    |size| json!({"k".repeat(size * 8): unknown(size)}),
                    |size| {
                        (0..size)
                            .map(|key| (format!("k{key}"), json!({})))
                            .collect()
                    },
                ],
                Kind::Object(_) => vec![
                    |size| unknown(size),
                    |size| json!({"k".repeat(size * 8): unknown(size)}),
                ],
                Kind::Enum(_) => vec![|size| json!("k".repeat(size * 8))],
                _ => continue,
            };
            for grow in grown {
                let of = |size_of_body: usize| {
                    let mut body = target.samples[0].clone();
                    *at(&mut body, &place.way) = grow(size_of_body);
                    (target.check)(body.to_string().as_bytes()).map_or(0, |read| size(&read))
                };
                let (once, twice) = (of(SIZE), of(2 * SIZE));
                cases += 1;
                assert!(
                    twice <= 2 * once + once / 4 + 1000,
                    "{} {place:?}: {once} bytes become {twice}",
                    target.name
                );
            }
        }
    }
    println!("growth: cases: {cases}");
}

fn unknown(count: usize) -> Value {
    (0..count)
        .map(|key| (format!("u{key}"), json!(1)))
        .collect()
}
