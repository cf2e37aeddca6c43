//! New keys take over from old ones: by themselves when a key is old, or when an operator says so.

use super::{TRIES, row, times};
use contract::Fault;
use domain::token_keys::{self, Standing};
use domain::{Region, Timestamp};
use service::Node;
use store::table::identity_token_keys;

/// How a successor takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover {
    /// If the newest key is old: once the successor was published for a while.
    WhenOld,
    /// Once the successor was published for a while; one that waits already is enough.
    Announced,
    /// At once, and every other key of the region is removed, so that what they signed is refused: for keys that leaked.
    AtOnce,
}

/// A key and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// The region of the pools whose tokens it signs.
    pub region: Region,
    /// The `kid`.
    pub key_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it is for now.
    pub standing: Standing,
}

/// The keys of every region that has any.
///
/// # Errors
/// The store fails.
pub async fn list(node: &Node, now: Timestamp) -> Result<Vec<KeyState>, Fault> {
    let rows = node.store.read(async |tx| Ok::<_, Fault>(identity_token_keys::all(tx).await?)).await?;
    let regions = rows.chunk_by(|one, next| one.region == next.region);
    let states = regions.flat_map(|rows| {
        let standings = token_keys::standings(&times(rows), now);
        rows.iter().zip(standings).map(|(row, standing)| KeyState {
            region: row.region.clone(),
            key_id: row.key_id.clone(),
            created: row.created_ms,
            standing,
        })
    });
    Ok(states.collect())
}

/// Gives every region that has a key a successor, if it is due one; answers the regions that got one. `nonce` gives fresh
/// random bytes each time.
///
/// # Errors
/// An internal fault: there is no key to be had, or the store fails. Regions before that one have their successor.
pub async fn rotate(
    node: &Node,
    takeover: Takeover,
    now: Timestamp,
    nonce: &dyn Fn() -> [u8; 12],
) -> Result<Vec<Region>, Fault> {
    let mut rotated = Vec::new();
    for region in regions(node).await? {
        if succeed(node, &region, takeover, now, nonce).await? {
            rotated.push(region);
        }
    }
    Ok(rotated)
}

/// Removes the keys of which no token lasts any longer.
///
/// # Errors
/// The store fails.
pub async fn remove_over(node: &Node, now: Timestamp) -> Result<(), Fault> {
    // Hardly ever is there one, so nobody writes to find out.
    let over = list(node, now).await?.into_iter().filter(|key| key.standing == Standing::Over);
    let mut over: Vec<Region> = over.map(|key| key.region).collect();
    over.dedup();
    for region in over {
        let removed = node.store.write(async |tx| {
            let rows = identity_token_keys::of_region(tx, &region).await?;
            let Some(first) = token_keys::removed_below(&times(&rows), now) else { return Ok::<_, Fault>(0) };
            let removed = identity_token_keys::delete_below(tx, &region, first).await?;
            tx.touch_catalog().await?;
            Ok(removed)
        });
        let removed = removed.await?;
        tracing::info!(%region, removed, "keys of identity pools' tokens had their time");
    }
    Ok(())
}

async fn regions(node: &Node) -> Result<Vec<Region>, Fault> {
    let rows = node.store.read(async |tx| Ok::<_, Fault>(identity_token_keys::all(tx).await?)).await?;
    let mut regions: Vec<Region> = rows.into_iter().map(|row| row.region).collect();
    regions.dedup();
    Ok(regions)
}

async fn succeed(
    node: &Node,
    region: &Region,
    takeover: Takeover,
    now: Timestamp,
    nonce: &dyn Fn() -> [u8; 12],
) -> Result<bool, Fault> {
    let due = async || {
        let rows =
            node.store.read(async |tx| Ok::<_, Fault>(identity_token_keys::of_region(tx, region).await?)).await?;
        let times = times(&rows);
        let is_due = match takeover {
            Takeover::WhenOld => token_keys::successor_due(&times, now, false),
            Takeover::Announced => token_keys::successor_due(&times, now, true),
            // A key that waits may have leaked with the others.
            Takeover::AtOnce => true,
        };
        Ok::<_, Fault>(times.last().map(|newest| newest.number).filter(|_| is_due))
    };
    let _turn = node.key_turn.lock().await;
    if due().await?.is_none() {
        return Ok(false);
    }
    let private = node.key_source.take().await?;
    for step in 1..=TRIES {
        // Another node may have been faster.
        let Some(newest) = due().await? else { return Ok(false) };
        let number = u32::try_from(newest).ok().and_then(|newest| newest.checked_add(step));
        let number = number.ok_or_else(|| Fault::internal("no number is left for another key"))?;
        let row = row(node, region, number, &private, now, nonce())?;
        let written = node.store.write(async |tx| {
            let rows = identity_token_keys::of_region(tx, region).await?;
            if rows.last().map(|row| row.number) != Some(newest) || !identity_token_keys::insert(tx, &row).await? {
                return Ok::<_, Fault>(false);
            }
            if takeover == Takeover::AtOnce {
                identity_token_keys::delete_below(tx, region, row.number).await?;
            }
            tx.touch_catalog().await?;
            Ok(true)
        });
        if written.await? {
            tracing::info!(kid = row.key_id, ?takeover, "a new key for identity pools' tokens");
            return Ok(true);
        }
    }
    Err(Fault::internal(format!("other nodes kept changing the keys of {region}")))
}
