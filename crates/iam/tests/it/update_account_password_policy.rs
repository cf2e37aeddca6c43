use crate::*;

async fn shown(w: &World) -> Value {
    result(w, "GetAccountPasswordPolicy", &json!({})).await["PasswordPolicy"].clone()
}

#[tokio::test]
async fn a_policy_is_shown_as_it_was_set() {
    let w = world().await;
    let policy = json!({ "MinimumPasswordLength": 14, "RequireSymbols": true, "RequireNumbers": true,
        "RequireUppercaseCharacters": true, "RequireLowercaseCharacters": true, "AllowUsersToChangePassword": true,
        "MaxPasswordAge": 90, "PasswordReusePrevention": 24, "HardExpiry": false });
    w.call("UpdateAccountPasswordPolicy", &policy).await.ok();
    let mut expected = policy;
    expected["ExpirePasswords"] = json!(true);
    assert_eq!(shown(&w).await, expected);
}

#[tokio::test]
async fn what_is_left_out_takes_its_default() {
    let w = world().await;
    w.call("UpdateAccountPasswordPolicy", &json!({ "RequireSymbols": true, "MaxPasswordAge": 90 })).await.ok();
    w.call("UpdateAccountPasswordPolicy", &json!({ "RequireNumbers": true })).await.ok();
    assert_eq!(
        shown(&w).await,
        json!({ "MinimumPasswordLength": 6, "RequireSymbols": false, "RequireNumbers": true,
            "RequireUppercaseCharacters": false, "RequireLowercaseCharacters": false,
            "AllowUsersToChangePassword": false, "ExpirePasswords": false })
    );
}

#[tokio::test]
async fn numbers_have_their_bounds() {
    let w = world().await;
    for (member, number) in [("MinimumPasswordLength", 5), ("MaxPasswordAge", 1096), ("PasswordReusePrevention", 25)] {
        let answer = w.call("UpdateAccountPasswordPolicy", &json!({ member: number })).await;
        assert_eq!(answer.code(), "ValidationError", "{answer}");
    }
}
