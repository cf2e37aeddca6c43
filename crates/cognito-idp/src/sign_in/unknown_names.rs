//! Lockout for user names that do not exist: without it, six wrong passwords would tell which names do
//! (spec/user-pools-auth.md 9). In memory and bounded, because anybody can make up names.

use crate::pool::Pool;
use contract::Fault;
use domain::Timestamp;
use domain::lockout::{LockedOut, Lockout};
use service::Cx;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Failed attempts by pool and name.
#[derive(Default)]
struct UnknownNames(Mutex<HashMap<String, Lockout>>);

/// Whether an attempt with this unknown name may be made; the inner error says that it is locked.
///
/// # Errors
/// An internal fault.
pub(super) async fn admit(cx: &Cx, pool: &Pool, name: &str) -> Result<Result<(), LockedOut>, Fault> {
    let names = names(cx).await?;
    let names = names.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(names.get(&key(pool, name)).copied().unwrap_or_default().admit(cx.now()))
}

/// Counts a wrong password for this unknown name.
///
/// # Errors
/// An internal fault.
pub(super) async fn count_failure(cx: &Cx, pool: &Pool, name: &str) -> Result<(), Fault> {
    let names = names(cx).await?;
    let mut names = names.0.lock().unwrap_or_else(PoisonError::into_inner);
    let key = key(pool, name);
    if names.len() >= MOST && !names.contains_key(&key) {
        make_room(&mut names, cx.now());
    }
    let lockout = names.entry(key).or_default();
    *lockout = lockout.after_failure(cx.now());
    Ok(())
}

/// The counters of this node. They are dropped with the rest of its caches when the catalog changes, which is rare and
/// not in the hands of whoever guesses.
async fn names(cx: &Cx) -> Result<Arc<UnknownNames>, Fault> {
    let cache = cx.node.caches.of::<UnknownNames>();
    let found = cache.get_or_load(&cx.node.store, "", async || Ok::<_, Fault>(Some(UnknownNames::default()))).await?;
    Ok(found.unwrap_or_default())
}

fn key(pool: &Pool, name: &str) -> String {
    format!("{}/{}", pool.id, pool.key_of(name))
}

/// Forgets names that would be forgotten anyway; if there are none, all but the most recent half.
fn make_room(names: &mut HashMap<String, Lockout>, now: Timestamp) {
    names.retain(|_, lockout| now < lockout.last_failure_at.plus_seconds(FORGOTTEN_SECONDS));
    if names.len() < MOST {
        return;
    }
    let mut moments: Vec<Timestamp> = names.values().map(|lockout| lockout.last_failure_at).collect();
    moments.sort_unstable();
    let middle = moments.get(moments.len() / 2).copied().unwrap_or_default();
    names.retain(|_, lockout| lockout.last_failure_at > middle);
}

const MOST: usize = 4096;
const FORGOTTEN_SECONDS: i64 = 15 * 60;
