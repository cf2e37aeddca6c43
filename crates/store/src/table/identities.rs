//! `identities`: the identities of the identity pools.

use super::identity_logins::IdentityLogin;
use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{IdentityId, IdentityPoolId};
use domain::time::Timestamp;

/// What an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityState {
    /// No login is linked to it.
    Guest,
    /// Logins are linked to it.
    Authenticated,
    /// Merged into another, or switched off.
    Disabled,
}

impl IdentityState {
    /// As the column holds it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Authenticated => "authenticated",
            Self::Disabled => "disabled",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Guest, Self::Authenticated, Self::Disabled]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Sql(format!("`{text}` is no state of an identity")))
    }
}

/// One identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `REGION:UUID`.
    pub id: IdentityId,
    /// The identity pool.
    pub pool_id: IdentityPoolId,
    /// What it is.
    pub state: IdentityState,
    /// The identity that took its place.
    pub merged_into: Option<IdentityId>,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "id, pool_id, state, merged_into, created_ms, modified_ms"
    };
}

/// Adds an identity.
pub async fn insert(tx: &mut Tx, row: &Identity) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO identities (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",);
    let parameters = [
        (&row.id).into(),
        (&row.pool_id).into(),
        row.state.as_str().into(),
        (&row.merged_into).into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change.
pub async fn update(tx: &mut Tx, row: &Identity) -> Result<bool, StoreError> {
    let sql = "UPDATE identities SET state = $2, merged_into = $3, modified_ms = $4 WHERE id = $1";
    let parameters = [(&row.id).into(), row.state.as_str().into(), (&row.merged_into).into(), row.modified_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The identity with this id, in whichever pool.
pub async fn find(tx: &mut Tx, id: &IdentityId) -> Result<Option<Identity>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM identities WHERE id = $1");
    let row = tx.one(sql, &[id.into()]).await?;
    maybe(row.as_ref())
}

/// The identity with this id and the logins that belong to it, in one question.
pub async fn find_with_logins(
    tx: &mut Tx,
    id: &IdentityId,
) -> Result<Option<(Identity, Vec<IdentityLogin>)>, StoreError> {
    let sql = "SELECT i.id, i.pool_id, i.state, i.merged_into, i.created_ms, i.modified_ms, \
               l.pool_id, l.provider, l.subject, l.identity_id, l.linked_ms \
               FROM identities i LEFT JOIN identity_logins l ON l.identity_id = i.id WHERE i.id = $1 \
               ORDER BY l.identity_id, l.provider, l.subject";
    let rows = tx.all(sql, &[id.into()]).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut logins = Vec::with_capacity(rows.len());
    for row in &rows {
        // No login: the right half of the identity's only row is empty.
        if let Some(provider) = row.opt_id(7)? {
            logins.push(IdentityLogin {
                pool_id: row.id(6)?,
                provider,
                subject: row.id(8)?,
                identity_id: row.id(9)?,
                linked_ms: row.timestamp(10)?,
            });
        }
    }
    Ok(Some((Identity::from_row(first)?, logins)))
}

/// What listings tell of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// `REGION:UUID`.
    pub id: IdentityId,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
    /// The providers of its logins, in no order; one that has several is named as often.
    pub providers: Vec<String>,
}

/// A page of the identities of a pool, by id; without the disabled ones, if they are hidden. Two indexes hold all of it in this
/// order, so a page costs the same however many there are.
pub async fn summaries(
    tx: &mut Tx,
    pool_id: &IdentityPoolId,
    hide_disabled: bool,
    after: &str,
    limit: i64,
) -> Result<Vec<Summary>, StoreError> {
    // A question for each identity's logins, and not a join: PostgreSQL would read all logins of a small table.
    macro_rules! page {
        ($only:literal) => {
            concat!(
                "SELECT i.id, i.created_ms, i.modified_ms, \
                 (SELECT string_agg(l.provider, $4) FROM identity_logins l WHERE l.identity_id = i.id) \
                 FROM (SELECT id, created_ms, modified_ms FROM identities WHERE pool_id = $1 AND id > $2",
                $only,
                " ORDER BY id LIMIT $3) i ORDER BY i.id"
            )
        };
    }
    let sql = if hide_disabled { page!(" AND state <> 'disabled'") } else { page!("") };
    let rows = tx.all(sql, &[pool_id.into(), after.into(), limit.into(), SEPARATOR.into()]).await?;
    rows.iter().map(summary).collect()
}

/// Between the names of providers: a pool takes none that holds one.
const SEPARATOR: &str = "\n";

fn summary(row: &Row) -> Result<Summary, StoreError> {
    let providers = row.opt_text(3)?.map(|names| names.split(SEPARATOR).map(str::to_owned).collect());
    Ok(Summary {
        id: row.id(0)?,
        created_ms: row.timestamp(1)?,
        modified_ms: row.timestamp(2)?,
        providers: providers.unwrap_or_default(),
    })
}

/// The identities of a pool, by id.
pub async fn list(tx: &mut Tx, pool_id: &IdentityPoolId, after: &str, limit: i64) -> Result<Vec<Identity>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM identities WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT $3",);
    let parameters = [pool_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The identities of a pool that are not disabled, by id.
pub async fn list_enabled(
    tx: &mut Tx,
    pool_id: &IdentityPoolId,
    after: &str,
    limit: i64,
) -> Result<Vec<Identity>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM identities WHERE pool_id = $1 AND id > $2 AND state <> 'disabled' ORDER BY id LIMIT $3",
    );
    let parameters = [pool_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes the identity and its logins.
pub async fn delete(tx: &mut Tx, id: &IdentityId) -> Result<bool, StoreError> {
    if tx.exec("DELETE FROM identities WHERE id = $1", &[id.into()]).await? == 0 {
        return Ok(false);
    }
    super::identity_logins::delete_all(tx, id).await?;
    Ok(true)
}

impl FromRow for Identity {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            pool_id: row.id(1)?,
            state: IdentityState::parse(row.text(2)?)?,
            merged_into: row.opt_id(3)?,
            created_ms: row.timestamp(4)?,
            modified_ms: row.timestamp(5)?,
        })
    }
}
