//! Bytes to values and back: which operation a request calls, what it says, and how the answer looks.
//! The only room that knows AWS's protocols (JSON 1.1, query form with XML or JSON answers).
//!
//! Left to others: what the services are (`contract` describes them, the caller hands them in), whether a
//! value is allowed (`contract::check`), who is calling (`gate`), HTTP itself and its `Date` (`server`).

mod answer;
mod cors;
mod fault;
mod json;
mod query;
mod room;
mod route;
mod scope;
mod time;

pub use answer::{answer, fault_answer};
pub use cors::preflight;
pub use fault::{Face, not_yet};
pub use room::body_most;
pub use route::{RouteFault, Routed, route, wants_body};
pub use scope::{Scope, has_stray_session_token};
pub use time::iso8601;
