//! The generated code keeps its promises: lookups, patterns, conversions, hidden secrets, sentences.
#![allow(clippy::unwrap_used, clippy::panic)]

use contract::{Binding, Call, Dialect, FromValue, IntoValue, Value, Variable, check};
use model::{cognito_identity, cognito_idp, iam, sts};

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn sentence<C: Call>(value: &Value) -> String {
    let operation = C::OPERATION;
    let fault = check(value, operation.input.unwrap(), operation.service.dialect).unwrap_err();
    format!("{} {fault}", fault.status)
}

#[test]
fn every_operation_is_found_by_its_name() {
    let mut count = 0;
    for service in model::SERVICES {
        for operation in service.operations {
            assert_eq!(service.operation(operation.name), Some(*operation));
            assert_eq!(operation.action, format!("{}:{}", service.name, operation.name));
            count += 1;
        }
        assert_eq!(service.operation("NoSuchOperation"), None);
    }
    assert_eq!(count, 355);
}

#[test]
fn every_pattern_compiles() {
    for pattern in [
        cognito_identity::schemas::PATTERNS,
        cognito_idp::schemas::PATTERNS,
        iam::schemas::PATTERNS,
        sts::schemas::PATTERNS,
    ]
    .concat()
    {
        assert!(pattern.is_valid(), "{pattern:?}");
    }
}

#[test]
fn patterns_mean_the_whole_text_and_ascii_words() {
    let ok = map(&[("IdentityPoolId", "eu-west-1:0d5c0a4e".into())]);
    let schema = cognito_identity::GetId::OPERATION.input.unwrap();
    assert!(check(&ok, schema, Dialect::Validation).is_ok());
    for wrong in ["eu-west-1:0d5c!", "é:0d5c", "eu-west-1:0d5c\n"] {
        let value = map(&[("IdentityPoolId", wrong.into())]);
        assert!(check(&value, schema, Dialect::Validation).is_err(), "{wrong:?}");
    }
}

#[test]
fn overridden_patterns_decide_and_the_models_own_is_quoted() {
    let alias = |text: &str| map(&[("AccountAlias", text.into())]);
    let schema = iam::CreateAccountAlias::OPERATION.input.unwrap();
    for good in ["abc", "a-b", "my-company-1"] {
        assert!(check(&alias(good), schema, Dialect::QueryBrief).is_ok(), "{good}");
    }
    for bad in ["a--b", "-ab", "ab-", "ABC"] {
        assert!(check(&alias(bad), schema, Dialect::QueryBrief).is_err(), "{bad}");
    }
    assert_eq!(
        sentence::<iam::CreateAccountAlias>(&alias("a--b")),
        "400 ValidationError: 1 validation error detected: Value at 'accountAlias' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
    );
}

#[test]
fn all_violations_come_at_once_in_the_models_order() {
    assert_eq!(
        sentence::<cognito_identity::ListIdentities>(&map(&[("MaxResults", Value::Integer(61))])),
        "400 ValidationException: 2 validation errors detected: Value null at 'identityPoolId' failed to satisfy \
         constraint: Member must not be null; Value '61' at 'maxResults' failed to satisfy constraint: Member must \
         have value less than or equal to 60"
    );
}

#[test]
fn sensitive_values_are_left_out() {
    let value = map(&[("PreviousPassword", "a\nb".into()), ("ProposedPassword", "x".repeat(300).into())]);
    assert_eq!(
        sentence::<cognito_idp::ChangePassword>(&value),
        "400 InvalidParameterException: 3 validation errors detected: Value at 'previousPassword' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\S]+; Value at 'proposedPassword' failed to \
         satisfy constraint: Member must have length less than or equal to 256; Value null at 'accessToken' failed \
         to satisfy constraint: Member must not be null"
    );
}

#[test]
fn enumerations_name_their_values() {
    let value = map(&[("ClientId", "abc".into()), ("AuthFlow", "GUESS".into())]);
    assert_eq!(
        sentence::<cognito_idp::InitiateAuth>(&value),
        "400 InvalidParameterException: 1 validation error detected: Value 'GUESS' at 'authFlow' failed to satisfy \
         constraint: Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, \
         CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]"
    );
}

#[test]
fn a_wrong_element_is_reported_with_its_list() {
    let flows = Value::List(vec!["code".into(), "token".into()]);
    let value = map(&[("UserPoolId", "r_1".into()), ("ClientName", "web".into()), ("AllowedOAuthFlows", flows)]);
    assert_eq!(
        sentence::<cognito_idp::CreateUserPoolClient>(&value),
        "400 InvalidParameterException: 1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' \
         failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [code, \
         implicit, client_credentials]]"
    );
}

#[test]
fn nested_paths_count_from_one() {
    let tag = map(&[("Key", "".into()), ("Value", "v".into())]);
    let value = map(&[("RoleName", "r".into()), ("Tags", Value::List(vec![tag]))]);
    let said = sentence::<iam::TagRole>(&value);
    assert!(said.contains("Value at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"), "{said}");
}

#[test]
fn iam_says_in_its_own_words_which_names_paths_and_documents_it_takes() {
    let said = |field: &str, requirement: &str| {
        format!("400 ValidationError: The specified value for {field} is invalid. {requirement}")
    };
    let names = "It must contain only alphanumeric characters and/or the following: +=,.@_-";
    let two = |one: (&str, &str), other: (&str, &str)| map(&[(one.0, one.1.into()), (other.0, other.1.into())]);
    let role = map(&[("RoleName", "a/b".into())]);
    assert_eq!(sentence::<iam::GetRole>(&role), said("roleName", names));
    assert_eq!(sentence::<iam::CreateUser>(&map(&[("UserName", "a b".into())])), said("userName", names));
    assert_eq!(sentence::<iam::DeleteUser>(&map(&[("UserName", "a\n".into())])), said("userName", names));
    assert_eq!(
        sentence::<iam::UpdateUser>(&two(("UserName", "ana"), ("NewUserName", "\u{e9}"))),
        said("newUserName", names)
    );
    assert_eq!(sentence::<iam::CreateGroup>(&map(&[("GroupName", "a*".into())])), said("groupName", names));
    let policy = two(("RoleName", "r"), ("PolicyName", "a:b"));
    assert_eq!(sentence::<iam::GetRolePolicy>(&policy), said("policyName", names));
    let profile = map(&[("InstanceProfileName", "a#".into())]);
    assert_eq!(sentence::<iam::GetInstanceProfile>(&profile), said("instanceProfileName", names));
    let device = map(&[("VirtualMFADeviceName", "a/b".into())]);
    assert_eq!(sentence::<iam::CreateVirtualMFADevice>(&device), said("virtualMFADeviceName", names));
    let certificate = map(&[("ServerCertificateName", "a/b".into())]);
    assert_eq!(sentence::<iam::GetServerCertificate>(&certificate), said("serverCertificateName", names));

    let paths = "It must begin and end with / and contain only alphanumeric characters and/or / characters.";
    for path in ["team", "/team", "team/", "/te am/", "/\u{e9}/"] {
        let user = two(("UserName", "ana"), ("Path", path));
        assert_eq!(sentence::<iam::CreateUser>(&user), said("path", paths), "{path}");
        let group = two(("GroupName", "a"), ("NewPath", path));
        assert_eq!(sentence::<iam::UpdateGroup>(&group), said("newPath", paths), "{path}");
        let policy = map(&[("PolicyName", "p".into()), ("Path", path.into()), ("PolicyDocument", "{}".into())]);
        assert_eq!(sentence::<iam::CreatePolicy>(&policy), said("path", paths), "{path}");
    }
    assert_eq!(
        sentence::<iam::ListUsers>(&map(&[("PathPrefix", "team".into())])),
        said(
            "pathPrefix",
            "It must begin with the / character and contain only alphanumeric characters and/or / characters."
        )
    );

    let documents = "It must contain only printable ASCII characters.";
    let put = |document: &str| {
        map(&[("RoleName", "r".into()), ("PolicyName", "p".into()), ("PolicyDocument", document.into())])
    };
    for document in ["{\u{1f600}}", "\u{0}", "\u{100}"] {
        assert_eq!(sentence::<iam::PutRolePolicy>(&put(document)), said("policyDocument", documents));
    }
    let role = two(("RoleName", "r"), ("AssumeRolePolicyDocument", "\u{2028}"));
    assert_eq!(sentence::<iam::CreateRole>(&role), said("assumeRolePolicyDocument", documents));
}

#[test]
fn what_iam_says_in_its_own_words_comes_after_everything_else_and_alone() {
    // The first in the model's order.
    let both = map(&[("RoleName", "a/b".into()), ("PolicyName", "c d".into()), ("PolicyDocument", "\u{100}".into())]);
    assert_eq!(
        sentence::<iam::PutRolePolicy>(&both),
        "400 ValidationError: The specified value for roleName is invalid. It must contain only alphanumeric \
         characters and/or the following: +=,.@_-"
    );
    let long = map(&[("RoleName", "a/b".into()), ("PolicyName", "p".repeat(129).into())]);
    assert_eq!(
        sentence::<iam::PutRolePolicy>(&long),
        "400 ValidationError: 2 validation errors detected: Value at 'policyName' failed to satisfy constraint: Member \
         must have length less than or equal to 128; Value at 'policyDocument' failed to satisfy constraint: Member \
         must not be null"
    );
    // An empty name is too short; that it does not match the pattern either is not said.
    assert_eq!(
        sentence::<iam::GetRole>(&map(&[("RoleName", "".into())])),
        "400 ValidationError: 1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member \
         must have length greater than or equal to 1"
    );
}

#[test]
fn other_texts_of_iam_quote_the_pattern_and_those_of_sts_the_value_too() {
    let key = map(&[("AccessKeyId", "no key id at all".into())]);
    assert_eq!(
        sentence::<iam::GetAccessKeyLastUsed>(&key),
        "400 ValidationError: 1 validation error detected: Value at 'accessKeyId' failed to satisfy constraint: Member \
         must satisfy regular expression pattern: [\\w]+"
    );
    let state = map(&[("AccessKeyId", "AKIAIOSFODNN7EXAMPLE".into()), ("Status", "Asleep".into())]);
    assert_eq!(
        sentence::<iam::UpdateAccessKey>(&state),
        "400 ValidationError: 1 validation error detected: Value at 'status' failed to satisfy constraint: Member must \
         satisfy enum value set"
    );
    let role = map(&[
        ("RoleArn", "arn:aws:iam::123456789012:role/r".into()),
        ("RoleSessionName", "a b".into()),
        ("DurationSeconds", Value::Integer(1)),
    ]);
    assert_eq!(
        sentence::<sts::AssumeRole>(&role),
        "400 ValidationError: 2 validation errors detected: Value 'a b' at 'roleSessionName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '1' at 'durationSeconds' failed \
         to satisfy constraint: Member must have value greater than or equal to 900"
    );
}

#[test]
fn long_values_do_not_blow_the_message_up() {
    let value = map(&[("RoleName", "!".repeat(1_000_000).into()), ("Tags", Value::List(vec![map(&[]); 100_000]))]);
    let fault = check(&value, iam::TagRole::OPERATION.input.unwrap(), Dialect::QueryBrief).unwrap_err();
    let message = fault.message.unwrap();
    assert!(message.starts_with("200002 validation errors detected: "), "{}", &message[..100]);
    assert!(message.len() < 20_000, "{}", message.len());
}

#[test]
fn structs_convert_both_ways() {
    let value = map(&[
        ("UserPoolId", "eu-west-1_abc".into()),
        ("Username", "ana".into()),
        ("UserAttributes", Value::List(vec![map(&[("Name", "email".into()), ("Value", "ana@example.com".into())])])),
        ("ForceAliasCreation", Value::Bool(true)),
        ("ClientMetadata", map(&[("a", "1".into())])),
    ]);
    let input = cognito_idp::AdminCreateUserRequest::from_value(value.clone()).unwrap();
    assert_eq!(input.username, "ana");
    assert_eq!(input.user_attributes.as_ref().unwrap()[0].value.as_deref(), Some("ana@example.com"));
    assert_eq!(input.force_alias_creation, Some(true));
    assert_eq!(input.client_metadata.as_ref().unwrap()["a"], "1");
    assert_eq!(input.message_action, None);
    assert_eq!(sorted(input.into_value()), sorted(value));
}

/// Members in the order of their names.
fn sorted(value: Value) -> Value {
    match value {
        Value::Map(mut entries) => {
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Map(entries.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::List(elements) => Value::List(elements.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[test]
fn moments_are_timestamps() {
    let credentials = sts::Credentials { expiration: 1_790_000_000_000, ..Default::default() };
    assert_eq!(credentials.into_value().get("Expiration"), Some(&Value::Timestamp(1_790_000_000_000)));
}

#[test]
fn a_missing_required_member_does_not_convert() {
    assert!(cognito_idp::AdminCreateUserRequest::from_value(map(&[])).is_err());
    assert!(cognito_idp::AdminCreateUserRequest::from_value(Value::Bool(true)).is_err());
}

#[test]
fn debug_hides_secrets() {
    let credentials = sts::Credentials {
        access_key_id: "ASIAEXAMPLE".into(),
        secret_access_key: "hush".into(),
        session_token: "token".into(),
        ..Default::default()
    };
    let answer = sts::AssumeRoleResponse { credentials: Some(credentials), ..Default::default() };
    let shown = format!("{answer:?}");
    assert!(shown.contains("ASIAEXAMPLE") && !shown.contains("hush") && !shown.contains("\"token\""), "{shown}");

    let parameters = [("PASSWORD".to_owned(), "hush".to_owned())].into();
    let input = cognito_idp::InitiateAuthRequest { auth_parameters: Some(parameters), ..Default::default() };
    let shown = format!("{input:?}");
    assert!(!shown.contains("hush") && shown.contains("(hidden)"), "{shown}");
}

#[test]
fn errors_have_the_codes_and_statuses_of_the_wire() {
    let all = [
        iam::error::no_such_entity("m"),
        sts::error::expired_token("m"),
        sts::error::invalid_identity_token("m"),
        cognito_idp::error::forbidden("m"),
        cognito_idp::error::user_not_found("m"),
        cognito_idp::error::internal_error("m"),
        cognito_identity::error::validation("m"),
    ];
    let said: Vec<String> = all.iter().map(|fault| format!("{} {}", fault.code, fault.status)).collect();
    assert_eq!(
        said,
        [
            "NoSuchEntity 404",
            "ExpiredTokenException 400",
            "InvalidIdentityToken 400",
            "ForbiddenException 403",
            "UserNotFoundException 400",
            "InternalErrorException 500",
            "ValidationException 400",
        ]
    );
}

#[test]
fn resources_say_where_they_come_from() {
    static POOL: Binding = Binding::Fill(&[("UserPoolId", Variable::Member("UserPoolId"))]);
    static NEW_ROLE: Binding =
        Binding::Fill(&[("RoleNameWithPath", Variable::NameWithPath { name: "RoleName", path: Some("Path") })]);
    static ROLE: Binding =
        Binding::Fill(&[("RoleNameWithPath", Variable::NameWithPath { name: "RoleName", path: None })]);
    let pool = &cognito_idp::AdminCreateUser::OPERATION.resources[0];
    assert_eq!(pool.arn, "arn:${Partition}:cognito-idp:${Region}:${Account}:userpool/${UserPoolId}");
    assert_eq!(pool.binding, POOL);
    assert_eq!(iam::CreateRole::OPERATION.resources[0].binding, NEW_ROLE);
    assert_eq!(iam::GetRole::OPERATION.resources[0].binding, ROLE);
    assert_eq!(sts::AssumeRole::OPERATION.resources[0].binding, Binding::Arn("RoleArn"));
    assert_eq!(iam::ChangePassword::OPERATION.resources[0].binding, Binding::Caller);
    assert!(sts::GetCallerIdentity::OPERATION.resources.is_empty());
}
