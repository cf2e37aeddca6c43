use crate::*;

#[tokio::test]
async fn a_report_is_made_once_in_four_hours() {
    let w = world().await;
    let started =
        json!({ "State": "STARTED", "Description": "No report exists. Starting a new report generation task" });
    let complete = json!({ "State": "COMPLETE" });
    let generate = async || result(&w, "GenerateCredentialReport", &json!({})).await;
    assert_eq!(generate().await, started);
    assert_eq!(generate().await, complete);
    w.clock.advance_seconds(4 * 3600 - 1);
    assert_eq!(generate().await, complete);
    w.clock.advance_seconds(1);
    assert_eq!(generate().await, started);
}
