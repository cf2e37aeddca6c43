//! A world for tests: a fake clock, seeded entropy, an in-memory store, and a client that signs.
//!
//! Requests go through the same door as a server's: routed, verified, authorised, checked, run, written. So a test sees what a
//! client sees. Ids and dates repeat on every run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answer;
mod form;
mod keys;
mod stand_in;
mod world;

pub use answer::Answer;
pub use keys::Keys;
pub use stand_in::StandIn;
pub use world::{Clock, World};
