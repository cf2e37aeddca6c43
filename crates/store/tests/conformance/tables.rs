//! Each table: what goes in comes out, keys are unique, pages are ordered, and deleting takes along what belongs to it.

use crate::lab::Lab;
use domain::id::{
    AccessKeyId, AccountId, ClientId, IamUserId, IdentityId, IdentityPoolId, Region, RoleId, SealingKeyId, UserPoolId,
    UserSub,
};
use domain::time::Timestamp;
use store::table::iam_access_keys::{AccessKey, OwnerKind};
use store::table::iam_attachments::Attachment;
use store::table::iam_inline_policies::InlinePolicy;
use store::table::iam_roles::IamRole;
use store::table::iam_users::IamUser;
use store::table::identities::{Identity, IdentityState, Summary};
use store::table::identity_logins::IdentityLogin;
use store::table::identity_pools::IdentityPool;
use store::table::sealing_keys::SealingKey;
use store::table::user_pool_clients::UserPoolClient;
use store::table::user_pool_keys::UserPoolKey;
use store::table::user_pools::UserPool;
use store::table::users::User;
use store::table::*;
use store::{Store, StoreError, Tx};

type Result<T> = std::result::Result<T, StoreError>;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const LATER: Timestamp = Timestamp::from_millis(1_800_000_000_001);

/// Runs a story in one write, and lets its assertions speak.
async fn story(lab: &Lab, story: impl AsyncFn(&mut Tx) -> Result<()>) -> Store {
    let store = lab.open().await;
    store.write(story).await.unwrap();
    store
}

pub async fn access_keys(lab: &Lab) {
    story(lab, async |tx| {
        let key = |id: &str, owner: &str| AccessKey {
            access_key_id: id.into(),
            account_id: account(),
            owner_kind: OwnerKind::User,
            owner_id: owner.into(),
            sealed_secret: vec![1, 2, 3],
            status: "Active".into(),
            created_ms: NOW,
        };
        for (id, owner) in [("AKIA2", "AIDA1"), ("AKIA1", "AIDA1"), ("AKIA3", "AIDA2")] {
            assert!(iam_access_keys::insert(tx, &key(id, owner)).await?);
        }
        assert!(!iam_access_keys::insert(tx, &key("AKIA1", "AIDA9")).await?);
        let id = AccessKeyId::from("AKIA1");
        assert_eq!(iam_access_keys::find(tx, &id).await?, Some(key("AKIA1", "AIDA1")));
        let listed = iam_access_keys::list(tx, &account(), "AIDA1", "", 10).await?;
        assert_eq!(listed, [key("AKIA1", "AIDA1"), key("AKIA2", "AIDA1")]);
        assert!(iam_access_keys::set_status(tx, &id, "Inactive").await?);
        assert_eq!(iam_access_keys::find(tx, &id).await?.unwrap().status, "Inactive");
        assert!(iam_access_keys::delete(tx, &id).await?);
        assert!(!iam_access_keys::delete(tx, &id).await?);
        assert!(!iam_access_keys::set_status(tx, &id, "Active").await?);
        assert_eq!(iam_access_keys::find(tx, &id).await?, None);
        Ok(())
    })
    .await;
}

pub async fn iam_users_and_roles(lab: &Lab) {
    let user = IamUser {
        account_id: account(),
        name_key: "ana".into(),
        name: "Ana".into(),
        id: IamUserId::from("AIDA1"),
        path: "/".into(),
        boundary_arn: None,
        tags: "[]".into(),
        created_ms: NOW,
    };
    let role = IamRole {
        account_id: account(),
        name_key: "reader".into(),
        name: "Reader".into(),
        id: RoleId::from("AROA1"),
        path: "/".into(),
        trust: "{}".into(),
        description: Some("reads".into()),
        max_session_seconds: 3600,
        boundary_arn: Some("arn:aws:iam::aws:policy/X".into()),
        tags: "[]".into(),
        created_ms: NOW,
    };
    let store = story(lab, async |tx| {
        assert!(iam_users::insert(tx, &user).await?);
        assert!(!iam_users::insert(tx, &user).await?);
        assert_eq!(iam_users::find(tx, &account(), "ana").await?.as_ref(), Some(&user));
        assert_eq!(iam_users::find_by_id(tx, &user.id).await?.as_ref(), Some(&user));
        let bea = IamUser { name_key: "bea".into(), name: "bea".into(), id: IamUserId::from("AIDA2"), ..user.clone() };
        assert!(iam_users::insert(tx, &bea).await?);
        let renamed =
            IamUser { name_key: "carla".into(), name: "Carla".into(), boundary_arn: Some("b".into()), ..user.clone() };
        assert!(iam_users::update(tx, &renamed).await?);
        assert_eq!(iam_users::list(tx, &account(), "", 10).await?, [bea.clone(), renamed.clone()]);
        assert_eq!(iam_users::list(tx, &account(), "bea", 10).await?, [renamed]);
        assert_eq!(iam_users::list(tx, &AccountId::from("999999999999"), "", 10).await?, []);
        assert!(iam_users::delete(tx, &account(), "carla").await?);
        assert!(!iam_users::delete(tx, &account(), "carla").await?);

        assert!(iam_roles::insert(tx, &role).await?);
        assert!(!iam_roles::insert(tx, &role).await?);
        assert_eq!(iam_roles::find(tx, &account(), "reader").await?.as_ref(), Some(&role));
        assert_eq!(iam_roles::find_by_id(tx, &role.id).await?.as_ref(), Some(&role));
        let changed =
            IamRole { trust: "{\"a\":1}".into(), description: None, max_session_seconds: 7200, ..role.clone() };
        assert!(iam_roles::update(tx, &changed).await?);
        assert_eq!(iam_roles::list(tx, &account(), "", 10).await?, [changed]);
        Ok(())
    })
    .await;
    // A second role of the same id under another name is not let in either.
    let twin = IamRole { name_key: "twin".into(), ..role };
    assert_eq!(store.write(async |tx| iam_roles::insert(tx, &twin).await).await, Ok(false));
    let deleted: Result<bool> = store.write(async |tx| iam_roles::delete(tx, &account(), "reader").await).await;
    assert_eq!(deleted, Ok(true));
}

pub async fn policies_of_a_role(lab: &Lab) {
    story(lab, async |tx| {
        let inline = |name: &str, document: &str| InlinePolicy {
            account_id: account(),
            owner_kind: OwnerKind::Role,
            owner_id: "AROA1".into(),
            name_key: name.to_lowercase(),
            name: name.into(),
            document: document.into(),
        };
        for policy in [inline("Beta", "1"), inline("alpha", "2"), inline("BETA", "3")] {
            iam_inline_policies::put(tx, &policy).await?;
        }
        let (account, role) = (account(), OwnerKind::Role);
        let listed = iam_inline_policies::list(tx, &account, role, "AROA1", "", 10).await?;
        assert_eq!(listed, [inline("alpha", "2"), inline("BETA", "3")]);
        assert_eq!(iam_inline_policies::find(tx, &account, OwnerKind::User, "AROA1", "alpha").await?, None);
        assert!(iam_inline_policies::find(tx, &account, role, "AROA1", "alpha").await?.is_some());
        assert!(iam_inline_policies::delete(tx, &account, role, "AROA1", "alpha").await?);
        assert_eq!(iam_inline_policies::delete_all(tx, &account, role, "AROA1").await?, 1);

        let attachment = |owner: &str, policy: &str| Attachment {
            account_id: account.clone(),
            owner_kind: role,
            owner_id: owner.into(),
            policy_arn: policy.into(),
            attached_ms: NOW,
        };
        for (owner, policy) in [("AROA1", "p2"), ("AROA1", "p1"), ("AROA2", "p1")] {
            assert!(iam_attachments::insert(tx, &attachment(owner, policy)).await?);
        }
        assert!(!iam_attachments::insert(tx, &attachment("AROA1", "p1")).await?);
        let listed = iam_attachments::list(tx, &account, role, "AROA1", "", 10).await?;
        assert_eq!(listed, [attachment("AROA1", "p1"), attachment("AROA1", "p2")]);
        assert_eq!(iam_attachments::count(tx, &account, "p1").await?, 2);
        assert!(iam_attachments::delete(tx, &account, role, "AROA1", "p1").await?);
        assert_eq!(iam_attachments::count(tx, &account, "p1").await?, 1);
        assert_eq!(iam_attachments::delete_all(tx, &account, role, "AROA1").await?, 1);
        Ok(())
    })
    .await;
}

pub async fn sealing_keys_and_settings(lab: &Lab) {
    story(lab, async |tx| {
        let key = |id: &str, created_ms| SealingKey {
            id: SealingKeyId::from(id),
            purpose: "session".into(),
            wrapped: vec![0, 1],
            created_ms,
            retired_ms: None,
        };
        let (old, new) = (key("b", NOW), key("a", LATER));
        assert!(sealing_keys::insert(tx, &new).await?);
        assert!(sealing_keys::insert(tx, &old).await?);
        assert!(!sealing_keys::insert(tx, &old).await?);
        assert_eq!(sealing_keys::all(tx).await?, [old.clone(), new.clone()]);
        assert!(sealing_keys::retire(tx, &old.id, LATER).await?);
        assert!(!sealing_keys::retire(tx, &old.id, NOW).await?);
        assert!(sealing_keys::rewrap(tx, &old.id, &[9]).await?);
        let found = sealing_keys::find(tx, &old.id).await?.unwrap();
        assert_eq!((found.retired_ms, found.wrapped), (Some(LATER), vec![9]));
        assert!(sealing_keys::delete(tx, &old.id).await?);

        assert!(settings::insert(tx, "account", "1").await?);
        assert!(!settings::insert(tx, "account", "2").await?);
        assert_eq!(settings::find(tx, "account").await?.as_deref(), Some("1"));
        settings::put(tx, "account", "3").await?;
        assert_eq!(settings::find(tx, "account").await?.as_deref(), Some("3"));
        assert!(settings::delete(tx, "account").await?);
        assert_eq!(settings::find(tx, "account").await?, None);
        Ok(())
    })
    .await;
}

pub async fn user_pools_and_clients(lab: &Lab) {
    story(lab, async |tx| {
        let (first, second) = (user_pool("eu-west-1_a"), user_pool("eu-west-1_b"));
        assert!(user_pools::insert(tx, &second).await?);
        assert!(user_pools::insert(tx, &first).await?);
        assert!(!user_pools::insert(tx, &first).await?);
        let (account, region) = (account(), Region::from("eu-west-1"));
        assert_eq!(user_pools::list(tx, &account, &region, "", 1).await?, std::slice::from_ref(&first));
        assert_eq!(user_pools::list(tx, &account, &region, first.id.as_str(), 1).await?, std::slice::from_ref(&second));
        assert_eq!(user_pools::list(tx, &account, &Region::from("us-east-1"), "", 9).await?, []);
        let changed = UserPool { name: "new".into(), config: "{\"a\":1}".into(), modified_ms: LATER, ..first.clone() };
        assert!(user_pools::update(tx, &changed).await?);
        assert_eq!(user_pools::find(tx, &first.id).await?, Some(changed));

        let client = UserPoolClient {
            id: ClientId::from("c1"),
            pool_id: first.id.clone(),
            name: "web".into(),
            sealed_secret: None,
            config: "{}".into(),
            created_ms: NOW,
            modified_ms: NOW,
        };
        assert!(user_pool_clients::insert(tx, &client).await?);
        assert!(!user_pool_clients::insert(tx, &client).await?);
        let changed = UserPoolClient { sealed_secret: Some(vec![4]), modified_ms: LATER, ..client.clone() };
        assert!(user_pool_clients::update(tx, &changed).await?);
        assert_eq!(user_pool_clients::find(tx, &client.id).await?.as_ref(), Some(&changed));
        assert_eq!(user_pool_clients::list(tx, &first.id, "", 9).await?, [changed]);
        assert!(!user_pool_clients::delete(tx, &second.id, &client.id).await?);

        let key = |key_id: &str, token_use: &str| UserPoolKey {
            pool_id: first.id.clone(),
            key_id: key_id.into(),
            token_use: token_use.into(),
            sealed_private: vec![1],
            public_modulus: vec![2],
            public_exponent: vec![1, 0, 1],
            created_ms: NOW,
        };
        for key in [key("k2", "access"), key("k1", "id")] {
            assert!(user_pool_keys::insert(tx, &key).await?);
        }
        assert!(!user_pool_keys::insert(tx, &key("k1", "id")).await?);
        assert_eq!(user_pool_keys::all(tx, &first.id).await?, [key("k2", "access"), key("k1", "id")]);
        assert!(user_pool_keys::delete(tx, &first.id, "k2").await?);

        assert!(user_pools::delete(tx, &first.id).await?);
        assert!(!user_pools::delete(tx, &first.id).await?);
        assert_eq!(user_pool_clients::find(tx, &client.id).await?, None);
        assert_eq!(user_pool_keys::all(tx, &first.id).await?, []);
        Ok(())
    })
    .await;
}

pub async fn users(lab: &Lab) {
    let pool = UserPoolId::from("eu-west-1_a");
    let (ana, bea) = (user(&pool, &"s2".into(), "ana"), user(&pool, &"s1".into(), "bea"));
    let store = story(lab, async |tx| {
        assert!(users::insert(tx, &ana).await?);
        assert!(users::insert(tx, &bea).await?);
        assert!(!users::insert(tx, &user(&pool, &"s3".into(), "ana")).await?, "the name is taken");
        assert!(!users::insert(tx, &user(&pool, &"s2".into(), "other")).await?, "the sub is taken");
        assert!(
            users::insert(tx, &user(&"eu-west-1_b".into(), &"s2".into(), "ana")).await?,
            "in another pool it is not"
        );
        assert_eq!(users::find(tx, &pool, &ana.sub).await?.as_ref(), Some(&ana));
        assert_eq!(users::find_by_name(tx, &pool, "ana").await?.as_ref(), Some(&ana));
        assert_eq!(users::list(tx, &pool, "", 9).await?, [bea.clone(), ana.clone()]);
        assert_eq!(users::list_by_name(tx, &pool, "ana", 9).await?, std::slice::from_ref(&bea));
        assert_eq!(users::count(tx, &pool, 9).await?, 2);
        assert_eq!(users::count(tx, &pool, 1).await?, 1);
        let changed = User {
            status: "UNCONFIRMED".into(),
            enabled: false,
            attributes: "{\"email\":\"a@b\"}".into(),
            sealed_password: Some(vec![1]),
            password_set_ms: Some(NOW),
            temporary_password: true,
            failed_sign_ins: 3,
            locked_until_ms: Some(LATER),
            tokens_valid_after_ms: Some(NOW),
            modified_ms: LATER,
            ..ana.clone()
        };
        assert!(users::update(tx, &changed).await?);
        assert_eq!(users::find(tx, &pool, &ana.sub).await?, Some(changed.clone()));
        assert!(users::set_sign_in_state(tx, &pool, &ana.sub, 0, None).await?);
        let found = users::find(tx, &pool, &ana.sub).await?;
        assert_eq!(found, Some(User { failed_sign_ins: 0, locked_until_ms: None, ..changed }));
        assert!(!users::set_sign_in_state(tx, &pool, &"nobody".into(), 0, None).await?);
        Ok(())
    })
    .await;
    let renamed = User { name_key: "bea".into(), ..ana };
    let taken: Result<bool> = store.write(async |tx| users::update(tx, &renamed).await).await;
    assert!(matches!(taken, Err(StoreError::Unique(_))), "{taken:?}");
}

pub async fn users_by_attribute_and_alias(lab: &Lab) {
    story(lab, async |tx| {
        let pool = UserPoolId::from("eu-west-1_a");
        let subs: Vec<UserSub> = (0..5).map(|number| UserSub::new(format!("s{number}"))).collect();
        for (number, sub) in subs.iter().enumerate() {
            users::insert(tx, &user(&pool, sub, &format!("user{number}"))).await?;
            let family = if number % 2 == 0 { "even" } else { "odd" };
            user_attribute_index::insert(tx, &pool, "family_name", family, sub).await?;
            user_attribute_index::insert(tx, &pool, "family_name", family, sub).await?;
        }
        let with = async |tx: &mut Tx, value: &str, after: &str, limit| -> Result<Vec<String>> {
            let users = user_attribute_index::users_with(tx, &pool, "family_name", value, after, limit).await?;
            Ok(users.into_iter().map(|user| user.sub.to_string()).collect())
        };
        assert_eq!(with(tx, "even", "", 9).await?, ["s0", "s2", "s4"]);
        assert_eq!(with(tx, "even", "s0", 1).await?, ["s2"]);
        assert!(user_attribute_index::delete(tx, &pool, "family_name", "even", &subs[2]).await?);
        assert_eq!(with(tx, "even", "", 9).await?, ["s0", "s4"]);

        assert!(user_aliases::insert(tx, &pool, "email", "a@b", &subs[0]).await?);
        assert!(!user_aliases::insert(tx, &pool, "email", "a@b", &subs[1]).await?);
        assert_eq!(user_aliases::find(tx, &pool, "email", "a@b").await?.as_ref(), Some(&subs[0]));
        user_aliases::put(tx, &pool, "email", "a@b", &subs[1]).await?;
        assert!(!user_aliases::delete(tx, &pool, "email", "a@b", &subs[0]).await?, "it is another's now");
        assert_eq!(user_aliases::find(tx, &pool, "email", "a@b").await?.as_ref(), Some(&subs[1]));
        assert_eq!(user_aliases::find(tx, &pool, "phone_number", "a@b").await?, None);

        group_members::insert(tx, &pool, "g", &subs[1], NOW).await?;
        assert!(users::delete(tx, &pool, &subs[1]).await?);
        assert!(!users::delete(tx, &pool, &subs[1]).await?);
        assert_eq!(user_aliases::find(tx, &pool, "email", "a@b").await?, None);
        assert_eq!(with(tx, "odd", "", 9).await?, ["s3"]);
        assert_eq!(group_members::delete_user(tx, &pool, &subs[1]).await?, 0);
        Ok(())
    })
    .await;
}

pub async fn groups_and_members(lab: &Lab) {
    story(lab, async |tx| {
        let pool = UserPoolId::from("eu-west-1_a");
        let group = |name: &str, precedence| groups::Group {
            pool_id: pool.clone(),
            name: name.into(),
            description: None,
            role_arn: Some("arn".into()),
            precedence,
            created_ms: NOW,
            modified_ms: NOW,
        };
        for group in [group("b", Some(1)), group("a", None)] {
            assert!(groups::insert(tx, &group).await?);
        }
        assert!(!groups::insert(tx, &group("a", None)).await?);
        assert!(groups::update(tx, &group("a", Some(0))).await?);
        assert!(!groups::update(tx, &group("absent", None)).await?);
        assert_eq!(groups::find(tx, &pool, "a").await?, Some(group("a", Some(0))));
        assert_eq!(groups::list(tx, &pool, "", 9).await?, [group("a", Some(0)), group("b", Some(1))]);

        let (ana, bea) = (user(&pool, &"s1".into(), "ana"), user(&pool, &"s2".into(), "bea"));
        for user in [&ana, &bea] {
            users::insert(tx, user).await?;
            assert!(group_members::insert(tx, &pool, "a", &user.sub, NOW).await?);
        }
        assert!(!group_members::insert(tx, &pool, "a", &ana.sub, LATER).await?);
        assert!(group_members::insert(tx, &pool, "b", &ana.sub, NOW).await?);
        assert_eq!(group_members::users_in(tx, &pool, "a", "", 9).await?, [ana.clone(), bea.clone()]);
        assert_eq!(group_members::users_in(tx, &pool, "a", "s1", 9).await?, std::slice::from_ref(&bea));
        let of_ana = group_members::groups_of(tx, &pool, &ana.sub, "", 9).await?;
        assert_eq!(of_ana, [group("a", Some(0)), group("b", Some(1))]);
        assert!(group_members::delete(tx, &pool, "a", &bea.sub).await?);
        assert!(!group_members::delete(tx, &pool, "a", &bea.sub).await?);
        assert!(groups::delete(tx, &pool, "a").await?);
        assert!(!groups::delete(tx, &pool, "a").await?);
        assert_eq!(group_members::groups_of(tx, &pool, &ana.sub, "", 9).await?, [group("b", Some(1))]);
        assert!(users::find(tx, &pool, &ana.sub).await?.is_some(), "members stay");
        Ok(())
    })
    .await;
}

pub async fn sessions_and_tokens_are_used_once(lab: &Lab) {
    story(lab, async |tx| {
        for number in 0..5 {
            let expires = Timestamp::from_millis(number);
            assert!(used_sessions::insert(tx, &format!("session-{number}"), expires).await?);
        }
        assert!(!used_sessions::insert(tx, "session-4", LATER).await?);
        let four = Timestamp::from_millis(4);
        assert_eq!(used_sessions::purge(tx, four, 3).await?, 3);
        assert_eq!(used_sessions::purge(tx, four, 3).await?, 1);
        assert_eq!(used_sessions::purge(tx, four, 3).await?, 0);
        assert!(!used_sessions::insert(tx, "session-4", LATER).await?, "it has not expired");

        let pool = UserPoolId::from("eu-west-1_a");
        assert!(revoked_tokens::insert(tx, &pool, "jti", NOW).await?);
        assert!(!revoked_tokens::insert(tx, &pool, "jti", NOW).await?);
        assert!(revoked_tokens::contains(tx, &pool, "jti").await?);
        assert!(!revoked_tokens::contains(tx, &"eu-west-1_b".into(), "jti").await?);
        assert_eq!(revoked_tokens::purge(tx, NOW, 9).await?, 0);
        assert_eq!(revoked_tokens::purge(tx, LATER, 9).await?, 1);
        assert!(!revoked_tokens::contains(tx, &pool, "jti").await?);
        Ok(())
    })
    .await;
}

pub async fn identities_and_logins(lab: &Lab) {
    story(lab, async |tx| {
        let pool = identity_pool("eu-west-1:p");
        assert!(identity_pools::insert(tx, &pool).await?);
        assert!(!identity_pools::insert(tx, &pool).await?);
        let changed = IdentityPool { roles: "{\"a\":1}".into(), modified_ms: LATER, ..pool.clone() };
        assert!(identity_pools::update(tx, &changed).await?);
        assert_eq!(identity_pools::find(tx, &pool.id).await?.as_ref(), Some(&changed));
        assert_eq!(identity_pools::list(tx, &account(), &pool.region, "", 9).await?, [changed]);

        let (one, two) = (identity(&pool.id, "eu-west-1:1"), identity(&pool.id, "eu-west-1:2"));
        for identity in [&two, &one] {
            assert!(identities::insert(tx, identity).await?);
        }
        assert!(!identities::insert(tx, &one).await?);
        assert_eq!(identities::list(tx, &pool.id, "", 9).await?, [one.clone(), two.clone()]);

        let login = |subject: &str, identity: &Identity| IdentityLogin {
            pool_id: pool.id.clone(),
            provider: "idp".into(),
            subject: subject.into(),
            identity_id: identity.id.clone(),
            linked_ms: NOW,
        };
        assert!(identity_logins::insert(tx, &login("x", &one)).await?);
        assert!(identity_logins::insert(tx, &login("y", &one)).await?);
        assert!(!identity_logins::insert(tx, &login("x", &two)).await?, "one login, one identity");
        assert_eq!(identity_logins::find(tx, &pool.id, "idp", "x").await?, Some(login("x", &one)));
        let both = [login("x", &one), login("y", &one)];
        assert_eq!(identity_logins::all_of(tx, &one.id).await?, both);
        assert_eq!(identities::find_with_logins(tx, &one.id).await?, Some((one.clone(), both.to_vec())));
        assert_eq!(identities::find_with_logins(tx, &two.id).await?, Some((two.clone(), Vec::new())));
        assert_eq!(identities::find_with_logins(tx, &"us-east-1:nobody".into()).await?, None);
        let summary = |row: &Identity, providers: &[&str]| Summary {
            id: row.id.clone(),
            created_ms: row.created_ms,
            modified_ms: row.modified_ms,
            providers: providers.iter().map(ToString::to_string).collect(),
        };
        let all = [summary(&one, &["idp", "idp"]), summary(&two, &[])];
        assert_eq!(identities::summaries(tx, &pool.id, false, "", 9).await?, all);
        assert_eq!(identities::summaries(tx, &pool.id, true, "", 1).await?, all[..1]);
        assert_eq!(identities::summaries(tx, &pool.id, true, one.id.as_str(), 9).await?, all[1..]);
        let off = Identity { state: IdentityState::Disabled, ..one.clone() };
        assert!(identities::update(tx, &off).await?);
        assert_eq!(identities::summaries(tx, &pool.id, true, "", 9).await?, all[1..]);
        assert_eq!(identities::summaries(tx, &pool.id, false, "", 9).await?, all);
        assert!(identities::update(tx, &one).await?);
        assert_eq!(identity_logins::list(tx, &one.id, "idp", "x", 9).await?, [login("y", &one)]);

        assert_eq!(identity_logins::relink(tx, &one.id, &two.id).await?, 2);
        let merged = Identity {
            state: IdentityState::Disabled,
            merged_into: Some(two.id.clone()),
            modified_ms: LATER,
            ..one.clone()
        };
        assert!(identities::update(tx, &merged).await?);
        assert_eq!(identities::find(tx, &one.id).await?, Some(merged));
        assert_eq!(identities::list_enabled(tx, &pool.id, "", 9).await?, std::slice::from_ref(&two));
        assert_eq!(identity_logins::all_of(tx, &two.id).await?.len(), 2);
        assert!(identity_logins::delete(tx, &pool.id, "idp", "y").await?);
        assert!(identities::delete(tx, &two.id).await?);
        assert!(!identities::delete(tx, &two.id).await?);
        assert_eq!(identity_logins::find(tx, &pool.id, "idp", "x").await?, None);
        Ok(())
    })
    .await;
}

pub async fn a_deleted_pool_is_swept_in_pieces(lab: &Lab) {
    let store = story(lab, async |tx| {
        let (gone, kept) = (user_pool("eu-west-1_gone"), user_pool("eu-west-1_kept"));
        let (gone_identities, kept_identities) = (identity_pool("eu-west-1:gone"), identity_pool("eu-west-1:kept"));
        for pool in [&gone, &kept] {
            user_pools::insert(tx, pool).await?;
            for number in 0..7 {
                let (sub, name) = (UserSub::new(format!("s{number}")), format!("user{number}"));
                users::insert(tx, &user(&pool.id, &sub, &name)).await?;
                user_attribute_index::insert(tx, &pool.id, "email", &name, &sub).await?;
                user_aliases::insert(tx, &pool.id, "email", &name, &sub).await?;
                group_members::insert(tx, &pool.id, "g", &sub, NOW).await?;
                revoked_tokens::insert(tx, &pool.id, &name, NOW).await?;
            }
        }
        for pool in [&gone_identities, &kept_identities] {
            identity_pools::insert(tx, pool).await?;
            for number in 0..7 {
                let identity = identity(&pool.id, &format!("{}:{number}", pool.id));
                identities::insert(tx, &identity).await?;
                let login = IdentityLogin {
                    pool_id: pool.id.clone(),
                    provider: "idp".into(),
                    subject: number.to_string(),
                    identity_id: identity.id,
                    linked_ms: NOW,
                };
                identity_logins::insert(tx, &login).await?;
            }
        }
        assert!(user_pools::delete(tx, &gone.id).await?);
        assert!(identity_pools::delete(tx, &gone_identities.id).await?);
        Ok(())
    })
    .await;
    let mut steps = 0;
    while store.write(async |tx| pool_sweeps::step(tx, 4).await).await.unwrap() {
        steps += 1;
        assert!(steps < 100, "the sweep does not end");
    }
    // 35 rows of users and 14 of identities, four at a time.
    assert!(steps > 12, "{steps}");
    let tables = [
        ("users", 7),
        ("user_attribute_index", 7),
        ("user_aliases", 7),
        ("group_members", 7),
        ("revoked_tokens", 7),
        ("identities", 7),
        ("identity_logins", 7),
        ("pool_sweeps", 0),
    ];
    for (table, expected) in tables {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let row: Result<Option<store::Row>> = store.read(async |tx| tx.one(&sql, &[]).await).await;
        assert_eq!(row.unwrap().unwrap().int(0).unwrap(), expected, "{table}");
    }
}

/// A user with nothing special.
pub fn user(pool_id: &UserPoolId, sub: &UserSub, name: &str) -> User {
    User {
        pool_id: pool_id.clone(),
        sub: sub.clone(),
        name: name.into(),
        name_key: name.into(),
        status: "CONFIRMED".into(),
        enabled: true,
        attributes: "{}".into(),
        sealed_password: None,
        password_set_ms: None,
        temporary_password: false,
        failed_sign_ins: 0,
        locked_until_ms: None,
        tokens_valid_after_ms: None,
        created_ms: NOW,
        modified_ms: NOW,
    }
}

fn account() -> AccountId {
    AccountId::from("123456789012")
}

fn user_pool(id: &str) -> UserPool {
    UserPool {
        id: id.into(),
        account_id: account(),
        region: "eu-west-1".into(),
        name: "pool".into(),
        config: "{}".into(),
        created_ms: NOW,
        modified_ms: NOW,
    }
}

fn identity_pool(id: &str) -> IdentityPool {
    IdentityPool {
        id: IdentityPoolId::from(id),
        account_id: account(),
        region: "eu-west-1".into(),
        name: "pool".into(),
        config: "{}".into(),
        roles: "{}".into(),
        created_ms: NOW,
        modified_ms: NOW,
    }
}

fn identity(pool_id: &IdentityPoolId, id: &str) -> Identity {
    Identity {
        id: IdentityId::from(id),
        pool_id: pool_id.clone(),
        state: IdentityState::Guest,
        merged_into: None,
        created_ms: NOW,
        modified_ms: NOW,
    }
}
