//! AWS JSON 1.1, and the JSON that query services write on request.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::{write, write_fault, write_query, write_query_fault};
