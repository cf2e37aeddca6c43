//! Laws that hold for all policies and requests.

#![allow(clippy::unwrap_used)]

use iam_policy::{
    Context, Decision, IdentityKind, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, evaluate,
    evaluate_trust, validate_identity, validate_trust,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn statement() -> impl Strategy<Value = Value> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let action = prop::sample::select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "sqs:*"]);
    let resource =
        prop::sample::select(vec!["*", "arn:aws:s3:::a/*", "arn:aws:s3:::a/${k}", "arn:aws:s3:::b/?", "arn:aws:s3"]);
    let operator = prop::sample::select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLikeIfExists",
        "ForAnyValue:StringLike",
        "ForAllValues:StringNotEquals",
        "Null",
        "NumericLessThan",
        "DateGreaterThan",
        "Bool",
        "NotIpAddress",
        "ArnLike",
    ]);
    let value =
        prop::sample::select(vec!["x", "*", "${k}", "true", "5", "10.0.0.0/8", "2020-01-01", "arn:aws:iam::*:role/*"]);
    let condition = prop::option::of((operator, prop::sample::select(vec!["k", "l"]), value));
    let negated = (any::<bool>(), any::<bool>());
    (effect, action, resource, condition, negated).prop_map(|(effect, action, resource, condition, negated)| {
        let mut statement = json!({"Effect": effect});
        statement[if negated.0 { "NotAction" } else { "Action" }] = action.into();
        statement[if negated.1 { "NotResource" } else { "Resource" }] = resource.into();
        if let Some((operator, key, value)) = condition {
            statement["Condition"] = json!({operator: {key: value}});
        }
        statement
    })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(statement(), 1..6)
}

fn asked() -> impl Strategy<Value = (&'static str, Option<&'static str>, Context)> {
    let action = prop::sample::select(vec!["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]);
    let resource =
        prop::option::of(prop::sample::select(vec!["arn:aws:s3:::a/x", "arn:aws:s3:::b/1", "arn:aws:sqs:r:1:q"]));
    let value = prop::option::of(prop_oneof![
        prop::sample::select(vec!["x", "3", "true", "10.1.2.3", "2021-01-01"]).prop_map(|text| vec![text]),
        prop::collection::vec(prop::sample::select(vec!["x", "y", ""]), 0..3),
    ]);
    (action, resource, value, any::<bool>()).prop_map(|(action, resource, value, list)| {
        let mut context = Context::new();
        match value {
            Some(values) if list => context.set_list("k", values),
            Some(values) => values.first().into_iter().for_each(|value| context.set("k", *value)),
            None => {}
        }
        (action, resource, context)
    })
}

fn policy(statements: &[Value]) -> Policy {
    Policy::parse(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

fn user() -> Principal {
    Principal::User { arn: "arn:aws:iam::1:user/u".into(), id: "AIDAU".into(), account: "1".into() }
}

type Asked = (&'static str, Option<&'static str>, Context);

fn decide(asked: &Asked, identity: &[&Policy], boundary: Option<&Policy>) -> Decision {
    let caller = user();
    let identity: Vec<PolicyRef<'_>> =
        identity.iter().map(|policy| PolicyRef::new(PolicyKind::Inline, "i", policy)).collect();
    let boundary = boundary.map(|policy| PolicyRef::new(PolicyKind::Boundary, "b", policy));
    let request = Request {
        principal: &caller,
        action: asked.0,
        resource: asked.1.map_or(Resource::None, Resource::Arn),
        resource_account: None,
        context: &asked.2,
    };
    evaluate(&request, &Layers { identity: &identity, boundary, ..Layers::default() }).decision
}

proptest! {
    #[test]
    fn adding_a_deny_never_allows(mut list in statements(), mut deny in statement(), asked in asked()) {
        let before = decide(&asked, &[&policy(&list)], None);
        deny["Effect"] = "Deny".into();
        list.push(deny);
        let after = decide(&asked, &[&policy(&list)], None);
        prop_assert!(after == before || after == Decision::ExplicitDeny);
    }

    #[test]
    fn an_allow_never_lifts_an_explicit_deny(mut list in statements(), mut allow in statement(), asked in asked()) {
        let before = decide(&asked, &[&policy(&list)], None);
        allow["Effect"] = "Allow".into();
        list.push(allow);
        let after = decide(&asked, &[&policy(&list)], None);
        prop_assert!(before != Decision::ExplicitDeny || after == Decision::ExplicitDeny);
        prop_assert!(before != Decision::Allowed || after == Decision::Allowed);
    }

    #[test]
    fn order_and_division_never_matter(list in statements(), asked in asked(), cut in any::<prop::sample::Index>()) {
        let whole = decide(&asked, &[&policy(&list)], None);
        let mut reversed = list.clone();
        reversed.reverse();
        prop_assert_eq!(decide(&asked, &[&policy(&reversed)], None), whole);
        let (head, tail) = list.split_at(cut.index(list.len()));
        if !head.is_empty() && !tail.is_empty() {
            prop_assert_eq!(decide(&asked, &[&policy(tail), &policy(head)], None), whole);
        }
    }

    #[test]
    fn a_boundary_never_widens(list in statements(), limits in statements(), asked in asked()) {
        let free = decide(&asked, &[&policy(&list)], None);
        let limited = decide(&asked, &[&policy(&list)], Some(&policy(&limits)));
        prop_assert!(limited != Decision::Allowed || free == Decision::Allowed);
        // A boundary that allows everything changes nothing.
        let open = policy(&[json!({"Effect": "Allow", "Action": "*", "Resource": "*"})]);
        prop_assert_eq!(decide(&asked, &[&policy(&list)], Some(&open)), free);
    }

    #[test]
    fn a_negated_operator_is_the_opposite_on_a_single_value(wanted in "[a-c*?]{0,3}", given in "[a-c]{0,3}") {
        for operator in ["String{}Equals", "String{}Like"] {
            let hold = |negation| {
                let operator = operator.replace("{}", negation);
                let condition = json!({operator: {"k": &wanted}});
                let list = [json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition})];
                let mut context = Context::new();
                context.set("k", given.clone());
                decide(&("s3:GetObject", None, context), &[&policy(&list)], None) == Decision::Allowed
            };
            prop_assert!(hold("") != hold("Not"));
        }
    }

    #[test]
    fn wildcards_agree_with_a_plain_definition(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
        let list = [json!({"Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::{pattern}")})];
        let resource: &'static str = format!("arn:aws:s3:::{text}").leak();
        let got = decide(&("s3:GetObject", Some(resource), Context::new()), &[&policy(&list)], None);
        prop_assert_eq!(got == Decision::Allowed, plain(pattern.as_bytes(), text.as_bytes()));
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = Policy::parse(&text);
        let _ = validate_identity(&text, IdentityKind::Managed);
        let _ = validate_trust(&text);
    }

    #[test]
    fn any_json_is_answered(document in document()) {
        let text = document.to_string();
        let _ = validate_identity(&text, IdentityKind::Inline);
        let _ = validate_trust(&text);
        if let Ok(policy) = Policy::parse(&text) {
            let mut context = Context::new();
            context.set("a", "é");
            context.set_list("b", ["x", ""]);
            for caller in [user(), Principal::Anonymous, Principal::Root { account: "1".into() }] {
                let request = Request {
                    principal: &caller, action: "s3:é", resource: Resource::Arn("arn:aws:s3:::é:${"),
                    resource_account: Some("2"), context: &context,
                };
                let identity = [PolicyRef::new(PolicyKind::Managed, "p", &policy)];
                let resource = PolicyRef::new(PolicyKind::Resource, "p", &policy);
                let layers = Layers { identity: &identity, resource: Some(resource), ..Layers::default() };
                let _ = evaluate(&request, &layers).to_json();
                let _ = evaluate_trust(resource, &request, &layers).explain().to_string();
            }
        }
    }
}

/// The textbook definition, slow and obvious.
fn plain(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => plain(&pattern[1..], text) || (!text.is_empty() && plain(pattern, &text[1..])),
        (Some(b'?'), Some(_)) => plain(&pattern[1..], &text[1..]),
        (Some(a), Some(b)) if a == b => plain(&pattern[1..], &text[1..]),
        _ => false,
    }
}

/// JSON that looks like a policy often enough to get past the first checks.
fn document() -> impl Strategy<Value = Value> {
    let texts = vec![
        "Allow",
        "Deny",
        "*",
        "",
        "s3:*",
        "2012-10-17",
        "arn:aws:s3:::b/${a}",
        "arn:aws:iam::1:root",
        "${",
        "${a, 'b'}",
        "a:b:c:d:e:f",
        "1",
        "2020-01-01T",
        "::1/64",
        "é*?",
        "true",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(texts.clone()).prop_map(Value::from),
    ];
    let names = vec![
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "Sid",
        "AWS",
        "Federated",
        "Service",
        "StringEquals",
        "StringLike",
        "ForAnyValue:ArnLike",
        "DateLessThan",
        "IpAddress",
        "Null",
        "a",
        "b",
    ];
    let value = leaf.prop_recursive(4, 40, 4, move |inner| {
        let names = prop::sample::select(names.clone());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    });
    // Mostly well-formed parts, so that a good share of the documents is also evaluated.
    let word = prop::sample::select(texts).prop_map(Value::from);
    let part = prop_oneof![3 => word.clone(), 1 => value.clone()];
    let test = prop_oneof![3 => word.prop_map(|text| json!({"a": text})), 1 => value];
    let operator =
        prop::sample::select(vec!["StringLike", "ForAllValues:ArnNotLike", "DateLessThan", "NotIpAddress", "Null"]);
    (part.clone(), part.clone(), part, operator, test).prop_map(|(action, resource, principal, operator, test)| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": action, "Resource": resource, "Condition": {operator: test},
            "Principal": {"AWS": principal},
        }]})
    })
}
