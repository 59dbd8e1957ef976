//! What a folder should hold against what it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use generator::Files;

use crate::report::Failure;

/// How the names of temporary files end; one that is still there is left from an interrupted run.
pub(crate) const TEMPORARY: &str = ".xtask-tmp";

/// The part of a folder that a command owns: whole folders and single files, relative to the root.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) files: Vec<PathBuf>,
}

/// The bytes of the files that are there, by path relative to the root.
pub(crate) type Found = BTreeMap<PathBuf, Vec<u8>>;

/// What must happen for the found files to become the wanted ones, in path order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// There with another content.
    pub(crate) stale: Vec<PathBuf>,
    /// Not there.
    pub(crate) missing: Vec<PathBuf>,
    /// There and not wanted.
    pub(crate) orphaned: Vec<PathBuf>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.stale.is_empty() && self.missing.is_empty() && self.orphaned.is_empty()
    }

    pub(crate) fn written(&self) -> usize {
        self.stale.len() + self.missing.len()
    }
}

impl Tree {
    /// Refuses wanted paths outside of the owned part: they would be written and then never checked or removed.
    pub(crate) fn admit(&self, wanted: &Files) -> Result<(), Failure> {
        let mut failure = Failure::default();
        for path in wanted.keys().filter(|path| !self.owns(Path::new(path))) {
            failure.add(Failure::new(format_args!(
                "refusing to write {path}: it is outside of the generated folders"
            )));
        }
        if failure.is_empty() {
            Ok(())
        } else {
            Err(failure)
        }
    }

    fn owns(&self, path: &Path) -> bool {
        path.components()
            .all(|part| matches!(part, Component::Normal(_)))
            && (self.files.iter().any(|file| file == path)
                || self.folders.iter().any(|folder| path.starts_with(folder)))
    }

    /// Reads every owned file that is there, and what an interrupted run left beside the single files.
    pub(crate) fn find(&self) -> Result<Found, Failure> {
        let mut paths = BTreeSet::new();
        for folder in &self.folders {
            walk(&self.root, folder, &mut paths)?;
        }
        for file in &self.files {
            if fs::symlink_metadata(self.root.join(file)).is_ok_and(|found| !found.is_dir()) {
                paths.insert(file.clone());
            }
        }
        let parents: BTreeSet<_> = self.files.iter().filter_map(|file| file.parent()).collect();
        for parent in parents {
            let entries = entries(&self.root, parent)?;
            paths.extend(
                entries
                    .into_iter()
                    .map(|(path, _)| path)
                    .filter(|path| is_temporary(path)),
            );
        }
        paths.into_iter().map(|path| self.read(path)).collect()
    }

    fn read(&self, path: PathBuf) -> Result<(PathBuf, Vec<u8>), Failure> {
        let full = self.root.join(&path);
        match fs::read(&full) {
            Ok(bytes) => Ok((path, bytes)),
            // A link that leads to no file: its content is nothing, and it is replaced or removed like a file.
            Err(_) if full.is_symlink() => Ok((path, Vec::new())),
            Err(reason) => Err(Failure::read(&full, &reason)),
        }
    }
}

/// The pure comparison: equal bytes are no change.
pub(crate) fn compare(wanted: &Files, found: &Found) -> Changes {
    let mut changes = Changes::default();
    for (path, text) in wanted {
        let path = Path::new(path);
        match found.get(path) {
            None => changes.missing.push(path.to_path_buf()),
            Some(bytes) if bytes != text.as_bytes() => changes.stale.push(path.to_path_buf()),
            Some(_) => {}
        }
    }
    let wanted: BTreeSet<&Path> = wanted.keys().map(Path::new).collect();
    changes.orphaned = found
        .keys()
        .filter(|path| !wanted.contains(path.as_path()))
        .cloned()
        .collect();
    changes
}

pub(crate) fn is_temporary(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().ends_with(TEMPORARY.as_bytes()))
}

/// Adds every file below `folder`, relative to `root`. Links are files: what they lead to is not ours.
pub(crate) fn walk(
    root: &Path,
    folder: &Path,
    paths: &mut BTreeSet<PathBuf>,
) -> Result<(), Failure> {
    for (path, is_folder) in entries(root, folder)? {
        if is_folder {
            walk(root, &path, paths)?;
        } else {
            paths.insert(path);
        }
    }
    Ok(())
}

/// What is directly in `folder`, relative to `root`, and whether it is a folder; nothing when `folder` is not there.
pub(crate) fn entries(root: &Path, folder: &Path) -> Result<Vec<(PathBuf, bool)>, Failure> {
    let full = root.join(folder);
    let list = || -> io::Result<Vec<(PathBuf, bool)>> {
        fs::read_dir(&full)?
            .map(|entry| {
                let entry = entry?;
                Ok((folder.join(entry.file_name()), entry.file_type()?.is_dir()))
            })
            .collect()
    };
    match list() {
        Ok(entries) => Ok(entries),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(reason) => Err(Failure::read(&full, &reason)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

    use std::fs;
    use std::path::PathBuf;

    use generator::Files;

    use super::{Changes, Found, Tree, compare};

    fn wanted(files: &[(&str, &str)]) -> Files {
        files
            .iter()
            .map(|&(path, text)| (path.to_owned(), text.to_owned()))
            .collect()
    }

    fn found(files: &[(&str, &str)]) -> Found {
        files
            .iter()
            .map(|&(path, text)| (path.into(), text.into()))
            .collect()
    }

    #[test]
    fn every_kind_of_change_is_told_apart() {
        let changes = compare(
            &wanted(&[
                ("gen/missing.rs", "m"),
                ("gen/same.rs", "s"),
                ("gen/stale.rs", "new"),
            ]),
            &found(&[
                ("gen/orphan.rs", "o"),
                ("gen/same.rs", "s"),
                ("gen/stale.rs", "old"),
            ]),
        );
        assert_eq!(
            changes,
            Changes {
                stale: vec!["gen/stale.rs".into()],
                missing: vec!["gen/missing.rs".into()],
                orphaned: vec!["gen/orphan.rs".into()],
            }
        );
        assert!(!changes.is_empty());
    }

    #[test]
    fn equal_files_are_clean() {
        assert!(compare(&wanted(&[("a", "1")]), &found(&[("a", "1")])).is_empty());
    }

    #[test]
    fn only_the_owned_part_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "gen/deep/a.rs",
            "gen/b.rs",
            "src/hand.rs",
            "docs/page.md",
            "docs/other.md",
            "docs/.page.md.x.xtask-tmp",
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "text").unwrap();
        }
        let tree = Tree {
            root: root.to_path_buf(),
            folders: vec!["gen".into(), "absent".into()],
            files: vec!["docs/page.md".into(), "absent/page.md".into()],
        };
        let found: Vec<PathBuf> = tree.find().unwrap().into_keys().collect();
        let expected: Vec<PathBuf> = [
            "docs/.page.md.x.xtask-tmp",
            "docs/page.md",
            "gen/b.rs",
            "gen/deep/a.rs",
        ]
        .map(PathBuf::from)
        .to_vec();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_path_that_leaves_the_owned_part_is_refused() {
        let tree = Tree {
            root: PathBuf::new(),
            folders: vec!["gen".into()],
            files: vec!["docs/page.md".into()],
        };
        assert!(
            tree.admit(&wanted(&[("gen/a/b.rs", ""), ("docs/page.md", "")]))
                .is_ok()
        );
        for path in [
            "gen/../src/lib.rs",
            "/gen/a.rs",
            "docs/other.md",
            "generated/a.rs",
        ] {
            assert!(tree.admit(&wanted(&[(path, "")])).is_err(), "{path}");
        }
    }
}
