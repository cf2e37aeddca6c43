//! The vocabulary every room shares: the neutral value tree, the schema of a shape, the facts of an
//! operation, the constraint checks with AWS's sentence for each, and the fault an operation answers.
//!
//! Left to others: which shapes and operations exist (`model`), how values look as bytes (`wire`),
//! who may call (`gate`), and what a call does (the services).

mod check;
mod convert;
mod fault;
mod operation;
mod schema;
mod value;

pub use check::check;
pub use convert::{EpochMillis, FromValue, IntoValue, Members, MembersOut, Mismatch};
pub use fault::Fault;
pub use operation::{Binding, Call, Dialect, Operation, Protocol, ResourceTemplate, Service, Variable};
pub use schema::{Kind, Member, Pattern, Schema, TimestampFormat};
pub use value::Value;
