//! `settings`: what one deployment decided once (the account id, the master key's check value).

use crate::error::StoreError;
use crate::tx::Tx;

/// The value, if it was set.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<String>, StoreError> {
    let row = tx.one("SELECT value FROM settings WHERE name = $1", &[name.into()]).await?;
    row.map(|row| row.id(0)).transpose()
}

/// Sets the value unless it is set; answers whether this call did. Of several nodes that start together one wins.
pub async fn insert(tx: &mut Tx, name: &str, value: &str) -> Result<bool, StoreError> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    Ok(tx.exec(sql, &[name.into(), value.into()]).await? == 1)
}

/// Sets the value, whatever it was.
pub async fn put(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.exec(sql, &[name.into(), value.into()]).await.map(drop)
}

/// Unsets the value.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM settings WHERE name = $1", &[name.into()]).await? == 1)
}
