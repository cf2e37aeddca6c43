//! A call for an identity: the identity that was named, its pool, and who comes of it with the logins that were sent.

use crate::identity::{self, Found};
use crate::pool::{self, Pool};
use crate::{fault, login};
use contract::Fault;
use domain::IdentityId;
use domain::login_token::VerifiedLogin;
use service::Cx;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The identity that a request names, and its pool.
#[derive(Debug)]
pub struct Visit {
    /// The pool, in whichever account and region.
    pub pool: Arc<Pool>,
    found: Found,
}

/// The identity of this id.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn begin(cx: &Cx, named: IdentityId) -> Result<Visit, Fault> {
    let no_such_identity = || fault::no_such_identity(&named);
    let found = identity::look_up(cx, &named).await?.ok_or_else(no_such_identity)?;
    let pool = pool::find(&cx.node, &found.named.pool_id).await?.ok_or_else(no_such_identity)?;
    Ok(Visit { pool, found })
}

impl Visit {
    /// Verifies the logins and settles whose they are: a guest's own identity without any. With nothing new to link it writes
    /// nothing.
    ///
    /// The identity may be another than the one named: it may have been merged.
    ///
    /// # Errors
    /// `NotAuthorizedException`, `InvalidParameterException`, `ResourceConflictException`; `ResourceNotFoundException`: the
    /// pool was deleted meanwhile.
    pub async fn settle(
        &self,
        cx: &Cx,
        logins: Option<BTreeMap<String, String>>,
    ) -> Result<(IdentityId, Vec<VerifiedLogin>), Fault> {
        let logins = logins.unwrap_or_default();
        if logins.is_empty() {
            return Ok((identity::as_guest(cx, &self.pool, &self.found)?, Vec::new()));
        }
        let logins = login::verify(cx, &self.pool, &logins, true).await?;
        Ok((identity::settle(cx, &self.pool, &self.found, &logins).await?, logins.verified))
    }
}
