//! The built binary: exit codes, streams and help.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

use std::path::Path;
use std::process::{Command, Output};

/// Runs the binary for the workspace at `root`.
fn xtask(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .env("CARGO_MANIFEST_DIR", root.join("xtask"))
        .current_dir(root)
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn help_is_given_for_every_command() {
    let root = tempfile::tempdir().unwrap();
    let uses = [
        (&["--help"][..], "Usage: cargo xtask <COMMAND>"),
        (&["codegen", "--help"], "Usage: cargo xtask codegen"),
        (&["import", "--help"], "Usage: cargo xtask import"),
        (&["decode", "--help"], "Usage: cargo xtask decode"),
        (&["conformance", "--help"], "Usage: cargo xtask conformance"),
    ];
    for (arguments, usage) in uses {
        let output = xtask(root.path(), arguments);
        let stdout = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(
            stdout.contains(usage) && stdout.contains("Exit codes:"),
            "{stdout}"
        );
    }
}

#[test]
fn bad_use_is_exit_code_2() {
    let root = tempfile::tempdir().unwrap();
    let uses: [&[&str]; 10] = [
        &[],
        &["unknown"],
        &["codegen", "--unknown"],
        &["codegen", "--check", "--out", "dir"],
        &["codegen", "--frontend", "file.yaml"],
        &["import", "file.yaml"],
        &["import", "--api", "other", "file.yaml"],
        &["decode"],
        &["conformance", "--api", "other"],
        &["conformance", "--full", "--minimal"],
    ];
    for arguments in uses {
        let output = xtask(root.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn missing_documents_are_exit_code_2_without_colours() {
    let root = tempfile::tempdir().unwrap();
    for arguments in [
        &["codegen"][..],
        &["codegen", "--check"],
        &["codegen", "--out", "made"],
    ] {
        let output = xtask(root.path(), arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(
            stderr.starts_with("error: cannot read spec/frontend.yaml: "),
            "{stderr}"
        );
        assert!(stderr.ends_with("\n\n8 errors\n"), "{stderr}");
        assert!(output.stdout.is_empty());
    }
    let output = xtask(root.path(), &["import", "--api", "backend", "absent.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error: cannot read absent.yaml: "));
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn an_output_folder_that_cannot_be_written_is_exit_code_2() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("file"), "").unwrap();
    for out in ["file", "file/below"] {
        let output = xtask(root.path(), &["codegen", "--out", out]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            text(&output.stderr).starts_with(&format!("error: cannot write {out}: ")),
            "{}",
            text(&output.stderr)
        );
    }
}

/// Stands in for cargo: prints its arguments and ends as told.
#[cfg(unix)]
#[test]
fn decode_runs_the_decoder_and_takes_its_exit_code() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = tempfile::tempdir().unwrap();
    let cargo = root.path().join("cargo");
    for (code, expected) in [(0, 0), (1, 1), (2, 2), (101, 2)] {
        std::fs::write(&cargo, format!("#!/bin/sh\necho \"$@\"\nexit {code}\n")).unwrap();
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .env("CARGO_MANIFEST_DIR", "root/xtask")
            .env("CARGO", &cargo)
            .args(["decode", "index.json", "--drift"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(expected));
        assert_eq!(
            text(&output.stdout).trim_end(),
            "run --quiet --manifest-path root/Cargo.toml -p clerk-frontend-tests --bin decode -- index.json --drift"
        );
    }
}
