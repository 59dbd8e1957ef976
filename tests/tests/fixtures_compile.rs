//! Compiles the code of every fixture against the runtime, as the client compiles its own. There is nothing to run:
//! a fixture whose code does not compile, or not without a warning of clippy, fails the build.

#![deny(missing_docs)]
#![allow(
    dead_code,
    unexpected_cfgs,
    unreachable_pub,
    unused_imports,
    unused_macros,
    reason = "the runtime is a part of the client: its features and most of its users are there"
)]
#![allow(
    clippy::upper_case_acronyms,
    clippy::wrong_self_convention,
    reason = "clippy spares names that are exported, as these are from the client"
)]

#[path = "../../clerk-frontend/src/runtime/mod.rs"]
mod runtime;

#[path = "../fixtures/mod.rs"]
#[rustfmt::skip]
mod fixtures;

fn main() {}
