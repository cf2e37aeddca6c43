//! What a compiled document tells about itself: places, keys, principals, sizes; and what a verdict tells people.

#![allow(clippy::unwrap_used)]

use iam_policy::{
    Context, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, Verdict, evaluate,
    size_without_whitespace,
};

#[test]
fn policies_and_verdict_parts_cross_threads() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Policy>();
    is_shareable::<Context>();
    is_shareable::<Verdict<'_>>();
}

#[test]
fn a_single_statement_stands_where_the_simulator_says() {
    // The recorded sample of spec/policy.md 8.2.
    let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;
    let policy = Policy::parse(text).unwrap();
    let span = policy.statements()[0].span();
    assert_eq!((span.simulator_start.line, span.simulator_start.column), (1, 41));
    assert_eq!((span.end.line, span.end.column), (1, 113));
    assert_eq!(&text[span.start.offset..span.start.offset + 7], "{\"Sid\":");
}

#[test]
fn listed_statements_start_where_the_one_before_ends() {
    let text = "{\"Statement\": [\n  {\"Effect\":\"Allow\",\"Action\":\"é:*\",\"Resource\":\"*\"},\n  {\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}\n]}";
    let policy = Policy::parse(text).unwrap();
    let places: Vec<(usize, usize, usize, usize)> = policy
        .statements()
        .iter()
        .map(|statement| statement.span())
        .map(|span| (span.simulator_start.line, span.simulator_start.column, span.end.line, span.end.column))
        .collect();
    assert_eq!(places, [(1, 16, 2, 51), (2, 51, 3, 48)]);
}

#[test]
fn syntax_errors_say_where() {
    for (text, place) in [
        ("{\"Statement\": [}", "line 1, column 16"),
        ("{\n \"Version\": \"2012-10-17\",\n \"Version\": 1}", "line 3, column 2"),
        ("{\"Statement\": {\"Effect\": \"Allow\", \"Actoin\": \"*\"}}", "line 1, column 35"),
        ("", "line 1, column 1"),
    ] {
        let error = Policy::parse(text).unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
    }
    assert!(Policy::parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn context_keys_come_once_in_order() {
    let text = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/${*}",
         "Condition":{"StringEquals":{"aws:RequestTag/Team":"${aws:PrincipalTag/Team, 'none'}"},"Bool":{"AWS:UserName":"x"}}},
        {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:SourceIp":"true"}}}]}"#;
    let policy = Policy::parse(text).unwrap();
    assert_eq!(policy.context_keys(), ["aws:username", "aws:RequestTag/Team", "aws:PrincipalTag/Team", "aws:SourceIp"]);
}

#[test]
fn principals_are_named_and_can_be_bound_to_ids() {
    let user = "arn:aws:iam::111122223333:user/ana";
    let text = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":["{user}","444455556666"],"Service":"lambda.amazonaws.com"}},
        "Action":"s3:GetObject","Resource":"*"}}}}"#
    );
    let policy = Policy::parse(&text).unwrap();
    let names: Vec<String> = policy.principals().iter().map(|named| format!("{} {}", named.kind, named.name)).collect();
    assert_eq!(names, [format!("AWS {user}"), "AWS 444455556666".into(), "Service lambda.amazonaws.com".into()]);

    let bound = policy.clone().bind_principals(|arn| (arn == user).then(|| "AIDAOLD".to_owned()));
    let caller = |id: &str| Principal::User { arn: user.into(), id: id.into(), account: "111122223333".into() };
    let allowed = |policy: &Policy, id: &str| {
        let (caller, context) = (caller(id), Context::new());
        let resource = Some(PolicyRef::new(PolicyKind::Resource, "bucket", policy));
        let request = Request {
            principal: &caller,
            action: "s3:GetObject",
            resource: Resource::Arn("arn:aws:s3:::b/k"),
            resource_account: None,
            context: &context,
        };
        evaluate(&request, &Layers { resource, ..Layers::default() }).is_allowed()
    };
    assert!(allowed(&policy, "AIDANEW"));
    assert!(allowed(&bound, "AIDAOLD"));
    assert!(!allowed(&bound, "AIDANEW"), "a user made anew under the old name is another user");
}

#[test]
fn white_space_is_not_counted() {
    assert_eq!(size_without_whitespace("{ \"a b\":\r\n\t\"é\" }"), 10);
}

#[test]
fn a_refusal_names_the_nearest_misses() {
    let text = r#"{"Version":"2012-10-17","Statement":[
  {"Sid":"Queues","Effect":"Allow","Action":"sqs:*","Resource":"*"},
  {"Sid":"Home","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*",
   "Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","eu-north-1"]},"Bool":{"aws:SecureTransport":"true"}}},
  {"Sid":"Other","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::c/${aws:username}/*"}]}"#;
    let policy = Policy::parse(text).unwrap();
    let caller = Principal::RoleSession {
        role_arn: "arn:aws:iam::111122223333:role/App".into(),
        role_id: "AROAAPP".into(),
        session_arn: "arn:aws:sts::111122223333:assumed-role/App/s".into(),
        account: "111122223333".into(),
    };
    let mut context = Context::new();
    context.set("aws:RequestedRegion", "us-east-1");
    let request = Request {
        principal: &caller,
        action: "s3:GetObject",
        resource: Resource::Arn("arn:aws:s3:::b/k"),
        resource_account: None,
        context: &context,
    };
    let identity = [PolicyRef::new(PolicyKind::Inline, "app", &policy)];
    let verdict = evaluate(&request, &Layers { identity: &identity, ..Layers::default() });
    let expected = "\
`s3:GetObject` on `arn:aws:s3:::b/k` is refused: no identity-based policy allows it
  identity-based policy: none
    not by statement 2 `Home` of inline policy `app` (line 3, column 3):
      condition key `aws:RequestedRegion` is `us-east-1`, the policy wants StringEquals `eu-west-1`, `eu-north-1`
      condition key `aws:SecureTransport` is absent, the policy wants Bool `true`
    not by statement 3 `Other` of inline policy `app` (line 5, column 3):
      the resource is not among `arn:aws:s3:::c/${aws:username}/*` (no value for `aws:username`)
    not by statement 1 `Queues` of inline policy `app` (line 2, column 3):
      the action is not among `sqs:*`
";
    assert_eq!(verdict.explain().to_string(), expected);
    assert_eq!(
        verdict.denial_message(&caller.display()),
        "User: arn:aws:sts::111122223333:assumed-role/App/s is not authorized to perform: s3:GetObject on resource: \
         arn:aws:s3:::b/k because no identity-based policy allows the s3:GetObject action"
    );
    let json = verdict.to_json();
    assert_eq!(json["layers"][0]["nearMisses"][0]["lacks"][0]["found"][0], "us-east-1");
    assert_eq!(json["layers"][0]["nearMisses"][0]["statement"]["start"]["line"], 3);
}
