//! Identity providers of an account, its instance and login profiles, and what it chose as a whole.

use crate::lab::Lab;
use domain::id::{AccountId, IamUserId, RoleId};
use domain::time::Timestamp;
use store::StoreError;
use store::table::iam_accounts::{self, IamAccount};
use store::table::iam_instance_profiles::{self, InstanceProfile};
use store::table::iam_login_profiles::{self, LoginProfile};
use store::table::iam_oidc_providers::{self, OidcProvider};
use store::table::iam_saml_keys::{self, SamlKey};
use store::table::iam_saml_providers::{self, SamlProvider};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn account() -> AccountId {
    AccountId::from("123456789012")
}

fn stranger() -> AccountId {
    AccountId::from("999999999999")
}

pub async fn oidc_providers(lab: &Lab) {
    let provider = |url: &str| OidcProvider {
        account_id: account(),
        url: url.to_owned(),
        arn: format!("arn:{url}"),
        client_ids: "[]".into(),
        thumbprints: "[]".into(),
        tags: "{}".into(),
        created_ms: NOW,
    };
    let story = async |tx: &mut store::Tx| {
        let (a, b) = (provider("a.example/x"), provider("b.example"));
        assert!(iam_oidc_providers::insert(tx, &b).await?);
        assert!(iam_oidc_providers::insert(tx, &a).await?);
        assert!(!iam_oidc_providers::insert(tx, &provider("b.example")).await?);
        assert_eq!(iam_oidc_providers::find_by_url(tx, &account(), "b.example").await?.as_ref(), Some(&b));
        assert_eq!(iam_oidc_providers::find_by_url(tx, &account(), "B.example").await?, None);
        assert_eq!(iam_oidc_providers::find_by_url(tx, &stranger(), "b.example").await?, None);
        assert_eq!(iam_oidc_providers::list(tx, &account(), "", 10).await?, [a, b.clone()]);
        assert_eq!(iam_oidc_providers::list(tx, &account(), "a.example/x", 10).await?, std::slice::from_ref(&b));
        assert_eq!(iam_oidc_providers::count(tx, &account()).await?, 2);
        let changed = OidcProvider {
            client_ids: r#"["app"]"#.into(),
            thumbprints: r#"["00"]"#.into(),
            tags: r#"{"a":"b"}"#.into(),
            ..b
        };
        assert!(iam_oidc_providers::update(tx, &changed).await?);
        assert_eq!(iam_oidc_providers::find_by_url(tx, &account(), "b.example").await?.as_ref(), Some(&changed));
        assert!(!iam_oidc_providers::delete(tx, &stranger(), "b.example").await?);
        assert!(iam_oidc_providers::delete(tx, &account(), "b.example").await?);
        assert!(!iam_oidc_providers::delete(tx, &account(), "b.example").await?);
        assert!(!iam_oidc_providers::update(tx, &changed).await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn saml_providers(lab: &Lab) {
    let provider = |name: &str| SamlProvider {
        account_id: account(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: format!("id-{name}"),
        arn: format!("arn:{name}"),
        metadata: "<a/>".into(),
        encryption_mode: None,
        valid_until_ms: NOW.plus_seconds(1),
        tags: "{}".into(),
        created_ms: NOW,
    };
    let story = async |tx: &mut store::Tx| {
        let (okta, adfs) = (provider("Okta"), provider("adfs"));
        assert!(iam_saml_providers::insert(tx, &okta).await?);
        assert!(iam_saml_providers::insert(tx, &adfs).await?);
        assert!(!iam_saml_providers::insert(tx, &provider("OKTA")).await?);
        assert_eq!(iam_saml_providers::find(tx, &account(), "okta").await?.as_ref(), Some(&okta));
        assert_eq!(iam_saml_providers::find(tx, &stranger(), "okta").await?, None);
        let listed = iam_saml_providers::list(tx, &account(), "", 10).await?;
        assert_eq!(listed.iter().map(|row| row.arn.as_str()).collect::<Vec<_>>(), ["arn:adfs", "arn:Okta"]);
        assert_eq!((listed[0].valid_until_ms, listed[0].created_ms), (NOW.plus_seconds(1), NOW));
        assert_eq!(iam_saml_providers::list(tx, &account(), "adfs", 10).await?.len(), 1);
        assert_eq!(iam_saml_providers::count(tx, &account()).await?, 2);
        let changed = SamlProvider {
            metadata: "<b/>".into(),
            encryption_mode: Some("Required".into()),
            valid_until_ms: NOW,
            tags: r#"{"a":"b"}"#.into(),
            ..okta
        };
        assert!(iam_saml_providers::update(tx, &changed).await?);
        assert_eq!(iam_saml_providers::find(tx, &account(), "okta").await?.as_ref(), Some(&changed));
        assert!(iam_saml_providers::delete(tx, &account(), "okta").await?);
        assert!(!iam_saml_providers::delete(tx, &account(), "okta").await?);
        assert!(!iam_saml_providers::update(tx, &changed).await?);

        let key = |id: &str| SamlKey {
            provider_id: "P1".into(),
            id: id.to_owned(),
            sealed_private: vec![1, 2],
            added_ms: NOW,
        };
        assert!(iam_saml_keys::insert(tx, &key("K2")).await?);
        assert!(iam_saml_keys::insert(tx, &key("K1")).await?);
        assert!(!iam_saml_keys::insert(tx, &key("K1")).await?);
        assert_eq!(iam_saml_keys::list(tx, "P1", "", 10).await?, [key("K1"), key("K2")]);
        assert_eq!(iam_saml_keys::list(tx, "P1", "K1", 10).await?, [key("K2")]);
        assert_eq!(iam_saml_keys::list(tx, "P2", "", 10).await?, []);
        assert!(iam_saml_keys::delete(tx, "P1", "K2").await?);
        assert!(!iam_saml_keys::delete(tx, "P1", "K2").await?);
        iam_saml_keys::delete_all(tx, "P1").await?;
        assert_eq!(iam_saml_keys::list(tx, "P1", "", 10).await?, []);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn instance_profiles(lab: &Lab) {
    let profile = |name: &str, id: &str| InstanceProfile {
        account_id: account(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: id.to_owned(),
        path: "/".into(),
        role_id: None,
        tags: "{}".into(),
        created_ms: NOW,
    };
    let story = async |tx: &mut store::Tx| {
        let (web, db) = (profile("Web", "AIPA1"), profile("db", "AIPA2"));
        assert!(iam_instance_profiles::insert(tx, &web).await?);
        assert!(iam_instance_profiles::insert(tx, &db).await?);
        assert!(!iam_instance_profiles::insert(tx, &profile("WEB", "AIPA3")).await?);
        assert_eq!(iam_instance_profiles::find(tx, &account(), "web").await?.as_ref(), Some(&web));
        assert_eq!(iam_instance_profiles::find(tx, &stranger(), "web").await?, None);
        assert_eq!(iam_instance_profiles::list(tx, &account(), "", 10).await?, [db.clone(), web.clone()]);
        assert_eq!(iam_instance_profiles::list(tx, &account(), "db", 10).await?, std::slice::from_ref(&web));
        assert_eq!(iam_instance_profiles::count(tx, &account()).await?, 2);
        let fan = RoleId::from("AROA1");
        let filled = InstanceProfile { role_id: Some(fan.clone()), tags: r#"{"a":"b"}"#.into(), ..web };
        assert!(iam_instance_profiles::update(tx, &filled).await?);
        assert_eq!(
            iam_instance_profiles::list_of_role(tx, &account(), &fan, "", 10).await?,
            std::slice::from_ref(&filled)
        );
        assert_eq!(iam_instance_profiles::list_of_role(tx, &account(), &fan, "web", 10).await?, []);
        assert_eq!(iam_instance_profiles::list_of_role(tx, &account(), &RoleId::from("AROA2"), "", 10).await?, []);
        assert!(iam_instance_profiles::delete(tx, &account(), "web").await?);
        assert!(!iam_instance_profiles::delete(tx, &account(), "web").await?);
        assert!(!iam_instance_profiles::update(tx, &filled).await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn login_profiles(lab: &Lab) {
    let story = async |tx: &mut store::Tx| {
        let profile = LoginProfile {
            user_id: IamUserId::from("AIDA1"),
            account_id: account(),
            sealed_password: vec![1],
            sealed_history: vec![2],
            reset_required: false,
            password_set_ms: NOW,
            failures: 0,
            last_failure_ms: Timestamp::default(),
            created_ms: NOW,
        };
        assert!(iam_login_profiles::insert(tx, &profile).await?);
        assert!(!iam_login_profiles::insert(tx, &profile).await?);
        assert_eq!(iam_login_profiles::find(tx, &profile.user_id).await?.as_ref(), Some(&profile));
        assert_eq!(iam_login_profiles::find(tx, &IamUserId::from("AIDA2")).await?, None);
        let changed = LoginProfile {
            sealed_password: vec![3],
            sealed_history: vec![4],
            reset_required: true,
            password_set_ms: NOW.plus_seconds(1),
            failures: 2,
            last_failure_ms: NOW,
            ..profile
        };
        assert!(iam_login_profiles::update(tx, &changed).await?);
        assert_eq!(iam_login_profiles::find(tx, &changed.user_id).await?.as_ref(), Some(&changed));
        assert!(iam_login_profiles::delete(tx, &changed.user_id).await?);
        assert!(!iam_login_profiles::delete(tx, &changed.user_id).await?);
        assert!(!iam_login_profiles::update(tx, &changed).await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn accounts(lab: &Lab) {
    let store = lab.open().await;
    let story = async |tx: &mut store::Tx| {
        assert_eq!(iam_accounts::find(tx, &account()).await?, IamAccount::new(account()));
        let chosen = IamAccount {
            alias: Some("acme".into()),
            password_policy: Some("{}".into()),
            global_token_version: 2,
            outbound_id: Some("x".into()),
            outbound_enabled: true,
            ..IamAccount::new(account())
        };
        // An account without an alias takes none away.
        iam_accounts::put(tx, &IamAccount::new(stranger())).await?;
        iam_accounts::put(tx, &IamAccount::new(account())).await?;
        iam_accounts::put(tx, &chosen).await?;
        assert_eq!(iam_accounts::find(tx, &account()).await?, chosen);
        assert_eq!(iam_accounts::find_by_alias(tx, "acme").await?, Some(chosen));
        assert_eq!(iam_accounts::find_by_alias(tx, "other").await?, None);
        Ok::<_, StoreError>(())
    };
    store.write(story).await.unwrap();
    let rival = IamAccount { alias: Some("acme".into()), ..IamAccount::new(stranger()) };
    let taken = store.write(async |tx| iam_accounts::put(tx, &rival).await).await;
    assert!(matches!(taken, Err(StoreError::Unique(_))), "{taken:?}");
}
