//! Buckets in a folder, called as the gate calls them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod buckets;
mod configuration;
mod copies;
mod crashes;
mod keys;
mod lists;
mod multipart;
mod objects;
mod place;
mod streams;
