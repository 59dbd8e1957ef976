//! A token in a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::token_store::{TokenStore, TokenStoreError, TokenStoreFuture, same};

/// Keeps a token in a file that only its owner can read.
///
/// The file is never half written: a new one is written beside it and takes its place. It holds the token and nothing else; no token,
/// no file. Clients in one process share a `FileTokenStore`; two processes that use one file at the same time do not lose
/// their file, but the later of two simultaneous changes stands.
///
/// Reading and writing block for the moment that a small file takes.
#[derive(Debug)]
pub struct FileTokenStore {
    path: PathBuf,
    changes: Mutex<()>,
}

impl FileTokenStore {
    /// Makes a store of the file at `path`, which need not exist; its folder must.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            changes: Mutex::new(()),
        }
    }

    /// Returns where the token is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<Option<SecretString>, TokenStoreError> {
        match fs::read_to_string(&self.path) {
            Ok(text) => {
                let token = text.trim();
                Ok((!token.is_empty()).then(|| SecretString::from(token)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.problem("read", error)),
        }
    }

    fn write(&self, token: Option<&SecretString>) -> Result<(), TokenStoreError> {
        let written = match token {
            Some(token) => self.replace(token),
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        written.map_err(|error| self.problem("written", error))
    }

    fn replace(&self, token: &SecretString) -> io::Result<()> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Made with permissions for its owner alone, and removed again if anything fails.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(token.expose_secret().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn problem(&self, what: &str, error: io::Error) -> TokenStoreError {
        let path = self.path.display();
        io::Error::new(error.kind(), format!("{path} could not be {what}: {error}")).into()
    }
}

impl TokenStore for FileTokenStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<SecretString>> {
        Box::pin(async move { self.read() })
    }

    fn compare_and_set<'a>(
        &'a self,
        current: Option<&'a SecretString>,
        new: Option<&'a SecretString>,
    ) -> TokenStoreFuture<'a, bool> {
        Box::pin(async move {
            let _changing = self.lock();
            let fits = same(self.read()?.as_ref(), current);
            if fits {
                self.write(new)?;
            }
            Ok(fits)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tokens_outlive_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let token = SecretString::from("one");
        let store = FileTokenStore::new(&path);
        assert!(store.load().await.unwrap().is_none());
        assert!(store.compare_and_set(None, Some(&token)).await.unwrap());
        assert!(!store.compare_and_set(None, Some(&token)).await.unwrap());

        let again = FileTokenStore::new(&path);
        assert!(same(again.load().await.unwrap().as_ref(), Some(&token)));
        assert!(again.compare_and_set(Some(&token), None).await.unwrap());
        assert!(!path.exists());
        assert!(again.compare_and_set(None, None).await.unwrap());
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            0,
            "nothing is left behind"
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        // An existing file that everyone can read does not hand its permissions down.
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let store = FileTokenStore::new(&path);
        let (one, two) = (SecretString::from("one"), SecretString::from("two"));
        assert!(store.compare_and_set(Some(&one), Some(&two)).await.unwrap());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
    }

    #[tokio::test]
    async fn a_failed_write_leaves_the_old_token() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("token");
        let store = FileTokenStore::new(&path);
        let token = SecretString::from("hush");
        let error = store.compare_and_set(None, Some(&token)).await.unwrap_err();
        assert!(
            error.to_string().contains("could not be written"),
            "{error}"
        );
        assert!(!error.to_string().contains("hush"));
        assert!(store.load().await.unwrap().is_none());
    }
}
