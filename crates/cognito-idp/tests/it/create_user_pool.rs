//! CreateUserPool.

use crate::{pool, with, world};
use serde_json::json;

#[tokio::test]
async fn a_bare_pool_has_cognitos_defaults() {
    let w = world().await;
    let answer = w.call("CreateUserPool", &json!({ "PoolName": "people" })).await;
    let mut made = answer.at("UserPool").clone();
    let id = made["Id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("us-east-1_") && id.len() == "us-east-1_".len() + 9, "{id}");
    let schema = made.as_object_mut().unwrap().remove("SchemaAttributes").unwrap();
    let names: Vec<_> =
        schema.as_array().unwrap().iter().map(|attribute| attribute["Name"].as_str().unwrap()).collect();
    assert_eq!(
        names.join(" "),
        "sub name given_name family_name middle_name nickname preferred_username profile picture website email \
         email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at"
    );
    assert_eq!(
        schema[0],
        json!({
            "Name": "sub", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": false, "Required": true,
            "StringAttributeConstraints": { "MinLength": "1", "MaxLength": "2048" },
        })
    );
    assert_eq!(
        made,
        json!({
            "Id": id,
            "Arn": format!("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{id}"),
            "Name": "people",
            "CreationDate": 1_767_323_045,
            "LastModifiedDate": 1_767_323_045,
            "Policies": {
                "PasswordPolicy": {
                    "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                    "RequireSymbols": true, "TemporaryPasswordValidityDays": 7,
                },
                "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
            },
            "DeletionProtection": "INACTIVE",
            "LambdaConfig": {},
            "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE" },
            "MfaConfiguration": "OFF",
            "EstimatedNumberOfUsers": 0,
            "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
            "UserPoolTags": {},
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 },
            "UserPoolTier": "ESSENTIALS",
        })
    );
}

#[tokio::test]
async fn what_was_set_is_shown() {
    let w = world().await;
    let settings = json!({
        "UserPoolTags": { "team": "blue" },
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": { "CaseSensitive": false },
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "verified_email" }] },
        "SmsAuthenticationMessage": "The code is {####}",
        "UserPoolTier": "PLUS",
    });
    let answer = w.call("CreateUserPool", &with(json!({ "PoolName": "people" }), &settings)).await;
    for (name, value) in settings.as_object().unwrap() {
        assert_eq!(answer.at(&format!("UserPool.{name}")), value);
    }
}

#[tokio::test]
async fn old_message_members_and_the_template_say_the_same() {
    let w = world().await;
    let input = json!({
        "PoolName": "people",
        "EmailVerificationMessage": "Use {####}",
        "VerificationMessageTemplate": { "SmsMessage": "SMS {####}" },
    });
    let answer = w.call("CreateUserPool", &input).await;
    assert_eq!(answer.text_at("UserPool.VerificationMessageTemplate.EmailMessage"), "Use {####}");
    assert_eq!(answer.text_at("UserPool.SmsVerificationMessage"), "SMS {####}");
}

#[tokio::test]
async fn custom_attributes_follow_the_standard_ones() {
    let w = world().await;
    let schema = json!([
        { "Name": "dept", "AttributeDataType": "String" },
        { "Name": "email", "AttributeDataType": "String", "Required": true, "Mutable": false },
    ]);
    let answer = w.call("CreateUserPool", &json!({ "PoolName": "people", "Schema": schema })).await;
    assert_eq!(
        *answer.at("UserPool.SchemaAttributes.20"),
        json!({
            "Name": "custom:dept", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true,
            "Required": false, "StringAttributeConstraints": {},
        })
    );
    assert_eq!(*answer.at("UserPool.SchemaAttributes.10.Required"), json!(true));
    assert_eq!(*answer.at("UserPool.SchemaAttributes.10.Mutable"), json!(false));
}

#[tokio::test]
async fn contradictions_are_refused() {
    let w = world().await;
    for (extra, expected) in [
        (
            json!({ "Schema": [{ "Name": "x", "AttributeDataType": "String", "Required": true }] }),
            "400 InvalidParameterException: Required custom attributes are not supported currently.",
        ),
        (
            json!({ "AliasAttributes": ["email"], "UsernameAttributes": ["email"] }),
            "400 InvalidParameterException: Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ),
        (
            json!({ "AutoVerifiedAttributes": ["phone_number"] }),
            "400 InvalidParameterException: SMS configuration is required when phone_number is selected for auto verification",
        ),
        (
            json!({
                "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 },
                "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 4 } },
            }),
            "400 InvalidParameterException: Please use TemporaryPasswordValidityDays in PasswordPolicy instead of \
             UnusedAccountValidityDays",
        ),
        (
            json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } }),
            "400 FeatureUnavailableInTierException: Threat protection requires the user pool tier PLUS.",
        ),
    ] {
        let answer = w.call("CreateUserPool", &with(json!({ "PoolName": "people" }), &extra)).await;
        assert_eq!(answer.to_string(), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_honoured_yet_is_refused() {
    let w = world().await;
    for (extra, what) in [
        (json!({ "MfaConfiguration": "ON" }), "multi-factor authentication"),
        (json!({ "MfaConfiguration": "OPTIONAL" }), "multi-factor authentication"),
        (
            json!({ "LambdaConfig": { "PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:f" } }),
            "Lambda triggers",
        ),
        (
            json!({ "LambdaConfig": { "CustomEmailSender": {
                "LambdaVersion": "V1_0", "LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
            } } }),
            "Lambda triggers",
        ),
        (
            json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" }, "UserPoolTier": "PLUS" }),
            "threat protection",
        ),
        (json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 3 } } }), "password history"),
        (json!({ "DeviceConfiguration": {} }), "device tracking"),
    ] {
        let answer = w.call("CreateUserPool", &with(json!({ "PoolName": "people" }), &extra)).await;
        assert_eq!(answer.to_string(), format!("400 InvalidParameterException: Sekisho does not have {what} yet."));
    }
    assert_eq!(w.call("ListUserPools", &json!({ "MaxResults": 60 })).await.to_string(), r#"200 {"UserPools":[]}"#);
}

#[tokio::test]
async fn harmless_switches_that_are_off_are_accepted() {
    let w = world().await;
    pool(
        &w,
        &json!({ "MfaConfiguration": "OFF", "LambdaConfig": {}, "UserPoolAddOns": { "AdvancedSecurityMode": "OFF" } }),
    )
    .await;
}
