//! What one would write for these two calls by hand: the fields that the server sends, and serde's derive.

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are decoded, not looked at")]
pub(super) struct User {
    id: String,
    object: String,
    backup_code_enabled: bool,
    banned: Option<bool>,
    create_organization_enabled: bool,
    created_at: i64,
    delete_self_enabled: bool,
    email_addresses: Vec<EmailAddress>,
    enterprise_accounts: Vec<Value>,
    external_accounts: Vec<ExternalAccount>,
    external_id: Option<String>,
    first_name: Option<String>,
    has_image: bool,
    image_url: Option<String>,
    last_active_at: Option<i64>,
    last_name: Option<String>,
    last_sign_in_at: Option<i64>,
    legal_accepted_at: Option<i64>,
    locale: Option<String>,
    locked: Option<bool>,
    lockout_expires_in_seconds: Option<i64>,
    mfa_disabled_at: Option<i64>,
    mfa_enabled_at: Option<i64>,
    passkeys: Vec<Value>,
    password_enabled: bool,
    password_last_updated_at: Option<i64>,
    phone_numbers: Vec<Value>,
    primary_email_address_id: Option<String>,
    primary_phone_number_id: Option<String>,
    primary_web3_wallet_id: Option<String>,
    private_metadata: Option<Map<String, Value>>,
    profile_image_url: Option<String>,
    public_metadata: Map<String, Value>,
    saml_accounts: Vec<Value>,
    totp_enabled: bool,
    two_factor_enabled: bool,
    unsafe_metadata: Option<Map<String, Value>>,
    updated_at: i64,
    username: Option<String>,
    verification_attempts_remaining: Option<i64>,
    web3_wallets: Vec<Value>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are decoded, not looked at")]
struct EmailAddress {
    id: Option<String>,
    object: String,
    created_at: i64,
    email_address: String,
    linked_to: Vec<Value>,
    matches_sso_connection: Option<bool>,
    reserved: bool,
    updated_at: i64,
    verification: Option<Verification>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are decoded, not looked at")]
struct ExternalAccount {
    id: String,
    object: String,
    approved_scopes: String,
    avatar_url: Option<String>,
    created_at: i64,
    email_address: String,
    first_name: String,
    identification_id: String,
    image_url: Option<String>,
    label: Option<String>,
    last_name: String,
    provider: String,
    provider_user_id: String,
    public_metadata: Map<String, Value>,
    updated_at: i64,
    username: Option<String>,
    verification: Option<Verification>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are decoded, not looked at")]
struct Verification {
    object: Option<String>,
    attempts: Option<i64>,
    expire_at: Option<i64>,
    status: String,
    strategy: String,
}

#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) response: Client,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are decoded, not looked at")]
pub(super) struct Client {
    pub(super) id: String,
    object: String,
    created_at: i64,
    last_active_session_id: Option<String>,
    sessions: Vec<Session>,
    sign_in: Option<Value>,
    sign_up: Option<Value>,
    updated_at: i64,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "fields are decoded, not looked at")]
struct Session {
    id: String,
    object: String,
    status: String,
    expire_at: i64,
    last_active_at: i64,
    user: Option<Value>,
}
