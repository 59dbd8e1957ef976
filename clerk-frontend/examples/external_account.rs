//! The life of an external account: connect, reauthorize, revoke tokens, delete.
//!
//! Needs an instance with the Native API and a social connection switched on, and the token of a native client that is
//! signed in. **It disconnects and deletes the account that it connects.**
//!
//! ```console
//! $ CLERK_PUBLISHABLE_KEY=pk_test_... CLERK_NATIVE_TOKEN=... \
//!       cargo run -p clerk-frontend --example external_account -- oauth_google https://app.example/back
//! ```

use std::error::Error;
use std::io::{self, BufRead};

use clerk_frontend::Client;
use clerk_frontend::models::ExternalAccount;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let strategy = arguments
        .next()
        .unwrap_or_else(|| "oauth_google".to_owned());
    let redirect_url = arguments
        .next()
        .unwrap_or_else(|| "https://app.example/back".to_owned());
    let clerk = Client::builder()
        .publishable_key(std::env::var("CLERK_PUBLISHABLE_KEY")?)
        .native_token(std::env::var("CLERK_NATIVE_TOKEN")?)
        .build()?;

    // Connecting starts here and goes on in a browser, where the user agrees.
    let create = clerk.external_accounts().create();
    let account = create
        .strategy(strategy)
        .redirect_url(redirect_url.as_str());
    let account = account.send().await?;
    println!(
        "Connecting your {} ({}).",
        account.provider_title(),
        account.id
    );
    agree(&account)?;

    // More scopes take the user's consent again.
    let account = account
        .reauthorize(&clerk, redirect_url)
        .additional_scope(["email"])
        .oidc_prompt("consent")
        .oidc_login_hint(account.account_identifier())
        .send()
        .await?;
    agree(&account)?;

    let user = account.revoke_tokens(&clerk).send().await?;
    println!(
        "{} has {} external accounts.",
        user.id,
        user.external_accounts.len()
    );

    let deleted = account.destroy(&clerk).send().await?;
    println!("Deleted: {}.", deleted.deleted);
    Ok(())
}

/// Sends the user to the provider and waits.
fn agree(account: &ExternalAccount) -> io::Result<()> {
    let verification = account.verification.as_ref();
    let url = verification
        .and_then(|verification| verification.external_verification_redirect_url.as_deref());
    if let Some(url) = url {
        println!("Open {url}\nand press Enter when the browser is back.");
        io::stdin().lock().read_line(&mut String::new())?;
    }
    Ok(())
}
