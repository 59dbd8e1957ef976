//! Where the token of a client is kept between calls.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

/// The future of a token store's methods: boxed, and `Send` except in browsers.
#[cfg(not(target_family = "wasm"))]
pub type TokenStoreFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, TokenStoreError>> + Send + 'a>>;
/// The future of a token store's methods: boxed, and `Send` except in browsers.
#[cfg(target_family = "wasm")]
pub type TokenStoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, TokenStoreError>> + 'a>>;

/// Why a token store failed.
pub type TokenStoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps the token that says which client (device, browser) calls: in memory, a file, a keychain.
///
/// Clerk may send a new token with any answer. Many calls run at once, so a token is only replaced if it is still the one that
/// the call was made with; otherwise a late answer would bring back an old token and sign everyone out. That is why
/// there is no plain `set`.
///
/// Every call reads the token anew: a store may be shared by several clients, and the application may change what is in it, for
/// example to sign out.
pub trait TokenStore: Send + Sync {
    /// Returns the token, if there is one.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot be read; the call fails then without being sent.
    fn load(&self) -> TokenStoreFuture<'_, Option<SecretString>>;

    /// Replaces `current` by `new` as one step and returns true; or changes nothing and returns false if
    /// something else than `current` is stored.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot be written. It is asked again before the next call.
    fn compare_and_set<'a>(
        &'a self,
        current: Option<&'a SecretString>,
        new: Option<&'a SecretString>,
    ) -> TokenStoreFuture<'a, bool>;
}

/// Keeps a token as long as the process lives.
#[derive(Default)]
pub struct MemoryTokenStore {
    token: Mutex<Option<SecretString>>,
}

impl MemoryTokenStore {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a store that holds a token.
    #[must_use]
    pub fn with_token(token: impl Into<SecretString>) -> Self {
        Self {
            token: Mutex::new(Some(token.into())),
        }
    }
}

impl TokenStore for MemoryTokenStore {
    fn load(&self) -> TokenStoreFuture<'_, Option<SecretString>> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let token = token.clone();
        Box::pin(async move { Ok(token) })
    }

    fn compare_and_set<'a>(
        &'a self,
        current: Option<&'a SecretString>,
        new: Option<&'a SecretString>,
    ) -> TokenStoreFuture<'a, bool> {
        Box::pin(async move {
            let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
            let fits = same(token.as_ref(), current);
            if fits {
                *token = new.cloned();
            }
            Ok(fits)
        })
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MemoryTokenStore(<redacted>)")
    }
}

/// Whether two tokens are the same, or neither is there.
pub(crate) fn same(one: Option<&SecretString>, other: Option<&SecretString>) -> bool {
    one.map(ExposeSecret::expose_secret) == other.map(ExposeSecret::expose_secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_current_token_is_replaced() {
        let store = MemoryTokenStore::new();
        let [one, two] = ["one", "two"].map(SecretString::from);
        assert!(!store.compare_and_set(Some(&one), Some(&two)).await.unwrap());
        assert!(store.compare_and_set(None, Some(&one)).await.unwrap());
        assert!(!store.compare_and_set(None, Some(&two)).await.unwrap());
        assert!(same(store.load().await.unwrap().as_ref(), Some(&one)));
        assert!(store.compare_and_set(Some(&one), None).await.unwrap());
        assert!(store.load().await.unwrap().is_none());
    }
}
