//! Virtual MFA devices: found by serial number, proven by two codes, shown as replies carry them.

use crate::{tags, user};
use contract::Fault;
use domain::totp::{self, Step};
use domain::{AccountId, IamUserId};
use model::iam::{error, shapes};
use service::Cx;
use service::mfa::open_seed;
use store::Tx;
use store::table::iam_access_keys::OwnerKind;
use store::table::iam_mfa_devices::{self, MfaDevice};
use store::table::iam_users;

/// Devices of one user (spec/sts-and-iam.md C6).
pub const DEVICES_PER_USER: usize = 8;

/// The form in which a serial number is unique: names differ by more than case.
pub fn key(serial: &str) -> String {
    serial.to_ascii_lowercase()
}

/// What a list is paged by: the serial number from its path on, because the whole may be longer than a marker.
pub fn page_key(device: &MfaDevice) -> String {
    device.serial_key.splitn(6, ':').last().unwrap_or_default().to_owned()
}

/// The serial number that a page begins after.
pub fn after(account: &AccountId, page_key: &str) -> String {
    format!("arn:aws:iam::{account}:{page_key}")
}

/// The device with this serial number, spelled as created.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, serial: &str) -> Result<MfaDevice, Fault> {
    let found = iam_mfa_devices::find(tx, account, &key(serial)).await?;
    found
        .filter(|device| device.serial == serial)
        .ok_or_else(|| error::no_such_entity(format!("VirtualMFADevice with serial number {serial} does not exist.")))
}

/// The device with this serial number, which must be assigned to this owner.
///
/// # Errors
/// `NoSuchEntity`, also for a device of somebody else.
pub async fn find_of(tx: &mut Tx, account: &AccountId, serial: &str, owner_id: &str) -> Result<MfaDevice, Fault> {
    let device = find(tx, account, serial).await?;
    if device.assignment.as_ref().is_none_or(|to| to.owner_id != owner_id) {
        return Err(error::no_such_entity("MFA Device invalid for user."));
    }
    Ok(device)
}

/// All devices of one owner.
///
/// # Errors
/// The store fails.
pub async fn all_of(tx: &mut Tx, account: &AccountId, owner_id: &str) -> Result<Vec<MfaDevice>, Fault> {
    Ok(iam_mfa_devices::list_of_owner(tx, account, owner_id, "", 100).await?)
}

/// The owner has no device assigned, so it may be deleted.
///
/// # Errors
/// `DeleteConflict`.
pub async fn demand_none(tx: &mut Tx, account: &AccountId, owner_id: &str) -> Result<(), Fault> {
    if all_of(tx, account, owner_id).await?.is_empty() {
        return Ok(());
    }
    Err(error::delete_conflict("Cannot delete entity, must remove tokens from principal first."))
}

/// The device as it is after two codes that follow each other: both used up, and its clock known. `reach` is how many steps
/// its clock may be wrong.
///
/// # Errors
/// `InvalidAuthenticationCode`: they are not its codes, do not follow each other, or were used before.
pub fn proven(cx: &Cx, device: &MfaDevice, codes: [&str; 2], reach: i64) -> Result<MfaDevice, Fault> {
    let secret = open_seed(cx, device)?;
    let step = totp::accept_pair(&secret, codes, cx.now(), device.last_step.map(Step), reach)
        .ok_or_else(|| error::invalid_authentication_code("Authentication code for device is not valid."))?;
    // What is one step away is within the usual tolerance, and no sign of a clock that is wrong.
    let drift_steps = Some(step.0.saturating_sub(Step::at(cx.now()).0)).filter(|steps| steps.abs() > 1).unwrap_or(0);
    Ok(MfaDevice { last_step: Some(step.0), drift_steps, failures: 0, ..device.clone() })
}

/// The device as `ListVirtualMFADevices` shows it: without its secret and tags, with its user.
///
/// # Errors
/// The store fails.
pub async fn listed(tx: &mut Tx, device: MfaDevice) -> Result<shapes::VirtualMFADevice, Fault> {
    let owner = match &device.assignment {
        Some(to) if to.owner_kind == OwnerKind::User => {
            iam_users::find_by_id(tx, &IamUserId::from(to.owner_id.as_str())).await?
        }
        _ => None,
    };
    Ok(shapes::VirtualMFADevice {
        user: owner.as_ref().map(user::listed),
        enable_date: device.assignment.map(|to| to.enabled_ms.millis()),
        serial_number: device.serial,
        ..shapes::VirtualMFADevice::default()
    })
}

/// Writes the device with other tags.
///
/// # Errors
/// `NoSuchEntity`, or what `change` refuses.
pub async fn change_tags(
    tx: &mut Tx,
    account: &AccountId,
    serial: &str,
    change: impl FnOnce(&str) -> Result<String, Fault>,
) -> Result<(), Fault> {
    let device = find(tx, account, serial).await?;
    let tags = change(&device.tags)?;
    iam_mfa_devices::update(tx, &MfaDevice { tags, ..device }).await?;
    Ok(tx.touch_catalog().await?)
}

/// A new device as the reply to its creation shows it: the only one that ever carries its secret.
///
/// # Errors
/// The tags do not parse.
pub fn created(device: &MfaDevice, name: &str, secret: &[u8]) -> Result<shapes::VirtualMFADevice, Fault> {
    // `otpauth://totp/$virtualMFADeviceName@$AccountName?secret=$Base32String` (API reference, VirtualMFADevice).
    let uri = totp::otpauth_uri(&format!("{name}@{}", device.account_id), secret, None);
    Ok(shapes::VirtualMFADevice {
        serial_number: device.serial.clone(),
        base32_string_seed: Some(totp::base32(secret).as_bytes().to_vec()),
        qr_code_png: crate::qr_png::qr_png(&uri),
        tags: tags::shown(&device.tags)?,
        ..shapes::VirtualMFADevice::default()
    })
}
