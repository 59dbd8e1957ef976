//! What an external account says about its provider beyond its fields.

use crate::models::ExternalAccount;

impl ExternalAccount {
    /// Returns the provider without the prefix that makes it a strategy: `google` for `oauth_google`.
    pub fn provider_slug(&self) -> &str {
        let provider = self.provider.as_str();
        provider.strip_prefix("oauth_").unwrap_or(provider)
    }

    /// Returns a title for the account, made from its provider: `Google Account` for `oauth_google`.
    pub fn provider_title(&self) -> String {
        let words = self
            .provider_slug()
            .split(['_', ' '])
            .filter(|word| !word.is_empty());
        let mut title: String = words.map(|word| capital(word) + " ").collect();
        title.push_str("Account");
        title
    }
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::models::ExternalAccount;

    fn account(provider: &str) -> ExternalAccount {
        ExternalAccount {
            provider: provider.to_owned(),
            ..ExternalAccount::default()
        }
    }

    #[test]
    fn the_provider_gives_the_title() {
        for (provider, slug, title) in [
            ("oauth_google", "google", "Google Account"),
            ("google", "google", "Google Account"),
            (
                "oauth_linkedin_oidc",
                "linkedin_oidc",
                "Linkedin Oidc Account",
            ),
            ("", "", "Account"),
        ] {
            assert_eq!(account(provider).provider_slug(), slug);
            assert_eq!(account(provider).provider_title(), title);
        }
    }
}
