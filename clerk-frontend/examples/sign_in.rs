//! Signs in as a native application does: with a password, and with a code if the account asks for a second factor.
//!
//! ```console
//! $ export CLERK_PUBLISHABLE_KEY=pk_test_...
//! $ cargo run -p clerk-frontend --example sign_in -- ada@example.com
//! ```
//!
//! The instance's Native API has to be switched on in Clerk's dashboard. The application's own store for the client's token would
//! keep the user signed in; see `TokenStore` and, with the feature `file-token-store`, `FileTokenStore`.

use std::io::{BufRead, Write};

use clerk_frontend::models::{SignIn, SignInFactor, SignInStatus};
use clerk_frontend::{Client, Error, Native};

/// Why nobody is signed in.
#[derive(Debug)]
pub(crate) enum SignInError {
    /// A call failed.
    Call(Error),
    /// The sign-in goes on in a way that this example does not know.
    Unsupported(String),
}

impl From<Error> for SignInError {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// Signs in and returns a token of the new session, as a backend takes it for `Authorization: Bearer`.
pub(crate) async fn sign_in(
    clerk: &Client,
    identifier: &str,
    mut ask: impl FnMut(&str) -> String,
) -> Result<String, SignInError> {
    let sign_ins = clerk.sign_ins();
    let mut sign_in = sign_ins.create().identifier(identifier).send().await?;
    // Every state may lead to any other: an instance decides which factors it wants.
    while sign_in.status != SignInStatus::Complete {
        sign_in = match &sign_in.status {
            SignInStatus::NeedsFirstFactor => {
                let attempt = sign_in.attempt_first_factor(clerk, "password");
                attempt.password(ask("Password")).send().await?
            }
            SignInStatus::NeedsSecondFactor | SignInStatus::NeedsClientTrust => {
                second_factor(clerk, &sign_in, &mut ask).await?
            }
            other => return Err(SignInError::Unsupported(other.as_str().to_owned())),
        };
    }
    let Some(session) = sign_in.created_session_id else {
        return Err(SignInError::Unsupported(
            "a sign-in without a session".to_owned(),
        ));
    };
    let token = clerk.sessions().create_token(session).send().await?;
    Ok(token.jwt)
}

/// Sends a code if the factor needs one to be sent, asks for it and hands it in.
async fn second_factor(
    clerk: &Client,
    sign_in: &SignIn,
    ask: &mut impl FnMut(&str) -> String,
) -> Result<SignIn, SignInError> {
    let known = |factor: &&SignInFactor| {
        matches!(
            factor.strategy.as_str(),
            "totp" | "phone_code" | "email_code"
        )
    };
    let factors = sign_in.supported_second_factors.iter().flatten();
    let Some(factor) = factors.clone().find(known) else {
        let offered = factors.map(|factor| factor.strategy.as_str());
        return Err(SignInError::Unsupported(
            offered.collect::<Vec<_>>().join(", "),
        ));
    };
    let strategy = factor.strategy.as_str();
    let question = match &factor.safe_identifier {
        Some(identifier) => format!("Code sent to {identifier}"),
        None => "Code".to_owned(),
    };
    if strategy != "totp" {
        let mut prepare = sign_in.prepare_second_factor(clerk).strategy(strategy);
        if let Some(id) = &factor.phone_number_id {
            prepare = prepare.phone_number_id(id);
        }
        if let Some(id) = &factor.email_address_id {
            prepare = prepare.email_address_id(id);
        }
        prepare.send().await?;
    }
    let attempt = sign_in.attempt_second_factor(clerk).strategy(strategy);
    Ok(attempt.code(ask(&question)).send().await?)
}

#[allow(dead_code, reason = "tests run the rest of this file without it")]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let Some(identifier) = std::env::args().nth(1) else {
        eprintln!("usage: sign_in EMAIL");
        std::process::exit(2);
    };
    let ask = |question: &str| {
        print!("{question}: ");
        let _ = std::io::stdout().flush();
        let mut line = String::new();
        let _ = std::io::stdin().lock().read_line(&mut line);
        line.trim_end().to_owned()
    };
    let clerk = Client::builder()
        .publishable_key_from_env()
        .and_then(|builder| builder.authentication(Native::new()).build());
    let outcome = match clerk {
        Ok(clerk) => sign_in(&clerk, &identifier, ask).await,
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(token) => println!(
            "signed in; the session's token has {} characters",
            token.len()
        ),
        Err(SignInError::Call(error)) if error.is_native_api_disabled() => {
            eprintln!("switch the Native API on in Clerk's dashboard");
            std::process::exit(1);
        }
        Err(SignInError::Call(error)) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
        Err(SignInError::Unsupported(what)) => {
            eprintln!("this example cannot go on: {what}");
            std::process::exit(1);
        }
    }
}
