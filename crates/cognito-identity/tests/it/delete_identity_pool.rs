//! DeleteIdentityPool.

use crate::support::{get_credentials, get_id, pool_with_roles, world};
use serde_json::json;
use testkit::Keys;

#[tokio::test]
async fn identities_vanish_with_their_pool_and_so_do_their_credentials() {
    let w = world().await;
    let pool = pool_with_roles(&w, &[]).await;
    let guest = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let keys = Keys::of(get_credentials(&w, &guest, json!({})).await.at("Credentials"));
    let input = json!({"IdentityPoolId": pool});
    let deleted = w.call("DeleteIdentityPool", &input).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (200, ""));
    let gone = format!("400 ResourceNotFoundException: IdentityPool '{pool}' not found.");
    assert_eq!(w.call("DeleteIdentityPool", &input).await.to_string(), gone);
    assert_eq!(get_id(&w, &pool, json!({})).await.to_string(), gone);
    assert_eq!(
        get_credentials(&w, &guest, json!({})).await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{guest}' not found.")
    );
    assert_eq!(w.call_as(&keys, "GetCallerIdentity", &json!({})).await.status, 403);
}
