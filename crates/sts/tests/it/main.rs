//! Stories of the STS operations, told on a test world.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod get_caller_identity;
mod issue;
mod trust;

use contract::Fault;
use domain::{RoleId, Timestamp};
use gate::{Caller, Decision};
use service::{Cx, RequestFacts, RoleFacts};
use std::sync::Arc;
use store::table::iam_roles::{self, IamRole};
use testkit::World;

/// A role with this trust policy, as if IAM had made it.
async fn role(w: &World, name: &str, trust: serde_json::Value) -> Arc<RoleFacts> {
    let row = IamRole {
        account_id: w.node.account.clone(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: RoleId::from("AROATESTTESTTESTTESTT"),
        path: "/app/".to_owned(),
        trust: trust.to_string(),
        description: None,
        max_session_seconds: 3600,
        boundary_arn: None,
        tags: r#"{"team":"blue"}"#.to_owned(),
        created_ms: Timestamp::default(),
    };
    let added = w.node.store.write(async |tx| {
        tx.touch_catalog().await?;
        Ok::<_, Fault>(iam_roles::insert(tx, &row).await?)
    });
    assert!(added.await.unwrap());
    w.node.gate.role(&w.node.account, name).await.unwrap().expect("the role")
}

/// A trust policy that lets nobody in.
fn nobody() -> serde_json::Value {
    serde_json::json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "sts:*",
    }})
}

/// The error code of a refusal. The world asks for JSON, where a query service says it in `Error.Code`.
fn code(answer: &testkit::Answer) -> String {
    let code = answer.json.pointer("/Error/Code").and_then(serde_json::Value::as_str);
    code.map_or_else(|| answer.code(), str::to_owned)
}

/// The context of an unsigned request.
fn context(w: &World) -> Cx {
    let request = RequestFacts {
        request_id: "request".to_owned(),
        now: w.clock.now(),
        seed: [3; 32],
        region: w.node.region.clone(),
        source_ip: Some([203, 0, 113, 9].into()),
        user_agent: None,
        referer: None,
        secure: true,
    };
    let decision = Decision::new("request".to_owned(), w.clock.now(), "test".to_owned());
    Cx::new(Arc::clone(&w.node), request, Caller::Anonymous, decision)
}
