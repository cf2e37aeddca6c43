//! `sekisho env`: the exports that let the AWS CLI of a shell talk to the server.

use crate::cli::EnvArgs;
use crate::data_dir::{DataDir, RootKey};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Prints the exports on standard output.
///
/// # Errors
/// There is no root key to print, neither in the environment nor in the data folder.
pub fn run(args: &EnvArgs) -> Result<(), String> {
    let server = locate(args)?;
    println!("export AWS_ENDPOINT_URL={}", quoted(&server.url));
    println!("export AWS_ACCESS_KEY_ID={}", quoted(&server.root.access_key_id));
    println!("export AWS_SECRET_ACCESS_KEY={}", quoted(&server.root.secret_access_key));
    println!("unset AWS_SESSION_TOKEN AWS_PROFILE");
    println!("export AWS_DEFAULT_REGION={}", quoted(&server.region));
    println!("export AWS_REGION={}", quoted(&server.region));
    Ok(())
}

/// A server that a command talks to: its URL, its root key, the region to use.
pub struct Located {
    /// Without a trailing slash.
    pub url: String,
    /// From the environment or the data folder.
    pub root: RootKey,
    /// The region of requests.
    pub region: String,
}

/// Finds the server from flags, environment and data folder.
///
/// # Errors
/// No root key can be found.
pub fn locate(args: &EnvArgs) -> Result<Located, String> {
    let folder = args.data.clone().unwrap_or_else(|| PathBuf::from("sekisho-data"));
    let data = data_folder(args)?;
    let root = match root_key_from_environment()? {
        Some(key) => key,
        None => data.as_ref().map(DataDir::root_key).transpose()?.flatten().ok_or_else(|| {
            format!(
                "no root access key: `{}` has none, and SEKISHO_ROOT_ACCESS_KEY_ID is not set; start the server first \
                 (`sekisho serve`), or name its data folder with --data",
                folder.display()
            )
        })?,
    };
    Ok(Located { url: url(args, data.as_ref()), root, region: region(args) })
}

/// The data folder, if it is there.
///
/// # Errors
/// It cannot be used.
pub fn data_folder(args: &EnvArgs) -> Result<Option<DataDir>, String> {
    let folder = args.data.clone().unwrap_or_else(|| PathBuf::from("sekisho-data"));
    folder.is_dir().then(|| DataDir::open(&folder)).transpose()
}

/// Where the server is.
pub fn url(args: &EnvArgs, data: Option<&DataDir>) -> String {
    let url = args.base_url.clone().or_else(|| data.and_then(DataDir::endpoint));
    url.unwrap_or_else(|| "http://127.0.0.1:4566".to_owned()).trim_end_matches('/').to_owned()
}

/// The region of requests.
pub fn region(args: &EnvArgs) -> String {
    args.region.clone().unwrap_or_else(|| "us-east-1".to_owned())
}

/// The root key that the environment fixes, if it does.
///
/// # Errors
/// Only one of the two variables is set, or the key cannot be an access key.
pub fn root_key_from_environment() -> Result<Option<RootKey>, String> {
    let value = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    match (value("SEKISHO_ROOT_ACCESS_KEY_ID"), value("SEKISHO_ROOT_SECRET_ACCESS_KEY")) {
        (None, None) => Ok(None),
        (Some(access_key_id), Some(secret)) => {
            let plain = access_key_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !(16..=128).contains(&access_key_id.len()) || !plain {
                return Err("SEKISHO_ROOT_ACCESS_KEY_ID: an access key id has 16 to 128 letters and digits".to_owned());
            }
            if access_key_id.starts_with("ASIA") {
                return Err("SEKISHO_ROOT_ACCESS_KEY_ID: `ASIA…` marks temporary keys; use another prefix".to_owned());
            }
            if secret.len() < 16 {
                return Err("SEKISHO_ROOT_SECRET_ACCESS_KEY: at least 16 characters, please".to_owned());
            }
            Ok(Some(RootKey { access_key_id, secret_access_key: Zeroizing::new(secret) }))
        }
        _ => Err("set both SEKISHO_ROOT_ACCESS_KEY_ID and SEKISHO_ROOT_SECRET_ACCESS_KEY, or neither".to_owned()),
    }
}

/// Single quotes, for a POSIX shell.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quote_in_a_value_cannot_end_the_export() {
        assert_eq!(quoted("a'; rm -rf /; '"), r"'a'\''; rm -rf /; '\'''");
    }
}
