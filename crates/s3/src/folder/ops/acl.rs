//! GetBucketAcl, GetObjectAcl: the one access control list there is. The bucket's owner may do everything, by the list; what
//! others may do, policies say.

use crate::folder::document::Document;
use crate::folder::visit::{Answer, Visit};
use crate::folder::{object, owner};
use domain::AccountId;

pub(in crate::folder) async fn of_bucket(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    Ok(show(&bucket.facts.account))
}

pub(in crate::folder) async fn of_object(v: &Visit) -> Answer {
    v.check_version()?;
    let bucket = v.bucket().await?;
    object::find(v, &bucket.name, v.key()?, false).await?;
    Ok(show(&bucket.facts.account))
}

fn show(account: &AccountId) -> http::Response<crate::Body> {
    let mut document = Document::new("AccessControlPolicy");
    owner::write(&mut document, "Owner", account);
    document.open("AccessControlList").open("Grant");
    let grantee = "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">";
    document.text().push_str(grantee);
    document.leaf("ID", &owner::canonical_id(account));
    document.text().push_str("</Grantee>");
    document.leaf("Permission", "FULL_CONTROL");
    document.finish()
}
