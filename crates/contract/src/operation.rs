//! The facts of a service and of each of its operations, as statics that `model` fills.

use crate::{FromValue, IntoValue, Schema};

/// An operation as a type: what goes in, what comes out, and its facts.
pub trait Call {
    /// The input shape's struct, or `()` when the operation takes nothing.
    type Input: FromValue;
    /// The output shape's struct, or `()` when the operation answers nothing.
    type Output: IntoValue;
    /// Name, service, authorization.
    const OPERATION: &'static Operation;
}

/// A service of the model.
pub struct Service {
    /// The signing name: `cognito-idp`, `cognito-identity`, `iam`, `sts`.
    pub name: &'static str,
    /// How requests and answers look as bytes.
    pub protocol: Protocol,
    /// How the service words a constraint violation.
    pub dialect: Dialect,
    /// JSON services: what stands before the dot in `X-Amz-Target`; empty for query services.
    pub target_prefix: &'static str,
    /// Query services: the namespace of answers; empty for JSON services.
    pub xml_namespace: &'static str,
    /// Such as `2016-04-18`.
    pub api_version: &'static str,
    /// Sorted by name.
    pub operations: &'static [&'static Operation],
}

impl Service {
    /// The operation called `name`, spelled as the model spells it.
    pub fn operation(&self, name: &str) -> Option<&'static Operation> {
        let at = self.operations.binary_search_by(|operation| operation.name.cmp(name)).ok()?;
        self.operations.get(at).copied()
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({})", self.name)
    }
}

/// The wire protocols of the four services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.1.
    Json11,
    /// The query protocol: form in, XML out.
    Query,
}

/// How a service words a constraint violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `InvalidParameterException` (cognito-idp; spec/user-pools-api.md 1.1).
    InvalidParameter,
    /// `ValidationException` (cognito-identity; spec/identity-pools.md 1).
    Validation,
    /// `ValidationError`, with the value and what would be allowed (sts; spec/sts-and-iam.md part A, classic text).
    Query,
    /// `ValidationError`, without the value and without the values of an enumeration (iam; spec/sts-and-iam.md part A,
    /// newer text).
    QueryBrief,
}

/// The facts of one operation.
pub struct Operation {
    /// The name in the model, such as `AdminCreateUser`.
    pub name: &'static str,
    /// The service it belongs to.
    pub service: &'static Service,
    /// What it takes; `None` when it takes nothing.
    pub input: Option<&'static Schema>,
    /// What it answers; `None` when it answers nothing.
    pub output: Option<&'static Schema>,
    /// Query services: the element around the answer's members, such as `AssumeRoleResult`.
    pub result_wrapper: Option<&'static str>,
    /// Whether AWS takes the call without a signature.
    pub unsigned: bool,
    /// The IAM action, such as `cognito-idp:AdminCreateUser`.
    pub action: &'static str,
    /// `Read`, `List`, `Write`, `Tagging` or `Permissions management`; empty when unknown.
    pub access_level: &'static str,
    /// The resource types the action is decided on; none means `*` only.
    pub resources: &'static [ResourceTemplate],
    /// Actions the caller needs besides, such as `iam:PassRole`.
    pub dependent_actions: &'static [&'static str],
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operation({})", self.action)
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.service.name == other.service.name
    }
}

impl Eq for Operation {}

/// One resource type of an action and how its ARN follows from the input.
#[derive(Debug)]
pub struct ResourceTemplate {
    /// Such as `userpool`.
    pub name: &'static str,
    /// Such as `arn:${Partition}:cognito-idp:${Region}:${Account}:userpool/${UserPoolId}`.
    pub arn: &'static str,
    /// Whether the action always has this resource.
    pub required: bool,
    /// Where the ARN comes from.
    pub binding: Binding,
    /// The condition keys that depend on this resource, such as `aws:ResourceTag/${TagKey}`.
    pub condition_keys: &'static [&'static str],
}

/// Where a resource's ARN comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Binding {
    /// This member holds the whole ARN. Several resource types may share the member; the ARN says which it is.
    Arn(&'static str),
    /// Fill the template: each variable besides `Partition`, `Region` and `Account`, and its source.
    Fill(&'static [(&'static str, Variable)]),
    /// The calling user itself.
    Caller,
    /// The input does not say (an id not made yet, an entity behind an opaque id): the operation tells the
    /// gate, or it is decided on `*`.
    Unknown,
}

/// Where a template variable comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Variable {
    /// The text of this member. When the member is optional and absent, the resource is the caller's own.
    Member(&'static str),
    /// The URL in this member without its scheme.
    UrlWithoutScheme(&'static str),
    /// Path and name of an entity: `path` without its leading slash, then `name`.
    NameWithPath {
        /// The member that holds the name. When it is optional and absent, the entity is the caller itself.
        name: &'static str,
        /// The member that holds the path (absent: `/`). `None`: the entity exists, and its own path counts.
        path: Option<&'static str>,
    },
}
