//! When an access key or a role was last used, as far as this node knows.

use contract::Fault;
use service::Cx;
use store::Tx;
use store::table::iam_last_uses::{self, LastUse};

/// The last use, kept or only noted yet.
///
/// # Errors
/// The store fails.
pub async fn find(tx: &mut Tx, cx: &Cx, id: &str) -> Result<Option<LastUse>, Fault> {
    let kept = iam_last_uses::find(tx, id).await?;
    Ok(kept.into_iter().chain(cx.node.gate.noted_use(id)).max_by_key(|used| used.used_ms))
}
