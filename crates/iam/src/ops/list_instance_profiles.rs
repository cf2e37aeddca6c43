//! ListInstanceProfiles: the instance profiles under a path, by name.

use crate::instance_profile;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListInstanceProfilesRequest, ListInstanceProfilesResponse};
use service::Cx;
use store::table::iam_instance_profiles;

/// One page of profiles.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListInstanceProfilesRequest) -> Result<ListInstanceProfilesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let path_prefix = input.path_prefix.as_deref().unwrap_or("/");
    cx.read(async |tx| {
        let found = page.fill(
            async |after, limit| Ok(iam_instance_profiles::list(tx, cx.account(), after, limit).await?),
            |row| row.name_key.clone(),
            |row| row.path.starts_with(path_prefix),
        );
        let rows = page.cut(found.await?, |row| row.name_key.clone());
        let mut instance_profiles = Vec::with_capacity(rows.items.len());
        for row in &rows.items {
            instance_profiles.push(instance_profile::listed(tx, row).await?);
        }
        Ok(ListInstanceProfilesResponse { instance_profiles, is_truncated: rows.is_truncated, marker: rows.marker })
    })
    .await
}
