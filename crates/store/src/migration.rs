//! The schema, as numbered steps that each store walks once, in order.
//!
//! Every statement is idempotent, so that nodes that start together, or a node that died half way, may repeat it. A
//! step is never edited once released: a new one is added.

use crate::error::StoreError;

/// One numbered step.
pub(crate) struct Migration {
    /// Its place in the order, from 1.
    pub(crate) number: i64,
    /// What it is for, for whoever reads the ledger.
    pub(crate) name: &'static str,
    /// Its statements, each ended by a semicolon at the end of a line.
    text: &'static str,
}

/// All steps, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    step(1, "initial", include_str!("../migrations/0001_initial.sql")),
    step(2, "outbox", include_str!("../migrations/0002_outbox.sql")),
    step(3, "iam devices and tasks", include_str!("../migrations/0003_iam_devices_and_tasks.sql")),
    step(4, "iam policies and groups", include_str!("../migrations/0004_iam_policies_and_groups.sql")),
    step(5, "iam providers and profiles", include_str!("../migrations/0005_iam_providers_and_profiles.sql")),
    step(6, "iam last uses", include_str!("../migrations/0006_iam_last_uses.sql")),
    step(7, "identity token keys", include_str!("../migrations/0007_identity_token_keys.sql")),
    step(10, "session revocations", include_str!("../migrations/0010_session_revocations.sql")),
    step(11, "s3 bucket settings", include_str!("../migrations/0011_s3_bucket_settings.sql")),
    step(12, "s3", include_str!("../migrations/0012_s3.sql")),
    step(13, "identities that are not disabled", include_str!("../migrations/0013_identities_enabled.sql")),
    step(14, "identity summaries", include_str!("../migrations/0014_identity_summaries.sql")),
    step(15, "logins of an identity", include_str!("../migrations/0015_logins_of_an_identity.sql")),
];

const fn step(number: i64, name: &'static str, text: &'static str) -> Migration {
    Migration { number, name, text }
}

/// The ledger of what was done.
pub(crate) const CREATE_LEDGER: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

/// The newest step that the ledger holds; 0 for none.
pub(crate) const FIND_NEWEST: &str = "SELECT COALESCE(MAX(number), 0) FROM migrations";

/// Two nodes may record the same step; once is enough.
pub(crate) const RECORD: &str = "INSERT INTO migrations (number, name) VALUES ($1, $2) ON CONFLICT (number) DO NOTHING";

impl Migration {
    /// The statements, without their semicolons.
    pub(crate) fn statements(&self) -> impl Iterator<Item = &'static str> {
        self.text.split(";\n").map(str::trim).filter(|sql| !sql.is_empty())
    }
}

/// The steps after `found`, or the news that the store is ahead of us.
pub(crate) fn pending(all: &[Migration], found: i64) -> Result<&[Migration], StoreError> {
    let known = all.last().map_or(0, |last| last.number);
    if found > known {
        return Err(StoreError::NewerThanBinary { found, known });
    }
    let next = all.iter().position(|migration| migration.number > found).unwrap_or(all.len());
    Ok(all.get(next..).unwrap_or_default())
}

/// Tables of many short rows that are always found by their key: `SQLite` keeps such a row in the tree of the key, where one
/// descent finds it, and not two.
const FOUND_BY_KEY: [&str; 2] = ["identities", "identity_logins"];

/// The text for `SQLite`: strict tables, so that a column refuses what `PostgreSQL` would refuse.
pub(crate) fn sqlite_text(sql: &str) -> String {
    let text = sql.replace(" BIGINT", " INTEGER").replace(" BYTEA", " BLOB");
    if !text.contains("CREATE TABLE") {
        return text;
    }
    let by_key = FOUND_BY_KEY.iter().any(|table| text.contains(&format!(" {table} (")));
    text + if by_key { " STRICT, WITHOUT ROWID" } else { " STRICT" }
}

/// The text for `PostgreSQL`: texts compare bytewise, whatever the database's locale.
pub(crate) fn postgres_text(sql: &str) -> String {
    sql.replace(" TEXT", " TEXT COLLATE \"C\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &[Migration] = &[step(1, "a", ""), step(2, "b", ""), step(3, "c", "")];

    #[test]
    fn what_was_not_done_is_pending() {
        let numbers =
            |found| pending(THREE, found).map(|steps| steps.iter().map(|step| step.number).collect::<Vec<_>>());
        assert_eq!(numbers(0), Ok(vec![1, 2, 3]));
        assert_eq!(numbers(2), Ok(vec![3]));
        assert_eq!(numbers(3), Ok(vec![]));
        assert_eq!(numbers(4), Err(StoreError::NewerThanBinary { found: 4, known: 3 }));
    }

    #[test]
    fn every_table_is_strict_in_sqlite_and_those_found_by_key_have_no_other_order() {
        let statements = || MIGRATIONS.iter().flat_map(Migration::statements);
        let made = |name: &str| {
            statements().filter(|sql| sql.contains(&format!("CREATE TABLE IF NOT EXISTS {name} ("))).count()
        };
        assert!(FOUND_BY_KEY.iter().all(|table| made(table) == 1));
        let by_key = statements().map(sqlite_text).filter(|sql| sql.ends_with(" STRICT, WITHOUT ROWID")).count();
        assert_eq!(by_key, FOUND_BY_KEY.len());
        assert!(
            statements().filter(|sql| sql.contains("CREATE TABLE")).all(|sql| sqlite_text(sql).contains(") STRICT"))
        );
    }

    #[test]
    fn numbers_rise_and_statements_can_be_repeated() {
        assert!(MIGRATIONS.windows(2).all(|pair| pair[0].number < pair[1].number));
        for migration in MIGRATIONS {
            for sql in migration.statements() {
                assert!(sql.contains("IF NOT EXISTS") || sql.contains("IF EXISTS"), "{sql}");
            }
        }
    }
}
