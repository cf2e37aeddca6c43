//! LookupDeveloperIdentity: from the user to the identity and back.

use crate::developers::{Backend, PROVIDER};
use crate::support::{get_id, identity_pool};
use serde_json::{Value, json};
use testkit::Answer;

const ABSENT: &str = "us-east-1:00000000-0000-4000-8000-000000000000";

async fn lookup(b: &Backend, input: Value) -> Answer {
    b.in_pool("LookupDeveloperIdentity", input).await
}

#[tokio::test]
async fn either_leads_to_the_other() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    b.id("bob").await;
    let expected = json!({"IdentityId": ana, "DeveloperUserIdentifierList": ["ana"]});
    for input in [
        json!({"IdentityId": ana}),
        json!({"DeveloperUserIdentifier": "ana"}),
        json!({"IdentityId": ana, "DeveloperUserIdentifier": "ana"}),
    ] {
        assert_eq!(*lookup(&b, input).await.ok(), expected);
    }
}

#[tokio::test]
async fn both_must_belong_together() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    b.id("bob").await;
    assert_eq!(
        lookup(&b, json!({"IdentityId": ana, "DeveloperUserIdentifier": "bob"})).await.to_string(),
        format!("400 ResourceConflictException: Developer user identifier 'bob' is not linked to identity '{ana}'.")
    );
    assert_eq!(
        lookup(&b, json!({})).await.to_string(),
        "400 InvalidParameterException: Please provide an IdentityId or a DeveloperUserIdentifier."
    );
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let b = Backend::begin().await;
    let unknown = "400 ResourceNotFoundException: Developer user identifier 'eve' not found.";
    assert_eq!(lookup(&b, json!({"DeveloperUserIdentifier": "eve"})).await.to_string(), unknown);
    let no_identity = |id: &str| format!("400 ResourceNotFoundException: Identity '{id}' not found.");
    assert_eq!(lookup(&b, json!({"IdentityId": ABSENT})).await.to_string(), no_identity(ABSENT));
    let other = identity_pool(&b.w, json!({"DeveloperProviderName": PROVIDER})).await;
    let of_other = get_id(&b.w, &other, json!({})).await.text_at("IdentityId");
    assert_eq!(lookup(&b, json!({"IdentityId": of_other})).await.to_string(), no_identity(&of_other));
    b.id("ana").await;
    let input = json!({"IdentityPoolId": other, "DeveloperUserIdentifier": "ana"});
    assert_eq!(b.w.call("LookupDeveloperIdentity", &input).await.code(), "ResourceNotFoundException");
    let input = json!({"IdentityPoolId": ABSENT, "DeveloperUserIdentifier": "ana"});
    assert_eq!(
        b.w.call("LookupDeveloperIdentity", &input).await.to_string(),
        format!("400 ResourceNotFoundException: IdentityPool '{ABSENT}' not found.")
    );
}

#[tokio::test]
async fn an_identity_without_developer_users_has_an_empty_list() {
    let b = Backend::begin().await;
    let ana = b.public_id(b.people.logins(&b.w, "ana")).await;
    assert_eq!(
        *lookup(&b, json!({"IdentityId": ana})).await.ok(),
        json!({"IdentityId": ana, "DeveloperUserIdentifierList": []})
    );
}

#[tokio::test]
async fn many_users_of_one_identity_come_in_pages() {
    let b = Backend::begin().await;
    let ana = b.id("ana0").await;
    let mut made = vec!["ana0".to_owned()];
    for at in 1..7 {
        let user = format!("ana{at}");
        b.link(&ana, &user, json!({})).await.ok();
        made.push(user);
    }
    b.id("bob").await;
    let (mut seen, mut token, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let page = lookup(&b, json!({"IdentityId": ana, "MaxResults": 3, "NextToken": token})).await;
        let users = page.at("DeveloperUserIdentifierList").as_array().unwrap().clone();
        assert!(users.len() <= 3);
        seen.extend(users.iter().map(|user| user.as_str().unwrap().to_owned()));
        pages += 1;
        token = page.ok()["NextToken"].clone();
        if token.is_null() {
            break;
        }
        // A page's token is of that identity's listing alone, and not to be made up.
        let bob = b.id("bob").await;
        for input in [json!({"IdentityId": bob, "NextToken": token}), json!({"IdentityId": ana, "NextToken": "x"})] {
            assert_eq!(lookup(&b, input).await.to_string(), "400 InvalidParameterException: Invalid NextToken.");
        }
    }
    assert_eq!((seen, pages), (made, 3));
    assert_eq!(
        lookup(&b, json!({"IdentityId": ana})).await.at("DeveloperUserIdentifierList").as_array().unwrap().len(),
        7
    );
    for bad in [0, 61] {
        assert_eq!(lookup(&b, json!({"IdentityId": ana, "MaxResults": bad})).await.code(), "ValidationException");
    }
}
