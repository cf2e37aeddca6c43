//! The data folder: master key, root access key, and where the server is. Secrets in it are for their owner alone (0600).

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A folder that one server owns.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
}

/// The root access key, as the shared-credentials file keeps it.
#[derive(Clone)]
pub struct RootKey {
    /// `AKIA…`.
    pub access_key_id: String,
    /// Forty characters.
    pub secret_access_key: Zeroizing<String>,
}

impl DataDir {
    /// Opens the folder, making it (0700) if it is not there.
    ///
    /// # Errors
    /// It cannot be made, read or entered; the message names the path.
    pub fn open(path: &Path) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot use the data folder `{}`: {error}", path.display());
        if !path.exists() {
            fs::create_dir_all(path).map_err(failed)?;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
        fs::read_dir(path).map_err(failed)?;
        Ok(Self { path: path.to_owned() })
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of `master.key`, if the file is there.
    ///
    /// # Errors
    /// It cannot be read, or others than its owner could read it.
    pub fn master_key(&self) -> Result<Option<Zeroizing<String>>, String> {
        self.read_secret("master.key")
    }

    /// Writes `master.key`; an existing one is never overwritten.
    ///
    /// # Errors
    /// It exists or cannot be written.
    pub fn write_master_key(&self, text: &str) -> Result<(), String> {
        self.write_secret("master.key", &format!("{text}\n"), true)
    }

    /// The root access key of `credentials`, if the file is there.
    ///
    /// # Errors
    /// It cannot be read or has no `[default]` key pair.
    pub fn root_key(&self) -> Result<Option<RootKey>, String> {
        let Some(text) = self.read_secret("credentials")? else { return Ok(None) };
        let value = |name: &str| {
            text.lines()
                .filter_map(|line| line.split_once('='))
                .find(|(key, _)| key.trim() == name)
                .map(|(_, v)| v.trim().to_owned())
        };
        match (value("aws_access_key_id"), value("aws_secret_access_key")) {
            (Some(access_key_id), Some(secret)) => {
                Ok(Some(RootKey { access_key_id, secret_access_key: Zeroizing::new(secret) }))
            }
            _ => Err(format!("`{}` holds no access key", self.path.join("credentials").display())),
        }
    }

    /// Writes `credentials` in the shared-credentials format.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_root_key(&self, key: &RootKey) -> Result<(), String> {
        let text = Zeroizing::new(format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            key.access_key_id,
            key.secret_access_key.as_str()
        ));
        self.write_secret("credentials", &text, false)
    }

    /// The URL that the running (or last) server wrote down, for `sekisho env`.
    pub fn endpoint(&self) -> Option<String> {
        fs::read_to_string(self.path.join("endpoint")).ok().map(|text| text.trim().to_owned())
    }

    /// Writes down where the server is.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_endpoint(&self, url: &str) -> Result<(), String> {
        let path = self.path.join("endpoint");
        fs::write(&path, format!("{url}\n")).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
    }

    fn read_secret(&self, name: &str) -> Result<Option<Zeroizing<String>>, String> {
        let path = self.path.join(name);
        let failed = |error: std::io::Error| format!("cannot read `{}`: {error}", path.display());
        let mode = match fs::metadata(&path) {
            Ok(metadata) => metadata.permissions().mode(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if mode & 0o077 != 0 {
            return Err(format!(
                "`{}` can be read by others (mode {:04o}); make it yours alone with: chmod 600 {}",
                path.display(),
                mode & 0o7777,
                path.display()
            ));
        }
        fs::read_to_string(&path).map(|text| Some(Zeroizing::new(text))).map_err(failed)
    }

    fn write_secret(&self, name: &str, text: &str, new: bool) -> Result<(), String> {
        let path = self.path.join(name);
        let failed = |error: std::io::Error| format!("cannot write `{}`: {error}", path.display());
        // Written beside and moved into place, so that a crash leaves the old file or the new one, never half of one.
        let beside = self.path.join(format!(".{name}.new"));
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        if new {
            fs::hard_link(&beside, &path).map_err(failed)?;
            fs::remove_file(&beside).map_err(failed)?;
        } else {
            fs::rename(&beside, &path).map_err(failed)?;
        }
        fs::File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}
