//! ListInstanceProfilesForRole: the instance profiles that a role is in, by name.

use crate::page::Page;
use crate::{instance_profile, role};
use contract::Fault;
use model::iam::shapes::{ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse};
use service::Cx;
use store::table::iam_instance_profiles;

/// Finds the role and one page of its profiles.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(
    cx: &Cx,
    input: ListInstanceProfilesForRoleRequest,
) -> Result<ListInstanceProfilesForRoleResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    cx.read(async |tx| {
        let account = cx.account();
        let role = role::find(tx, account, &input.role_name).await?;
        let found = page.fill(
            async |after, limit| Ok(iam_instance_profiles::list_of_role(tx, account, &role.id, after, limit).await?),
            |row| row.name_key.clone(),
            |_| true,
        );
        let rows = page.cut(found.await?, |row| row.name_key.clone());
        let mut instance_profiles = Vec::with_capacity(rows.items.len());
        for row in &rows.items {
            instance_profiles.push(instance_profile::listed(tx, row).await?);
        }
        let (is_truncated, marker) = (rows.is_truncated, rows.marker);
        Ok(ListInstanceProfilesForRoleResponse { instance_profiles, is_truncated, marker })
    })
    .await
}
