//! GetBucketCors, PutBucketCors, DeleteBucketCors: the CORS rules of a bucket.

use crate::folder::cors::{self, Rule};
use crate::folder::document::{self, Document};
use crate::folder::visit::{Answer, Visit};
use crate::{Body, S3Fault};
use http::StatusCode;

pub(in crate::folder) async fn get(v: &Visit) -> Answer {
    let mut document = Document::new("CORSConfiguration");
    for rule in cors::of_bucket(v).await? {
        write(&mut document, &rule);
    }
    Ok(document.finish())
}

pub(in crate::folder) async fn put(v: &Visit, body: Body) -> Answer {
    let bucket = v.bucket().await?;
    let bytes = document::read(body, super::DOCUMENT_MOST).await?;
    let text = serde_json::to_string(&cors::read(&bytes)?).map_err(|error| S3Fault::internal(error.to_string()))?;
    v.folder.change(&bucket, |row| row.cors = Some(text.clone())).await?;
    Ok(document::empty(StatusCode::OK))
}

pub(in crate::folder) async fn delete(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    v.folder.change(&bucket, |row| row.cors = None).await?;
    Ok(document::empty(StatusCode::NO_CONTENT))
}

fn write(document: &mut Document, rule: &Rule) {
    document.open("CORSRule").maybe("ID", rule.id.as_deref());
    let lists = [
        ("AllowedHeader", &rule.headers),
        ("AllowedMethod", &rule.methods),
        ("AllowedOrigin", &rule.origins),
        ("ExposeHeader", &rule.expose),
    ];
    for (name, texts) in lists {
        for text in texts {
            document.leaf(name, text);
        }
    }
    if let Some(seconds) = rule.max_age {
        document.show("MaxAgeSeconds", seconds);
    }
    document.close();
}
