//! What can go wrong with a call, and how to tell.
//!
//! ```console
//! $ export CLERK_SECRET_KEY=sk_test_...
//! $ cargo run -p clerk-frontend --features backend --example handle_errors -- user_...
//! ```

use std::time::Duration;

use clerk_frontend::backend::Client;
use clerk_frontend::{CallOptions, Error, ErrorKind, Retry};

/// Says in words what came of asking for a user.
pub(crate) async fn find_user(clerk: &Client, user_id: &str) -> String {
    // One call can differ from its client: here it may take ten seconds in all, with up to five attempts.
    let options = CallOptions::new()
        .deadline(Duration::from_secs(10))
        .retry(Retry::new().attempts(5));
    match clerk.users().get(user_id).options(options).send().await {
        Ok(user) => format!("found {}", user.id),
        Err(error) => explain(&error),
    }
}

/// Tells the kinds of failures apart.
pub(crate) fn explain(error: &Error) -> String {
    // Predicates for what programs act on.
    if error.is_not_found() {
        return "there is no such user".to_owned();
    }
    if error.is_rate_limited() {
        // The client has waited and tried again before it gave up.
        let wait = error.retry_after().unwrap_or_default();
        return format!("too many requests; come back in {} s", wait.as_secs());
    }
    if error.is_unauthenticated() {
        return "the secret key is wrong".to_owned();
    }
    // Kinds for everything else.
    match error.kind() {
        ErrorKind::Build => format!("nothing was sent: {error}"),
        ErrorKind::Timeout => format!("no answer after {} attempts", error.attempts()),
        ErrorKind::Decode => {
            let path = error.json_path().unwrap_or("$");
            format!("the answer is not what this version expects, at {path}")
        }
        ErrorKind::Status => {
            // Clerk's own errors, in full: `code` for programs, `long_message` for people.
            let errors = error.errors().iter();
            let codes: Vec<_> = errors
                .map(|clerk_error| clerk_error.code.as_str())
                .collect();
            let trace = error.trace_id().unwrap_or("none");
            format!("Clerk says no: {} (trace {trace})", codes.join(", "))
        }
        // `ErrorKind` grows. `Display` is one line with the operation, the status and Clerk's first error.
        _ => error.to_string(),
    }
}

#[allow(dead_code, reason = "tests run the rest of this file without it")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let user_id = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "user_nobody".to_owned());
    // A publishable key in its place, for example, is refused here, before anything is sent.
    let clerk = Client::from_env()?;
    println!("{}", find_user(&clerk, &user_id).await);
    Ok(())
}
