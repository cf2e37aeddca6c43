use crate::*;

#[tokio::test]
async fn a_document_comes_back_as_it_was_submitted() {
    let w = world().await;
    group(&w, "ana").await;
    let document = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\": [{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::a%3Ab/*\"}]\n}";
    let input = json!({ "GroupName": "ana", "PolicyName": "Home", "PolicyDocument": document });
    w.call("PutGroupPolicy", &input).await.ok();
    let found = result(&w, "GetGroupPolicy", &json!({ "GroupName": "ana", "PolicyName": "Home" })).await;
    assert_eq!((&found["GroupName"], &found["PolicyName"]), (&json!("ana"), &json!("Home")));
    assert_eq!(decoded(&found["PolicyDocument"]), document);
    assert!(found["PolicyDocument"].as_str().unwrap().contains("a%253Ab"));
}

#[tokio::test]
async fn an_unknown_policy_is_not_found() {
    let w = world().await;
    group(&w, "ana").await;
    let answer = w.call("GetGroupPolicy", &json!({ "GroupName": "ana", "PolicyName": "home" })).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The group policy with name home cannot be found.");
}
