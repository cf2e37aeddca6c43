//! S3 behind the gate: a request is found ([`Target`], [`Operation`]), its signature verified, its permissions decided, and
//! only then carried out, by a folder on disk or by an S3 server elsewhere.
//!
//! ```text
//! request ─► target ─► operation ─► admit ─► decide ─► body ─► folder | upstream ─► answer
//! ```
//!
//! What stands behind the gate knows nothing of policies, and what decides knows nothing of files: they meet in [`Approved`].

mod admit;
mod backend;
pub mod body;
mod call;
mod condition_keys;
mod decide;
pub mod deletes;
mod document;
mod documents;
mod door;
mod exchange;
mod fault;
pub mod folder;
mod header_rules;
mod lent;
mod masked;
mod operation;
mod permission;
pub mod settings;
mod shown;
mod target;
pub mod upstream;
mod version2;
mod xml;

pub use backend::Backend;
pub use call::{Call, CopySource};
pub use condition_keys::Arrived;
pub use decide::{Guard, Looked, Lookup, Permitted, Question};
pub use door::{Answer, Arrival, S3, names_bucket, names_s3};
pub use exchange::{Approved, Body, BodyFault};
pub use fault::S3Fault;
pub use folder::{BucketFacts, Folder};
pub use operation::{Operation, Scope};
pub use target::{BucketName, ObjectKey, Target};
pub use upstream::{Upstream, UpstreamSettings};
