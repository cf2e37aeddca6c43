//! Content files: where they are, and how one comes to be without ever being seen half-written.
//!
//! ```text
//! ROOT/.incoming/ID.BUCKET    being written; a second name of the file until its row is there, or is not
//! ROOT/BUCKET/HH/ID           what a row names
//! ```
//!
//! A file is written, synced, and linked to its place; then a transaction makes the row; then the first name goes. Whatever
//! dies on the way leaves the first name behind, and the sweep asks the store whether the row came to be.

use super::checksum::{Algorithm, Digest};
use super::content_id::ContentId;
use crate::BucketName;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bucket names begin with a letter or digit, so no bucket's folder is called this.
const INCOMING: &str = ".incoming";
/// How often folders are made for a file.
const LINK_ATTEMPTS: usize = 4;

/// The folder. Everything here blocks: it is called where that is allowed.
#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
}

impl Files {
    /// Opens the folder; makes it, for its owner alone, if it is not there.
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        let files = Self { root };
        make_folder(&files.root)?;
        make_folder(&files.incoming())?;
        sync_folder(&files.root)?;
        Ok(files)
    }

    /// The folder of what is being written.
    pub(super) fn incoming(&self) -> PathBuf {
        self.root.join(INCOMING)
    }

    /// Where a content file is.
    pub(super) fn content(&self, bucket: &BucketName, id: &ContentId) -> PathBuf {
        self.shelf(bucket, id).join(id.as_str())
    }

    /// Removes a content file; it may be gone already.
    pub(super) fn remove(&self, bucket: &BucketName, id: &ContentId) -> io::Result<()> {
        gone_is_fine(fs::remove_file(self.content(bucket, id)))
    }

    /// Removes the first name of a file.
    pub(super) fn remove_incoming(&self, bucket: &BucketName, id: &ContentId) -> io::Result<()> {
        gone_is_fine(fs::remove_file(self.first_name(bucket, id)))
    }

    /// Removes the folders of a bucket that are empty: those of a bucket that was deleted.
    pub(super) fn remove_empty_folders(&self, bucket: &BucketName) {
        let folder = self.root.join(bucket.as_str());
        for shelf in fs::read_dir(&folder).into_iter().flatten().flatten() {
            // One that is not empty stays, which is right.
            let _ = fs::remove_dir(shelf.path());
        }
        let _ = fs::remove_dir(&folder);
    }

    /// Removes every file.
    pub(super) fn wipe(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let path = entry?.path();
            gone_is_fine(if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) })?;
        }
        make_folder(&self.incoming())
    }

    /// Removes the folder itself.
    pub(super) fn remove_all(&self) -> io::Result<()> {
        gone_is_fine(fs::remove_dir_all(&self.root))
    }

    fn shelf(&self, bucket: &BucketName, id: &ContentId) -> PathBuf {
        self.root.join(bucket.as_str()).join(id.shelf())
    }

    fn first_name(&self, bucket: &BucketName, id: &ContentId) -> PathBuf {
        self.incoming().join(format!("{}.{}", id.as_str(), bucket.as_str()))
    }

    /// Gives a file of `.incoming` its place, durably.
    fn link(&self, bucket: &BucketName, id: &ContentId) -> io::Result<()> {
        let (from, to, shelf) = (self.first_name(bucket, id), self.content(bucket, id), self.shelf(bucket, id));
        self.link_from(&from, bucket, &to, &shelf)?;
        sync_folder(&shelf)
    }

    fn link_from(&self, from: &Path, bucket: &BucketName, to: &Path, shelf: &Path) -> io::Result<()> {
        let folder = self.root.join(bucket.as_str());
        for _ in 0..LINK_ATTEMPTS {
            match fs::hard_link(from, to) {
                // The first file there; or the folders of a deleted bucket of this name were just removed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    make_folder(shelf)?;
                    sync_folder(&folder)?;
                    sync_folder(&self.root)?;
                }
                // A file system without second names: a process that dies now leaves a file that no sweep finds.
                Err(error) if has_no_links(&error) => return fs::rename(from, to),
                done => return done,
            }
        }
        fs::hard_link(from, to)
    }
}

/// The bucket and id in the first name of a file, if that is what it is.
pub(super) fn parse_first_name(name: &str) -> Option<(BucketName, ContentId)> {
    let (id, bucket) = name.split_once('.')?;
    Some((BucketName::parse(bucket)?, ContentId::parse(id)?))
}

/// A file that is being written. Dropped before it is settled, it leaves nothing.
pub(super) struct Incoming {
    files: Arc<Files>,
    bucket: BucketName,
    id: ContentId,
    /// Opened by the first write.
    file: Option<File>,
    size: u64,
    digests: Option<(Digest, Digest)>,
    settled: bool,
}

/// What was written, before it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// In bytes.
    pub(super) size: u64,
    /// Of all bytes.
    pub(super) md5: [u8; 16],
    /// Of all bytes, by the algorithm that was asked for.
    pub(super) checksum: Vec<u8>,
}

impl Incoming {
    /// A file to be; nothing is on disk yet.
    pub(super) fn new(files: Arc<Files>, bucket: BucketName, id: ContentId, algorithm: Algorithm) -> Self {
        let digests = Some((Digest::new(Algorithm::Md5, None), Digest::new(algorithm, None)));
        Self { files, bucket, id, file: None, size: 0, digests, settled: false }
    }

    /// Adds bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let path = self.files.first_name(&self.bucket, &self.id);
                none.insert(OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?)
            }
        };
        file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        if let Some((md5, checksum)) = &mut self.digests {
            md5.update(bytes);
            checksum.update(bytes);
        }
        Ok(())
    }

    /// How many bytes there are, and their digests; no more can be added.
    pub(super) fn finish(&mut self) -> io::Result<Written> {
        let (md5, checksum) = self.digests.take().ok_or_else(|| io::Error::other("finished twice"))?;
        let md5 = md5.finish().try_into().map_err(|_| io::Error::other("an MD5 has 16 bytes"))?;
        Ok(Written { size: self.size, md5, checksum: checksum.finish() })
    }

    /// Puts the file where it belongs; it is on disk when this returns.
    pub(super) fn settle(mut self) -> io::Result<Settled> {
        let file = self.file.as_ref().ok_or_else(|| io::Error::other("nothing was written"))?;
        file.sync_all()?;
        self.files.link(&self.bucket, &self.id)?;
        self.settled = true;
        Ok(Settled { files: Arc::clone(&self.files), bucket: self.bucket.clone(), id: self.id.clone() })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.file.is_some() && !self.settled {
            let _ = self.files.remove_incoming(&self.bucket, &self.id);
        }
    }
}

/// A file in its place whose row is not there yet. Dropped, it is left for the sweep to decide about.
#[derive(Debug)]
pub(super) struct Settled {
    files: Arc<Files>,
    bucket: BucketName,
    id: ContentId,
}

impl Settled {
    /// A second file with the same bytes: another name of the same file, for content never changes. `None` when the file
    /// system knows too many names of it already.
    pub(super) fn copy_of(
        files: Arc<Files>,
        from: (&BucketName, &ContentId),
        bucket: BucketName,
        id: ContentId,
    ) -> io::Result<Option<Self>> {
        let source = files.content(from.0, from.1);
        let first = files.first_name(&bucket, &id);
        match fs::hard_link(&source, &first) {
            Err(error) if error.kind() == io::ErrorKind::TooManyLinks || has_no_links(&error) => return Ok(None),
            done => done?,
        }
        if let Err(error) = files.link(&bucket, &id) {
            let _ = files.remove_incoming(&bucket, &id);
            return Err(error);
        }
        Ok(Some(Self { files, bucket, id }))
    }

    /// The row is there.
    pub(super) fn keep(self) -> io::Result<()> {
        self.files.remove_incoming(&self.bucket, &self.id)
    }

    /// There will be no row.
    pub(super) fn discard(self) -> io::Result<()> {
        self.files.remove(&self.bucket, &self.id)?;
        self.files.remove_incoming(&self.bucket, &self.id)
    }
}

fn has_no_links(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported)
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn gone_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
