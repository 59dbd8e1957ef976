//! Prints all users, the newest first, page by page as they come.
//!
//! ```console
//! $ export CLERK_SECRET_KEY=sk_test_...
//! $ cargo run -p clerk-frontend --features backend --example list_users
//! ```

use clerk_frontend::Error;
use clerk_frontend::backend::Client;
use clerk_frontend::backend::models::User;

/// Calls `each` with every user and returns how many there are.
pub(crate) async fn list_users(
    clerk: &Client,
    mut each: impl FnMut(&User),
) -> Result<usize, Error> {
    let mut count = 0;
    // `limit` is the size of a page; the stream goes on to the last one.
    let mut users = clerk
        .users()
        .list()
        .order_by("-created_at")
        .limit(100)
        .stream();
    while let Some(user) = users.next().await {
        each(&user?);
        count += 1;
    }
    Ok(count)
}

#[allow(dead_code, reason = "tests run the rest of this file without it")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clerk = Client::from_env()?;
    let count = list_users(&clerk, |user| {
        let name = [&user.first_name, &user.last_name].map(|name| name.as_deref().unwrap_or(""));
        println!("{}  {}", user.id, name.join(" "));
    })
    .await?;
    println!("{count} users");
    Ok(())
}
