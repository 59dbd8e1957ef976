//! Operations whose answer is a redirect.

use super::decode::{Context, DecodeError, Output, Parts};

/// A redirect, returned instead of followed.
///
/// The location can hold a secret (a ticket, a token) in its query: do not log it unseen.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redirect {
    /// The status code: 3xx, or another success if the server had nowhere to lead to.
    pub status: u16,
    /// Where the redirect leads to.
    pub location: Option<String>,
}

impl std::fmt::Debug for Redirect {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let location = self.location.as_deref();
        let shown = location.map(|text| text.split(['?', '#']).next().unwrap_or_default());
        formatter
            .debug_struct("Redirect")
            .field("status", &self.status)
            .field("location", &shown)
            .finish()
    }
}

impl Output for Redirect {
    const REDIRECT: bool = true;

    fn decode(parts: &Parts<'_>, _context: &mut Context<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            status: parts.status,
            location: parts.location.map(str::to_owned),
        })
    }
}
