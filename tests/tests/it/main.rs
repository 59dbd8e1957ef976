//! What a user of `clerk-frontend` relies on, in one binary: each file is about one part.

#![recursion_limit = "256"]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod counts;
mod decode_command;
mod decoding;
mod document;
mod documented;
mod errors;
mod examples;
mod external_accounts;
mod fuzz;
mod lists;
mod mock;
mod models;
mod oauth_applications;
mod objects;
mod operations;
mod streams;
