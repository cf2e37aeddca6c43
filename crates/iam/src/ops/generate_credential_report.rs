//! GenerateCredentialReport: makes the account's credential report, unless the last one is still good.

use crate::credential_report;
use contract::Fault;
use model::iam::enums::report_state_type;
use model::iam::shapes::GenerateCredentialReportResponse;
use service::Cx;
use store::table::iam_credential_reports::{self, CredentialReport};

/// Looks at the last report, and makes another.
///
/// # Errors
/// The store fails.
pub async fn run(cx: &Cx, (): ()) -> Result<GenerateCredentialReportResponse, Fault> {
    let (account, now) = (cx.account(), cx.now());
    // Many reads, so that no writer waits for them; who asks at the same time makes the same report.
    let made = cx.read(async |tx| {
        let last = iam_credential_reports::find(tx, account).await?;
        if last.is_some_and(|last| now < last.generated_ms.plus_seconds(credential_report::LASTS_SECONDS)) {
            return Ok(None);
        }
        credential_report::write(tx, cx).await.map(Some)
    });
    let Some(content) = made.await? else {
        let state = Some(report_state_type::COMPLETE.to_owned());
        return Ok(GenerateCredentialReportResponse { state, description: None });
    };
    let report = CredentialReport { account_id: account.clone(), generated_ms: now, content };
    cx.write(async |tx| Ok(iam_credential_reports::put(tx, &report).await?)).await?;
    // It is there already; who asks again is told so.
    Ok(GenerateCredentialReportResponse {
        state: Some(report_state_type::STARTED.to_owned()),
        description: Some("No report exists. Starting a new report generation task".to_owned()),
    })
}
