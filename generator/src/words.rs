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

/// `getOAuthToken` as `get_oauth_token`; never empty and never starting with a digit.
pub(crate) fn snake(text: &str) -> String {
    guard(acronyms(text).to_snake_case(), "_")
}

/// `oauth_application` as `OAuthApplication`; never empty and never starting with a digit.
pub(crate) fn camel(text: &str) -> String {
    let mut camel = acronyms(text).to_upper_camel_case();
    for (plain, special) in TYPE_CASE {
        camel = replace_words(&camel, plain, special);
    }
    guard(camel, "V")
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
    ACRONYMS
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn guard(text: String, prefix: &str) -> String {
    match text.chars().next() {
        None => "Empty".to_owned(),
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

/// The Rust identifier for a snake case name: raw where it is a keyword.
pub(crate) fn identifier(snake: &str) -> String {
    match snake {
        // The four that cannot be raw identifiers.
        "self" | "super" | "crate" | "_" => format!("{snake}_"),
        _ if syn::parse_str::<syn::Ident>(snake).is_err() => format!("r#{snake}"),
        _ => snake.to_owned(),
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
        ] {
            assert_eq!(camel(text), expected);
        }
    }

    #[test]
    fn keywords_are_raw() {
        assert_eq!(identifier("type"), "r#type");
        assert_eq!(identifier("self"), "self_");
        assert_eq!(identifier("name"), "name");
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
