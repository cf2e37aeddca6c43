//! DeleteObjects: removes up to a thousand objects. Whoever approved the request permitted every key in it.

use super::delete_object::check_version;
use crate::deletes::{Delete, Deletes};
use crate::folder::conditions::WriteConditions;
use crate::folder::document::{self, Document};
use crate::folder::visit::{Answer, Visit};
use crate::folder::{object, unbuilt};
use crate::{Body, S3Fault};

pub(in crate::folder) async fn run(v: &Visit, body: Body) -> Answer {
    unbuilt::refuse(v)?;
    let bucket = v.bucket().await?;
    let bytes = document::read(body, v.operation.document_most().unwrap_or_default()).await?;
    let deletes = Deletes::parse(&bytes)?;
    let mut answer = Document::new("DeleteResult");
    let mut refuse = |delete: &Delete, fault: &S3Fault| {
        answer.open("Error").leaf("Key", delete.key.as_str()).maybe("VersionId", delete.version.as_deref());
        answer.leaf("Code", fault.code).leaf("Message", &fault.message).close();
    };
    let mut fine = Vec::with_capacity(deletes.objects.len());
    for delete in &deletes.objects {
        match check(delete) {
            Ok(()) => fine.push(delete),
            Err(fault) => refuse(delete, &fault),
        }
    }
    let keys: Vec<_> =
        fine.iter().map(|delete| (delete.key.as_str(), WriteConditions::on_etag(delete.etag.as_deref()))).collect();
    let fates = object::remove(v, &bucket, &keys).await?;
    for (delete, fate) in fine.iter().zip(&fates) {
        if let Err(fault) = fate {
            refuse(delete, fault);
        }
    }
    for (delete, fate) in fine.iter().zip(&fates) {
        if fate.is_ok() && !deletes.quiet {
            answer.open("Deleted").leaf("Key", delete.key.as_str());
            answer.maybe("VersionId", delete.version.as_deref()).close();
        }
    }
    Ok(answer.finish())
}

fn check(delete: &Delete) -> Result<(), S3Fault> {
    check_version(delete.version.as_deref())?;
    let conditions = [("LastModifiedTime", &delete.last_modified), ("Size", &delete.size)];
    match conditions.into_iter().find(|(_, value)| value.is_some()) {
        Some((name, _)) => Err(S3Fault::not_implemented(name)),
        None => Ok(()),
    }
}
