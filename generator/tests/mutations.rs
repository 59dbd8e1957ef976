//! No input may panic the generator: the real documents, damaged in a few thousand ways, always the same ones.
//!
//! Generating a whole document takes too long for thousands of cases, so most are made from excerpts: one path and the
//! components it reaches, and most of those from small ones. `FUZZ_CASES=100000 FUZZ_SEED=7` looks further, see
//! CONTRIBUTING.md.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use generator::{ApiKind, Input, Source, SpecError, Stale};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Map, Value, json};

/// Excerpts of at most so many bytes of YAML are small; half of all paths need no more.
const SMALL: usize = 8000;
/// A single case takes milliseconds, a whole document below a second; this much is a hang.
const HANG: Duration = Duration::from_secs(60);

/// Texts that have a meaning in Rust, JSON Pointer, YAML or Markdown, or none anywhere.
const TEXTS: [&str; 26] = [
    "a\rb\tc",
    "*/",
    "",
    "type",
    "self",
    "Self",
    "crate",
    "_",
    "r#x",
    "a b",
    "2",
    "²",
    "日本",
    "-",
    "*",
    "a/b~c",
    "{x}",
    "}{",
    "#/components/schemas/Nope",
    "\u{0}",
    "\n\n  `",
    "<b>",
    "</",
    "[x](y",
    "x-rust-name",
    "string",
];

/// Keywords that change how everything around them is read.
const KEYWORDS: [&str; 26] = [
    "$ref",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "type",
    "enum",
    "items",
    "properties",
    "required",
    "nullable",
    "additionalProperties",
    "discriminator",
    "default",
    "format",
    "x-rust-name",
    "x-rust-type",
    "x-rust-variants",
    "x-rust-secret",
    "x-rust-essential",
    "x-rust-shared",
    "x-rust-resource",
    "x-rust-method",
    "parameters",
    "style",
    "deprecated",
];

/// One piece of damage. The numbers choose places and are taken modulo what there is to choose from.
#[derive(Clone, Debug)]
enum Damage {
    Drop {
        place: usize,
    },
    Replace {
        place: usize,
        with: usize,
    },
    Rename {
        place: usize,
        to: usize,
    },
    Duplicate {
        place: usize,
        to: usize,
    },
    Copy {
        from: usize,
        to: usize,
    },
    Keyword {
        place: usize,
        keyword: usize,
        from: usize,
    },
    Redirect {
        reference: usize,
        to: usize,
    },
    Nest {
        place: usize,
        how: usize,
        levels: usize,
    },
}

/// Damage to the text itself.
#[derive(Clone, Debug)]
enum Tear {
    Nothing,
    Truncate { at: usize },
    Cut { from: usize, length: usize },
    Repeat { line: usize },
    Insert { at: usize, what: usize },
}

fn damage() -> impl Strategy<Value = Damage> {
    let n = || any::<usize>();
    prop_oneof![
        n().prop_map(|place| Damage::Drop { place }),
        (n(), n()).prop_map(|(place, with)| Damage::Replace { place, with }),
        (n(), n()).prop_map(|(place, to)| Damage::Rename { place, to }),
        (n(), n()).prop_map(|(place, to)| Damage::Duplicate { place, to }),
        (n(), n()).prop_map(|(from, to)| Damage::Copy { from, to }),
        (n(), n(), n()).prop_map(|(place, keyword, from)| Damage::Keyword {
            place,
            keyword,
            from
        }),
        (n(), n()).prop_map(|(reference, to)| Damage::Redirect { reference, to }),
        (n(), n(), 1..300usize).prop_map(|(place, how, levels)| Damage::Nest {
            place,
            how,
            levels
        }),
    ]
}

fn tear() -> impl Strategy<Value = Tear> {
    let n = || any::<usize>();
    prop_oneof![
        6 => Just(Tear::Nothing),
        1 => n().prop_map(|at| Tear::Truncate { at }),
        1 => (n(), 0..200usize).prop_map(|(from, length)| Tear::Cut { from, length }),
        1 => n().prop_map(|line| Tear::Repeat { line }),
        1 => (n(), n()).prop_map(|(at, what)| Tear::Insert { at, what }),
    ]
}

/// The places of a document: every member of an object and element of an array, by its way from the root.
fn places(value: &Value, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let mut visit = |step: Step, inner: &Value| {
        way.push(step);
        found.push(way.clone());
        places(inner, way, found);
        way.pop();
    };
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                visit(Step::Member(name.clone()), inner);
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                visit(Step::Element(index), inner);
            }
        }
        _ => {}
    }
}

#[derive(Clone, Debug)]
enum Step {
    Member(String),
    Element(usize),
}

fn at<'v>(document: &'v mut Value, way: &[Step]) -> Option<&'v mut Value> {
    way.iter().try_fold(document, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Element(index) => value.get_mut(index),
    })
}

fn pick<T>(among: &[T], number: usize) -> Option<&T> {
    among.get(number.checked_rem(among.len())?)
}

fn apply(document: &mut Value, damage: &Damage) -> Option<()> {
    let mut all = Vec::new();
    places(document, &mut Vec::new(), &mut all);
    let copy = |document: &mut Value, place| Some(at(document, pick(&all, place)?)?.clone());
    match *damage {
        Damage::Drop { place } => {
            let (last, parent) = pick(&all, place)?.split_last()?;
            match (at(document, parent)?, last) {
                (Value::Object(members), Step::Member(name)) => drop(members.shift_remove(name)),
                (Value::Array(elements), Step::Element(index)) => drop(elements.remove(*index)),
                _ => {}
            }
        }
        Damage::Replace { place, with } => {
            let texts = TEXTS.iter().map(|text| json!(text));
            let others = [
                json!(null),
                json!(true),
                json!(0),
                json!(-1),
                json!(1.5),
                json!(u64::MAX),
                json!([]),
                json!({}),
                json!([null]),
                json!({"a": {}}),
                json!({"$ref": "#/components/schemas/User"}),
                json!("x".repeat(5000)),
            ];
            let values: Vec<Value> = texts.chain(others).collect();
            *at(document, pick(&all, place)?)? = pick(&values, with)?.clone();
        }
        Damage::Rename { place, to } => {
            let (last, parent) = pick(&all, place)?.split_last()?;
            if let (Value::Object(members), Step::Member(name)) = (at(document, parent)?, last) {
                let value = members.shift_remove(name)?;
                members.insert(pick(&TEXTS, to)?.to_string(), value);
            }
        }
        Damage::Duplicate { place, to } => {
            let value = copy(document, place)?;
            let (last, parent) = pick(&all, place)?.split_last()?;
            match (at(document, parent)?, last) {
                (Value::Object(members), Step::Member(name)) => {
                    // Nearly the same name, in the ways in which names collide.
                    let names = [
                        name.to_uppercase(),
                        format!("{name}_"),
                        format!("{name}-2"),
                        format!("{name}s"),
                    ];
                    members.insert(pick(&names, to)?.clone(), value);
                }
                (Value::Array(elements), _) => elements.push(value),
                _ => {}
            }
        }
        Damage::Copy { from, to } => {
            let value = copy(document, from)?;
            *at(document, pick(&all, to)?)? = value;
        }
        Damage::Keyword {
            place,
            keyword,
            from,
        } => {
            let value = copy(document, from)?;
            if let Value::Object(members) = at(document, pick(&all, place)?)? {
                members.insert(pick(&KEYWORDS, keyword)?.to_string(), value);
            }
        }
        Damage::Redirect { reference, to } => {
            let is_reference =
                |way: &&Vec<Step>| matches!(way.last(), Some(Step::Member(name)) if name == "$ref");
            let references: Vec<&Vec<Step>> = all.iter().filter(is_reference).collect();
            let schemas = document
                .pointer("/components/schemas")
                .and_then(Value::as_object)?;
            let names: Vec<String> = schemas.keys().cloned().collect();
            let target = format!("#/components/schemas/{}", pick(&names, to)?);
            *at(document, pick(&references, reference)?)? = Value::String(target);
        }
        Damage::Nest { place, how, levels } => {
            let value = at(document, pick(&all, place)?)?;
            for _ in 0..levels {
                let inner = value.take();
                *value = match how % 6 {
                    0 => json!([inner]),
                    1 => json!({"a": inner}),
                    2 => json!({"allOf": [inner]}),
                    3 => json!({"oneOf": [inner, {"type": "object"}]}),
                    4 => json!({"type": "array", "items": inner}),
                    _ => json!({"type": "object", "properties": {"a": inner}}),
                };
            }
        }
    }
    Some(())
}

fn torn(mut text: String, tear: &Tear) -> String {
    let position = |text: &str, at: usize| {
        let at = at % (text.len() + 1);
        (0..=at)
            .rev()
            .find(|at| text.is_char_boundary(*at))
            .unwrap_or(0)
    };
    match *tear {
        Tear::Nothing => {}
        Tear::Truncate { at } => text.truncate(position(&text, at)),
        Tear::Cut { from, length } => {
            let from = position(&text, from);
            let to = position(&text, (from + length).min(text.len()));
            text.replace_range(from..to.max(from), "");
        }
        Tear::Repeat { line } => {
            let lines: Vec<&str> = text.lines().collect();
            if let Some(line) = pick(&lines, line) {
                text = text.replacen(line, &format!("{line}\n{line}"), 1);
            }
        }
        Tear::Insert { at, what } => {
            let deep = "[".repeat(5000);
            let tokens = [
                "\t",
                "&a ",
                "*a",
                "<<: ",
                "!!x ",
                "- ",
                ": ",
                "'",
                "\u{feff}",
                "---\n",
                "1e999",
                "-9223372036854775809",
                "0x7fffffffffffffffff",
                ".inf",
                &deep,
            ];
            let at = position(&text, at);
            text.insert_str(at, pick(&tokens, what).copied().unwrap_or_default());
        }
    }
    text
}

/// A document with its overlays applied, whole and in pieces.
struct Document {
    api: ApiKind,
    value: Value,
    small: Vec<Value>,
    large: Vec<Value>,
}

fn documents() -> &'static [Document; 2] {
    static DOCUMENTS: OnceLock<[Document; 2]> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        [
            document(ApiKind::Frontend, "frontend"),
            document(ApiKind::Backend, "backend"),
        ]
    })
}

fn read(path: &str) -> Source {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Source {
        name: path.to_owned(),
        text: fs::read_to_string(root.join(path)).unwrap(),
    }
}

fn overlays(name: &str) -> [Source; 3] {
    ["corrections", "names", "docs"].map(|kind| read(&format!("spec/overlays/{name}/{kind}.yaml")))
}

fn document(api: ApiKind, name: &str) -> Document {
    let mut value = generator::load::load(&read(&format!("spec/{name}.yaml"))).unwrap();
    for overlay in overlays(name) {
        generator::overlay::apply(&mut value, name, &overlay).unwrap();
    }
    let paths = value["paths"].as_object().unwrap();
    let excerpts = paths.iter().map(|(path, item)| excerpt(&value, path, item));
    let (small, large) = excerpts.partition(|excerpt| yaml(excerpt).len() <= SMALL);
    Document {
        api,
        value,
        small,
        large,
    }
}

fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).unwrap()
}

/// `document` with one path only, and the components that it reaches.
fn excerpt(document: &Value, path: &str, item: &Value) -> Value {
    let mut reached = BTreeSet::new();
    reach(document, item, &mut reached);
    let mut components = Map::new();
    for (section, all) in document["components"].as_object().unwrap() {
        let is_reached = |name: &str| {
            section == "securitySchemes"
                || reached.contains(&format!("#/components/{section}/{name}"))
        };
        let kept: Map<String, Value> = all
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| is_reached(name))
            .map(|(name, component)| (name.clone(), component.clone()))
            .collect();
        components.insert(section.clone(), Value::Object(kept));
    }
    json!({
        "openapi": document["openapi"],
        "info": document["info"],
        "security": document["security"],
        "paths": { path: item },
        "components": components,
    })
}

fn reach(document: &Value, value: &Value, reached: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(reference) if reached.insert(reference.to_owned()) => {
                        let target = document.pointer(reference.trim_start_matches('#'));
                        reach(document, target.unwrap(), reached);
                    }
                    _ => reach(document, value, reached),
                }
            }
        }
        Value::Array(elements) => {
            for value in elements {
                reach(document, value, reached);
            }
        }
        _ => {}
    }
}

/// Runs `test` on `cases` values of `strategy`, the same ones every time.
fn check<S: Strategy>(
    what: &str,
    cases: u32,
    strategy: S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let asked = number("FUZZ_CASES").map(|cases| cases.try_into().unwrap());
    let config = Config {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("FUZZ_SEED").unwrap_or_default().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let run = Cell::new(0);
    let result = TestRunner::new_with_rng(config, rng).run(&strategy, |value| {
        let started = Instant::now();
        run.set(run.get() + 1);
        test(value)?;
        prop_assert!(started.elapsed() < HANG, "took {:?}", started.elapsed());
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    println!(
        "{what}: cases: {}, peak memory: {}",
        run.get(),
        peak_memory()
    );
}

fn number(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}

/// The most memory the process ever had, where the system says so.
fn peak_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or("unknown", str::trim).to_owned()
}

fn input(api: ApiKind, text: String, overlays: Vec<Source>) -> Input {
    let document = Source {
        name: "document.yaml".to_owned(),
        text,
    };
    Input {
        api,
        document,
        overlays,
        stale: Stale::Note,
    }
}

/// The generator gives code that Rust can read, or says what is wrong and where; and the same when asked again.
fn generates(api: ApiKind, text: String, overlays: Vec<Source>) -> Result<(), TestCaseError> {
    let input = input(api, text, overlays);
    let made = generator::generate(std::slice::from_ref(&input));
    let again = match input.document.text.len() {
        ..=SMALL => generator::generate(std::slice::from_ref(&input)),
        // Whole documents are generated twice in `spec`, once is enough here.
        _ => made.clone(),
    };
    match (made, again) {
        (Ok(made), Ok(again)) => {
            prop_assert!(made.files == again.files && made.notes == again.notes);
            let code = made.files.iter();
            for (path, text) in code.filter(|(path, _)| path.ends_with(".rs")) {
                let parsed = syn::parse_file(text);
                prop_assert!(parsed.is_ok(), "{path} is no Rust:\n{text}");
            }
            say_where(&made.notes, &input)
        }
        (Err(errors), Err(again)) => {
            prop_assert_eq!(&errors, &again);
            prop_assert!(!errors.is_empty());
            say_where(&errors, &input)
        }
        _ => Err(TestCaseError::fail("not the same twice")),
    }
}

/// The import gives facts that it would import unchanged, or says what is wrong.
fn imports(api: ApiKind, text: String) -> Result<(), TestCaseError> {
    let import = |text| generator::import(api, &input(api, text, Vec::new()).document);
    match import(text.clone()) {
        Ok(facts) => {
            let again = import(facts.clone());
            prop_assert_eq!(again.as_ref(), Ok(&facts));
            Ok(())
        }
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            say_where(&errors, &input(api, text, Vec::new()))
        }
    }
}

/// Every error names the document or the overlay, and a line of it or a place in it.
fn say_where(errors: &[SpecError], input: &Input) -> Result<(), TestCaseError> {
    let sources: Vec<&Source> = input.overlays.iter().chain([&input.document]).collect();
    for error in errors {
        let shown = error.to_string();
        prop_assert!(shown.starts_with("error: "), "{shown}");
        let source = sources.iter().find(|source| source.name == error.document);
        prop_assert!(source.is_some(), "{shown}");
        match error.line {
            Some((line, column)) => {
                // An end that comes too early is behind the last line.
                let breaks = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];
                let lines = source.map_or(0, |source| source.text.split(breaks).count()) + 1;
                prop_assert!((1..=lines).contains(&line) && column >= 1, "{shown}");
            }
            None => {
                let is_pointer = error.pointer.is_empty() || error.pointer.starts_with('/');
                prop_assert!(is_pointer, "{shown}");
            }
        }
    }
    Ok(())
}

fn damaged(mut value: Value, damages: &[Damage], tear: &Tear) -> String {
    for damage in damages {
        // Damage that finds no place to fall on is no damage.
        let _ = apply(&mut value, damage);
    }
    torn(yaml(&value), tear)
}

#[test]
fn damaged_excerpts_give_code_or_errors() {
    let damages = prop::collection::vec(damage(), 0..4);
    let strategy = (0..2usize, any::<usize>(), damages, tear());
    check(
        "small excerpts",
        1000,
        strategy,
        |(api, excerpt, damages, tear)| {
            let document = &documents()[api];
            let excerpt = pick(&document.small, excerpt).unwrap();
            let text = damaged(excerpt.clone(), &damages, &tear);
            generates(document.api, text, Vec::new())
        },
    );
}

#[test]
fn damaged_large_excerpts_give_code_or_errors() {
    let damages = prop::collection::vec(damage(), 1..3);
    let strategy = (0..2usize, any::<usize>(), damages, tear());
    check(
        "large excerpts",
        60,
        strategy,
        |(api, excerpt, damages, tear)| {
            let document = &documents()[api];
            let excerpt = pick(&document.large, excerpt).unwrap();
            let text = damaged(excerpt.clone(), &damages, &tear);
            generates(document.api, text, Vec::new())
        },
    );
}

#[test]
fn damaged_documents_give_code_or_errors() {
    let strategy = (0..2usize, prop::collection::vec(damage(), 1..3), tear());
    check("documents", 10, strategy, |(api, damages, tear)| {
        let document = &documents()[api];
        let text = damaged(document.value.clone(), &damages, &tear);
        generates(document.api, text, Vec::new())
    });
}

#[test]
fn damaged_excerpts_give_facts_or_errors() {
    let damages = prop::collection::vec(damage(), 0..4);
    let strategy = (0..2usize, any::<usize>(), damages, tear());
    check("imports", 250, strategy, |(api, excerpt, damages, tear)| {
        let document = &documents()[api];
        let excerpt = pick(&document.small, excerpt).unwrap();
        imports(document.api, damaged(excerpt.clone(), &damages, &tear))
    });
}

#[test]
fn damaged_overlays_give_code_or_errors() {
    let excerpt = yaml(&documents()[0].small[0]);
    let [corrections, _, _] = overlays("frontend");
    let corrections = generator::load::load(&corrections).unwrap();
    // A few actions each, which the damage then hits.
    let damages = prop::collection::vec(damage(), 1..4);
    let strategy = (any::<usize>(), damages, tear());
    check("overlays", 300, strategy, |(action, damages, tear)| {
        let mut overlay = corrections.clone();
        let actions = overlay["actions"].as_array_mut().unwrap();
        let first = action % actions.len();
        *actions = actions.iter().skip(first).take(3).cloned().collect();
        let overlay = Source {
            name: "overlay.yaml".to_owned(),
            text: damaged(overlay, &damages, &tear),
        };
        generates(ApiKind::Frontend, excerpt.clone(), vec![overlay])
    });
}

/// What YAML, OpenAPI and overlays are written with.
const TOKENS: [&str; 44] = [
    "\n",
    "\n  ",
    "\n    ",
    "\n- ",
    "\n  - ",
    ": ",
    ", ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a ",
    "&b ",
    "*b ",
    "<<: ",
    "!!binary ",
    "!x ",
    "| ",
    ">-\n  ",
    "'",
    "\"",
    "# ",
    "? ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\t",
    "\u{0}",
    "\u{feff}",
    "\u{85}",
    "null",
    "~",
    "true",
    "1e999",
    "-.inf",
    "0o777777777777777777777777",
    "99999999999999999999999999999999",
    "openapi: 3.0.3\n",
    "info: {title: a, version: b}\n",
    "paths: {}\n",
    "overlay: 1.0.0\n",
    "actions:\n- target: $..*\n  update: ",
    "remove: true",
];

fn soup() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        5 => any::<usize>().prop_map(|number| pick(&TOKENS, number).unwrap().to_string()),
        1 => any::<usize>().prop_map(|number| pick(&KEYWORDS, number).unwrap().to_string()),
        1 => any::<usize>().prop_map(|number| pick(&TEXTS, number).unwrap().to_string()),
        1 => prop::collection::vec(any::<char>(), 0..4).prop_map(String::from_iter),
    ];
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

#[test]
fn any_text_gives_code_or_errors() {
    let excerpt = yaml(&documents()[0].small[0]);
    let strategy = (soup(), any::<bool>(), any::<bool>());
    check("texts", 800, strategy, |(text, is_overlay, begun)| {
        if is_overlay {
            let start = "overlay: 1.0.0\ninfo: {title: a, version: b}\nactions:\n";
            let overlay = Source {
                name: "overlay.yaml".to_owned(),
                text: format!("{}{text}", if begun { start } else { "" }),
            };
            generates(ApiKind::Frontend, excerpt.clone(), vec![overlay])
        } else {
            let start = if begun { excerpt.as_str() } else { "" };
            generates(ApiKind::Frontend, format!("{start}{text}"), Vec::new())
        }
    });
}

/// What is small to write and large to read is refused before it is large.
#[test]
fn bombs_are_refused() {
    let doubled = |levels: usize| {
        let mut text = "a0: &a0 [x, x]\n".to_owned();
        for level in 1..levels {
            let below = level - 1;
            text += &format!("a{level}: &a{level} [*a{below}, *a{below}]\n");
        }
        text
    };
    let deep =
        |open: &str, close: &str| format!("a: {}{}", open.repeat(100_000), close.repeat(100_000));
    let indented: String = (0..2000)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    let references: Map<String, Value> = (0..2000)
        .map(|number| {
            let next = format!("#/components/schemas/S{}", (number + 1) % 2000);
            (format!("S{number}"), json!({"allOf": [{"$ref": next}]}))
        })
        .collect();
    let circle = json!({
        "openapi": "3.0.3",
        "info": {"title": "a", "version": "b"},
        "paths": {},
        "components": {"schemas": references},
    });
    for text in [
        doubled(60),
        deep("[", "]"),
        deep("{a: ", "}"),
        deep("- ", ""),
        indented,
        yaml(&circle),
    ] {
        let start: String = text.chars().take(80).collect();
        let input = input(ApiKind::Frontend, text, Vec::new());
        let errors = generator::generate(std::slice::from_ref(&input)).err();
        let errors = errors.unwrap_or_else(|| panic!("not refused: {start}"));
        say_where(&errors, &input).unwrap();
    }
}
