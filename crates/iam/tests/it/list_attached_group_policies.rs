use crate::*;

#[tokio::test]
async fn attachments_are_listed_by_name_under_a_path() {
    let w = world().await;
    group(&w, "ana").await;
    let lambda = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    for arn in [S3_READ, lambda, S3_FULL] {
        w.call("AttachGroupPolicy", &json!({ "GroupName": "ana", "PolicyArn": arn })).await.ok();
    }
    let arns = |page: &Value| -> Vec<String> {
        let policies = page["AttachedPolicies"].as_array().unwrap();
        policies.iter().map(|policy| policy["PolicyArn"].as_str().unwrap().to_owned()).collect()
    };
    let first = result(&w, "ListAttachedGroupPolicies", &json!({ "GroupName": "ana", "MaxItems": 2 })).await;
    assert_eq!((arns(&first), &first["IsTruncated"]), (vec![lambda.to_owned(), S3_FULL.to_owned()], &json!(true)));
    let input = json!({ "GroupName": "ana", "MaxItems": 2, "Marker": first["Marker"] });
    assert_eq!(arns(&result(&w, "ListAttachedGroupPolicies", &input).await), [S3_READ]);
    let input = json!({ "GroupName": "ana", "PathPrefix": "/service-role/" });
    assert_eq!(arns(&result(&w, "ListAttachedGroupPolicies", &input).await), [lambda]);
}
