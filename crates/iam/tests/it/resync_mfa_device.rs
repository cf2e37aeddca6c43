use crate::create_virtual_mfa_device::{enabled, proof};
use crate::*;

#[tokio::test]
async fn a_wrong_clock_is_found_out() {
    let w = world().await;
    user(&w, "ana").await;
    let (serial, secret) = enabled(&w, "ana", "phone").await;
    // Four minutes ahead.
    let answer = w.call("ResyncMFADevice", &proof(&w, "ana", (&serial, &secret), 8)).await;
    assert_eq!(answer.status, 200, "{answer}");
    let account = domain::AccountId::from("123456789012");
    let read = async |tx: &mut store::Tx| store::table::iam_mfa_devices::find(tx, &account, &serial).await;
    let row = w.node.store.read(read).await.unwrap().unwrap();
    assert_eq!(row.drift_steps, 9);
    // The same codes again, and a clock that is too wrong.
    for first in [8, 30] {
        let answer = w.call("ResyncMFADevice", &proof(&w, "ana", (&serial, &secret), first)).await;
        assert_eq!(answer.to_string(), "403 InvalidAuthenticationCode: Authentication code for device is not valid.");
    }
}

#[tokio::test]
async fn a_device_of_somebody_else_is_not_found() {
    let w = world().await;
    user(&w, "ana").await;
    user(&w, "bea").await;
    let (serial, secret) = enabled(&w, "ana", "phone").await;
    let answer = w.call("ResyncMFADevice", &proof(&w, "bea", (&serial, &secret), 8)).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: MFA Device invalid for user.");
}
