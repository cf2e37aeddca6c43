//! When access keys and roles were last used: noted in memory at each request, kept by whoever keeps house. A request never
//! waits for it, and a crash loses no more than the last minute's notes.

use crate::{Caller, Gate};
use contract::Fault;
use domain::Timestamp;
use domain::session::SessionPrincipal;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use store::table::iam_last_uses::{self, LastUse};

/// The uses since they were last kept, by access key id or role id. Only verified callers are noted, so there are never
/// more than there are keys and roles.
#[derive(Debug, Default)]
pub(crate) struct LastUses(Mutex<HashMap<String, LastUse>>);

impl LastUses {
    fn put(&self, used: LastUse) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(used.id.clone(), used);
    }

    fn get(&self, id: &str) -> Option<LastUse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn all(&self) -> Vec<LastUse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Forgets what was kept, unless it was noted again meanwhile.
    fn forget(&self, kept: &[LastUse]) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for used in kept {
            if notes.get(&used.id) == Some(used) {
                notes.remove(&used.id);
            }
        }
    }
}

impl Gate {
    /// Notes that a verified caller made a call: a long-term key's own use, or the use of a session's role.
    pub(crate) fn note_use(&self, caller: &Caller, service: &str, region: &str, now: Timestamp) {
        let id = match caller {
            Caller::Root { access_key_id, .. } | Caller::User { access_key_id, .. } => access_key_id.to_string(),
            Caller::Session(session) => match &session.principal {
                SessionPrincipal::AssumedRole { role_id, .. } => role_id.to_string(),
                _ => return,
            },
            Caller::Anonymous => return,
        };
        self.last_uses.put(LastUse { id, used_ms: now, service: service.to_owned(), region: region.to_owned() });
    }

    /// Writes the notes down. For whoever keeps house, every minute and at the end.
    ///
    /// # Errors
    /// The store fails; the notes stay for the next time.
    pub async fn keep_last_uses(&self) -> Result<(), Fault> {
        let noted = self.last_uses.all();
        if noted.is_empty() {
            return Ok(());
        }
        self.store()
            .write(async |tx| {
                for used in &noted {
                    iam_last_uses::put(tx, used).await?;
                }
                Ok::<_, Fault>(())
            })
            .await?;
        self.last_uses.forget(&noted);
        Ok(())
    }

    /// The last use that this node noted and has not kept yet; it is later than what the store has.
    pub fn noted_use(&self, id: &str) -> Option<LastUse> {
        self.last_uses.get(id)
    }
}
