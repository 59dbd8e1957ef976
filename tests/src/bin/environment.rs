//! Says what clients make of this process's environment, one line each: what is in it cannot be changed safely from within a test.

use clerk_frontend::{Client, Error, backend};

fn main() {
    say(
        "frontend",
        Client::from_env().map(|client| client.base_url().to_owned()),
    );
    say(
        "backend",
        backend::Client::from_env().map(|client| client.base_url().to_owned()),
    );
}

fn say(api: &str, address: Result<String, Error>) {
    match address {
        Ok(address) => println!("{api}: {address}"),
        Err(error) => println!("{api}: {error} | {error:?}"),
    }
}
