//! A second factor beside the signature, as AssumeRole and GetSessionToken take it.

use crate::{ACCOUNT, context, iam_world, keys, refusal, trusting_role, user};
use contract::Fault;
use domain::Timestamp;
use domain::totp::{self, Step};
use serde_json::{Value, json};
use store::table::iam_access_keys::OwnerKind;
use store::table::iam_mfa_devices::{self, Assignment, MfaDevice};
use testkit::{Keys, World};

const SECRET: &[u8] = b"12345678901234567890";

/// A device of this user, as if IAM had made it; its serial number.
pub async fn device(w: &World, user: &str) -> String {
    let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/{user}");
    let owner = w.node.gate.user(&w.node.account, user).await.unwrap().unwrap();
    let row = MfaDevice {
        account_id: w.node.account.clone(),
        serial_key: serial.to_lowercase(),
        serial: serial.clone(),
        sealed_seed: service::mfa::seal_seed(&context(w), &serial, SECRET).unwrap(),
        tags: "{}".to_owned(),
        created_ms: Timestamp::default(),
        assignment: Some(Assignment {
            owner_kind: OwnerKind::User,
            owner_id: owner.facts.id.to_string(),
            enabled_ms: Timestamp::default(),
        }),
        last_step: None,
        drift_steps: 0,
        failures: 0,
        last_failure_ms: Timestamp::default(),
    };
    let added = w.node.store.write(async |tx| Ok::<_, Fault>(iam_mfa_devices::insert(tx, &row).await?));
    assert!(added.await.unwrap());
    serial
}

/// The code of the moment.
pub fn code(w: &World) -> String {
    totp::code(SECRET, Step::at(w.clock.now())).to_string()
}

/// A role that lets `ana` in with a second factor that is at most a minute old.
async fn guarded(w: &World) -> (Keys, String, String) {
    let ana = user(w, "ana").await;
    let serial = device(w, "ana").await;
    let statement = json!([{
        "Effect": "Allow",
        "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:user/ana") },
        "Action": "sts:AssumeRole",
        "Condition": {
            "Bool": { "aws:MultiFactorAuthPresent": "true" },
            "NumericLessThan": { "aws:MultiFactorAuthAge": "60" },
        },
    }]);
    let role = trusting_role(w, "Safe", statement).await;
    (ana, serial, role)
}

async fn assume(w: &World, keys: &Keys, role: &str, factor: Value) -> testkit::Answer {
    let mut input = json!({ "RoleArn": role, "RoleSessionName": "s1" });
    input.as_object_mut().unwrap().extend(factor.as_object().unwrap().clone());
    w.call_as(keys, "AssumeRole", &input).await
}

#[tokio::test]
async fn a_role_can_ask_for_a_second_factor() {
    let w = iam_world().await;
    let (ana, serial, role) = guarded(&w).await;
    let refused = refusal(&assume(&w, &ana, &role, json!({})).await);
    assert!(refused.starts_with("403 AccessDenied: User: "), "{refused}");
    let factor = json!({ "SerialNumber": serial, "TokenCode": code(&w) });
    assume(&w, &ana, &role, factor.clone()).await.ok();
    // The code is used up.
    assert_eq!(
        refusal(&assume(&w, &ana, &role, factor).await),
        "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. "
    );
}

#[tokio::test]
async fn a_session_of_the_user_brings_its_second_factor_along() {
    let w = iam_world().await;
    let (ana, serial, role) = guarded(&w).await;
    let plain = keys("GetSessionToken", &w.call_as(&ana, "GetSessionToken", &json!({})).await);
    assert!(refusal(&assume(&w, &plain, &role, json!({})).await).starts_with("403 AccessDenied: User: "));
    let factor = json!({ "SerialNumber": serial, "TokenCode": code(&w) });
    let safe = keys("GetSessionToken", &w.call_as(&ana, "GetSessionToken", &factor).await);
    assume(&w, &safe, &role, json!({})).await.ok();
    w.clock.advance_seconds(60);
    assert!(refusal(&assume(&w, &safe, &role, json!({})).await).starts_with("403 AccessDenied: User: "));
}

#[tokio::test]
async fn devices_of_others_do_not_count() {
    let w = iam_world().await;
    let (_, serial, role) = guarded(&w).await;
    let ben = user(&w, "ben").await;
    let unknown = "403 AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  \
                   Please verify your MFA serial number is valid and associated with this user.";
    for serial in [serial.as_str(), "arn:aws:iam::123456789012:mfa/nobody", "GAHT12345678"] {
        let factor = json!({ "SerialNumber": serial, "TokenCode": code(&w) });
        assert_eq!(refusal(&assume(&w, &ben, &role, factor.clone()).await), unknown);
        assert_eq!(refusal(&w.call_as(&ben, "GetSessionToken", &factor).await), unknown);
    }
}

#[tokio::test]
async fn wrong_and_half_factors_are_refused() {
    let w = iam_world().await;
    let (ana, serial, role) = guarded(&w).await;
    let wrong = if code(&w) == "000000" { "000001" } else { "000000" };
    assert_eq!(
        refusal(&assume(&w, &ana, &role, json!({ "SerialNumber": serial, "TokenCode": wrong })).await),
        "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. "
    );
    for half in [json!({ "SerialNumber": serial }), json!({ "TokenCode": code(&w) })] {
        assert_eq!(
            refusal(&assume(&w, &ana, &role, half).await),
            "403 AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass \
             code."
        );
    }
}
