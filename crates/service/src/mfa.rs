//! Codes of MFA devices: each is good once. IAM makes the devices, STS asks for the codes.

use crate::Cx;
use contract::Fault;
use domain::Timestamp;
use domain::lockout::Lockout;
use domain::totp::{self, Step};
use store::table::iam_mfa_devices::{self, MfaDevice};
use zeroize::Zeroizing;

/// What a device's secret is sealed as; its owner is the serial number.
const SEED: &str = "mfa-seed";

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is right, and from now on used up.
    Accepted,
    /// It is wrong, or was used before, or came too soon after too many wrong ones.
    Wrong,
    /// There is no such device, or it is not this owner's.
    NoDevice,
}

/// Redeems a code of the device with this serial number, which must be assigned to this owner (a user's id; the account's for
/// root). The step of an accepted code is kept, so that no code is good twice; wrong codes are counted, and after five of
/// them each further one costs a wait that doubles ([`domain::lockout`]).
///
/// # Errors
/// The store fails, or the device's secret does not open.
pub async fn redeem_code(cx: &Cx, serial: &str, owner_id: &str, code: &str) -> Result<CodeCheck, Fault> {
    // A refusal is an answer here, not an error: an error would take the count of failures back.
    cx.write(async |tx| {
        let found = iam_mfa_devices::find(tx, cx.account(), &serial.to_ascii_lowercase()).await?;
        let is_owners = |device: &MfaDevice| {
            device.serial == serial && device.assignment.as_ref().is_some_and(|to| to.owner_id == owner_id)
        };
        let Some(device) = found.filter(is_owners) else { return Ok(CodeCheck::NoDevice) };
        let secret = open_seed(cx, &device)?;
        let Some(after) = check_code(&device, &secret, code, cx.now()) else { return Ok(CodeCheck::Wrong) };
        iam_mfa_devices::update(tx, &after).await?;
        Ok(if after.failures == 0 { CodeCheck::Accepted } else { CodeCheck::Wrong })
    })
    .await
}

/// The device as it is after a code was given: with the code's step used up, or with one failure more. `None`: there were
/// too many failures, and the code is not even compared.
pub fn check_code(device: &MfaDevice, secret: &[u8], code: &str, now: Timestamp) -> Option<MfaDevice> {
    let lockout = Lockout {
        failures: u32::try_from(device.failures).unwrap_or(u32::MAX),
        last_failure_at: device.last_failure_ms,
    };
    lockout.admit(now).ok()?;
    let theirs = now.plus_seconds(device.drift_steps.saturating_mul(totp::STEP_SECONDS));
    Some(match totp::accept(secret, code, theirs, device.last_step.map(Step)) {
        Some(step) => MfaDevice { last_step: Some(step.0), failures: 0, ..device.clone() },
        None => {
            let failed = lockout.after_failure(now);
            MfaDevice {
                failures: i64::from(failed.failures),
                last_failure_ms: failed.last_failure_at,
                ..device.clone()
            }
        }
    })
}

/// Seals a device's secret.
///
/// # Errors
/// As [`Cx::seal`].
pub fn seal_seed(cx: &Cx, serial: &str, secret: &[u8]) -> Result<Vec<u8>, Fault> {
    cx.seal(SEED, serial, secret)
}

/// Opens a device's secret.
///
/// # Errors
/// As [`Cx::open`].
pub fn open_seed(cx: &Cx, device: &MfaDevice) -> Result<Zeroizing<Vec<u8>>, Fault> {
    cx.open(SEED, &device.serial, &device.sealed_seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn device() -> MfaDevice {
        MfaDevice {
            account_id: "123456789012".into(),
            serial_key: String::new(),
            serial: String::new(),
            sealed_seed: Vec::new(),
            tags: "{}".to_owned(),
            created_ms: Timestamp::default(),
            assignment: None,
            last_step: None,
            drift_steps: 0,
            failures: 0,
            last_failure_ms: Timestamp::default(),
        }
    }

    #[test]
    fn a_code_is_used_up() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let code = totp::code(SECRET, Step::at(now));
        let after = check_code(&device(), SECRET, &code, now).map(|device| (device.failures, device.last_step));
        assert_eq!(after, Some((0, Some(Step::at(now).0))));
        let used = MfaDevice { last_step: Some(Step::at(now).0), ..device() };
        assert_eq!(check_code(&used, SECRET, &code, now).map(|device| device.failures), Some(1));
    }

    #[test]
    fn a_device_may_be_ahead() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let code = totp::code(SECRET, Step::at(now).plus(7));
        let failures = |device: MfaDevice| check_code(&device, SECRET, &code, now).map(|device| device.failures);
        assert_eq!(failures(device()), Some(1));
        assert_eq!(failures(MfaDevice { drift_steps: 7, ..device() }), Some(0));
    }

    #[test]
    fn guessing_is_slowed_down() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let mut guessed = device();
        for _ in 0..5 {
            guessed = check_code(&guessed, SECRET, "wrong!", now).unwrap_or_else(device);
        }
        let code = totp::code(SECRET, Step::at(now));
        assert_eq!(check_code(&guessed, SECRET, &code, now), None);
        let later = now.plus_seconds(1);
        assert_eq!(check_code(&guessed, SECRET, &code, later).map(|device| device.failures), Some(0));
    }
}
