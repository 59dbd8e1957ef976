//! Makes a tree what it should be: each file at once, and none before all of them are known to be writable.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use generator::Files;
use tempfile::TempPath;

use crate::report::Failure;
use crate::tree::{self, Changes, TEMPORARY, Tree};

/// Brings the tree to the wanted state.
///
/// First every new content is written beside its target, which is where a full disk or a protected folder shows, and
/// is undone if anything fails. Only then are the targets replaced, one rename each, and the orphans removed. When the
/// program is stopped in between, every file is whole, old or new, and the next run finishes the work.
pub(crate) fn apply(tree: &Tree, wanted: &Files, changes: &Changes) -> Result<(), Failure> {
    let mut staging = Staging::default();
    if let Err(failure) = staging.stage(tree, wanted, changes) {
        staging.abandon();
        return Err(failure);
    }
    for (temporary, target) in staging.files {
        temporary
            .persist(&target)
            .map_err(|error| Failure::write(&target, &error.error))?;
    }
    for orphan in &changes.orphaned {
        let target = tree.root.join(orphan);
        fs::remove_file(&target).map_err(|reason| Failure::remove(&target, &reason))?;
    }
    for folder in &tree.folders {
        prune(&tree.root, folder)?;
    }
    Ok(())
}

#[derive(Debug, Default)]
struct Staging {
    /// New contents and the files they are to replace.
    files: Vec<(TempPath, PathBuf)>,
    /// Folders made for them, outer ones first.
    folders: Vec<PathBuf>,
}

impl Staging {
    fn stage(&mut self, tree: &Tree, wanted: &Files, changes: &Changes) -> Result<(), Failure> {
        self.create_root(&tree.root)?;
        let written = changes.stale.iter().chain(&changes.missing);
        // `wanted` has every stale and missing path: they were compared with it.
        for (path, text) in written.filter_map(|path| Some((path, wanted.get(path.to_str()?)?))) {
            let target = tree.root.join(path);
            self.create_folders(&tree.root, path)?;
            let temporary =
                stage_file(&target, text).map_err(|reason| Failure::write(&target, &reason))?;
            self.files.push((temporary, target));
        }
        for orphan in &changes.orphaned {
            // Removing needs what writing beside it needs.
            let target = tree.root.join(orphan);
            temporary_beside(&target).map_err(|reason| Failure::remove(&target, &reason))?;
        }
        Ok(())
    }

    /// Makes the root and the folders that lead to it; unlike the ones below it, these may be links.
    fn create_root(&mut self, root: &Path) -> Result<(), Failure> {
        let absent: Vec<&Path> = root
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        for folder in absent.into_iter().rev() {
            self.create(folder)?;
        }
        Ok(())
    }

    fn create_folders(&mut self, root: &Path, path: &Path) -> Result<(), Failure> {
        let mut folder = root.to_path_buf();
        for part in path.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            match fs::symlink_metadata(&folder) {
                Ok(found) if found.is_dir() => {}
                Ok(_) => {
                    return Err(Failure::new(format_args!(
                        "cannot write {}: {} is not a folder",
                        root.join(path).display(),
                        folder.display()
                    )));
                }
                Err(_) => self.create(&folder)?,
            }
        }
        Ok(())
    }

    fn create(&mut self, folder: &Path) -> Result<(), Failure> {
        fs::create_dir(folder).map_err(|reason| Failure::write(folder, &reason))?;
        self.folders.push(folder.to_path_buf());
        Ok(())
    }

    /// Leaves things as they were. The failure that led here is the one to report, so others are not.
    fn abandon(self) {
        drop(self.files);
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn stage_file(target: &Path, text: &str) -> io::Result<TempPath> {
    let permissions = match fs::symlink_metadata(target) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if found.is_file() => Some(found.permissions()),
        _ => None,
    };
    let mut temporary = temporary_beside(target)?;
    temporary.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions {
        temporary.as_file().set_permissions(permissions)?;
    }
    // Closed here: a run may stage more files than a process may hold open.
    Ok(temporary.into_temp_path())
}

fn temporary_beside(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(target.file_name().unwrap_or(OsStr::new("file")));
    prefix.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What an ordinary new file gets, less the umask; temporary files are private otherwise.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(target.parent().unwrap_or(Path::new("")))
}

/// Removes the empty folders below `folder`.
fn prune(root: &Path, folder: &Path) -> Result<(), Failure> {
    for (path, is_folder) in tree::entries(root, folder)? {
        if is_folder {
            prune(root, &path)?;
            if tree::entries(root, &path)?.is_empty() {
                let full = root.join(&path);
                fs::remove_dir(&full).map_err(|reason| Failure::remove(&full, &reason))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, SystemTime};

    use generator::Files;
    use tempfile::TempDir;

    use super::apply;
    use crate::tree::{Tree, compare};

    fn folder(files: &[(&str, &str)]) -> (TempDir, Tree) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree {
            root: folder.path().to_path_buf(),
            folders: vec!["gen".into()],
            files: vec!["docs/page.md".into()],
        };
        (folder, tree)
    }

    fn wanted(files: &[(&str, &str)]) -> Files {
        files
            .iter()
            .map(|&(path, text)| (path.to_owned(), text.to_owned()))
            .collect()
    }

    fn write(tree: &Tree, wanted: &Files) -> Result<(), String> {
        let changes = compare(wanted, &tree.find().unwrap());
        apply(tree, wanted, &changes).map_err(|failure| failure.to_string())
    }

    /// Everything below the folder, folders included.
    fn listing(root: &Path) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        let mut open = vec![root.to_path_buf()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                paths.push(path.strip_prefix(root).unwrap().to_path_buf());
                if path.is_dir() {
                    open.push(path);
                }
            }
        }
        paths.sort();
        paths
    }

    #[test]
    fn the_tree_becomes_what_is_wanted() {
        let (folder, tree) = folder(&[
            ("gen/old/deep/orphan.rs", "o"),
            ("gen/stale.rs", "old"),
            ("docs/other.md", "hand-written"),
            ("docs/.page.md.1.xtask-tmp", "left over"),
        ]);
        fs::create_dir_all(folder.path().join("gen/empty/deeper")).unwrap();
        let wanted = wanted(&[
            ("gen/stale.rs", "new"),
            ("gen/a/b/new.rs", "n"),
            ("docs/page.md", "p"),
        ]);
        write(&tree, &wanted).unwrap();

        let paths = [
            "docs",
            "docs/other.md",
            "docs/page.md",
            "gen",
            "gen/a",
            "gen/a/b",
            "gen/a/b/new.rs",
            "gen/stale.rs",
        ];
        assert_eq!(listing(folder.path()), paths.map(PathBuf::from));
        assert_eq!(
            fs::read_to_string(folder.path().join("gen/stale.rs")).unwrap(),
            "new"
        );
        assert!(compare(&wanted, &tree.find().unwrap()).is_empty());
    }

    #[test]
    fn an_unchanged_file_is_not_touched() {
        let (folder, tree) = folder(&[("gen/same.rs", "same"), ("gen/stale.rs", "old")]);
        let past = SystemTime::now() - Duration::from_secs(3600);
        for path in ["gen/same.rs", "gen/stale.rs"] {
            fs::File::options()
                .write(true)
                .open(folder.path().join(path))
                .unwrap()
                .set_modified(past)
                .unwrap();
        }
        write(
            &tree,
            &wanted(&[("gen/same.rs", "same"), ("gen/stale.rs", "new")]),
        )
        .unwrap();
        let modified = |path| {
            fs::metadata(folder.path().join(path))
                .unwrap()
                .modified()
                .unwrap()
        };
        assert_eq!(modified("gen/same.rs"), past);
        assert!(modified("gen/stale.rs") > past);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_new_files_are_readable() {
        use std::os::unix::fs::PermissionsExt as _;

        let (folder, tree) = folder(&[("gen/stale.rs", "old")]);
        let mode = |path| {
            fs::metadata(folder.path().join(path))
                .unwrap()
                .permissions()
                .mode()
                & 0o777
        };
        fs::set_permissions(
            folder.path().join("gen/stale.rs"),
            fs::Permissions::from_mode(0o640),
        )
        .unwrap();
        fs::write(folder.path().join("ordinary"), "").unwrap();
        write(
            &tree,
            &wanted(&[("gen/stale.rs", "new"), ("gen/new.rs", "new")]),
        )
        .unwrap();
        assert_eq!(mode("gen/stale.rs"), 0o640);
        assert_eq!(mode("gen/new.rs"), mode("ordinary"));
    }

    // Permission bits do not stop root, so the obstacles are of the wrong kind instead.
    #[test]
    fn one_target_that_cannot_be_written_keeps_all_others_as_they_were() {
        let obstacles: [(&[(&str, &str)], &str); 2] = [
            (
                &[("gen/stale.rs", "old"), ("gen/z", "a file")],
                "gen/z is not a folder",
            ),
            (
                &[("gen/stale.rs", "old"), ("gen/z/new.rs/in", "a folder")],
                "gen/z/new.rs",
            ),
        ];
        for (files, message) in obstacles {
            let (folder, tree) = folder(files);
            let before = listing(folder.path());
            let error = write(
                &tree,
                &wanted(&[
                    ("gen/a/new.rs", "n"),
                    ("gen/stale.rs", "new"),
                    ("gen/z/new.rs", "n"),
                ]),
            )
            .unwrap_err();
            assert!(
                error.contains("cannot write") && error.contains(message),
                "{error}"
            );
            assert_eq!(listing(folder.path()), before);
            assert_eq!(
                fs::read_to_string(folder.path().join("gen/stale.rs")).unwrap(),
                "old"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, tree) = folder(&[("gen/a.rs", "a"), ("elsewhere/kept.rs", "k")]);
        std::os::unix::fs::symlink(
            folder.path().join("elsewhere"),
            folder.path().join("gen/models"),
        )
        .unwrap();
        let error = write(&tree, &wanted(&[("gen/models/user.rs", "u")])).unwrap_err();
        assert!(error.contains("gen/models is not a folder"), "{error}");
        assert_eq!(
            listing(&folder.path().join("elsewhere")),
            [PathBuf::from("kept.rs")]
        );
    }

    #[test]
    fn a_root_below_a_file_is_an_error() {
        let (folder, mut tree) = folder(&[("file", "")]);
        tree.root = folder.path().join("file/below");
        tree.folders.clear();
        tree.files.clear();
        let wanted = wanted(&[("gen/new.rs", "n")]);
        let error = apply(&tree, &wanted, &compare(&wanted, &Default::default()))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("cannot write") && error.contains("below"),
            "{error}"
        );
    }
}
