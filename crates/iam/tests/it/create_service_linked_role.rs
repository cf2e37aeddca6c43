use crate::*;

/// A service-linked role; its name.
pub async fn linked(w: &World, service: &str) -> String {
    let made = result(w, "CreateServiceLinkedRole", &json!({ "AWSServiceName": service })).await;
    made["Role"]["RoleName"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_role_of_a_service_comes_with_its_policy() {
    let w = world().await;
    let input = json!({ "AWSServiceName": "email.cognito-idp.amazonaws.com", "Description": "mail" });
    let made = &result(&w, "CreateServiceLinkedRole", &input).await["Role"];
    let name = "AWSServiceRoleForAmazonCognitoIdpEmailService";
    let arn = format!("arn:aws:iam::123456789012:role/aws-service-role/email.cognito-idp.amazonaws.com/{name}");
    assert_eq!((&made["RoleName"], &made["Arn"], &made["Description"]), (&json!(name), &json!(arn), &json!("mail")));
    assert_eq!(
        decoded(&made["AssumeRolePolicyDocument"]),
        r#"{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{"Service":["email.cognito-idp.amazonaws.com"]}}]}"#
    );
    let attached = result(&w, "ListAttachedRolePolicies", &json!({ "RoleName": name })).await;
    assert_eq!(
        attached["AttachedPolicies"],
        json!([{ "PolicyName": "AmazonCognitoIdpEmailServiceRolePolicy",
            "PolicyArn": "arn:aws:iam::aws:policy/aws-service-role/AmazonCognitoIdpEmailServiceRolePolicy" }])
    );
    let found = result(&w, "GetRole", &json!({ "RoleName": name })).await;
    assert_eq!(found["Role"]["MaxSessionDuration"], 3600);
}

#[tokio::test]
async fn a_service_has_one_role_unless_it_takes_suffixes() {
    let w = world().await;
    let make = async |service: &str, suffix: Value| {
        let input = json!({ "AWSServiceName": service, "CustomSuffix": suffix });
        w.call("CreateServiceLinkedRole", &input).await.to_string()
    };
    assert!(make("autoscaling.amazonaws.com", Value::Null).await.starts_with("200"));
    assert_eq!(
        make("autoscaling.amazonaws.com", Value::Null).await,
        "400 InvalidInput: Service role name AWSServiceRoleForAutoScaling has been taken in this account, please try a \
         different suffix."
    );
    assert!(make("autoscaling.amazonaws.com", json!("web")).await.contains("AWSServiceRoleForAutoScaling_web"));
    assert_eq!(
        make("cognito-idp.amazonaws.com", json!("web")).await,
        "400 InvalidInput: Custom suffix is not allowed for cognito-idp.amazonaws.com"
    );
    assert_eq!(
        make("nobody.amazonaws.com", Value::Null).await,
        "403 AccessDenied: Cannot find Service Linked Role template for nobody.amazonaws.com"
    );
}

#[tokio::test]
async fn a_user_needs_permission() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let input = json!({ "AWSServiceName": "cognito-idp.amazonaws.com" });
    assert_eq!(w.call_as(&ana, "CreateServiceLinkedRole", &input).await.code(), "AccessDenied");
    let document = allowing("iam:CreateServiceLinkedRole");
    w.call("PutUserPolicy", &json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document })).await.ok();
    w.call_as(&ana, "CreateServiceLinkedRole", &input).await.ok();
}
