//! What a server may do to an answer without breaking anyone: drop a field, make it null, add one, or send a value nobody has heard of.

use clerk_frontend::Value;
use clerk_frontend::decode::{DecodeErrorKind, Output, from_slice};
use clerk_frontend::models::{Client, Session, SignIn, User};
use serde::Serialize;
use serde_json::json;

fn verification() -> Value {
    json!({
        "object": "verification_otp", "status": "verified", "strategy": "email_code", "attempts": 1, "expire_at": 9,
        "error": {"code": "expired", "message": "m", "long_message": "l", "meta": {"a": 1}}
    })
}

fn user() -> Value {
    json!({
        "id": "user_1", "object": "user", "username": "grace", "first_name": "Grace", "last_name": "Hopper",
        "banned": false, "locked": false, "has_image": true, "image_url": "https://img.example/1",
        "password_enabled": true, "two_factor_enabled": false, "totp_enabled": false, "backup_code_enabled": false,
        "create_organization_enabled": true, "delete_self_enabled": true, "create_organizations_limit": 3,
        "public_metadata": {"a": {"b": null}}, "unsafe_metadata": {}, "created_at": 1, "updated_at": 2, "last_sign_in_at": 3,
        "email_addresses": [{
            "id": "idn_1", "object": "email_address", "email_address": "grace@example.com", "reserved": false,
            "created_at": 1, "updated_at": 2, "verification": verification(), "linked_to": [{"id": "idn_2", "type": "oauth_github"}]
        }],
        "phone_numbers": [{
            "id": "idn_3", "object": "phone_number", "phone_number": "+15550100", "reserved_for_second_factor": true,
            "default_second_factor": true, "reserved": false, "created_at": 1, "updated_at": 2, "linked_to": [],
            "verification": verification()
        }],
        "web3_wallets": [], "passkeys": [], "saml_accounts": [], "enterprise_accounts": [],
        "external_accounts": [{
            "id": "eac_1", "object": "external_account", "provider": "oauth_github", "provider_user_id": "1",
            "identification_id": "idn_2", "email_address": "grace@example.com", "first_name": "", "last_name": "",
            "approved_scopes": "", "public_metadata": {}, "created_at": 1, "updated_at": 2, "verification": verification()
        }]
    })
}

fn session() -> Value {
    json!({
        "id": "sess_1", "object": "session", "status": "active", "actor": null, "user": user(),
        "abandon_at": 1, "expire_at": 2, "last_active_at": 3, "created_at": 4, "updated_at": 5,
        "factor_verification_age": [1, -1], "last_active_organization_id": "org_1",
        "public_user_data": {"first_name": "Grace", "identifier": "grace", "has_image": true, "user_id": "user_1"},
        "last_active_token": {"object": "token", "jwt": "a.b.c"}
    })
}

fn sign_in() -> Value {
    json!({
        "id": "sia_1", "object": "sign_in_attempt", "status": "needs_second_factor", "identifier": "grace", "abandon_at": 1,
        "supported_identifiers": ["email_address", "username"],
        "supported_first_factors": [
            {"strategy": "password"},
            {"strategy": "email_code", "email_address_id": "idn_1", "safe_identifier": "g@e.example", "primary": true}
        ],
        "supported_second_factors": [{"strategy": "totp"}, {"strategy": "phone_code", "phone_number_id": "idn_3", "default": true}],
        "first_factor_verification": verification(), "second_factor_verification": verification(),
        "user_data": {"first_name": "Grace", "has_image": false}, "created_session_id": null
    })
}

fn client() -> Value {
    json!({
        "id": "client_1", "object": "client", "sessions": [session()], "sign_in": sign_in(), "sign_up": null,
        "last_active_session_id": "sess_1", "captcha_bypass": false, "cookie_expires_at": 1, "created_at": 1, "updated_at": 2
    })
}

/// All places of a body, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in below {
        let at = format!("{at}/{step}");
        places(value, &at, found);
        found.push(at);
    }
}

/// Bodies that differ from `body` in one place, and that place.
fn mutations(body: &Value) -> Vec<(String, Value)> {
    let mut pointers = vec![String::new()];
    places(body, "", &mut pointers);
    let mut mutations = Vec::new();
    for pointer in pointers {
        let mut push = |what: &str, change: &dyn Fn(&mut Value)| {
            let mut changed = body.clone();
            change(&mut changed);
            mutations.push((format!("{what} {pointer}"), changed));
        };
        if let Some((parent, name)) = pointer.rsplit_once('/') {
            push("without", &|body| match body.pointer_mut(parent).unwrap() {
                Value::Object(fields) => drop(fields.remove(name)),
                Value::Array(items) => drop(items.remove(name.parse().unwrap())),
                _ => {}
            });
            push("null", &|body| {
                *body.pointer_mut(&pointer).unwrap() = Value::Null
            });
        }
        match body.pointer(&pointer).unwrap() {
            Value::String(_) => push("new text", &|body| {
                *body.pointer_mut(&pointer).unwrap() = json!("unheard of")
            }),
            Value::Object(_) => push("new field", &|body| {
                body.pointer_mut(&pointer).unwrap()["unheard_of"] = json!({"id": [1, null, "x"]});
            }),
            _ => {}
        }
    }
    mutations
}

/// Goes through all mutations; those of `essential` fields, by the end of their places, must fail, and no others.
fn survives<T: Output + Serialize>(body: &Value, essential: &[&str]) {
    from_slice::<T>(body.to_string().as_bytes()).unwrap();
    let mutations = mutations(body);
    assert!(mutations.len() > 50);
    for (what, mutated) in mutations {
        let is_essential =
            essential.iter().any(|name| what.ends_with(name)) && !what.starts_with("new");
        match from_slice::<T>(mutated.to_string().as_bytes()) {
            Ok(value) => {
                assert!(!is_essential, "{what}: made up");
                // What was understood can be written and read again.
                let written = serde_json::to_vec(&value).unwrap();
                from_slice::<T>(&written).unwrap_or_else(|error| panic!("{what}: {error}"));
            }
            Err(error) => {
                assert!(is_essential, "{what}: {error}");
                assert_eq!(error.kind, DecodeErrorKind::Missing, "{what}: {error}");
            }
        }
    }
}

#[test]
fn users_survive() {
    survives::<User>(&user(), &[]);
}

#[test]
fn sessions_survive() {
    survives::<Session>(&session(), &["/jwt"]);
}

#[test]
fn sign_ins_survive() {
    survives::<SignIn>(&sign_in(), &[]);
}

#[test]
fn clients_survive() {
    survives::<Client>(&client(), &["/jwt"]);
}
