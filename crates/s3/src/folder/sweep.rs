//! Clearing away: files whose row never came to be, and files that nothing names any more.

use super::Folder;
use super::content_id::ContentId;
use super::files::{Files, parse_first_name};
use super::receive::blocking;
use crate::BucketName;
use domain::Timestamp;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::table::{s3_buckets, s3_objects, s3_parts, s3_trash};
use store::{Store, StoreError};

/// A file of `.incoming` that did not change for so many seconds is nobody's any more, on whichever node it was begun.
const ABANDONED_AFTER: i64 = 3600;
/// So many files are looked at before others get a turn.
const PAGE: usize = 256;
/// After so many replaced and removed objects, whoever comes next clears their notes away.
const TIDY_AFTER: u64 = 512;

impl Folder {
    /// Clears away what crashes left and what was replaced; for a background task, every few minutes.
    ///
    /// # Errors
    /// The folder or the store cannot be read.
    pub async fn sweep(&self, now: Timestamp) -> io::Result<()> {
        clear_incoming(&self.shared.files, &self.shared.store, now).await?;
        self.empty_trash(now).await
    }

    /// Keeps the notes on removed files few, between two sweeps.
    pub(super) async fn tidy(&self, now: Timestamp) {
        let before = self.shared.removals.fetch_add(1, Ordering::Relaxed);
        if before % TIDY_AFTER == TIDY_AFTER - 1
            && let Err(error) = self.empty_trash(now).await
        {
            tracing::warn!(%error, "removed objects' files could not be cleared away; it will be tried again");
        }
    }

    /// Removes the files whose time has come, and the notes that they are to be removed.
    pub(super) async fn empty_trash(&self, now: Timestamp) -> io::Result<()> {
        let shared = &self.shared;
        loop {
            let limit = i64::try_from(PAGE).map_err(io::Error::other)?;
            let due = shared
                .store
                .read(async |tx| s3_trash::list_due(tx, now, limit).await)
                .await
                .map_err(io::Error::other)?;
            if due.is_empty() {
                return Ok(());
            }
            let (files, rows) = (Arc::clone(&shared.files), due.clone());
            blocking(move || {
                for row in &rows {
                    if let (Some(bucket), Some(id)) = (BucketName::parse(&row.bucket), ContentId::parse(&row.content)) {
                        files.remove(&bucket, &id)?;
                    }
                }
                Ok(())
            })
            .await?;
            let forget = async |tx: &mut store::Tx| {
                let mut gone: Vec<BucketName> = Vec::new();
                for row in &due {
                    s3_trash::delete(tx, &row.content).await?;
                    let bucket = BucketName::parse(&row.bucket).filter(|bucket| !gone.contains(bucket));
                    if let Some(bucket) = bucket
                        && !s3_buckets::exists(tx, bucket.as_str()).await?
                    {
                        gone.push(bucket);
                    }
                }
                Ok::<_, StoreError>(gone)
            };
            let gone = shared.store.write(forget).await.map_err(io::Error::other)?;
            if !gone.is_empty() {
                let files = Arc::clone(&shared.files);
                let remove = move || {
                    gone.iter().for_each(|bucket| files.remove_empty_folders(bucket));
                    Ok(())
                };
                blocking(remove).await?;
            }
            if due.len() < PAGE {
                return Ok(());
            }
        }
    }
}

/// Ends what a dead process began: its file stays if the row came to be, and goes if not. Only as many files are looked at
/// as were being written when processes died.
async fn clear_incoming(files: &Arc<Files>, store: &Store, now: Timestamp) -> io::Result<()> {
    let listed = Arc::clone(files);
    let abandoned = blocking(move || abandoned(&listed, now)).await?;
    for page in abandoned.chunks(PAGE) {
        let named = store
            .read(async |tx| {
                let mut named = Vec::with_capacity(page.len());
                for (_, id) in page {
                    let id = id.as_str();
                    named.push(s3_objects::names_content(tx, id).await? || s3_parts::names_content(tx, id).await?);
                }
                Ok::<_, StoreError>(named)
            })
            .await
            .map_err(io::Error::other)?;
        let (files, page) = (Arc::clone(files), page.to_vec());
        blocking(move || {
            for ((bucket, id), named) in page.iter().zip(named) {
                if !named {
                    files.remove(bucket, id)?;
                }
                files.remove_incoming(bucket, id)?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

fn abandoned(files: &Files, now: Timestamp) -> io::Result<Vec<(BucketName, ContentId)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(files.incoming())? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().and_then(parse_first_name) else { continue };
        // The change of the node, not of the bytes: a copy is a second name of a file that may be old.
        let changed = match entry.metadata() {
            Ok(metadata) => metadata.ctime(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if now.seconds().saturating_sub(changed) > ABANDONED_AFTER {
            found.push(name);
        }
    }
    Ok(found)
}
