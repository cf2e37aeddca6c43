//! Whole requests before the door: signed, decided, and carried out by a folder or by a server behind us that tells what it got.
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod behind;
mod not_built;
mod passed_on;
mod smuggling;
mod stage;
mod trickling;
