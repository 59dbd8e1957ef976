//! What becomes of a call when the network, the server or the caller does what it should not, over raw sockets.
//!
//! Each case says what the call ends with, how often it was sent, and that nothing is lost by it: the token is still there
//! and the next call of the same client succeeds.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod bodies;
mod cancellation;
mod clock;
mod connections;
mod framing;
mod limits;
mod redirects;
mod scene;
mod server;
mod time;
mod tokens;
