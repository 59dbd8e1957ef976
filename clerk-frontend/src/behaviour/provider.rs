//! How the providers of accounts are called.

/// Brands that are not spelled as their ids with a capital.
const BRANDS: &[(&str, &str)] = &[
    ("github", "GitHub"),
    ("gitlab", "GitLab"),
    ("hubspot", "HubSpot"),
    ("huggingface", "Hugging Face"),
    ("line", "LINE"),
    ("linkedin", "LinkedIn"),
    ("linkedin_oidc", "LinkedIn"),
    ("tiktok", "TikTok"),
];

/// Words that are spelled so wherever they stand in an id.
const WORDS: &[(&str, &str)] = &[
    ("github", "GitHub"),
    ("gitlab", "GitLab"),
    ("oidc", "OIDC"),
    ("saml", "SAML"),
    ("sso", "SSO"),
];

/// Returns a provider's id without the prefix that makes it a strategy.
pub(super) fn slug(provider: &str) -> &str {
    provider.strip_prefix("oauth_").unwrap_or(provider)
}

/// Returns a provider's name for people. An instance's own providers (`custom_`) go by the name it gave them.
pub(super) fn name(slug: &str) -> String {
    let slug = slug.strip_prefix("custom_").unwrap_or(slug);
    if let Some(brand) = spelled(BRANDS, slug) {
        return brand.to_owned();
    }
    let words = slug
        .split(['_', '-', ' '])
        .filter(|word| !word.is_empty())
        .map(|word| spelled(WORDS, word).map_or_else(|| capital(word), str::to_owned));
    words.collect::<Vec<_>>().join(" ")
}

fn spelled(names: &[(&str, &'static str)], id: &str) -> Option<&'static str> {
    let mut names = names.iter();
    let (_, name) = names.find(|(known, _)| *known == id)?;
    Some(name)
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
