//! Documents in, code or errors out: one folder of `tests/fixtures` per feature of the generator.
//!
//! A folder holds `input.yaml` (a Frontend API document), and if the feature needs them `backend.yaml` (a Backend API
//! document) and `overlay.yaml` (applied to `input.yaml`). What the generator must make of them is `expected.rs`, all
//! files as nested modules, which `fixtures_compile.rs` compiles, or `expected.err`, all errors as they are printed.
//!
//! After a change that is meant, `UPDATE_FIXTURES=1 cargo test -p clerk-frontend-tests --test fixtures` rewrites them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use generator::{ApiKind, Files, Input, Source, Stale};
use similar::TextDiff;

const EXPECTED_CODE: &str = "expected.rs";
const EXPECTED_ERRORS: &str = "expected.err";
const HOW_TO_UPDATE: &str = "UPDATE_FIXTURES=1 cargo test -p clerk-frontend-tests --test fixtures";

#[test]
fn every_fixture_gives_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let names = folders(&folder);
    assert!(!names.is_empty(), "no fixtures in tests/fixtures");
    let wanted = wanted(&folder, &names);
    let found = found(&folder, &names);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        update(&folder, &wanted, &found);
        return;
    }
    let differences = differences(&wanted, &found);
    assert!(
        differences.is_empty(),
        "{differences}\nif this is meant: {HOW_TO_UPDATE}"
    );
}

/// The names of the folders in `folder`, sorted.
fn folders(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What the generator makes now: text by path in the folder of fixtures.
fn wanted(folder: &Path, names: &[String]) -> Files {
    let mut wanted = Files::new();
    let mut index = String::from(
        "//! The code of every fixture that gives code. Made with the fixtures, see `tests/tests/fixtures.rs`.\n",
    );
    for name in names {
        match generator::client_code(
            &inputs(&folder.join(name)),
            &format!("crate::fixtures::{name}"),
        ) {
            Ok(files) => {
                write!(
                    index,
                    "\n#[path = \"{name}/{EXPECTED_CODE}\"]\npub mod {name};\n"
                )
                .unwrap();
                wanted.insert(format!("{name}/{EXPECTED_CODE}"), one_text(&files));
            }
            Err(errors) => {
                let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
                wanted.insert(
                    format!("{name}/{EXPECTED_ERRORS}"),
                    errors.join("\n\n") + "\n",
                );
            }
        }
    }
    wanted.insert("mod.rs".to_owned(), index);
    wanted
}

fn inputs(folder: &Path) -> Vec<Input> {
    let source = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        Some(Source {
            name: name.to_owned(),
            text,
        })
    };
    let input = |api, document, overlays| Input {
        api,
        document,
        overlays,
        stale: Stale::Error,
    };
    let frontend =
        source("input.yaml").unwrap_or_else(|| panic!("{} has no input.yaml", folder.display()));
    let overlays = source("overlay.yaml").into_iter().collect();
    let backend = source("backend.yaml");
    [input(ApiKind::Frontend, frontend, overlays)]
        .into_iter()
        .chain(backend.map(|backend| input(ApiKind::Backend, backend, Vec::new())))
        .collect()
}

/// All files as one: each `mod name;` with the file it stands for in place.
fn one_text(files: &Files) -> String {
    let mut text = String::new();
    let mut used = Vec::new();
    append(files, "mod.rs", 0, &mut text, &mut used);
    let left: Vec<&String> = files.keys().filter(|path| !used.contains(path)).collect();
    assert!(left.is_empty(), "no module declares {left:?}");
    text
}

fn append<'f>(
    files: &'f Files,
    path: &str,
    depth: usize,
    text: &mut String,
    used: &mut Vec<&'f String>,
) {
    let (path, content) = files
        .get_key_value(path)
        .unwrap_or_else(|| panic!("no file for the module {path}"));
    used.push(path);
    let folder = path.strip_suffix("mod.rs").unwrap_or("");
    let indent = "    ".repeat(depth);
    for line in content.lines() {
        let Some(module) = declared_module(line) else {
            let line = format!("{indent}{line}");
            text.push_str(line.trim_end());
            text.push('\n');
            continue;
        };
        let (as_file, as_folder) = (
            format!("{folder}{module}.rs"),
            format!("{folder}{module}/mod.rs"),
        );
        let inner = if files.contains_key(&as_folder) {
            as_folder
        } else {
            as_file
        };
        writeln!(text, "{indent}{} {{", line.trim_end_matches(';')).unwrap();
        append(files, &inner, depth + 1, text, used);
        writeln!(text, "{indent}}}").unwrap();
    }
}

/// `name` of the line `mod name;`, public or not.
fn declared_module(line: &str) -> Option<&str> {
    let visible = line
        .strip_prefix("pub ")
        .or_else(|| line.strip_prefix("pub(crate) "));
    let module = visible.unwrap_or(line);
    let module = module.strip_prefix("mod ")?.strip_suffix(';')?;
    Some(module.strip_prefix("r#").unwrap_or(module))
}

/// What is in the folder of fixtures.
fn found(folder: &Path, names: &[String]) -> Files {
    let expected = names
        .iter()
        .flat_map(|name| [EXPECTED_CODE, EXPECTED_ERRORS].map(|file| format!("{name}/{file}")));
    expected
        .chain(["mod.rs".to_owned()])
        .filter_map(|path| {
            let text = fs::read_to_string(folder.join(&path)).ok()?;
            Some((path, text))
        })
        .collect()
}

fn update(folder: &Path, wanted: &Files, found: &Files) {
    for path in found.keys().filter(|path| !wanted.contains_key(*path)) {
        fs::remove_file(folder.join(path)).unwrap();
    }
    for (path, text) in wanted
        .iter()
        .filter(|(path, text)| found.get(*path) != Some(*text))
    {
        fs::write(folder.join(PathBuf::from(path)), text).unwrap();
    }
}

fn differences(wanted: &Files, found: &Files) -> String {
    let mut paths: BTreeMap<&String, ()> = BTreeMap::new();
    paths.extend(wanted.keys().chain(found.keys()).map(|path| (path, ())));
    let mut report = String::new();
    for path in paths.into_keys() {
        let of = |files: &Files| files.get(path).cloned().unwrap_or_default();
        let (found, wanted) = (of(found), of(wanted));
        if found != wanted {
            let diff = TextDiff::from_lines(&found, &wanted);
            let diff = diff.unified_diff().context_radius(2).to_string();
            writeln!(report, "tests/fixtures/{path}:\n{diff}").unwrap();
        }
    }
    report
}
