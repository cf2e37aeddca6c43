use crate::create_virtual_mfa_device::enabled;
use crate::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[tokio::test]
async fn a_report_has_a_line_for_root_and_every_user() {
    let w = world().await;
    w.clock.advance_seconds(60);
    let bea = user_with_key(&w, "bea").await;
    assert_eq!(w.call_as(&bea, "ListUsers", &json!({})).await.code(), "AccessDenied");
    w.clock.advance_seconds(60);
    key(&w, "bea").await;
    let first = result(&w, "ListAccessKeys", &json!({ "UserName": "bea" })).await["AccessKeyMetadata"].clone();
    let older = first.as_array().unwrap().iter().min_by_key(|key| key["CreateDate"].as_i64()).unwrap();
    let off = json!({ "UserName": "bea", "AccessKeyId": older["AccessKeyId"], "Status": "Inactive" });
    w.call("UpdateAccessKey", &off).await.ok();
    w.call("CreateUser", &json!({ "UserName": "ana,x", "Path": "/a/" })).await.ok();
    enabled(&w, "ana,x", "phone").await;
    w.call("GenerateCredentialReport", &json!({})).await.ok();
    let report = result(&w, "GetCredentialReport", &json!({})).await;
    assert_eq!((&report["ReportFormat"], &report["GeneratedTime"]), (&json!("text/csv"), &json!(1_767_323_165)));
    let content = String::from_utf8(STANDARD.decode(report["Content"].as_str().unwrap()).unwrap()).unwrap();
    let no_keys = "false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    let expected = [
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,\
         mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
         access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
         access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
         cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
            .to_owned(),
        "<root_account>,arn:aws:iam::123456789012:root,2026-01-02T03:04:05Z,not_supported,no_information,not_supported,\
         not_supported,false,true,2026-01-02T03:04:05Z,2026-01-02T03:06:05Z,us-east-1,iam,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
            .to_owned(),
        format!(
            "\"ana,x\",\"arn:aws:iam::123456789012:user/a/ana,x\",2026-01-02T03:06:05Z,false,N/A,N/A,N/A,true,{no_keys}"
        ),
        "bea,arn:aws:iam::123456789012:user/bea,2026-01-02T03:05:05Z,false,N/A,N/A,N/A,false,true,\
         2026-01-02T03:06:05Z,N/A,N/A,N/A,false,2026-01-02T03:05:05Z,2026-01-02T03:05:05Z,us-east-1,iam,false,N/A,false,N/A"
            .to_owned(),
    ];
    assert_eq!(content, expected.join("\n"));
}

#[tokio::test]
async fn a_password_shows_when_it_was_set_and_when_it_must_change() {
    let w = world().await;
    let id = user(&w, "ana").await;
    w.call("UpdateAccountPasswordPolicy", &json!({ "MaxPasswordAge": 30 })).await.ok();
    let now = w.clock.now();
    let profile = store::table::iam_login_profiles::LoginProfile {
        user_id: id.as_str().into(),
        account_id: "123456789012".into(),
        sealed_password: Vec::new(),
        sealed_history: Vec::new(),
        reset_required: false,
        password_set_ms: now,
        failures: 0,
        last_failure_ms: domain::Timestamp::default(),
        created_ms: now,
    };
    let insert = async |tx: &mut store::Tx| store::table::iam_login_profiles::insert(tx, &profile).await;
    assert_eq!(w.node.store.write(insert).await, Ok(true));
    w.call("GenerateCredentialReport", &json!({})).await.ok();
    let report = result(&w, "GetCredentialReport", &json!({})).await;
    let content = String::from_utf8(STANDARD.decode(report["Content"].as_str().unwrap()).unwrap()).unwrap();
    let line = content.lines().last().unwrap();
    assert!(line.contains(",true,no_information,2026-01-02T03:04:05Z,2026-02-01T03:04:05Z,false,"), "{line}");
}

#[tokio::test]
async fn there_is_no_report_before_it_is_made_and_after_it_expired() {
    let w = world().await;
    let get = async || w.call("GetCredentialReport", &json!({})).await.to_string();
    assert_eq!(get().await, "410 ReportNotPresent: ");
    w.call("GenerateCredentialReport", &json!({})).await.ok();
    w.clock.advance_seconds(4 * 3600);
    assert_eq!(get().await, "410 ReportExpired: ");
}

#[tokio::test]
async fn a_report_needs_permission() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    assert_eq!(w.call_as(&ana, "GenerateCredentialReport", &json!({})).await.code(), "AccessDenied");
    w.call("AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }))
        .await
        .ok();
    w.call_as(&ana, "GenerateCredentialReport", &json!({})).await.ok();
    w.call_as(&ana, "GetCredentialReport", &json!({})).await.ok();
}
