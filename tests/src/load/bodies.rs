//! What the server answers: made of the models, so that it has every field that Clerk's answers have.

use clerk_frontend::backend::models as backend;
use clerk_frontend::{Timestamp, models};
use serde_json::json;

/// How many users are listed.
pub(super) const USERS: usize = 10;

/// A list of users.
pub(super) fn users() -> String {
    let users: Vec<_> = (0..USERS).map(user).collect();
    json!(users).to_string()
}

fn user(index: usize) -> backend::User {
    let now = Timestamp::from_millis(1_790_000_000_000);
    let address = |number: usize| {
        let mut address = backend::EmailAddress::default();
        address.id = Some(format!("idn_{index:024}{number}"));
        address.object = "email_address".to_owned();
        address.email_address = format!("user.{index}.{number}@example.com");
        address.created_at = now;
        address.updated_at = now;
        address.verification = Some(backend::Verification::default());
        address
    };
    let mut account = backend::ExternalAccount::default();
    account.id = format!("eac_{index:024}");
    account.provider = "oauth_google".to_owned();
    account.provider_user_id = format!("{index:021}");
    account.approved_scopes = "email openid profile".to_owned();
    account.email_address = format!("user.{index}.0@example.com");
    account.first_name = "Given".to_owned();
    account.last_name = "Family".to_owned();
    account.image_url = Some(format!("https://img.example.com/{index:060}"));
    let mut user = backend::User::default();
    user.id = format!("user_{index:026}");
    user.object = "user".to_owned();
    user.username = Some(format!("user_{index}"));
    user.first_name = Some("Given".to_owned());
    user.last_name = Some("Family".to_owned());
    user.locale = Some("en-US".to_owned());
    user.image_url = Some(format!("https://img.example.com/{index:060}"));
    user.has_image = true;
    user.password_enabled = true;
    user.banned = Some(false);
    user.locked = Some(false);
    user.primary_email_address_id = Some(format!("idn_{index:024}0"));
    user.email_addresses = vec![address(0), address(1)];
    user.external_accounts = vec![account];
    user.created_at = now;
    user.updated_at = now;
    user.last_sign_in_at = Some(now);
    user.last_active_at = Some(now);
    user.public_metadata
        .insert("plan".to_owned(), json!({"name": "pro", "seats": index}));
    user
}

/// The answer to the question for the client.
pub(super) fn client() -> String {
    let mut client = models::Client::default();
    client.id = CLIENT.to_owned();
    client.object = "client".to_owned();
    let mut session = models::Session::default();
    session.id = "sess_1".to_owned();
    session.object = "session".to_owned();
    client.last_active_session_id = Some(session.id.clone());
    client.sessions.push(session);
    json!({"response": client, "client": null}).to_string()
}

/// The id of the client.
pub(super) const CLIENT: &str = "client_1";
