//! What goes over the wire, and what comes of what comes back: each file is about one part of it.
//!
//! Servers are in this process and remember what they were sent; nobody waits, and no test looks at a clock.

#![recursion_limit = "256"]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod addresses;
mod client_state;
mod credentials;
mod development_browser;
mod encoding;
mod errors_on_the_wire;
#[path = "../it/mock.rs"]
mod mock;
mod native;
mod production_browser;
mod retries;
mod rotation;
mod secrets;
mod support;
mod timeouts;
mod tracing;
mod uploads;
