//! What is made of the settings that a caller gives: defaults filled in, contradictions refused, and what this server
//! cannot honour yet refused rather than stored and forgotten.

pub mod client;
pub mod pool;
