//! `cargo xtask codegen`: documents in, files written or compared.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use generator::{Files, Generated, Input, Source, SpecError, Stale};
use similar::TextDiff;

use crate::args::{Api, CodegenArgs};
use crate::report::{
    ADDED, ERROR, Failure, GOOD, HUNK, Outcome, REMOVED, Verdict, WARNING, count, note, seconds,
};
use crate::tree::{Changes, Found, Tree, compare};
use crate::{out, write};

/// `generator::generate`, or what a test puts in its place.
pub(crate) type Generate = fn(&[Input]) -> Result<Generated, Vec<SpecError>>;

/// With `--check`, how many stale files are shown as a diff, and how much of each.
const DIFF_FILES: usize = 8;
const DIFF_LINES: usize = 24;
const DIFF_TIME: Duration = Duration::from_millis(500);

pub(crate) fn run(root: &Path, args: &CodegenArgs, generate: Generate) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let (tree, wanted, mut outcome) = match &args.out {
        None => {
            let (generated, outcome) = generated(root, args, generate)?;
            (workspace_tree(root), generated, outcome)
        }
        Some(folder) => {
            // Refused before the work is done.
            let folder = out::claim(folder)?;
            let (generated, outcome) = generated(root, args, generate)?;
            let files = out::crate_files(root, generated.files)?;
            let tree = out::tree(folder, &files);
            (tree, Generated { files, ..generated }, outcome)
        }
    };
    tree.admit(&wanted.files)?;
    let found = tree.find()?;
    let changes = compare(&wanted.files, &found);
    let made = format!(
        "{}, {}, {}",
        count(wanted.summary.operations, "operation"),
        count(wanted.summary.models, "model"),
        count(wanted.files.len(), "file")
    );
    if !args.check {
        write::apply(&tree, &wanted.files, &changes)?;
        let changed = changed(&changes);
        let elapsed = seconds(started.elapsed());
        outcome.stdout = format!("{GOOD}codegen:{GOOD:#} {made} ({changed}), {elapsed}\n");
    } else if changes.is_empty() {
        let elapsed = seconds(started.elapsed());
        outcome.stdout =
            format!("{GOOD}codegen --check:{GOOD:#} {made}, all up to date, {elapsed}\n");
    } else {
        outcome.verdict = Verdict::Failed;
        outcome.stdout = drift(&changes, &wanted.files, &found);
    }
    Ok(outcome)
}

fn generated(
    root: &Path,
    args: &CodegenArgs,
    generate: Generate,
) -> Result<(Generated, Outcome), Failure> {
    let generated = generate(&inputs(root, args)?)?;
    let outcome = Outcome {
        stderr: notes(&generated.notes, args.verbose),
        ..Outcome::default()
    };
    Ok((generated, outcome))
}

fn workspace_tree(root: &Path) -> Tree {
    Tree {
        root: root.to_path_buf(),
        folders: vec![
            ["clerk-frontend", "src", "generated"].iter().collect(),
            ["tests", "src", "generated"].iter().collect(),
        ],
        files: vec![["docs", "operations.md"].iter().collect()],
    }
}

/// Reads both documents and all overlays, or says which of them cannot be read.
fn inputs(root: &Path, args: &CodegenArgs) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    let mut failure = Failure::default();
    for api in Api::ALL {
        let given = match api {
            Api::Frontend => &args.frontend,
            Api::Backend => &args.backend,
        };
        let document = match given {
            Some(file) => read(file, &file.display().to_string()),
            None => read(&root.join(api.document()), api.document()),
        };
        let overlays: Vec<_> = api
            .overlays()
            .into_iter()
            .map(|name| read(&root.join(name), name))
            .collect();
        let mut accept =
            |source: Result<Source, Failure>| source.map_err(|error| failure.add(error)).ok();
        let document = accept(document);
        let overlays: Vec<Source> = overlays.into_iter().filter_map(accept).collect();
        if let Some(document) = document {
            let stale = if given.is_some() {
                Stale::Note
            } else {
                Stale::Error
            };
            inputs.push(Input {
                api: api.kind(),
                document,
                overlays,
                stale,
            });
        }
    }
    if failure.is_empty() {
        Ok(inputs)
    } else {
        Err(failure)
    }
}

/// Reads a text that errors call `name`.
pub(crate) fn read(path: &Path, name: &str) -> Result<Source, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Source {
            name: name.to_owned(),
            text,
        }),
        Err(reason) => Err(Failure::read(Path::new(name), &reason)),
    }
}

fn notes(notes: &[SpecError], verbose: bool) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    if verbose {
        for item in notes {
            let _ = writeln!(text, "{}\n", note(item));
        }
    }
    let hint = if verbose {
        ""
    } else {
        " (--verbose lists them)"
    };
    let _ = writeln!(
        text,
        "{WARNING}note:{WARNING:#} {} of our overlays without effect on the given documents{hint}",
        count(notes.len(), "action")
    );
    text
}

/// `3 changed`, `3 changed, 1 removed`.
fn changed(changes: &Changes) -> String {
    let written = changes.written();
    match changes.orphaned.len() {
        0 => format!("{written} changed"),
        removed => format!("{written} changed, {removed} removed"),
    }
}

/// What `--check` says: each file by name, how the first of them differ, and what to do.
fn drift(changes: &Changes, wanted: &Files, found: &Found) -> String {
    let mut text = String::new();
    let kinds = [
        ("stale", &changes.stale),
        ("missing", &changes.missing),
        ("orphaned", &changes.orphaned),
    ];
    for (kind, paths) in kinds {
        for (index, path) in paths.iter().enumerate() {
            let _ = writeln!(text, "{ERROR}{kind}:{ERROR:#} {}", path.display());
            if kind == "stale" && index < DIFF_FILES {
                text += &diff(path, wanted, found);
            }
        }
    }
    if changes.stale.len() > DIFF_FILES {
        let _ = writeln!(text, "(diffs of the first {DIFF_FILES} stale files only)");
    }
    let counts: Vec<String> = kinds
        .iter()
        .filter(|(_, paths)| !paths.is_empty())
        .map(|(kind, paths)| format!("{} {kind}", paths.len()))
        .collect();
    let _ = writeln!(
        text,
        "\n{ERROR}codegen --check:{ERROR:#} the generated files do not follow from spec/ ({})\nrun: cargo xtask codegen",
        counts.join(", ")
    );
    text
}

fn diff(path: &PathBuf, wanted: &Files, found: &Found) -> String {
    let old = found
        .get(path)
        .map(|bytes| String::from_utf8_lossy(bytes))
        .unwrap_or_default();
    let new = path
        .to_str()
        .and_then(|path| wanted.get(path))
        .map_or("", String::as_str);
    let diff = TextDiff::configure()
        .timeout(DIFF_TIME)
        .diff_lines(&*old, new);
    let unified = diff
        .unified_diff()
        .context_radius(2)
        .header("committed", "generated")
        .to_string();
    let mut text = String::new();
    for line in unified.lines().take(DIFF_LINES) {
        let style = match line.as_bytes().first() {
            Some(b'+') => ADDED,
            Some(b'-') => REMOVED,
            Some(b'@') => HUNK,
            _ => anstyle::Style::new(),
        };
        let _ = writeln!(text, "  {style}{line}{style:#}");
    }
    let rest = unified.lines().count().saturating_sub(DIFF_LINES);
    if rest > 0 {
        let _ = writeln!(text, "  (and {rest} more)");
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use std::fs;
    use std::path::Path;

    use generator::{ApiKind, Files, Generated, Input, SpecError, Stale, Summary};
    use tempfile::TempDir;

    use super::{changed, inputs, run};
    use crate::args::CodegenArgs;
    use crate::report::{Outcome, Verdict};
    use crate::tree::Changes;

    const SPEC: [&str; 8] = [
        "spec/frontend.yaml",
        "spec/overlays/frontend/corrections.yaml",
        "spec/overlays/frontend/names.yaml",
        "spec/overlays/frontend/docs.yaml",
        "spec/backend.yaml",
        "spec/overlays/backend/corrections.yaml",
        "spec/overlays/backend/names.yaml",
        "spec/overlays/backend/docs.yaml",
    ];

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn workspace() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in SPEC {
            put(folder.path(), name, name);
        }
        folder
    }

    fn output() -> Generated {
        let texts = [
            ("clerk-frontend/src/generated/mod.rs", "pub mod frontend;\n"),
            (
                "clerk-frontend/src/generated/frontend/mod.rs",
                "pub mod client;\n",
            ),
            ("tests/src/generated/mod.rs", "// tables\n"),
            ("docs/operations.md", "# Operations\n"),
        ];
        Generated {
            files: texts
                .iter()
                .map(|&(path, text)| (path.to_owned(), text.to_owned()))
                .collect::<Files>(),
            notes: vec![SpecError::new(
                "spec/overlays/frontend/names.yaml",
                "/actions/0",
                "matches nothing",
            )],
            summary: Summary {
                operations: 2,
                models: 1,
            },
        }
    }

    fn works(_: &[Input]) -> Result<Generated, Vec<SpecError>> {
        Ok(output())
    }

    fn fails(inputs: &[Input]) -> Result<Generated, Vec<SpecError>> {
        Err(inputs
            .iter()
            .map(|input| SpecError::new(input.document.name.clone(), "", "bad"))
            .collect())
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn codegen(root: &Path) -> Outcome {
        run(root, &CodegenArgs::default(), works).unwrap()
    }

    fn check(root: &Path) -> Outcome {
        run(
            root,
            &CodegenArgs {
                check: true,
                ..CodegenArgs::default()
            },
            works,
        )
        .unwrap()
    }

    #[test]
    fn writes_then_has_nothing_to_do() {
        let folder = workspace();
        let first = plain(&codegen(folder.path()).stdout);
        assert!(
            first.starts_with("codegen: 2 operations, 1 model, 4 files (4 changed), "),
            "{first}"
        );
        assert!(first.ends_with(" s\n"), "{first}");
        let second = plain(&codegen(folder.path()).stdout);
        assert!(second.contains("4 files (0 changed)"), "{second}");
        assert_eq!(
            fs::read_to_string(folder.path().join("docs/operations.md")).unwrap(),
            "# Operations\n"
        );
    }

    #[test]
    fn check_names_every_kind_of_drift_and_writes_nothing() {
        let folder = workspace();
        codegen(folder.path());
        let clean = check(folder.path());
        assert_eq!(clean.verdict, Verdict::Fine);
        assert!(
            plain(&clean.stdout)
                .starts_with("codegen --check: 2 operations, 1 model, 4 files, all up to date, ")
        );

        put(
            folder.path(),
            "clerk-frontend/src/generated/mod.rs",
            "pub mod changed;\n",
        );
        put(
            folder.path(),
            "clerk-frontend/src/generated/old/gone.rs",
            "",
        );
        put(folder.path(), "clerk-frontend/src/hand_written.rs", "");
        fs::remove_file(folder.path().join("docs/operations.md")).unwrap();
        let outcome = check(folder.path());
        assert_eq!(outcome.verdict, Verdict::Failed);
        assert_eq!(
            plain(&outcome.stdout),
            "\
stale: clerk-frontend/src/generated/mod.rs
  --- committed
  +++ generated
  @@ -1 +1 @@
  -pub mod changed;
  +pub mod frontend;
missing: docs/operations.md
orphaned: clerk-frontend/src/generated/old/gone.rs

codegen --check: the generated files do not follow from spec/ (1 stale, 1 missing, 1 orphaned)
run: cargo xtask codegen
"
        );
        let file = |path: &str| folder.path().join(path);
        assert!(
            !file("docs/operations.md").exists()
                && file("clerk-frontend/src/generated/old/gone.rs").exists()
        );

        let repaired = plain(&codegen(folder.path()).stdout);
        assert!(repaired.contains("(2 changed, 1 removed)"), "{repaired}");
        assert!(
            !file("clerk-frontend/src/generated/old").exists()
                && file("clerk-frontend/src/hand_written.rs").exists()
        );
        assert_eq!(check(folder.path()).verdict, Verdict::Fine);
    }

    #[test]
    fn a_long_diff_is_cut() {
        let folder = workspace();
        codegen(folder.path());
        put(
            folder.path(),
            "tests/src/generated/mod.rs",
            &"line\n".repeat(500),
        );
        let text = plain(&check(folder.path()).stdout);
        assert!(
            text.lines().count() < 40 && text.contains(" more)"),
            "{text}"
        );
    }

    #[test]
    fn bad_documents_write_nothing() {
        let folder = workspace();
        let error = run(folder.path(), &CodegenArgs::default(), fails).unwrap_err();
        assert_eq!(
            plain(&error.to_string()),
            "error: bad\n  at spec/frontend.yaml#\n\nerror: bad\n  at spec/backend.yaml#\n\n2 errors\n"
        );
        assert!(
            !folder.path().join("docs").exists() && !folder.path().join("clerk-frontend").exists()
        );
    }

    #[test]
    fn every_missing_input_is_named() {
        let folder = workspace();
        for name in ["spec/backend.yaml", "spec/overlays/frontend/docs.yaml"] {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        let error = plain(
            &run(folder.path(), &CodegenArgs::default(), works)
                .unwrap_err()
                .to_string(),
        );
        assert!(
            error.starts_with("error: cannot read spec/overlays/frontend/docs.yaml: "),
            "{error}"
        );
        assert!(
            error.contains("\n\nerror: cannot read spec/backend.yaml: "),
            "{error}"
        );
        assert!(error.ends_with("\n\n2 errors\n"), "{error}");
    }

    #[test]
    fn a_file_in_place_of_a_folder_is_an_error() {
        let folder = workspace();
        put(folder.path(), "docs", "");
        let error = run(folder.path(), &CodegenArgs::default(), works)
            .unwrap_err()
            .to_string();
        assert!(error.contains("docs"), "{error}");
        assert!(!folder.path().join("tests").exists());
    }

    #[test]
    fn a_given_document_is_read_instead_and_may_outdate_overlays() {
        let folder = workspace();
        let file = folder.path().join("dated.yml");
        fs::write(&file, "dated").unwrap();
        let args = CodegenArgs {
            backend: Some(file.clone()),
            ..CodegenArgs::default()
        };
        let read = inputs(folder.path(), &args).unwrap();
        let seen: Vec<_> = read
            .iter()
            .map(|i| (i.api, i.document.text.as_str(), i.overlays.len(), i.stale))
            .collect();
        assert_eq!(
            seen,
            [
                (ApiKind::Frontend, "spec/frontend.yaml", 3, Stale::Error),
                (ApiKind::Backend, "dated", 3, Stale::Note)
            ]
        );
        let overlays: Vec<_> = read
            .iter()
            .flat_map(|i| &i.overlays)
            .map(|overlay| overlay.name.as_str())
            .collect();
        assert_eq!(overlays, [&SPEC[1..4], &SPEC[5..8]].concat());
    }

    #[test]
    fn notes_are_counted_and_listed_on_demand() {
        let folder = workspace();
        let brief = plain(&codegen(folder.path()).stderr);
        assert_eq!(
            brief,
            "note: 1 action of our overlays without effect on the given documents (--verbose lists them)\n"
        );
        let args = CodegenArgs {
            verbose: true,
            ..CodegenArgs::default()
        };
        let long = plain(&run(folder.path(), &args, works).unwrap().stderr);
        assert!(
            long.starts_with(
                "note: matches nothing\n  at spec/overlays/frontend/names.yaml#/actions/0\n\n"
            ),
            "{long}"
        );
    }

    #[test]
    fn removed_files_are_counted_apart() {
        assert_eq!(changed(&Changes::default()), "0 changed");
        let changes = Changes {
            orphaned: vec!["a".into()],
            ..Changes::default()
        };
        assert_eq!(changed(&changes), "0 changed, 1 removed");
    }

    mod out {
        use std::fs;
        use std::path::{Path, PathBuf};

        use super::{codegen, plain, put, run, works, workspace};
        use crate::args::CodegenArgs;
        use crate::report::Outcome;

        fn with_crate() -> tempfile::TempDir {
            let folder = workspace();
            put(
                folder.path(),
                "Cargo.toml",
                "[workspace.package]\nedition = \"2024\"\n",
            );
            put(
                folder.path(),
                "clerk-frontend/Cargo.toml",
                "[package]\nname = \"clerk-frontend\"\nedition.workspace = true\nreadme = \"README.md\"\n",
            );
            put(folder.path(), "clerk-frontend/README.md", "# Readme\n");
            put(
                folder.path(),
                "clerk-frontend/src/lib.rs",
                "mod generated;\n",
            );
            put(folder.path(), "clerk-frontend/src/runtime/mod.rs", "");
            codegen(folder.path());
            put(
                folder.path(),
                "clerk-frontend/src/generated/committed_only.rs",
                "",
            );
            folder
        }

        fn write(root: &Path, out: PathBuf) -> Result<Outcome, String> {
            run(
                root,
                &CodegenArgs {
                    out: Some(out),
                    ..CodegenArgs::default()
                },
                works,
            )
            .map_err(|failure| plain(&failure.to_string()))
        }

        #[test]
        fn a_crate_is_written_and_rewritten() {
            let folder = with_crate();
            let out = folder.path().join("some/where");
            let first = plain(&write(folder.path(), out.clone()).unwrap().stdout);
            assert!(first.contains("6 files (6 changed)"), "{first}");
            for path in [
                "README.md",
                "src/lib.rs",
                "src/runtime/mod.rs",
                "src/generated/frontend/mod.rs",
            ] {
                assert!(out.join(path).is_file(), "{path}");
            }
            for path in ["tests", "docs", "src/generated/committed_only.rs"] {
                assert!(!out.join(path).exists(), "{path}");
            }

            put(&out, "src/generated/old.rs", "");
            put(&out, "src/runtime/mod.rs", "changed");
            put(&out, "Cargo.lock", "kept");
            let again = plain(&write(folder.path(), out.clone()).unwrap().stdout);
            assert!(again.contains("6 files (1 changed, 1 removed)"), "{again}");
            assert_eq!(fs::read_to_string(out.join("Cargo.lock")).unwrap(), "kept");
        }

        #[test]
        fn a_folder_of_someone_else_is_refused() {
            let folder = with_crate();
            let error = write(folder.path(), folder.path().join("clerk-frontend")).unwrap_err();
            assert!(
                error.contains("is not empty and was not written by"),
                "{error}"
            );
            put(folder.path(), "other/file", "");
            let error = write(folder.path(), folder.path().join("other")).unwrap_err();
            assert!(
                error.contains("is not empty and was not written by"),
                "{error}"
            );
        }

        #[test]
        fn an_empty_folder_and_an_interrupted_one_are_taken() {
            let folder = with_crate();
            put(folder.path(), "out/src/.lib.rs.a.xtask-tmp", "");
            write(folder.path(), folder.path().join("out")).unwrap();
            assert!(!folder.path().join("out/src/.lib.rs.a.xtask-tmp").exists());
        }

        #[test]
        fn a_file_in_the_way_is_an_error() {
            let folder = with_crate();
            for path in ["Cargo.toml", "Cargo.toml/below"] {
                let error = write(folder.path(), folder.path().join(path)).unwrap_err();
                assert!(
                    error.contains("cannot write") && error.contains(path),
                    "{error}"
                );
            }
        }
    }
}
