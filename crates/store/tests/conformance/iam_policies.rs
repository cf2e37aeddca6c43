//! Customer-managed policies with their versions, groups with their members, and when keys and roles were last used.

use crate::lab::Lab;
use domain::id::{AccountId, IamUserId};
use domain::time::Timestamp;
use store::StoreError;
use store::table::iam_access_keys::OwnerKind;
use store::table::iam_groups::{self, IamGroup};
use store::table::iam_last_uses::{self, LastUse};
use store::table::iam_policies::{self, IamPolicy};
use store::table::iam_policy_versions::{self, PolicyVersion};
use store::table::iam_roles;
use store::table::iam_users::{self, IamUser};
use store::table::{iam_attachments, iam_group_members};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn account() -> AccountId {
    AccountId::from("123456789012")
}

pub async fn managed_policies(lab: &Lab) {
    let policy = |name: &str, id: &str| IamPolicy {
        account_id: account(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: id.to_owned(),
        path: "/".into(),
        description: None,
        default_version: 1,
        newest_version: 1,
        tags: "{}".into(),
        created_ms: NOW,
        modified_ms: NOW,
    };
    let version = |version: i64| PolicyVersion {
        policy_id: "ANPA1".into(),
        version,
        document: format!("{version}"),
        created_ms: NOW,
    };
    let (read, write) = (policy("Read", "ANPA1"), policy("write", "ANPA2"));
    let story = async |tx: &mut store::Tx| {
        assert!(iam_policies::insert(tx, &write).await?);
        assert!(iam_policies::insert(tx, &read).await?);
        assert!(!iam_policies::insert(tx, &policy("READ", "ANPA3")).await?);
        assert_eq!(iam_policies::find(tx, &account(), "read").await?.as_ref(), Some(&read));
        assert_eq!(iam_policies::find(tx, &AccountId::from("999999999999"), "read").await?, None);
        assert_eq!(iam_policies::list(tx, &account(), "", 10).await?, [read.clone(), write.clone()]);
        assert_eq!(iam_policies::list(tx, &account(), "read", 10).await?, std::slice::from_ref(&write));
        assert_eq!(iam_policies::count(tx, &account()).await?, 2);

        for number in [1, 10, 2] {
            assert!(iam_policy_versions::insert(tx, &version(number)).await?);
        }
        assert!(!iam_policy_versions::insert(tx, &version(2)).await?);
        assert_eq!(iam_policy_versions::list(tx, "ANPA1").await?, [version(1), version(2), version(10)]);
        assert_eq!(iam_policy_versions::find(tx, "ANPA2", 1).await?, None);
        assert_eq!(iam_policy_versions::count(tx, &account()).await?, 3);
        assert!(iam_policy_versions::delete(tx, "ANPA1", 10).await?);
        assert!(!iam_policy_versions::delete(tx, "ANPA1", 10).await?);

        let changed = IamPolicy { default_version: 2, newest_version: 10, tags: r#"{"a":"b"}"#.into(), ..read.clone() };
        assert!(iam_policies::update(tx, &changed).await?);
        assert_eq!(iam_policies::find(tx, &account(), "read").await?, Some(changed));
        assert!(iam_policies::delete(tx, &account(), "read").await?);
        assert!(!iam_policies::delete(tx, &account(), "read").await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn iam_groups_and_members(lab: &Lab) {
    let group = |name: &str| IamGroup {
        account_id: account(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: format!("AGPA{name}"),
        path: "/".into(),
        created_ms: NOW,
    };
    let user = |name: &str| IamUser {
        account_id: account(),
        name_key: name.to_owned(),
        name: name.to_owned(),
        id: IamUserId::from(format!("AIDA{name}")),
        path: "/".into(),
        boundary_arn: Some("arn:boundary".into()),
        tags: "{}".into(),
        created_ms: NOW,
    };
    let (fans, team) = (group("Fans"), group("team"));
    let (ana, bob) = (user("ana"), user("bob"));
    let story = async |tx: &mut store::Tx| {
        assert!(iam_groups::insert(tx, &team).await?);
        assert!(iam_groups::insert(tx, &fans).await?);
        assert!(!iam_groups::insert(tx, &IamGroup { id: "AGPA3".into(), ..group("FANS") }).await?);
        assert_eq!(iam_groups::find(tx, &account(), "fans").await?.as_ref(), Some(&fans));
        assert_eq!(iam_groups::find_by_id(tx, "AGPAteam").await?.as_ref(), Some(&team));
        assert_eq!(iam_groups::list(tx, &account(), "", 10).await?, [fans.clone(), team.clone()]);
        assert_eq!(iam_groups::count(tx, &account()).await?, 2);

        for row in [&ana, &bob] {
            assert!(iam_users::insert(tx, row).await?);
            assert!(iam_group_members::insert(tx, &fans.id, &row.id, NOW).await?);
        }
        assert!(!iam_group_members::insert(tx, &fans.id, &ana.id, NOW).await?);
        assert!(iam_group_members::insert(tx, &team.id, &ana.id, NOW).await?);
        assert_eq!(iam_groups::list_of_user(tx, &account(), &ana.id, "", 10).await?, [fans.clone(), team.clone()]);
        assert_eq!(iam_groups::list_of_user(tx, &account(), &ana.id, "fans", 10).await?, std::slice::from_ref(&team));
        assert_eq!(iam_users::list_of_group(tx, &account(), &fans.id, "", 1).await?, std::slice::from_ref(&ana));
        assert_eq!(iam_users::list_of_group(tx, &account(), &fans.id, "ana", 9).await?, std::slice::from_ref(&bob));
        assert!(iam_group_members::delete(tx, &fans.id, &ana.id).await?);
        assert!(!iam_group_members::delete(tx, &fans.id, &ana.id).await?);
        let bounded = iam_users::list_bounded_by(tx, &account(), "arn:boundary", "AIDAana", 9).await?;
        assert_eq!(bounded, std::slice::from_ref(&bob));

        let attachment = iam_attachments::Attachment {
            account_id: account(),
            owner_kind: OwnerKind::Group,
            owner_id: fans.id.clone(),
            policy_arn: "arn:p".into(),
            attached_ms: NOW,
        };
        assert!(iam_attachments::insert(tx, &attachment).await?);
        assert_eq!(iam_attachments::list_of_policy(tx, &account(), "arn:p", "", 9).await?, [attachment]);
        assert_eq!(iam_attachments::list_of_policy(tx, &account(), "arn:p", &fans.id, 9).await?, []);

        assert_eq!(iam_attachments::counts(tx, &account()).await?, [("arn:p".to_owned(), 1)]);
        assert_eq!(iam_users::boundary_counts(tx, &account()).await?, [("arn:boundary".to_owned(), 2)]);
        assert_eq!(iam_roles::boundary_counts(tx, &account()).await?, []);

        let renamed = IamGroup { name_key: "crew".into(), name: "Crew".into(), path: "/x/".into(), ..team.clone() };
        assert!(iam_groups::update(tx, &renamed).await?);
        assert_eq!(iam_groups::find(tx, &account(), "crew").await?, Some(renamed));
        assert!(iam_groups::delete(tx, &account(), "crew").await?);
        assert!(!iam_groups::delete(tx, &account(), "team").await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn last_uses(lab: &Lab) {
    let used = |at: i64, service: &str| LastUse {
        id: "AKIA1".into(),
        used_ms: Timestamp::from_millis(at),
        service: service.into(),
        region: "us-east-1".into(),
    };
    let story = async |tx: &mut store::Tx| {
        assert_eq!(iam_last_uses::find(tx, "AKIA1").await?, None);
        iam_last_uses::put(tx, &used(5, "iam")).await?;
        iam_last_uses::put(tx, &used(9, "sts")).await?;
        iam_last_uses::put(tx, &used(7, "iam")).await?;
        assert_eq!(iam_last_uses::find(tx, "AKIA1").await?, Some(used(9, "sts")));
        iam_last_uses::delete(tx, "AKIA1").await?;
        iam_last_uses::delete(tx, "AKIA1").await?;
        assert_eq!(iam_last_uses::find(tx, "AKIA1").await?, None);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}
