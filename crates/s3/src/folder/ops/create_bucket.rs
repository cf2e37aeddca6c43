//! CreateBucket: an empty bucket, in the region that was asked.

use crate::folder::visit::{Answer, Ended, Visit};
use crate::folder::{document, metadata, unbuilt};
use crate::xml::Element;
use crate::{Body, BucketName, S3Fault};
use domain::{AccountId, Region};
use http::StatusCode;
use store::table::s3_buckets::{self, S3Bucket};

/// The region whose buckets have no location constraint.
const CLASSIC: &str = "us-east-1";
pub(super) const OWNER_ENFORCED: &str = "BucketOwnerEnforced";

pub(in crate::folder) async fn run(v: &Visit, body: Body) -> Answer {
    let name = v.bucket_name()?;
    check_name(name)?;
    check_headers(v)?;
    let account = v.account.clone().ok_or_else(S3Fault::access_denied)?;
    let bytes = crate::body::whole(body, v.operation.document_most().unwrap_or_default()).await?;
    let region = region(v, &bytes)?;
    let mut made = document::empty(StatusCode::OK);
    metadata::insert(made.headers_mut(), "location", &format!("/{}", name.as_str()));
    if insert(v, name, &account, &region).await? {
        return Ok(made);
    }
    let existing = v.bucket_named(name).await?;
    if existing.facts.account != account {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
                       Please select a different name and try again.";
        return Err(conflict("BucketAlreadyExists", message, name));
    }
    // In the oldest region, making one's own bucket again succeeds.
    if existing.facts.region.as_str() == CLASSIC && region.as_str() == CLASSIC {
        return Ok(made);
    }
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    Err(conflict("BucketAlreadyOwnedByYou", message, name))
}

async fn insert(v: &Visit, name: &BucketName, account: &AccountId, region: &Region) -> Result<bool, S3Fault> {
    let row = S3Bucket {
        name: name.as_str().to_owned(),
        account_id: account.clone(),
        region: region.clone(),
        created_ms: v.now,
        cors: None,
        tags: None,
        ownership: Some(OWNER_ENFORCED.to_owned()),
    };
    let made: Result<bool, Ended> = v
        .write(async |tx| {
            let made = s3_buckets::insert(tx, &row).await?;
            if made {
                tx.touch_catalog().await?;
            }
            Ok(made)
        })
        .await;
    Ok(made?)
}

/// Names that S3 keeps for itself.
fn check_name(name: &BucketName) -> Result<(), S3Fault> {
    let text = name.as_str();
    let starts = ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| text.starts_with(start));
    let ends = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| text.ends_with(end));
    if starts || ends { Err(S3Fault::invalid_bucket_name(text)) } else { Ok(()) }
}

fn check_headers(v: &Visit) -> Result<(), S3Fault> {
    if v.header("x-amz-bucket-object-lock-enabled").is_some_and(|text| !text.eq_ignore_ascii_case("false")) {
        return Err(S3Fault::not_implemented("x-amz-bucket-object-lock-enabled"));
    }
    if !matches!(v.header("x-amz-object-ownership"), None | Some(OWNER_ENFORCED)) {
        return Err(S3Fault::not_implemented("x-amz-object-ownership"));
    }
    if v.header("x-amz-acl") != Some("private") && unbuilt::refuse_acl(v).is_err() {
        return Err(S3Fault::new(
            "InvalidBucketAclWithObjectOwnership",
            StatusCode::BAD_REQUEST,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    Ok(())
}

/// Where the bucket will be: asked at the oldest region it may be anywhere, elsewhere only there, and then it has to be said.
fn region(v: &Visit, document: &[u8]) -> Result<Region, S3Fault> {
    let constraint = match document.iter().all(u8::is_ascii_whitespace) {
        true => None,
        false => {
            let root = Element::read(document, "CreateBucketConfiguration")?;
            if let Some(other) = root.children.iter().find(|child| child.name != "LocationConstraint") {
                return Err(S3Fault::not_implemented(&other.name));
            }
            root.only("LocationConstraint")?.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
        }
    };
    let here = v.region.as_str();
    let illegal = |constraint: &str| {
        let message = format!(
            "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        S3Fault::new("IllegalLocationConstraintException", StatusCode::BAD_REQUEST, message)
    };
    match constraint.as_deref().map(|text| if text == "EU" { "eu-west-1" } else { text }) {
        None if here == CLASSIC => Ok(v.region.clone()),
        None => Err(illegal("unspecified")),
        Some(text) if text == CLASSIC || !is_region(text) => {
            let message = "The specified location-constraint is not valid";
            Err(S3Fault::new("InvalidLocationConstraint", StatusCode::BAD_REQUEST, message)
                .with("LocationConstraint", text))
        }
        Some(text) if here == CLASSIC || here == text => Ok(Region::from(text)),
        Some(text) => Err(illegal(text)),
    }
}

/// `eu-west-1`.
fn is_region(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    letters
        && text.len() <= 32
        && text.split('-').count() >= 3
        && text.bytes().next_back().is_some_and(|byte| byte.is_ascii_digit())
}

fn conflict(code: &'static str, message: &str, name: &BucketName) -> S3Fault {
    S3Fault::new(code, StatusCode::CONFLICT, message).with("BucketName", name.as_str())
}
