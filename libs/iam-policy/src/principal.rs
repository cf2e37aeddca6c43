//! Who asks, whom a statement names, and how strongly the one fits the other (spec/policy.md 3.4).

use crate::arn::Arn;
use crate::context::Context;

/// Who makes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The root user of an account.
    Root {
        /// Account id.
        account: String,
    },
    /// An IAM user, also through GetSessionToken.
    User {
        /// With path.
        arn: String,
        /// `AIDA…`.
        id: String,
        /// Account id.
        account: String,
    },
    /// A session of a role, however it was assumed.
    RoleSession {
        /// The role's ARN with its path.
        role_arn: String,
        /// `AROA…`.
        role_id: String,
        /// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
        session_arn: String,
        /// Account id.
        account: String,
    },
    /// A GetFederationToken session.
    FederatedUser {
        /// `arn:aws:sts::ACCOUNT:federated-user/NAME`.
        arn: String,
        /// ARN of the user who called GetFederationToken.
        issuer_arn: String,
        /// `AIDA…` of that user.
        issuer_id: String,
        /// Account id.
        account: String,
    },
    /// An AWS service acting as itself, e.g. `lambda.amazonaws.com`.
    Service {
        /// The service principal's name.
        name: String,
    },
    /// An unsigned request.
    Anonymous,
    /// The holder of a web identity token at AssumeRoleWithWebIdentity.
    WebIdentity {
        /// `cognito-identity.amazonaws.com`, `accounts.google.com`, … or the ARN of a registered OIDC provider.
        provider: String,
    },
    /// The holder of a SAML assertion at AssumeRoleWithSAML.
    Saml {
        /// ARN of the registered SAML provider.
        provider_arn: String,
    },
}

impl Principal {
    /// The account it belongs to; services, strangers and token holders have none.
    pub fn account(&self) -> Option<&str> {
        match self {
            Principal::Root { account }
            | Principal::User { account, .. }
            | Principal::RoleSession { account, .. }
            | Principal::FederatedUser { account, .. } => Some(account),
            Principal::Service { .. }
            | Principal::Anonymous
            | Principal::WebIdentity { .. }
            | Principal::Saml { .. } => None,
        }
    }

    /// The ARN or name that identifies it in messages; `anonymous` for an unsigned request (spec/policy.md 7.1).
    pub fn display(&self) -> String {
        match self {
            Principal::Root { account } => format!("arn:aws:iam::{account}:root"),
            Principal::User { arn, .. } | Principal::FederatedUser { arn, .. } => arn.clone(),
            Principal::RoleSession { session_arn, .. } => session_arn.clone(),
            Principal::Service { name } => name.clone(),
            Principal::Anonymous => "anonymous".to_owned(),
            Principal::WebIdentity { provider } => provider.clone(),
            Principal::Saml { provider_arn } => provider_arn.clone(),
        }
    }
}

/// How a resource policy's Allow reaches the caller, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// Names the caller's account: adds nothing by itself within the account.
    Delegated,
    /// Names the user who issued the federated session.
    Issuer,
    /// Names the session's role: boundary and session policies still limit.
    Role,
    /// Names the caller, its session, or everyone.
    Direct,
}

/// Principal or NotPrincipal of a statement.
#[derive(Debug, Clone)]
pub(crate) struct PrincipalClause {
    pub negated: bool,
    pub entries: Vec<Entry>,
}

impl PrincipalClause {
    /// How the clause reaches the caller; `None` when it does not.
    pub fn reaches(&self, caller: &Principal, context: &Context, has_boundary: bool) -> Option<Grant> {
        if self.negated {
            return (has_boundary || !self.exempts(caller, context)).then_some(Grant::Direct);
        }
        self.entries.iter().filter_map(|entry| entry.matches(caller, context)).max()
    }

    /// Whether NotPrincipal leaves the caller out. A role session must be listed three times over: as session, as
    /// role and as account (spec/policy.md 3.4, 6.7).
    fn exempts(&self, caller: &Principal, context: &Context) -> bool {
        let listed = |grant| self.entries.iter().any(|entry| entry.matches(caller, context) == Some(grant));
        match caller {
            Principal::RoleSession { .. } => {
                self.entries.iter().any(|entry| matches!(entry.form, Form::Everyone))
                    || [Grant::Direct, Grant::Role, Grant::Delegated].into_iter().all(listed)
            }
            _ => self.entries.iter().any(|entry| entry.matches(caller, context).is_some()),
        }
    }
}

/// One name in a Principal map.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    kind: &'static str,
    source: Box<str>,
    form: Form,
}

/// What the name stands for; the text is `source` unless given here.
#[derive(Debug, Clone)]
enum Form {
    Everyone,
    Account(Box<str>),
    User,
    Role,
    Session,
    FederatedUser,
    /// `AIDA…` or `AROA…`, written so or bound on saving.
    UniqueId(Box<str>),
    Service,
    Federated,
    /// A form that names nobody: partial wildcards, groups, canonical ids that were not rewritten.
    Nobody,
}

impl Entry {
    pub fn everyone() -> Entry {
        Entry { kind: "*", source: "*".into(), form: Form::Everyone }
    }

    /// `None` for an unknown kind.
    pub fn parse(kind: &str, source: &str) -> Option<Entry> {
        let (kind, form) = match kind {
            "AWS" => ("AWS", aws_form(source)),
            "Service" => ("Service", Form::Service),
            "Federated" => ("Federated", Form::Federated),
            "CanonicalUser" => ("CanonicalUser", Form::Nobody),
            _ => return None,
        };
        Some(Entry { kind, source: source.into(), form })
    }

    pub fn kind(&self) -> &str {
        self.kind
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the name has a form that can name someone.
    pub fn is_well_formed(&self) -> bool {
        !matches!(self.form, Form::Nobody)
    }

    /// Whether it names fixed AWS accounts, principals or services: the `Federated` ones and everyone do not count as
    /// such (spec/policy.md 9.6).
    pub fn is_fixed(&self) -> bool {
        !matches!(self.form, Form::Everyone | Form::Federated)
    }

    pub fn bind(&mut self, id_of: impl Fn(&str) -> Option<String>) {
        if matches!(self.form, Form::User | Form::Role)
            && let Some(id) = id_of(&self.source)
        {
            self.form = Form::UniqueId(id.into());
        }
    }

    /// The table of spec/policy.md 3.4.
    fn matches(&self, caller: &Principal, context: &Context) -> Option<Grant> {
        let source = &*self.source;
        let when = |fits: bool, grant: Grant| fits.then_some(grant);
        match (&self.form, caller) {
            (Form::Everyone, _) => Some(Grant::Direct),
            (Form::Account(id), Principal::Root { account }) => when(account == &**id, Grant::Direct),
            (Form::Account(id), caller) => when(caller.account() == Some(&**id), Grant::Delegated),
            (Form::User, Principal::User { arn, .. }) => when(arn == source, Grant::Direct),
            (Form::User, Principal::FederatedUser { issuer_arn, .. }) => when(issuer_arn == source, Grant::Issuer),
            (Form::Role, Principal::RoleSession { role_arn, .. }) => when(role_arn == source, Grant::Role),
            (Form::Session, Principal::RoleSession { session_arn, .. }) => when(session_arn == source, Grant::Direct),
            (Form::FederatedUser, Principal::FederatedUser { arn, .. }) => when(arn == source, Grant::Direct),
            (Form::UniqueId(id), Principal::User { id: given, .. }) => when(given == &**id, Grant::Direct),
            (Form::UniqueId(id), Principal::FederatedUser { issuer_id, .. }) => when(issuer_id == &**id, Grant::Issuer),
            (Form::UniqueId(id), Principal::RoleSession { role_id, .. }) => when(role_id == &**id, Grant::Role),
            (Form::Service, Principal::Service { name }) => when(name.eq_ignore_ascii_case(source), Grant::Direct),
            (Form::Federated, Principal::WebIdentity { provider }) => when(provider == source, Grant::Direct),
            (Form::Federated, Principal::Saml { provider_arn }) => when(provider_arn == source, Grant::Direct),
            (Form::Federated, Principal::RoleSession { .. }) => {
                when(context.single("aws:FederatedProvider") == Some(source), Grant::Direct)
            }
            _ => None,
        }
    }
}

fn aws_form(source: &str) -> Form {
    if source == "*" {
        return Form::Everyone;
    }
    if is_account(source) {
        return Form::Account(source.into());
    }
    let id_like = |prefix| {
        source.len() >= 16
            && source.starts_with(prefix)
            && source.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if id_like("AIDA") || id_like("AROA") {
        return Form::UniqueId(source.into());
    }
    let Some(arn) = Arn::parse(source).filter(|arn| arn.region.is_empty() && is_account(arn.account)) else {
        return Form::Nobody;
    };
    if source.contains(['*', '?']) {
        return Form::Nobody;
    }
    let named = |prefix: &str| arn.resource.strip_prefix(prefix).is_some_and(|name| !name.is_empty());
    match arn.service {
        "iam" if arn.resource == "root" => Form::Account(arn.account.into()),
        "iam" if named("user/") => Form::User,
        "iam" if named("role/") => Form::Role,
        "sts" if named("assumed-role/") => Form::Session,
        "sts" if named("federated-user/") => Form::FederatedUser,
        _ => Form::Nobody,
    }
}

/// Twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
