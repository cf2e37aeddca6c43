//! CreateVirtualMFADevice: a device that is assigned to nobody yet; the only reply that ever shows its secret.

use crate::{mfa, name, quota, tags};
use contract::Fault;
use domain::Timestamp;
use model::iam::error;
use model::iam::shapes::{CreateVirtualMFADeviceRequest, CreateVirtualMFADeviceResponse};
use service::Cx;
use service::mfa::seal_seed;
use store::table::iam_mfa_devices::{self, MfaDevice};
use zeroize::Zeroizing;

/// Keeps the device, its secret sealed, if its path and name are free.
///
/// # Errors
/// `EntityAlreadyExists`, `LimitExceeded`, `InvalidInput`.
pub async fn run(cx: &Cx, input: CreateVirtualMFADeviceRequest) -> Result<CreateVirtualMFADeviceResponse, Fault> {
    let secret = Zeroizing::new(cx.random::<40>());
    let device_name = &input.virtual_mfa_device_name;
    let serial = name::arn(cx.account(), "mfa", &name::path(input.path.clone()), device_name);
    if serial.len() > SERIAL_MOST {
        return Err(error::validation_error(format!(
            "1 validation error detected: Value at 'serialNumber' failed to satisfy constraint: \
             Member must have length less than or equal to {SERIAL_MOST}"
        )));
    }
    let device = MfaDevice {
        account_id: cx.account().clone(),
        serial_key: mfa::key(&serial),
        sealed_seed: seal_seed(cx, &serial, secret.as_ref())?,
        serial,
        tags: tags::store(input.tags.as_deref())?,
        created_ms: cx.now(),
        assignment: None,
        last_step: None,
        drift_steps: 0,
        failures: 0,
        last_failure_ms: Timestamp::default(),
    };
    cx.write(async |tx| {
        if !iam_mfa_devices::insert(tx, &device).await? {
            return Err(error::entity_already_exists("MFA device already exists."));
        }
        // As many devices as there may be users (spec/sts-and-iam.md C6).
        if iam_mfa_devices::count(tx, cx.account()).await?.0 > quota::USERS {
            return Err(quota::exceeded("MFADevices", quota::USERS));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    Ok(CreateVirtualMFADeviceResponse { virtual_mfa_device: mfa::created(&device, device_name, secret.as_ref())? })
}

/// The longest serial number that other operations take (the model's `serialNumberType`).
const SERIAL_MOST: usize = 256;
