//! Pure rules: values in, values out. No I/O, no clock, no randomness: the caller brings the time and the random bytes.

pub mod id;
pub mod time;

pub use id::*;
pub use time::Timestamp;
