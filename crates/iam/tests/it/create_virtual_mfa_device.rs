use crate::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::totp::{self, Step};

/// A device that is assigned to nobody: its serial number and its secret.
pub async fn device(w: &World, name: &str) -> (String, Vec<u8>) {
    let made = &result(w, "CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": name })).await["VirtualMFADevice"];
    let seed = STANDARD.decode(made["Base32StringSeed"].as_str().unwrap()).unwrap();
    (made["SerialNumber"].as_str().unwrap().to_owned(), secret_of(&seed))
}

/// A device that is assigned to this user.
pub async fn enabled(w: &World, user: &str, name: &str) -> (String, Vec<u8>) {
    let (serial, secret) = device(w, name).await;
    w.call("EnableMFADevice", &proof(w, user, (&serial, &secret), -1)).await.ok();
    (serial, secret)
}

/// What shows possession of the secret: the codes of two steps, the first so many from the present.
pub fn proof(w: &World, user: &str, (serial, secret): (&str, &[u8]), first: i64) -> Value {
    let code = |offset| totp::code(secret, Step::at(w.clock.now()).plus(offset)).to_string();
    let (one, two) = (code(first), code(first + 1));
    json!({ "UserName": user, "SerialNumber": serial, "AuthenticationCode1": one, "AuthenticationCode2": two })
}

/// As an authenticator reads it.
fn secret_of(base32: &[u8]) -> Vec<u8> {
    let value = |byte: u8| u32::from(if byte.is_ascii_uppercase() { byte - b'A' } else { byte - b'2' + 26 });
    let bits: Vec<u8> =
        base32.iter().flat_map(|byte| (0..5).rev().map(|bit| (value(*byte) >> bit & 1) as u8)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect()
}

#[tokio::test]
async fn a_device_shows_its_secret_once() {
    let w = world().await;
    let input = json!({ "VirtualMFADeviceName": "Phone", "Path": "/a/", "Tags": [{ "Key": "k", "Value": "v" }] });
    let made = &result(&w, "CreateVirtualMFADevice", &input).await["VirtualMFADevice"];
    assert_eq!(made["SerialNumber"], "arn:aws:iam::123456789012:mfa/a/Phone");
    assert_eq!(made["Tags"], json!([{ "Key": "k", "Value": "v" }]));
    let seed = STANDARD.decode(made["Base32StringSeed"].as_str().unwrap()).unwrap();
    assert_eq!(seed.len(), 64);
    assert!(seed.iter().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(byte)));
    let picture = STANDARD.decode(made["QRCodePNG"].as_str().unwrap()).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    let listed = result(&w, "ListVirtualMFADevices", &json!({})).await;
    assert_eq!(listed["VirtualMFADevices"], json!([{ "SerialNumber": made["SerialNumber"] }]));
}

#[tokio::test]
async fn the_secret_is_kept_sealed() {
    let w = world().await;
    let (serial, secret) = device(&w, "phone").await;
    let account = domain::AccountId::from("123456789012");
    let read = async |tx: &mut store::Tx| store::table::iam_mfa_devices::find(tx, &account, &serial).await;
    let row = w.node.store.read(read).await.unwrap().unwrap();
    let contains = |needle: &[u8]| row.sealed_seed.windows(needle.len()).any(|window| window == needle);
    assert!(!contains(&secret) && !contains(totp::base32(&secret).as_bytes()));
}

#[tokio::test]
async fn path_and_name_are_taken_once() {
    let w = world().await;
    device(&w, "Phone").await;
    let answer = w.call("CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": "phone" })).await;
    assert_eq!(answer.to_string(), "409 EntityAlreadyExists: MFA device already exists.");
    w.call("CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": "phone", "Path": "/a/" })).await.ok();
}

#[tokio::test]
async fn a_user_makes_only_the_devices_it_may() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
        "Action": "iam:CreateVirtualMFADevice", "Resource": "arn:aws:iam::*:mfa/${aws:username}" } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    w.call_as(&ana, "CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": "ana" })).await.ok();
    let answer = w.call_as(&ana, "CreateVirtualMFADevice", &json!({ "VirtualMFADeviceName": "bea" })).await;
    assert_eq!(
        answer.to_string(),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: \
         iam:CreateVirtualMFADevice on resource: arn:aws:iam::123456789012:mfa/bea because no identity-based policy \
         allows the iam:CreateVirtualMFADevice action"
    );
}
