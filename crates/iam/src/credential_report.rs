//! The credential report: one line for the root user and for each user, as CSV.

use crate::{last_use, mfa, password_policy, user};
use contract::Fault;
use domain::Timestamp;
use domain::iam_password::AccountPasswordPolicy;
use service::Cx;
use store::Tx;
use store::table::iam_access_keys::{self, AccessKey};
use store::table::iam_login_profiles::{self, LoginProfile};
use store::table::{iam_accounts, iam_users};

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
pub async fn write(tx: &mut Tx, cx: &Cx) -> Result<String, Fault> {
    let account = cx.account();
    let policy = password_policy::of(&iam_accounts::find(tx, account).await?)?;
    let mut lines = vec![HEADER.to_owned(), root(tx, cx).await?];
    let mut after = String::new();
    loop {
        let users = iam_users::list(tx, account, &after, BATCH).await?;
        for row in &users {
            let id = row.id.as_str();
            let password = iam_login_profiles::find(tx, &row.id).await?;
            let keys = keys(tx, cx, id).await?;
            let subject = [row.name.clone(), user::arn(row), row.created_ms.iso8601()];
            let has_device = !mfa::all_of(tx, account, id).await?.is_empty();
            lines.push(line(&subject, &of_password(password.as_ref(), policy.as_ref()), has_device, &keys));
        }
        match users.last() {
            Some(last) if users.len() as i64 == BATCH => after.clone_from(&last.name_key),
            _ => return Ok(lines.join("\n")),
        }
    }
}

async fn root(tx: &mut Tx, cx: &Cx) -> Result<String, Fault> {
    let account = cx.account();
    let keys = keys(tx, cx, account.as_str()).await?;
    // The account is as old as its oldest key: nothing else says when it began.
    let created = keys.iter().map(|key| key.row.created_ms).min().unwrap_or_else(|| cx.now());
    let subject = ["<root_account>".to_owned(), format!("arn:aws:iam::{account}:root"), created.iso8601()];
    let password = ["not_supported", "no_information", "not_supported", "not_supported"].map(str::to_owned);
    let has_device = !mfa::all_of(tx, account, account.as_str()).await?.is_empty();
    Ok(line(&subject, &password, has_device, &keys))
}

/// A key with its last use: date, region, service.
struct Key {
    row: AccessKey,
    used: [String; 3],
}

/// The keys of one owner: active ones first, then the older ones.
async fn keys(tx: &mut Tx, cx: &Cx, owner_id: &str) -> Result<Vec<Key>, Fault> {
    let mut rows = iam_access_keys::list(tx, cx.account(), owner_id, "", BATCH).await?;
    rows.sort_by_key(|row| (row.status != "Active", row.created_ms));
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows {
        let used = last_use::find(tx, cx, row.access_key_id.as_str()).await?;
        let used = used.map_or_else(
            || [NOT_APPLICABLE; 3].map(str::to_owned),
            |used| [used.used_ms.iso8601(), used.region, used.service],
        );
        keys.push(Key { row, used });
    }
    Ok(keys)
}

/// Enabled, last used, last changed, next rotation.
fn of_password(profile: Option<&LoginProfile>, policy: Option<&AccountPasswordPolicy>) -> [String; 4] {
    match profile {
        None => ["false", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE].map(str::to_owned),
        Some(profile) => [
            "true".to_owned(),
            "no_information".to_owned(),
            profile.password_set_ms.iso8601(),
            policy
                .and_then(|policy| policy.expires(profile.password_set_ms))
                .map_or_else(|| NOT_APPLICABLE.to_owned(), Timestamp::iso8601),
        ],
    }
}

fn line(subject: &[String], password: &[String], has_device: bool, keys: &[Key]) -> String {
    let mut fields: Vec<String> = subject.iter().chain(password).cloned().collect();
    fields.push(has_device.to_string());
    for place in 0..2 {
        match keys.get(place) {
            Some(key) => {
                fields.push((key.row.status == "Active").to_string());
                fields.push(key.row.created_ms.iso8601());
                fields.extend(key.used.iter().cloned());
            }
            None => {
                fields.push("false".to_owned());
                fields.extend([NOT_APPLICABLE; 4].map(str::to_owned));
            }
        }
    }
    // There are no signing certificates here.
    fields.extend(["false", NOT_APPLICABLE, "false", NOT_APPLICABLE].map(str::to_owned));
    fields.into_iter().map(quoted).collect::<Vec<_>>().join(",")
}

/// A user's name or path may hold a comma.
fn quoted(field: String) -> String {
    if field.contains(['"', ',', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
