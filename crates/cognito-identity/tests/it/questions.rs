//! Contexts for what is asked beside the operations.

use service::{Cx, RequestFacts};
use std::sync::Arc;
use testkit::World;

/// A context of nobody's, as of the world's time.
pub fn context(w: &World) -> Cx {
    let request = RequestFacts {
        request_id: "r".to_owned(),
        now: w.clock.now(),
        seed: [3; 32],
        region: "us-east-1".into(),
        source_ip: None,
        user_agent: None,
        referer: None,
        secure: false,
        stray_session_token: false,
    };
    Cx::new(Arc::clone(&w.node), request, gate::Caller::Anonymous, gate::Decision::default())
}
