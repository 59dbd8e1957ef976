//! `codegen --out DIR`: the client as a crate that builds on its own.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use generator::Files;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::codegen::read;
use crate::report::Failure;
use crate::tree::{self, Tree, is_temporary};

/// First line of the manifests that mark a folder as ours to rewrite.
const MARKER: &str = "# Written by `cargo xtask codegen --out`, which will write over it.";

const MEMBER: &str = "clerk-frontend";
const GENERATED: &str = "src/generated";

/// Says whether `folder` may be written to: absent, empty, or written by an earlier run, even an interrupted one.
pub(crate) fn claim(folder: &Path) -> Result<&Path, Failure> {
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(Failure::write(folder, &io::ErrorKind::NotADirectory.into())),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => return Ok(folder),
        Err(reason) => return Err(Failure::write(folder, &reason)),
    }
    let marked =
        fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.starts_with(MARKER));
    if marked || !has_files(folder)? {
        return Ok(folder);
    }
    Err(Failure::new(format_args!(
        "cannot write to {}: it is not empty and was not written by `cargo xtask codegen --out`",
        folder.display()
    )))
}

/// Whether there is any file but those an interrupted run leaves; stops at the first.
fn has_files(folder: &Path) -> Result<bool, Failure> {
    for (path, is_folder) in tree::entries(folder, Path::new(""))? {
        if if is_folder {
            has_files(&folder.join(path))?
        } else {
            !is_temporary(&path)
        } {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The part of `folder` that is ours: the generated folder and each file we put there.
pub(crate) fn tree(folder: &Path, files: &Files) -> Tree {
    Tree {
        root: folder.to_path_buf(),
        folders: vec![GENERATED.into()],
        files: files
            .keys()
            .map(PathBuf::from)
            .filter(|path| !path.starts_with(GENERATED))
            .collect(),
    }
}

/// The files of the crate: its manifest made to stand alone, what is hand-written, and what was generated.
pub(crate) fn crate_files(root: &Path, generated: Files) -> Result<Files, Failure> {
    let member = root.join(MEMBER);
    let mut files: Files = generated
        .into_iter()
        .filter_map(|(path, text)| {
            Some((
                path.strip_prefix(MEMBER)?.strip_prefix('/')?.to_owned(),
                text,
            ))
        })
        .collect();

    let mut sources = BTreeSet::new();
    tree::walk(&member, Path::new("src"), &mut sources)?;
    for path in sources.iter().filter(|path| !path.starts_with(GENERATED)) {
        let full = member.join(path);
        let Some(name) = slashed(path) else {
            return Err(Failure::new(format_args!(
                "{} is not a UTF-8 path",
                full.display()
            )));
        };
        files.insert(name, read_text(&full)?);
    }

    let manifest_path = member.join("Cargo.toml");
    let manifest = parse(&manifest_path)?;
    let workspace = parse(&root.join("Cargo.toml"))?;
    let stand_alone = stand_alone(manifest, &workspace)
        .map_err(|message| Failure::new(format_args!("{}: {message}", manifest_path.display())))?;
    if let Some(readme) = &stand_alone.readme {
        files.insert("README.md".to_owned(), read_text(&member.join(readme))?);
    }
    files.insert("Cargo.toml".to_owned(), stand_alone.manifest);
    Ok(files)
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    read(path, &path.display().to_string()).map(|source| source.text)
}

fn parse(path: &Path) -> Result<DocumentMut, Failure> {
    read_text(path)?
        .parse()
        .map_err(|error| Failure::new(format_args!("cannot read {}: {error}", path.display())))
}

#[derive(Debug)]
struct StandAlone {
    manifest: String,
    /// The readme the original manifest names.
    readme: Option<String>,
}

/// The manifest with everything it inherits written out, without targets that are left behind.
fn stand_alone(mut manifest: DocumentMut, workspace: &DocumentMut) -> Result<StandAlone, String> {
    let shared = workspace.get("workspace").and_then(Item::as_table_like);
    let shared = |section: &str| shared?.get(section);

    for section in ["dev-dependencies", "example", "test", "bench"] {
        manifest.remove(section);
    }
    if let Some(package) = manifest
        .get_mut("package")
        .and_then(Item::as_table_like_mut)
    {
        inherit_values(package, shared("package"))?;
    }
    inherit_dependencies(manifest.as_table_mut(), shared("dependencies"))?;
    if let Some(targets) = manifest.get_mut("target").and_then(Item::as_table_like_mut) {
        for (_, target) in targets.iter_mut() {
            if let Some(target) = target.as_table_like_mut() {
                target.remove("dev-dependencies");
                inherit_dependencies(target, shared("dependencies"))?;
            }
        }
    }
    if manifest.get("lints").is_some_and(is_inherited) {
        let mut lints = shared("lints")
            .cloned()
            .ok_or("the workspace has no lints to inherit")?;
        unplace(&mut lints);
        manifest.insert("lints", lints);
    }
    // Keeps cargo from looking for a workspace in the folders above.
    manifest.insert("workspace", Item::Table(Table::new()));

    let mut readme = None;
    if let Some(package) = manifest
        .get_mut("package")
        .and_then(Item::as_table_like_mut)
    {
        readme = package
            .get("readme")
            .and_then(Item::as_str)
            .map(ToOwned::to_owned);
        if readme.is_some() {
            package.insert("readme", toml_edit::value("README.md"));
        }
    }
    Ok(StandAlone {
        manifest: format!("{MARKER}\n{}", manifest.to_string().trim_start()),
        readme,
    })
}

fn is_inherited(item: &Item) -> bool {
    let inherits = item
        .as_table_like()
        .and_then(|table| table.get("workspace"));
    inherits.and_then(Item::as_bool) == Some(true)
}

fn inherit_values(package: &mut dyn TableLike, shared: Option<&Item>) -> Result<(), String> {
    for (key, item) in package.iter_mut() {
        if is_inherited(item) {
            let key = key.get();
            *item = shared
                .and_then(|shared| shared.get(key))
                .cloned()
                .ok_or_else(|| format!("the workspace has no `package.{key}` to inherit"))?;
        }
    }
    Ok(())
}

fn inherit_dependencies(owner: &mut dyn TableLike, shared: Option<&Item>) -> Result<(), String> {
    for section in ["dependencies", "build-dependencies"] {
        let Some(dependencies) = owner.get_mut(section).and_then(Item::as_table_like_mut) else {
            continue;
        };
        for (key, item) in dependencies.iter_mut() {
            let name = key.get();
            if is_inherited(item) {
                let base = shared.and_then(|shared| shared.get(name)).ok_or_else(|| {
                    format!("the workspace has no dependency `{name}` to inherit")
                })?;
                *item = merged(base, item);
            }
            if item.get("path").is_some() {
                return Err(format!(
                    "dependency `{name}` is a path, which a crate on its own cannot have"
                ));
            }
        }
    }
    Ok(())
}

/// The workspace's entry with what the member adds to it, as cargo merges them: features add up.
fn merged(base: &Item, member: &Item) -> Item {
    let mut merged = match base.as_str() {
        Some(version) => InlineTable::from_iter([("version", version)]),
        None => base
            .clone()
            .into_table()
            .map(Table::into_inline_table)
            .unwrap_or_default(),
    };
    let additions = member.as_table_like().into_iter().flat_map(TableLike::iter);
    for (key, item) in additions.filter(|(key, _)| *key != "workspace") {
        let Some(value) = item.as_value() else {
            continue;
        };
        match (
            merged.get_mut(key).and_then(Value::as_array_mut),
            value.as_array(),
        ) {
            (Some(features), Some(more)) => extend(features, more),
            _ => {
                merged.insert(key, value.clone());
            }
        }
    }
    let version = merged.get("version").cloned();
    let value = match version {
        Some(version) if merged.len() == 1 => version,
        _ => {
            merged.fmt();
            Value::InlineTable(merged)
        }
    };
    toml_edit::value(value.decorated(" ", ""))
}

fn extend(features: &mut Array, more: &Array) {
    for feature in more {
        if !features
            .iter()
            .any(|have| have.as_str() == feature.as_str())
        {
            features.push(feature.clone());
        }
    }
}

/// Forgets where in its document a table stood, so that it is printed where it is inserted.
fn unplace(item: &mut Item) {
    if let Some(table) = item.as_table_mut() {
        table.set_position(None);
        for (_, inner) in table.iter_mut() {
            unplace(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use std::path::Path;

    use super::{MARKER, StandAlone, parse, stand_alone};

    const WORKSPACE: &str = r#"
[workspace]
members = ["clerk-frontend"]

[workspace.package]
version = "0.1.0"
edition = "2024"

[workspace.dependencies]
bytes = "1"
local = { path = "local" }
reqwest = { version = "0.13", default-features = false, features = ["json"] }

[workspace.lints.rust]
# Why.
unsafe_code = "forbid"

[workspace.lints.clippy]
todo = "warn"
"#;

    fn made(manifest: &str) -> Result<StandAlone, String> {
        stand_alone(manifest.parse().unwrap(), &WORKSPACE.parse().unwrap())
    }

    #[test]
    fn everything_inherited_is_written_out() {
        let made = made(
            r#"[package]
name = "clerk-frontend"
version.workspace = true
edition = { workspace = true }
readme = "../README.md"

[features]
# Off by default.
backend = []

[dependencies]
bytes.workspace = true
reqwest = { workspace = true, optional = true, features = ["json", "multipart"] }
url = "2"

[target.'cfg(unix)'.dependencies]
bytes.workspace = true

[dev-dependencies]
local.workspace = true

[[example]]
name = "gone"

[lints]
workspace = true
"#,
        )
        .unwrap();
        assert_eq!(made.readme.as_deref(), Some("../README.md"));
        assert_eq!(
            made.manifest,
            format!(
                "{MARKER}\n{}",
                r#"[package]
name = "clerk-frontend"
version = "0.1.0"
edition = "2024"
readme = "README.md"

[features]
# Off by default.
backend = []

[dependencies]
bytes = "1"
reqwest = { version = "0.13", default-features = false, features = ["json", "multipart"], optional = true }
url = "2"

[target.'cfg(unix)'.dependencies]
bytes = "1"

[lints.rust]
# Why.
unsafe_code = "forbid"

[lints.clippy]
todo = "warn"

[workspace]
"#
            )
        );
    }

    #[test]
    fn the_manifest_of_the_client_can_stand_alone() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let manifest = parse(&root.join("clerk-frontend/Cargo.toml")).unwrap();
        let made = stand_alone(manifest, &parse(&root.join("Cargo.toml")).unwrap()).unwrap();
        assert!(
            !made.manifest.contains("workspace = true"),
            "{}",
            made.manifest
        );
        assert!(made.manifest.parse::<toml_edit::DocumentMut>().is_ok());
    }

    #[test]
    fn what_cannot_stand_alone_is_an_error() {
        let error = |manifest| made(manifest).unwrap_err();
        assert_eq!(
            error("[package]\nlicense.workspace = true\n"),
            "the workspace has no `package.license` to inherit"
        );
        assert_eq!(
            error("[dependencies]\nabsent.workspace = true\n"),
            "the workspace has no dependency `absent` to inherit"
        );
        assert_eq!(
            error("[dependencies]\nlocal.workspace = true\n"),
            "dependency `local` is a path, which a crate on its own cannot have"
        );
    }
}
