//! The credential report: one line for the root user and for each user, as CSV.

use crate::{mfa, user};
use contract::Fault;
use domain::{AccountId, Timestamp};
use store::Tx;
use store::table::iam_access_keys::{self, AccessKey};
use store::table::iam_login_profiles::{self, LoginProfile};
use store::table::iam_users;

/// How long a report lasts, in seconds: four hours.
pub const LASTS_SECONDS: i64 = 4 * 3600;

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
                      password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,\
                      access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
                      access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,\
                      access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
                      cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

const NOT_APPLICABLE: &str = "N/A";

/// Users read at a time.
const BATCH: i64 = 500;

/// The report as of now.
///
/// # Errors
/// The store fails.
pub async fn write(tx: &mut Tx, account: &AccountId, now: Timestamp) -> Result<String, Fault> {
    let mut lines = vec![HEADER.to_owned(), root(tx, account, now).await?];
    let mut after = String::new();
    loop {
        let users = iam_users::list(tx, account, &after, BATCH).await?;
        for row in &users {
            let id = row.id.as_str();
            let password = iam_login_profiles::find(tx, &row.id).await?;
            let keys = iam_access_keys::list(tx, account, id, "", BATCH).await?;
            let subject = [row.name.clone(), user::arn(row), row.created_ms.iso8601()];
            let has_device = !mfa::all_of(tx, account, id).await?.is_empty();
            lines.push(line(&subject, &of_password(password.as_ref()), has_device, keys));
        }
        match users.last() {
            Some(last) if users.len() as i64 == BATCH => after.clone_from(&last.name_key),
            _ => return Ok(lines.join("\n")),
        }
    }
}

async fn root(tx: &mut Tx, account: &AccountId, now: Timestamp) -> Result<String, Fault> {
    let keys = iam_access_keys::list(tx, account, account.as_str(), "", BATCH).await?;
    // The account is as old as its oldest key: nothing else says when it began.
    let created = keys.iter().map(|key| key.created_ms).min().unwrap_or(now);
    let subject = ["<root_account>".to_owned(), format!("arn:aws:iam::{account}:root"), created.iso8601()];
    let password = ["not_supported", "no_information", "not_supported", "not_supported"].map(str::to_owned);
    let has_device = !mfa::all_of(tx, account, account.as_str()).await?.is_empty();
    Ok(line(&subject, &password, has_device, keys))
}

/// Enabled, last used, last changed, next rotation.
fn of_password(profile: Option<&LoginProfile>) -> [String; 4] {
    match profile {
        None => ["false", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE].map(str::to_owned),
        Some(profile) => [
            "true".to_owned(),
            "no_information".to_owned(),
            profile.password_set_ms.iso8601(),
            NOT_APPLICABLE.to_owned(),
        ],
    }
}

fn line(subject: &[String], password: &[String], has_device: bool, mut keys: Vec<AccessKey>) -> String {
    // Active keys first, then the older ones.
    keys.sort_by_key(|key| (key.status != "Active", key.created_ms));
    let mut fields: Vec<String> = subject.iter().chain(password).cloned().collect();
    fields.push(has_device.to_string());
    for place in 0..2 {
        let key = keys.get(place);
        fields.push(key.is_some_and(|key| key.status == "Active").to_string());
        fields.push(key.map_or_else(|| NOT_APPLICABLE.to_owned(), |key| key.created_ms.iso8601()));
        // When, where and for what it was used is not recorded.
        fields.extend([NOT_APPLICABLE; 3].map(str::to_owned));
    }
    // There are no signing certificates here.
    fields.extend(["false", NOT_APPLICABLE, "false", NOT_APPLICABLE].map(str::to_owned));
    fields.into_iter().map(quoted).collect::<Vec<_>>().join(",")
}

/// A user's name or path may hold a comma.
fn quoted(field: String) -> String {
    if field.contains(['"', ',', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
