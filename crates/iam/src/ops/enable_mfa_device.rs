//! EnableMFADevice: assigns a device to a user who shows two of its codes.

use crate::owner::Owner;
use crate::{mfa, quota};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::EnableMFADeviceRequest;
use service::Cx;
use store::table::iam_mfa_devices::{self, Assignment, MfaDevice};

/// How many steps the device's clock may be wrong.
const REACH: i64 = 1;

/// Finds the user and the device, checks the codes, assigns the device.
///
/// # Errors
/// `NoSuchEntity`, `EntityAlreadyExists`, `InvalidAuthenticationCode`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: EnableMFADeviceRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        let device = mfa::find(tx, cx.account(), &input.serial_number).await?;
        if let Some(to) = &device.assignment {
            let message = if to.owner_id == user.id {
                format!("MFA Device for user {} already exists.", user.name)
            } else {
                "MFA Device is already in use.".to_owned()
            };
            return Err(error::entity_already_exists(message));
        }
        let codes = [input.authentication_code1.as_str(), input.authentication_code2.as_str()];
        let device = mfa::proven(cx, &device, codes, REACH)?;
        if mfa::all_of(tx, cx.account(), &user.id).await?.len() >= mfa::DEVICES_PER_USER {
            return Err(quota::exceeded("MFADevicesPerUser", mfa::DEVICES_PER_USER));
        }
        let assignment = Some(Assignment { owner_kind: user.kind, owner_id: user.id, enabled_ms: cx.now() });
        iam_mfa_devices::update(tx, &MfaDevice { assignment, ..device }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
