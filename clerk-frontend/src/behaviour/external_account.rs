//! External accounts: how they and their providers are called, and `destroy`.

use super::provider;
use crate::models::ExternalAccount;
use crate::{Client, resources};

impl ExternalAccount {
    /// Returns the provider without the prefix that makes it a strategy: `google` for `oauth_google`, `custom_acme` for an
    /// instance's own provider.
    pub fn provider_slug(&self) -> &str {
        provider::slug(&self.provider)
    }

    /// Returns a title for the account, made from its provider: `Google Account`, `GitHub Account`.
    ///
    /// Clerk's JavaScript SDK only makes the slug's first letter a capital; here brands are spelled as they spell themselves, and the
    /// `custom_` of an instance's own providers is left out.
    pub fn provider_title(&self) -> String {
        let mut title = provider::name(self.provider_slug());
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str("Account");
        title
    }

    /// Returns what the account is known by at its provider: the username, else the email address, else the label; the first that is
    /// not empty, and an empty text if all are.
    pub fn account_identifier(&self) -> &str {
        let username = self.username.as_deref().unwrap_or_default();
        let label = self.label.as_deref().unwrap_or_default();
        let mut known = [username, &self.email_address, label].into_iter();
        known.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// Starts the deletion of the account; the same as [`delete`](Self::delete), under the name of Clerk's SDKs.
    #[inline]
    pub fn destroy(&self, client: &Client) -> resources::external_accounts::Delete {
        self.delete(client)
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
            ("oauth_apple", "apple", "Apple Account"),
            ("oauth_atlassian", "atlassian", "Atlassian Account"),
            ("oauth_bitbucket", "bitbucket", "Bitbucket Account"),
            ("oauth_box", "box", "Box Account"),
            ("oauth_coinbase", "coinbase", "Coinbase Account"),
            ("oauth_discord", "discord", "Discord Account"),
            ("oauth_dropbox", "dropbox", "Dropbox Account"),
            ("oauth_enstall", "enstall", "Enstall Account"),
            ("oauth_expressen", "expressen", "Expressen Account"),
            ("oauth_facebook", "facebook", "Facebook Account"),
            ("oauth_github", "github", "GitHub Account"),
            ("oauth_gitlab", "gitlab", "GitLab Account"),
            ("oauth_google", "google", "Google Account"),
            ("oauth_hubspot", "hubspot", "HubSpot Account"),
            ("oauth_huggingface", "huggingface", "Hugging Face Account"),
            ("oauth_instagram", "instagram", "Instagram Account"),
            ("oauth_line", "line", "LINE Account"),
            ("oauth_linear", "linear", "Linear Account"),
            ("oauth_linkedin", "linkedin", "LinkedIn Account"),
            ("oauth_linkedin_oidc", "linkedin_oidc", "LinkedIn Account"),
            ("oauth_microsoft", "microsoft", "Microsoft Account"),
            ("oauth_notion", "notion", "Notion Account"),
            ("oauth_slack", "slack", "Slack Account"),
            ("oauth_spotify", "spotify", "Spotify Account"),
            ("oauth_tiktok", "tiktok", "TikTok Account"),
            ("oauth_twitch", "twitch", "Twitch Account"),
            ("oauth_twitter", "twitter", "Twitter Account"),
            ("oauth_vercel", "vercel", "Vercel Account"),
            ("oauth_x", "x", "X Account"),
            ("oauth_xero", "xero", "Xero Account"),
            // An instance's own, enterprise connections, and without the prefix.
            ("oauth_custom_foo", "custom_foo", "Foo Account"),
            (
                "oauth_custom_front-line",
                "custom_front-line",
                "Front Line Account",
            ),
            ("saml_okta", "saml_okta", "SAML Okta Account"),
            (
                "oidc_github_enterprise",
                "oidc_github_enterprise",
                "OIDC GitHub Enterprise Account",
            ),
            ("google", "google", "Google Account"),
            ("", "", "Account"),
        ] {
            assert_eq!(account(provider).provider_slug(), slug);
            assert_eq!(account(provider).provider_title(), title);
        }
    }

    #[test]
    fn the_first_that_is_not_empty_identifies() {
        let mut account = account("oauth_google");
        assert_eq!(account.account_identifier(), "");
        account.label = Some("work".to_owned());
        assert_eq!(account.account_identifier(), "work");
        account.email_address = "ada@example.com".to_owned();
        account.username = Some(String::new());
        assert_eq!(account.account_identifier(), "ada@example.com");
        account.username = Some("ada".to_owned());
        assert_eq!(account.account_identifier(), "ada");
    }
}
