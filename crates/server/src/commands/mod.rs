//! What the binary can be told to do: one file per command.

pub mod ask;
pub mod demo;
pub mod env;
pub mod explain;
pub mod keys;
pub mod reset;
pub mod revoke;
pub mod serve;
