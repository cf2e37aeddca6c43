//! DeleteObject: removes an object; it does not matter whether there was one.

use crate::S3Fault;
use crate::folder::conditions::WriteConditions;
use crate::folder::visit::{Answer, Visit};
use crate::folder::{document, object, unbuilt};
use http::StatusCode;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    check_version(v.parameter("versionId"))?;
    let bucket = v.bucket().await?;
    let key = v.key()?.as_str();
    object::remove(v, &bucket, &[(key, WriteConditions::of(v)?)]).await?.into_iter().collect::<Result<(), _>>()?;
    Ok(document::empty(StatusCode::NO_CONTENT))
}

/// An unversioned bucket has the version `null` alone.
pub(super) fn check_version(version: Option<&str>) -> Result<(), S3Fault> {
    match version {
        None | Some("null") => Ok(()),
        Some(version) => Err(S3Fault::invalid_argument("Invalid version id specified", "versionId", version)),
    }
}
