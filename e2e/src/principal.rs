//! IAM users and policies for tests, made with boto3 in one go.

use crate::Shell;
use serde_json::{Value, json};

const USER: &str = r#"
import boto3, json, sys
name, policies = sys.argv[1], json.loads(sys.argv[2])
iam = boto3.client("iam")
iam.create_user(UserName=name)
for number, policy in enumerate(policies):
    iam.put_user_policy(UserName=name, PolicyName="policy-%d" % number, PolicyDocument=json.dumps(policy))
key = iam.create_access_key(UserName=name)["AccessKey"]
print(json.dumps({"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}))
"#;

/// A new IAM user with these inline policies, named `policy-0`, `policy-1`, …, and the shell of one who has its access
/// key.
pub fn user(root: &Shell, name: &str, policies: &[Value]) -> Shell {
    root.with_credentials(&user_key(root, name, policies))
}

/// The same, but its access key: `AccessKeyId` and `SecretAccessKey`.
pub fn user_key(root: &Shell, name: &str, policies: &[Value]) -> Value {
    root.python(USER, &[name, &json!(policies).to_string()])
}

/// A policy of one statement that allows these actions (a text or a list) on these resources (likewise).
pub fn allow(actions: impl Into<Value>, resources: impl Into<Value>) -> Value {
    policy([json!({ "Effect": "Allow", "Action": actions.into(), "Resource": resources.into() })])
}

/// A policy of the current version.
pub fn policy<const COUNT: usize>(statements: [Value; COUNT]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": Vec::from(statements) })
}

const ROLE: &str = r#"
import boto3, json, sys
name, trust, policies = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
iam = boto3.client("iam")
arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
for number, policy in enumerate(policies):
    iam.put_role_policy(RoleName=name, PolicyName="policy-%d" % number, PolicyDocument=json.dumps(policy))
print(json.dumps(arn))
"#;

/// A new role with these inline policies, named `policy-0`, `policy-1`, …; answers its ARN.
pub fn role(root: &Shell, name: &str, trust: &Value, policies: &[Value]) -> String {
    let arn = root.python(ROLE, &[name, &trust.to_string(), &json!(policies).to_string()]);
    arn.as_str().expect("an ARN").to_owned()
}

/// A trust policy that lets one AWS principal in.
pub fn trust(arn: &str) -> Value {
    policy([json!({ "Effect": "Allow", "Principal": { "AWS": arn }, "Action": "sts:AssumeRole" })])
}
