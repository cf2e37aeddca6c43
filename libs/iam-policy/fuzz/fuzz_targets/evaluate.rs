//! Any policy answers any request. The input is a document, an action, a resource and a context value, one per line, the
//! document last.
#![no_main]

use iam_policy::{
    Context, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, evaluate, evaluate_trust,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(4, '\n');
    let (Some(action), Some(resource), Some(value), Some(document)) =
        (lines.next(), lines.next(), lines.next(), lines.next())
    else {
        return;
    };
    let Ok(policy) = Policy::parse(document) else { return };
    let mut context = Context::new();
    for key in policy.context_keys() {
        if key.len() % 2 == 0 {
            context.set(key.to_owned(), value);
        } else {
            context.set_list(key.to_owned(), value.split(','));
        }
    }
    let caller = Principal::User {
        arn: "arn:aws:iam::111122223333:user/u".into(),
        id: "AIDAAAAAAAAAAAAAAAAA".into(),
        account: "111122223333".into(),
    };
    for caller in [caller, Principal::Anonymous] {
        let request = Request {
            principal: &caller,
            action,
            resource: if resource.is_empty() { Resource::None } else { Resource::Arn(resource) },
            resource_account: None,
            context: &context,
        };
        let identity = [PolicyRef::new(PolicyKind::Inline, "p", &policy)];
        let bucket = PolicyRef::new(PolicyKind::Resource, "p", &policy);
        let layers = Layers { identity: &identity, resource: Some(bucket), ..Layers::default() };
        let verdict = evaluate(&request, &layers);
        assert_eq!(verdict.is_allowed(), evaluate(&request, &layers).is_allowed());
        verdict.to_json();
        evaluate_trust(PolicyRef::new(PolicyKind::Trust, "p", &policy), &request, &layers).explain();
    }
});
