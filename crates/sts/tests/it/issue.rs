//! Sessions that are issued.

use crate::{context, nobody, role};
use domain::access_key::account_of;
use domain::session::{self, WebIdentity};
use sts::issue::{IssueRequest, role_session};
use testkit::World;

#[tokio::test]
async fn the_token_holds_what_later_policies_ask_for() {
    let w = World::new(&[sts::operations()]).await;
    let role = role(&w, "Fan", nobody()).await;
    let cx = context(&w);
    let web = WebIdentity {
        provider: "cognito-identity.amazonaws.com".to_owned(),
        audience: "pool".to_owned(),
        subject: "identity".to_owned(),
        amr: vec!["authenticated".to_owned()],
    };
    let mut request = IssueRequest::new("s1");
    request.web_identity = Some(web.clone());
    request.duration_seconds = 900;
    let issued = role_session(&cx, &role, request).unwrap();
    assert_eq!(account_of(issued.access_key_id.as_str()), Some(w.node.account.clone()));
    assert_eq!(issued.secret_access_key.reveal().len(), 40);
    assert_eq!(issued.expires_at, w.clock.now().plus_seconds(900));
    let ring = w.node.vault.ring();
    let record =
        session::open_token(&ring, issued.access_key_id.as_str(), issued.session_token.reveal(), w.clock.now())
            .unwrap();
    assert_eq!(record.web_identity, Some(web));
    assert_eq!(record.issued_at, w.clock.now());
    let again = role_session(&cx, &role, IssueRequest::new("s1")).unwrap();
    assert_ne!(again.access_key_id, issued.access_key_id);
    assert_ne!(again.secret_access_key, issued.secret_access_key);
    let steps = cx.into_decision().steps;
    assert!(steps.iter().all(|step| step.stage == "session" && !step.text.contains(issued.secret_access_key.reveal())));
}
