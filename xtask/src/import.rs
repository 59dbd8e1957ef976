//! `cargo xtask import`: an upstream document becomes the facts in spec/.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use generator::facts::{Facts, counts, differences, facts};
use generator::load::load;
use generator::{Files, Source};

use crate::args::ImportArgs;
use crate::codegen::read;
use crate::report::{ERROR, Failure, GOOD, Outcome, Verdict, count, seconds};
use crate::tree::{Tree, compare};
use crate::write;

/// How many differences are listed.
const DIFFERENCES: usize = 50;

pub(crate) fn run(root: &Path, args: &ImportArgs) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let upstream = read(&args.file, &args.file.display().to_string())?;
    let name = args.api.document();
    let kept = if args.verify {
        read(&root.join(name), name)?
    } else {
        Source {
            name: name.to_owned(),
            text: generator::import(args.api.kind(), &upstream)?,
        }
    };
    // Also before writing: facts are listed by other code than the import, which must not lose any.
    let kept_facts = facts(&load(&kept)?);
    let differing = differences(&facts(&load(&upstream)?), &kept_facts);
    if !differing.is_empty() {
        return Ok(Outcome {
            verdict: Verdict::Failed,
            stdout: listed(&differing, args),
            ..Outcome::default()
        });
    }
    let (command, state) = if args.verify {
        ("import --verify:", "nothing lost")
    } else {
        (
            "import:",
            if write(root, name, kept.text)? {
                "changed"
            } else {
                "unchanged"
            },
        )
    };
    let elapsed = seconds(started.elapsed());
    Ok(Outcome {
        stdout: format!(
            "{GOOD}{command}{GOOD:#} {name}: {} ({state}), {elapsed}\n",
            census(&kept_facts)
        ),
        ..Outcome::default()
    })
}

/// Returns whether anything changed.
fn write(root: &Path, name: &str, text: String) -> Result<bool, Failure> {
    let tree = Tree {
        root: root.to_path_buf(),
        folders: Vec::new(),
        files: vec![PathBuf::from(name)],
    };
    let wanted = Files::from([(name.to_owned(), text)]);
    let changes = compare(&wanted, &tree.find()?);
    write::apply(&tree, &wanted, &changes)?;
    Ok(changes.written() > 0)
}

/// `160 paths, 202 operations, 300 schemas`.
fn census(facts: &Facts) -> String {
    let counts = counts(facts);
    ["path", "operation", "schema"]
        .map(|kind| count(counts.get(kind).copied().unwrap_or_default(), kind))
        .join(", ")
}

fn listed(differing: &[String], args: &ImportArgs) -> String {
    let (name, file) = (args.api.document(), args.file.display());
    let mut text = String::new();
    for line in differing.iter().take(DIFFERENCES) {
        let _ = writeln!(text, "{line}");
    }
    let rest = differing.len().saturating_sub(DIFFERENCES);
    if rest > 0 {
        let _ = writeln!(text, "(and {rest} more)");
    }
    let differ = count(differing.len(), "difference");
    let _ = if args.verify {
        writeln!(
            text,
            "\n{ERROR}import --verify:{ERROR:#} {name} (+) is not what {file} (-) says, {differ}"
        )
    } else {
        writeln!(
            text,
            "\n{ERROR}import:{ERROR:#} nothing written: {name} (+) would not say what {file} (-) says, {differ}"
        )
    };
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use std::fs;
    use std::path::Path;
    use std::time::SystemTime;

    use tempfile::TempDir;

    use super::run;
    use crate::args::{Api, ImportArgs};
    use crate::report::Verdict;

    const UPSTREAM: &str = "\
openapi: 3.0.3
info: {title: Upstream, version: v1, description: prose}
paths:
  /v1/ping:
    get:
      operationId: ping
      summary: prose
      responses:
        '200': {description: prose}
components:
  schemas:
    Ping: {type: object, properties: {id: {type: string, description: prose}}}
";

    fn folder() -> (TempDir, ImportArgs) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("upstream.yml");
        fs::write(&file, UPSTREAM).unwrap();
        (
            folder,
            ImportArgs {
                api: Api::Frontend,
                verify: false,
                file,
            },
        )
    }

    fn said(root: &Path, args: &ImportArgs) -> (Verdict, String) {
        let outcome = run(root, args).unwrap();
        (
            outcome.verdict,
            anstream::adapter::strip_str(&outcome.stdout).to_string(),
        )
    }

    #[test]
    fn facts_are_written_once() {
        let (folder, args) = folder();
        let (_, first) = said(folder.path(), &args);
        assert!(
            first.starts_with(
                "import: spec/frontend.yaml: 1 path, 1 operation, 1 schema (changed), "
            ),
            "{first}"
        );
        let written = folder.path().join("spec/frontend.yaml");
        assert!(!fs::read_to_string(&written).unwrap().contains("prose"));
        let past = SystemTime::UNIX_EPOCH;
        fs::File::options()
            .write(true)
            .open(&written)
            .unwrap()
            .set_modified(past)
            .unwrap();
        let (_, second) = said(folder.path(), &args);
        assert!(second.contains("(unchanged)"), "{second}");
        assert_eq!(fs::metadata(&written).unwrap().modified().unwrap(), past);
    }

    #[test]
    fn verify_lists_every_difference_and_writes_nothing() {
        let (folder, mut args) = folder();
        said(folder.path(), &args);
        args.verify = true;
        let (verdict, text) = said(folder.path(), &args);
        assert_eq!(verdict, Verdict::Fine);
        assert!(
            text.starts_with("import --verify: spec/frontend.yaml: 1 path, 1 operation, 1 schema (nothing lost), "),
            "{text}"
        );

        let path = folder.path().join("spec/frontend.yaml");
        let edited = fs::read_to_string(&path)
            .unwrap()
            .replace("operationId: ping", "operationId: pong");
        fs::write(&path, &edited).unwrap();
        let (verdict, text) = said(folder.path(), &args);
        assert_eq!(verdict, Verdict::Failed);
        for part in [
            "- operation attribute: GET /v1/ping operationId: \"ping\"\n",
            "+ operation attribute: GET /v1/ping operationId: \"pong\"\n",
            "import --verify: spec/frontend.yaml (+) is not what ",
            " (-) says, 2 differences\n",
        ] {
            assert!(text.contains(part), "{part}\nin\n{text}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), edited);
    }

    #[test]
    fn bad_and_absent_documents_write_nothing() {
        let (folder, mut args) = folder();
        let error = |args: &ImportArgs| run(folder.path(), args).unwrap_err().to_string();
        fs::write(&args.file, "openapi: [").unwrap();
        assert!(error(&args).contains("upstream.yml"));
        args.file = folder.path().join("absent.yml");
        assert!(error(&args).contains("cannot read"));
        assert!(!folder.path().join("spec").exists());
    }
}
