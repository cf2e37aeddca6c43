//! ARNs of identity providers: the name of an account's own provider, taken from what the caller sent.

use contract::{Call, Fault};
use model::iam::error;
use service::Cx;

/// What kind of provider an ARN names.
#[derive(Clone, Copy, Debug)]
pub enum ProviderKind {
    /// OpenID Connect.
    Oidc,
    /// SAML.
    Saml,
}

impl ProviderKind {
    /// The kind of resource in its ARNs.
    pub fn resource(self) -> &'static str {
        match self {
            Self::Oidc => "oidc-provider",
            Self::Saml => "saml-provider",
        }
    }
}

/// What follows `arn:aws:iam::ACCOUNT:KIND/` in the ARN of a provider of the caller's account (spec/sts-and-iam.md C3,
/// C5, C8).
///
/// # Errors
/// `ValidationError`: no ARN, or the ARN of something else; `AccessDenied`: the ARN of another account.
pub fn own_name<'a, C: Call>(cx: &Cx, kind: ProviderKind, arn: &'a str) -> Result<&'a str, Fault> {
    let (account, name) = split(kind, arn)?;
    if account == cx.account().as_str() {
        return Ok(name);
    }
    let (caller, action) = (cx.caller.arn(), C::OPERATION.action);
    Err(error::access_denied(format!("User: {caller} is not authorized to perform: {action} on resource: {arn}")))
}

/// Account and name in the ARN of a provider.
///
/// # Errors
/// `ValidationError`: no ARN, or the ARN of something else.
pub fn split(kind: ProviderKind, arn: &str) -> Result<(&str, &str), Fault> {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = fields[..] else {
        return Err(error::validation_error("Invalid ARN:  Could not be parsed!"));
    };
    let name = resource.strip_prefix(kind.resource()).and_then(|rest| rest.strip_prefix('/'));
    let name = name.filter(|name| !name.is_empty() && !name.contains(char::is_control));
    match name {
        Some(name) if partition == "aws" && service == "iam" && region.is_empty() && !account.is_empty() => {
            Ok((account, name))
        }
        _ => Err(error::validation_error("Invalid resource type in ARN")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_arn_is_taken_apart() {
        let arn = "arn:aws:iam::123456789012:oidc-provider/idp.example:8443/a/b";
        assert_eq!(split(ProviderKind::Oidc, arn).unwrap(), ("123456789012", "idp.example:8443/a/b"));
    }

    #[test]
    fn other_texts_are_refused_in_aws_words() {
        let message = |arn| split(ProviderKind::Saml, arn).unwrap_err().to_string();
        assert_eq!(message("not-an-arn-but-long-enough"), "ValidationError: Invalid ARN:  Could not be parsed!");
        for arn in [
            "arn:aws:iam::123456789012:oidc-provider/idp.example",
            "arn:aws:iam::123456789012:saml-provider/",
            "arn:aws:iam::123456789012:saml-provider/a\0",
            "arn:aws:sts::123456789012:saml-provider/Okta",
            "arn:aws:iam:::saml-provider/Okta",
        ] {
            assert_eq!(message(arn), "ValidationError: Invalid resource type in ARN", "{arn}");
        }
    }
}
