use crate::create_virtual_mfa_device::{device, enabled};
use crate::*;

#[tokio::test]
async fn a_device_is_shown_to_whom_it_belongs() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "iam:GetMFADevice",
        "Resource": "arn:aws:iam::*:user/${aws:username}" } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    user(&w, "bea").await;
    let (anas, _) = enabled(&w, "ana", "phone").await;
    let (beas, _) = enabled(&w, "bea", "watch").await;
    let answer = w.call_as(&ana, "GetMFADevice", &json!({ "SerialNumber": anas })).await;
    let found = unwrapped("GetMFADevice", &answer);
    assert_eq!((&found["UserName"], &found["SerialNumber"]), (&json!("ana"), &json!(anas)));
    assert_eq!(found["EnableDate"], 1_767_323_045);
    let answer = w.call_as(&ana, "GetMFADevice", &json!({ "SerialNumber": beas })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: MFA Device invalid for user.");
    let answer = w.call_as(&ana, "GetMFADevice", &json!({ "SerialNumber": beas, "UserName": "bea" })).await;
    assert_eq!(answer.code(), "AccessDenied");
    w.call("GetMFADevice", &json!({ "SerialNumber": beas, "UserName": "bea" })).await.ok();
}

#[tokio::test]
async fn a_device_of_nobody_is_not_found() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, _) = device(&w, "phone").await;
    let answer = w.call("GetMFADevice", &json!({ "SerialNumber": serial, "UserName": "ana" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: MFA Device invalid for user.");
}
