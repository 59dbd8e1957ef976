//! Which fields hold secrets: their values never reach `Debug` output.

/// Names, or last words of names, of text that gives access to something.
const SECRET_WORDS: [&str; 13] = [
    "password",
    "token",
    "secret",
    "code",
    "codes",
    "jwt",
    "ticket",
    "signature",
    "password_digest",
    "private_key",
    "secret_key",
    "nonce",
    "cookie",
];

/// Names that end in such a word and are no secret.
const PUBLIC: [&str; 10] = [
    "country_code",
    "error_code",
    "currency_code",
    "promo_code",
    "status_code",
    "csrf_code",
    "invite_code",
    "iso_country_code",
    "response_code",
    "reason_code",
];

/// Whether a text called `name`, in snake case, is a secret unless an overlay says otherwise.
pub(crate) fn by_name(name: &str) -> bool {
    !PUBLIC.contains(&name)
        && SECRET_WORDS.iter().any(|word| {
            name == *word
                || name
                    .strip_suffix(word)
                    .is_some_and(|before| before.ends_with('_'))
        })
}

#[cfg(test)]
mod tests {
    use super::by_name;

    #[test]
    fn last_words_decide() {
        for name in [
            "password",
            "new_password",
            "secret_key",
            "jwt",
            "access_token",
            "code",
            "client_secret",
        ] {
            assert!(by_name(name), "{name}");
        }
        for name in [
            "country_code",
            "password_enabled",
            "token_type",
            "decode",
            "id",
            "public_key",
        ] {
            assert!(!by_name(name), "{name}");
        }
    }
}
