//! MFA devices, and what IAM keeps beside its entities: reports and deletion tasks.

use crate::lab::Lab;
use domain::id::AccountId;
use domain::time::Timestamp;
use store::StoreError;
use store::table::iam_access_keys::OwnerKind;
use store::table::iam_credential_reports::{self, CredentialReport};
use store::table::iam_deletion_tasks::{self, DeletionTask};
use store::table::iam_mfa_devices::{self, Assignment, MfaDevice};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn account() -> AccountId {
    AccountId::from("123456789012")
}

pub async fn mfa_devices(lab: &Lab) {
    let device = |serial: &str| MfaDevice {
        account_id: account(),
        serial_key: serial.to_lowercase(),
        serial: serial.to_owned(),
        sealed_seed: vec![1, 2, 3],
        tags: "{}".into(),
        created_ms: NOW,
        assignment: None,
        last_step: None,
        drift_steps: 0,
        failures: 0,
        last_failure_ms: Timestamp::default(),
    };
    let (phone, watch) = (device("arn:Phone"), device("arn:watch"));
    let story = async |tx: &mut store::Tx| {
        assert!(iam_mfa_devices::insert(tx, &watch).await?);
        assert!(iam_mfa_devices::insert(tx, &phone).await?);
        assert!(!iam_mfa_devices::insert(tx, &device("arn:PHONE")).await?);
        assert_eq!(iam_mfa_devices::find(tx, &account(), "arn:phone").await?.as_ref(), Some(&phone));
        let stranger = AccountId::from("999999999999");
        assert_eq!(iam_mfa_devices::find(tx, &stranger, "arn:phone").await?, None);
        assert_eq!(iam_mfa_devices::list(tx, &account(), "", 10).await?, [phone.clone(), watch.clone()]);
        assert_eq!(iam_mfa_devices::list(tx, &account(), "arn:phone", 10).await?, std::slice::from_ref(&watch));

        let assignment = Some(Assignment { owner_kind: OwnerKind::User, owner_id: "AIDA1".into(), enabled_ms: NOW });
        let anas = MfaDevice {
            assignment,
            tags: r#"{"a":"b"}"#.into(),
            last_step: Some(60_000_000),
            drift_steps: -3,
            failures: 2,
            last_failure_ms: NOW,
            ..phone.clone()
        };
        assert!(iam_mfa_devices::update(tx, &anas).await?);
        assert_eq!(iam_mfa_devices::find(tx, &account(), "arn:phone").await?.as_ref(), Some(&anas));
        assert_eq!(iam_mfa_devices::list_of_owner(tx, &account(), "AIDA1", "", 10).await?, [anas]);
        assert_eq!(iam_mfa_devices::list_of_owner(tx, &account(), "AIDA1", "arn:phone", 10).await?, []);
        assert_eq!(iam_mfa_devices::count(tx, &account()).await?, (2, 1));
        assert!(iam_mfa_devices::update(tx, &phone).await?);
        assert_eq!(iam_mfa_devices::count(tx, &account()).await?, (2, 0));

        assert!(iam_mfa_devices::delete(tx, &account(), "arn:phone").await?);
        assert!(!iam_mfa_devices::delete(tx, &account(), "arn:phone").await?);
        assert!(!iam_mfa_devices::update(tx, &phone).await?);
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}

pub async fn reports_and_deletion_tasks(lab: &Lab) {
    let story = async |tx: &mut store::Tx| {
        let report =
            |content: &str| CredentialReport { account_id: account(), generated_ms: NOW, content: content.to_owned() };
        assert_eq!(iam_credential_reports::find(tx, &account()).await?, None);
        iam_credential_reports::put(tx, &report("a")).await?;
        iam_credential_reports::put(tx, &report("b")).await?;
        assert_eq!(iam_credential_reports::find(tx, &account()).await?, Some(report("b")));

        let task = DeletionTask {
            id: "task/1".into(),
            account_id: account(),
            status: "FAILED".into(),
            reason: Some("in use".into()),
            created_ms: NOW,
        };
        assert!(iam_deletion_tasks::insert(tx, &task).await?);
        assert!(!iam_deletion_tasks::insert(tx, &task).await?);
        assert_eq!(iam_deletion_tasks::find(tx, &AccountId::from("999999999999"), "task/1").await?, None);
        assert_eq!(iam_deletion_tasks::find(tx, &account(), "task/1").await?, Some(task));
        Ok::<_, StoreError>(())
    };
    lab.open().await.write(story).await.unwrap();
}
