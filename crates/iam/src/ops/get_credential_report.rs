//! GetCredentialReport: the credential report that was made last.

use crate::credential_report;
use contract::Fault;
use model::iam::enums::report_format_type;
use model::iam::error;
use model::iam::shapes::GetCredentialReportResponse;
use service::Cx;
use store::table::iam_credential_reports;

/// Finds the report.
///
/// # Errors
/// `ReportNotPresent`, `ReportExpired`, both without a sentence, as AWS answers them.
pub async fn run(cx: &Cx, (): ()) -> Result<GetCredentialReportResponse, Fault> {
    let found = cx.read(async |tx| Ok(iam_credential_reports::find(tx, cx.account()).await?)).await?;
    let report = found.ok_or_else(|| wordless(&error::credential_report_not_present("")))?;
    if cx.now() >= report.generated_ms.plus_seconds(credential_report::LASTS_SECONDS) {
        return Err(wordless(&error::credential_report_expired("")));
    }
    Ok(GetCredentialReportResponse {
        content: Some(report.content.into_bytes()),
        report_format: Some(report_format_type::TEXT_CSV.to_owned()),
        generated_time: Some(report.generated_ms.millis()),
    })
}

fn wordless(fault: &Fault) -> Fault {
    Fault::bare(fault.code.clone(), fault.status)
}
