//! What a server does when nobody asks: notices what other nodes changed and revoked, sweeps up after deleted pools, forgets
//! what expired, gives old signing keys a successor, writes down which keys were used, sweeps the files of S3.

use crate::clock::{fresh, now};
use contract::Fault;
use s3::Backend;
use service::Node;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use store::table::{pool_sweeps, revoked_tokens, session_revocations, used_sessions};
use sts::identity_keys::rotation::{self, Takeover};
use tokio::sync::watch;

/// How often other nodes' changes are looked for. Twice a second, so that a cache is never a second old.
const ROUND: Duration = Duration::from_millis(500);
/// Expired rows are looked for every so many rounds: once a minute.
const ROUNDS_BETWEEN_PURGES: u64 = 120;
/// The files of S3 are swept every so many rounds: every five minutes.
const ROUNDS_BETWEEN_SWEEPS: u64 = 600;
/// Rows removed in one transaction.
const STEP: i64 = 500;
/// Such transactions in one round.
const STEPS_MOST: u32 = 10;

/// Starts the thread; it ends when `stop` turns true.
///
/// # Errors
/// No runtime could be made.
pub fn start(node: Arc<Node>, objects: Backend, mut stop: watch::Receiver<bool>) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("housekeeping".to_owned()).spawn(move || {
        runtime.block_on(async {
            for round in 0_u64.. {
                if let Err(error) = keep_house(&node, round).await {
                    tracing::warn!(%error, cause = ?error.cause, "housekeeping goes on next time");
                }
                if round.is_multiple_of(ROUNDS_BETWEEN_SWEEPS)
                    && let Err(error) = objects.sweep(now()).await
                {
                    tracing::warn!(%error, "the files of S3 are swept next time");
                }
                if tokio::time::timeout(ROUND, stop.wait_for(|stopped| *stopped)).await.is_ok() {
                    if let Err(error) = node.gate.keep_last_uses().await {
                        tracing::warn!(%error, cause = ?error.cause, "the last uses of keys are lost");
                    }
                    return;
                }
            }
        });
    })
}

async fn keep_house(node: &Node, round: u64) -> Result<(), Fault> {
    node.store.refresh_epoch().await?;
    node.gate.refresh_revocations(now()).await?;
    // A few steps a round keep room for those who ask; a large pool is gone after a while.
    for _ in 0..STEPS_MOST {
        let more = node.store.write(async |tx| Ok::<_, Fault>(pool_sweeps::step(tx, STEP).await?)).await?;
        if !more {
            break;
        }
    }
    if round.is_multiple_of(ROUNDS_BETWEEN_PURGES) {
        node.gate.keep_last_uses().await?;
        let now = now();
        node.store
            .write(async |tx| {
                used_sessions::purge(tx, now, STEP).await?;
                revoked_tokens::purge(tx, now, STEP).await?;
                session_revocations::purge(tx, now, STEP).await?;
                Ok::<_, Fault>(())
            })
            .await?;
        rotation::remove_over(node, now).await?;
        rotation::rotate(node, Takeover::WhenOld, now, &fresh).await?;
    }
    Ok(())
}
