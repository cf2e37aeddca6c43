//! Pages of a listing: how many at once, and the opaque token that says where the next page begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Fault;
use domain::Timestamp;
use domain::seal::KeyPurpose;
use model::cognito_idp::error;
use serde::{Deserialize, Serialize};
use service::Cx;

/// One page that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The key after which the page begins; `None`: at the start.
    pub after: Option<Vec<String>>,
    /// At most this many items, 1–60.
    pub limit: usize,
    scope: String,
}

impl Page {
    /// The page behind `Limit` and the token. `scope` says which listing, with every parameter that must be the same on
    /// the next page (spec/user-pools-api.md 9: a token is valid only with identical other parameters).
    ///
    /// # Errors
    /// `InvalidParameterException`: the limit is negative, or the token is of another listing or older than an hour.
    pub fn of(cx: &Cx, scope: &[&str], limit: Option<i64>, token: Option<&str>) -> Result<Self, Fault> {
        let limit = match limit.unwrap_or(0) {
            0 => MOST,
            limit => usize::try_from(limit).map_err(|_| {
                error::invalid_parameter(format!(
                    "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must \
                     have value greater than or equal to 0"
                ))
            })?,
        };
        // Lengths keep neighbouring parts apart.
        let scope = scope.iter().map(|part| format!("{}:{part}", part.len())).collect::<String>();
        let after = token.map(|token| open(cx, &scope, token).ok_or_else(bad_token)).transpose()?;
        Ok(Self { after, limit: limit.min(MOST), scope })
    }

    /// How many rows to ask the store for: one more than the page holds, to know whether another page follows.
    pub fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// The `index`-th part of the key after which the page begins.
    pub fn after(&self, index: usize) -> Option<&str> {
        self.after.as_ref()?.get(index).map(String::as_str)
    }

    /// Cuts `rows` (fetched with [`Page::fetch`]) to the page, and makes the token of the next one if there is more.
    ///
    /// # Errors
    /// An internal fault: the token cannot be sealed.
    pub fn cut<T>(
        &self,
        cx: &Cx,
        mut rows: Vec<T>,
        key: impl FnOnce(&T) -> Vec<String>,
    ) -> Result<(Vec<T>, Option<String>), Fault> {
        if rows.len() <= self.limit {
            return Ok((rows, None));
        }
        rows.truncate(self.limit);
        let token = rows.last().map(|last| seal(cx, &self.scope, key(last))).transpose()?;
        Ok((rows, token))
    }
}

#[derive(Serialize, Deserialize)]
struct Record {
    k: Vec<String>,
    e: Timestamp,
}

fn seal(cx: &Cx, scope: &str, key: Vec<String>) -> Result<String, Fault> {
    let record = Record { k: key, e: cx.now().plus_seconds(LIFETIME_SECONDS) };
    let plain = serde_json::to_vec(&record).map_err(Fault::internal)?;
    let sealed = cx.node.vault.ring().seal(KeyPurpose::Opaque, cx.random(), scope.as_bytes(), &plain);
    Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(Fault::internal)?))
}

fn open(cx: &Cx, scope: &str, token: &str) -> Option<Vec<String>> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let plain = cx.node.vault.ring().open(KeyPurpose::Opaque, scope.as_bytes(), &sealed).ok()?;
    let record: Record = serde_json::from_slice(&plain).ok()?;
    (cx.now() < record.e).then_some(record.k)
}

fn bad_token() -> Fault {
    error::invalid_parameter("Invalid pagination token.")
}

/// Most items of a page, and the default (spec/user-pools-api.md 2.1).
const MOST: usize = 60;
/// How long a token is good (spec/user-pools-api.md 9).
const LIFETIME_SECONDS: i64 = 3600;
