//! AdminCreateUser.

use crate::{TEMPORARY, client, invited, pool, row, sign_in, with, world};
use serde_json::{Value, json};
use store::table::outbox::{self, Message};
use testkit::World;

async fn create(w: &World, pool: &str, name: &str, extra: &Value) -> String {
    w.call("AdminCreateUser", &with(json!({ "UserPoolId": pool, "Username": name }), extra)).await.to_string()
}

fn email(value: &str) -> Value {
    json!([{ "Name": "email", "Value": value }])
}

fn verified_email(value: &str) -> Value {
    json!([{ "Name": "email", "Value": value }, { "Name": "email_verified", "Value": "true" }])
}

async fn messages(w: &World, pool: &str) -> Vec<(Message, String)> {
    let list = async |tx: &mut store::Tx| outbox::list(tx, &pool.into(), (domain::Timestamp::default(), ""), 10).await;
    let rows = w.node.store.read(list).await.unwrap();
    let open = |row: Message| {
        let body = w.node.vault.open("outbox", &row.id, &row.body).unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        (row, body)
    };
    rows.into_iter().map(open).collect()
}

#[tokio::test]
async fn a_user_begins_with_a_password_to_change() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let input = json!({ "UserPoolId": pool, "Username": "ana", "UserAttributes": email("ana@example.com") });
    let answer = w.call("AdminCreateUser", &input).await;
    let sub = answer.text_at("User.Attributes.0.Value");
    assert_eq!(
        *answer.at("User"),
        json!({
            "Username": "ana",
            "Attributes": [{ "Name": "sub", "Value": sub }, { "Name": "email", "Value": "ana@example.com" }],
            "UserCreateDate": 1_767_323_045, "UserLastModifiedDate": 1_767_323_045,
            "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD",
        })
    );
    // The generated password is kept as a sealed verifier alone.
    assert!(row(&w, &pool, &sub).await.sealed_password.is_some());
}

#[tokio::test]
async fn a_taken_name_is_refused() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    let taken = "400 UsernameExistsException: User account already exists";
    assert_eq!(create(&w, &pool, "ana", &json!({})).await, taken);
    // Through the API, pools mind case unless told otherwise.
    assert!(create(&w, &pool, "Ana", &json!({})).await.starts_with("200"));
}

#[tokio::test]
async fn a_pool_that_does_not_mind_case_lowers_names() {
    let w = world().await;
    let pool = pool(&w, &json!({ "UsernameConfiguration": { "CaseSensitive": false } })).await;
    assert!(create(&w, &pool, "Ana", &json!({})).await.contains(r#""Username":"ana""#));
    assert_eq!(create(&w, &pool, "ANA", &json!({})).await, "400 UsernameExistsException: User account already exists");
}

#[tokio::test]
async fn attributes_are_held_against_the_schema() {
    let w = world().await;
    let required = json!([{ "Name": "name", "AttributeDataType": "String", "Required": true, "Mutable": false }]);
    let pool = pool(&w, &json!({ "Schema": required })).await;
    for (attributes, expected) in [
        (email("ana"), "Invalid email address format."),
        (json!([{ "Name": "phone_number", "Value": "1234" }]), "Invalid phone number format."),
        (
            json!([{ "Name": "custom:x", "Value": "1" }]),
            "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
        ),
        (json!([{ "Name": "sub", "Value": "mine" }]), "Cannot modify the non-mutable attribute sub"),
        // Nobody could add an immutable attribute later.
        (email("ana@example.com"), "Attributes did not conform to the schema: name: The attribute is required"),
    ] {
        let answer = create(&w, &pool, "ana", &json!({ "UserAttributes": attributes })).await;
        assert_eq!(answer, format!("400 InvalidParameterException: {expected}"));
    }
}

#[tokio::test]
async fn a_given_password_keeps_the_policy() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    assert_eq!(
        create(&w, &pool, "ana", &json!({ "TemporaryPassword": "lowercase1!" })).await,
        "400 InvalidPasswordException: Password did not conform with policy: Password must have uppercase characters"
    );
    assert_eq!(
        create(&w, &pool, "ana", &json!({ "TemporaryPassword": "aA1!" })).await,
        "400 InvalidParameterException: 1 validation error detected: Value at 'temporaryPassword' failed to satisfy \
         constraint: Member must have length greater than or equal to 6"
    );
}

#[tokio::test]
async fn an_address_as_user_name_becomes_an_attribute() {
    let w = world().await;
    let pool = pool(&w, &json!({ "UsernameAttributes": ["email"] })).await;
    let answer = w.call("AdminCreateUser", &json!({ "UserPoolId": pool, "Username": "ana@example.com" })).await;
    let sub = answer.text_at("User.Attributes.0.Value");
    assert_eq!(answer.text_at("User.Username"), sub);
    assert_eq!(answer.text_at("User.Attributes.1.Value"), "ana@example.com");
    assert_eq!(
        create(&w, &pool, "ana@example.com", &json!({})).await,
        "400 UsernameExistsException: User account already exists"
    );
    assert_eq!(
        create(&w, &pool, "ana", &json!({})).await,
        "400 InvalidParameterException: Username should be an email."
    );
}

#[tokio::test]
async fn a_verified_alias_belongs_to_one_user() {
    let w = world().await;
    let pool = pool(&w, &json!({ "AliasAttributes": ["email"] })).await;
    assert_eq!(
        create(&w, &pool, "ana@example.com", &json!({})).await,
        "400 InvalidParameterException: Username cannot be of email format, since user pool is configured for email alias."
    );
    let ana = invited(&w, &pool, "ana", &[("email", "a@example.com"), ("email_verified", "true")]).await;
    let attributes = verified_email("a@example.com");
    assert_eq!(
        create(&w, &pool, "ben", &json!({ "UserAttributes": attributes })).await,
        "400 AliasExistsException: An account with the given email already exists."
    );
    // Nothing of the refused user is kept.
    let missing = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "ben" })).await;
    assert_eq!(missing.code(), "UserNotFoundException");
    // An address that is not verified is no alias.
    assert!(create(&w, &pool, "cleo", &json!({ "UserAttributes": email("a@example.com") })).await.starts_with("200"));

    let forced = json!({ "UserAttributes": attributes, "ForceAliasCreation": true });
    assert!(create(&w, &pool, "ben", &forced).await.starts_with("200"));
    let holder = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "a@example.com" })).await;
    assert_eq!(holder.text_at("Username"), "ben");
    let attributes: Value = serde_json::from_str(&row(&w, &pool, &ana).await.attributes).unwrap();
    assert_eq!(attributes["email_verified"], json!("false"));
}

#[tokio::test]
async fn where_codes_sign_in_no_password_is_made() {
    let w = world().await;
    let policies = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    let pool = pool(&w, &json!({ "Policies": policies })).await;
    let extra = json!({ "UserAttributes": verified_email("a@example.com"), "MessageAction": "SUPPRESS" });
    assert!(create(&w, &pool, "ana", &extra).await.contains(r#""UserStatus":"CONFIRMED""#));
    // No password opens such a user's door.
    let client = client(&w, &pool, &json!({})).await;
    assert_eq!(
        sign_in(&w, &pool, &client, "ana", "anything").await.to_string(),
        "400 NotAuthorizedException: Incorrect username or password."
    );
}

#[tokio::test]
async fn an_invitation_waits_in_the_outbox() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let extra = json!({
        "UserAttributes": email("ana@example.com"), "TemporaryPassword": TEMPORARY, "DesiredDeliveryMediums": ["EMAIL"],
    });
    assert!(create(&w, &pool, "ana{####}", &extra).await.starts_with("200"));
    let messages = messages(&w, &pool).await;
    let [(row, body)] = messages.as_slice() else { panic!("{} messages", messages.len()) };
    assert_eq!((row.medium.as_str(), row.destination.as_str()), ("EMAIL", "ana@example.com"));
    assert_eq!(row.subject, "Your temporary password");
    assert_eq!(*body, format!("Your username is ana{{####}} and temporary password is {TEMPORARY}. "));
    assert!(!row.body.windows(TEMPORARY.len()).any(|window| window == TEMPORARY.as_bytes()));
}

#[tokio::test]
async fn nobody_is_told_when_suppressed_or_without_an_address() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let suppressed = json!({ "UserAttributes": email("a@example.com"), "MessageAction": "SUPPRESS" });
    assert!(create(&w, &pool, "ana", &suppressed).await.starts_with("200"));
    // The default medium is SMS.
    assert!(create(&w, &pool, "ben", &json!({ "UserAttributes": email("b@example.com") })).await.starts_with("200"));
    assert!(messages(&w, &pool).await.is_empty());
    assert_eq!(
        create(&w, &pool, "cleo", &json!({ "DesiredDeliveryMediums": ["EMAIL"] })).await,
        "400 InvalidParameterException: User does not have an address for any of the DesiredDeliveryMediums."
    );
}

#[tokio::test]
async fn an_invitation_is_sent_again_with_a_new_password() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    let again = json!({ "MessageAction": "RESEND", "DesiredDeliveryMediums": ["EMAIL"] });
    assert_eq!(create(&w, &pool, "ana", &again).await, "400 UserNotFoundException: User does not exist.");
    invited(&w, &pool, "ana", &[("email", "ana@example.com")]).await;
    w.clock.advance_seconds(8 * 86400);
    assert_eq!(
        sign_in(&w, &pool, &client, "ana", TEMPORARY).await.to_string(),
        "400 NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
    );
    assert!(create(&w, &pool, "ana", &again).await.starts_with("200"));
    let (_, body) = messages(&w, &pool).await.remove(0);
    let password = body.split("temporary password is ").nth(1).unwrap().trim_end().trim_end_matches('.').to_owned();
    assert_eq!(sign_in(&w, &pool, &client, "ana", TEMPORARY).await.code(), "NotAuthorizedException");
    let answer = sign_in(&w, &pool, &client, "ana", &password).await;
    assert_eq!(answer.text_at("ChallengeName"), "NEW_PASSWORD_REQUIRED");

    crate::user(&w, &pool, "ben", &[]).await;
    assert_eq!(
        create(&w, &pool, "ben", &again).await,
        "400 UnsupportedUserStateException: Resend not possible. ben status is not FORCE_CHANGE_PASSWORD"
    );
}
