//! Pages of a listing: how many at once, and the opaque token that says where the next page begins.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Fault;
use domain::seal::KeyPurpose;
use model::cognito_identity::error;
use service::Cx;

/// One page that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The key after which the page begins; empty: at the start.
    pub after: String,
    limit: usize,
    scope: String,
}

impl Page {
    /// The page behind `MaxResults` (1–60, checked by the contract) and `NextToken`. `scope` says which listing: a token of
    /// another one does not open.
    ///
    /// # Errors
    /// `InvalidParameterException`: the token is not one of this listing.
    pub fn of(cx: &Cx, scope: String, max_results: i64, token: Option<&str>) -> Result<Self, Fault> {
        let open = |token: &str| {
            let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
            let plain = cx.node.vault.ring().open(KeyPurpose::Opaque, scope.as_bytes(), &sealed).ok()?;
            String::from_utf8(plain.to_vec()).ok()
        };
        let after = match token {
            Some(token) => open(token).ok_or_else(|| error::invalid_parameter("Invalid NextToken."))?,
            None => String::new(),
        };
        Ok(Self { after, limit: usize::try_from(max_results).unwrap_or(MOST).clamp(1, MOST), scope })
    }

    /// How many rows to ask the store for: one more than the page holds, to know whether another page follows.
    pub fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Cuts `rows` (fetched with [`Page::fetch`]) to the page, and makes the token of the next one if there is more.
    ///
    /// # Errors
    /// An internal fault: the token cannot be sealed.
    pub fn cut<T>(&self, cx: &Cx, rows: &mut Vec<T>, key: impl FnOnce(&T) -> &str) -> Result<Option<String>, Fault> {
        if rows.len() <= self.limit {
            return Ok(None);
        }
        rows.truncate(self.limit);
        let Some(last) = rows.last() else { return Ok(None) };
        let ring = cx.node.vault.ring();
        let sealed = ring.seal(KeyPurpose::Opaque, cx.random(), self.scope.as_bytes(), key(last).as_bytes());
        Ok(Some(URL_SAFE_NO_PAD.encode(sealed.map_err(Fault::internal)?)))
    }
}

/// Most items of a page (spec/identity-pools.md 17).
pub const MOST: usize = 60;
