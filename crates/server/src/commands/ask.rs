//! Commands that ask a running server something, as whoever the environment says.

use super::env::{data_folder, locate, region, url};
use crate::cli::EnvArgs;
use crate::client::{Client, Credentials};
use http::Method;
use serde_json::Value;
use std::io::Read;
use zeroize::Zeroizing;

/// Sends a signed request to one of the server's own paths, with a body or without one.
///
/// # Errors
/// No server, no key, or the server's refusal.
pub fn ask(args: &EnvArgs, method: Method, path: &str, question: Option<&Value>) -> Result<Value, String> {
    let (credentials, source) = credentials(args)?;
    let url = url(args, data_folder(args)?.as_ref());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    let answer = runtime.block_on(async {
        let client = Client::of_url(&url, &region(args)).await?;
        match question {
            Some(question) => client.ask(path, question, &credentials).await,
            None => client.own(method, path, &credentials).await,
        }
    });
    answer.map(|answer| answer.body).map_err(|error| format!("{error} (asked {url} with the key of {source})"))
}

/// The keys of whoever asks: AWS's own variables, then the root key.
fn credentials(args: &EnvArgs) -> Result<(Credentials, &'static str), String> {
    let value = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    match (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
        (Some(access_key_id), Some(secret)) => {
            let session_token = value("AWS_SESSION_TOKEN");
            let secret_access_key = Zeroizing::new(secret);
            Ok((Credentials { access_key_id, secret_access_key, session_token }, "AWS_ACCESS_KEY_ID"))
        }
        (None, None) => Ok((Credentials::long_term(&locate(args)?.root), "the root user")),
        _ => Err("set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither".to_owned()),
    }
}

/// A token as it was given: itself, `@FILE`, or `-` and `@-` for standard input, which other users of the machine cannot read
/// in the list of processes.
///
/// # Errors
/// The file cannot be read.
pub fn token(given: &str) -> Result<String, String> {
    let text = match given.strip_prefix('@') {
        _ if given == "-" || given == "@-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
            text
        }
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("cannot read `{file}`: {error}"))?,
        None => given.to_owned(),
    };
    Ok(text.trim().to_owned())
}
