//! `sekisho reset`: empties an ephemeral server, so that the next test starts clean.

use super::env::locate;
use crate::cli::ResetArgs;
use crate::client::{Client, Credentials};

/// Sends the signed request.
///
/// # Errors
/// No server, no key, or the server keeps its data and refuses.
pub fn run(args: &ResetArgs) -> Result<(), String> {
    let server = locate(&args.server)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let client = Client::of_url(&server.url, &server.region).await?;
        client.own(http::Method::POST, "/_sekisho/reset", &Credentials::long_term(&server.root)).await.map(|_| ())
    })
}
