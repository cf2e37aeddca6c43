//! The query protocol: form parameters in, XML out.

pub(crate) mod parameters;
mod read;
mod xml;

pub(crate) use read::read;
pub(crate) use xml::{write, write_fault};
