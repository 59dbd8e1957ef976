//! Case conversion with one table of acronyms, so that `getOAuthToken` is `get_oauth_token`.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Spellings that heck would split in the middle, and what to read them as.
const ACRONYMS: [(&str, &str); 20] = [
    ("OAuth2", "Oauth2"),
    ("OAuth", "Oauth"),
    ("OpenID", "Openid"),
    ("M2M", "M2m"),
    ("SVIX", "Svix"),
    ("TOTP", "Totp"),
    ("JWKS", "Jwks"),
    ("JWTs", "Jwts"),
    ("SAML", "Saml"),
    ("SCIM", "Scim"),
    ("OIDC", "Oidc"),
    ("CNAMEs", "Cnames"),
    ("CName", "Cname"),
    ("URLs", "Urls"),
    ("IDs", "Ids"),
    ("APIs", "Apis"),
    ("WebAuthn", "Webauthn"),
    ("MFA", "Mfa"),
    ("SMS", "Sms"),
    ("DevBrowser", "DevBrowser"),
];

/// Words whose type-case spelling is not a capital and small letters.
const TYPE_CASE: [(&str, &str); 2] = [("Oauth", "OAuth"), ("M2m", "M2m")];

/// `getOAuthToken` as `get_oauth_token`; never empty, never starting with a digit, letters and digits of ASCII only.
pub(crate) fn snake(text: &str) -> String {
    guard(acronyms(text).to_snake_case(), "_", "empty")
}

/// `oauth_application` as `OAuthApplication`; never empty, never starting with a digit, letters and digits of ASCII only.
pub(crate) fn camel(text: &str) -> String {
    let mut camel = acronyms(text).to_upper_camel_case();
    for (plain, special) in TYPE_CASE {
        camel = replace_words(&camel, plain, special);
    }
    guard(camel, "V", "Empty")
}

/// Replaces `plain` where a word ends after it, so that `Oauth` is not found in `Oauthor`.
fn replace_words(text: &str, plain: &str, special: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(plain) {
        let (before, found) = rest.split_at(at);
        let after = found.get(plain.len()..).unwrap_or_default();
        result.push_str(before);
        let word_ends = after.chars().next().is_none_or(|next| !next.is_lowercase());
        result.push_str(if word_ends { special } else { plain });
        rest = after;
    }
    result.push_str(rest);
    result
}

fn acronyms(text: &str) -> String {
    // Not every letter or digit of Unicode may stand in an identifier.
    let text = text.replace(|character: char| !character.is_ascii(), "_");
    ACRONYMS
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}

fn guard(text: String, prefix: &str, empty: &str) -> String {
    match text.chars().next() {
        None => empty.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{prefix}{text}"),
        Some(_) => text,
    }
}

/// The singular of the last word of a snake or camel case name, for the items of a list.
pub(crate) fn singular(text: &str) -> String {
    if let Some(stem) = text.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for suffix in ["sses", "xes", "ches", "shes"] {
        if text.ends_with(suffix) {
            return text.strip_suffix("es").unwrap_or(text).to_owned();
        }
    }
    match text.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => text.to_owned(),
    }
}

/// A snake case name as words of a sentence: `oauth_applications` as `OAuth applications`.
pub(crate) fn readable(snake: &str) -> String {
    let words = snake.split('_').map(|word| match word {
        "oauth" => "OAuth".to_owned(),
        "api" | "idp" | "jwt" | "jwks" | "m2m" | "mfa" | "saml" | "scim" | "sms" | "totp" => {
            word.to_uppercase()
        }
        "urls" => "URLs".to_owned(),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The Rust identifier for a snake case name: raw where it is a keyword.
pub(crate) fn identifier(snake: &str) -> String {
    match snake {
        // The four that cannot be raw identifiers.
        "self" | "super" | "crate" | "_" => format!("{snake}_"),
        _ if !is_identifier(snake) => format!("r#{snake}"),
        _ => snake.to_owned(),
    }
}

/// A snake case name as a module or method: followed by `_` where it is a keyword.
pub(crate) fn plain_identifier(snake: String) -> String {
    if is_identifier(&snake) {
        snake
    } else {
        format!("{snake}_")
    }
}

/// The method that clears what the setter `identifier` sets.
pub(crate) fn clear(identifier: &str) -> String {
    format!("clear_{}", identifier.trim_start_matches("r#"))
}

/// Whether Rust takes `name` as it stands, or as it stands after `r#`.
pub(crate) fn is_identifier(name: &str) -> bool {
    match name.strip_prefix("r#") {
        // Raw exactly because it is a keyword; the text must still look like a name.
        Some(raw) => is_identifier(&format!("_{raw}")),
        None => syn::parse_str::<syn::Ident>(name).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_stay_whole_in_snake_case() {
        for (text, expected) in [
            ("getOAuthToken", "get_oauth_token"),
            ("GetOAuthAccessToken", "get_oauth_access_token"),
            ("verifyTOTP", "verify_totp"),
            ("M2M", "m2m"),
            ("createM2MToken", "create_m2m_token"),
            ("organizationID", "organization_id"),
            ("planIdOrSlug", "plan_id_or_slug"),
            ("ListRedirectURLs", "list_redirect_urls"),
            ("x5t#S256", "x5t_s256"),
            ("_clerk_session_id", "clerk_session_id"),
            ("generateSvixAuthURL", "generate_svix_auth_url"),
            ("web3_wallet", "web3_wallet"),
        ] {
            assert_eq!(snake(text), expected);
        }
    }

    #[test]
    fn types_read_like_clerks() {
        for (text, expected) in [
            ("oauth_application", "OAuthApplication"),
            ("OAuthApplicationWithSecret", "OAuthApplicationWithSecret"),
            ("SAMLConnection", "SamlConnection"),
            ("Client.SignIn", "ClientSignIn"),
            ("payer-credits", "PayerCredits"),
            ("2fa", "V2fa"),
            ("", "Empty"),
            ("x²", "X"),
        ] {
            assert_eq!(camel(text), expected);
        }
    }

    #[test]
    fn names_read_as_words() {
        assert_eq!(readable("oauth_applications"), "OAuth applications");
        assert_eq!(readable("redirect_urls"), "redirect URLs");
        assert_eq!(
            readable("email_and_sms_templates"),
            "email and SMS templates"
        );
    }

    #[test]
    fn keywords_are_raw() {
        assert_eq!(identifier("type"), "r#type");
        assert_eq!(identifier("self"), "self_");
        assert_eq!(identifier("name"), "name");
        assert_eq!(plain_identifier("match".to_owned()), "match_");
        assert_eq!(plain_identifier("name".to_owned()), "name");
        for (name, expected) in [
            ("name", true),
            ("r#type", true),
            ("type", false),
            ("two words", false),
            ("r#two words", false),
            ("2", false),
            ("", false),
        ] {
            assert_eq!(is_identifier(name), expected, "{name}");
        }
    }

    #[test]
    fn items_are_singular() {
        for (text, expected) in [
            ("identities", "identity"),
            ("addresses", "address"),
            ("keys", "key"),
            ("status", "status"),
            ("data", "data"),
        ] {
            assert_eq!(singular(text), expected);
        }
    }
}
