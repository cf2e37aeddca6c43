use crate::*;

#[tokio::test]
async fn the_default_version_has_its_document() {
    let w = world().await;
    let input = json!({ "PolicyArn": ADMIN, "VersionId": "v1" });
    let version = &result(&w, "GetPolicyVersion", &input).await["PolicyVersion"];
    assert_eq!((&version["VersionId"], &version["IsDefaultVersion"]), (&json!("v1"), &json!(true)));
    let document: Value = serde_json::from_str(&decoded(&version["Document"])).unwrap();
    assert_eq!(document["Statement"][0]["Action"], "*");
}

#[tokio::test]
async fn another_version_does_not_exist() {
    let w = world().await;
    let answer = w.call("GetPolicyVersion", &json!({ "PolicyArn": ADMIN, "VersionId": "v2" })).await;
    let message = format!("404 NoSuchEntity: Policy {ADMIN} version v2 does not exist or is not attachable.");
    assert_eq!(answer.to_string(), message);
}

#[tokio::test]
async fn a_document_comes_back_as_it_was_submitted() {
    let w = world().await;
    let document = allowing("s3:*").replace(':', " : ");
    let document = document.replace("s3 : *", "s3:*");
    let arn = policy(&w, "p", &document).await;
    let version = result(&w, "GetPolicyVersion", &json!({ "PolicyArn": arn, "VersionId": "v1" })).await;
    assert_eq!(decoded(&version["PolicyVersion"]["Document"]), document);
}
