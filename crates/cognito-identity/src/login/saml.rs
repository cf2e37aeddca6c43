//! Logins of SAML providers that are registered in IAM and listed in the pool (spec/identity-pools.md 7).

use super::{Question, Refused, demand_subject};
use contract::Fault;
use domain::jwt::Claims;
use domain::login_token::{LoginKind, LoginRefusal, VerifiedLogin};
use domain::principal_tags::SAML_NAME_IDENTIFIER;
use federation::saml::{Assertion, SamlRefusal};
use serde_json::Value;
use sts::saml::Provider;

/// Verifies a response of the provider with this ARN, as AssumeRoleWithSAML would.
///
/// There is no trust policy here that asks for `saml:aud`, so the assertion must have been made out to AWS's sign-in or to this
/// server: what another service of the same provider was given is no login here (SAML profiles, 4.1.4.3).
///
/// # Errors
/// An internal fault.
pub async fn verify(
    question: &Question<'_>,
    arn: &str,
    response: &str,
) -> Result<Result<VerifiedLogin, Refused>, Fault> {
    let Some(provider) = Provider::find(question.node, arn).await? else {
        let detail = format!("{arn} is not registered in IAM");
        return Ok(Err(Refused::because(LoginRefusal::UnsupportedProvider, Some(detail))));
    };
    let assertion = match provider.verify(response, question.now) {
        Ok(assertion) => assertion,
        Err(refusal) => return Ok(Err(refused(refusal))),
    };
    if !is_recipient(&assertion.recipient, &question.node.base_url) {
        let detail = format!("the assertion is for `{}`", assertion.recipient);
        return Ok(Err(Refused::because(LoginRefusal::UnsupportedProvider, Some(detail))));
    }
    Ok(demand_subject(assertion.subject.clone()).map(|subject| VerifiedLogin {
        provider: arn.to_owned(),
        kind: LoginKind::Saml { provider_arn: arn.to_owned() },
        subject,
        claims: claims(assertion).into(),
    }))
}

/// The attributes as claims, by their names: one value is a text, several are a list.
fn claims(assertion: Assertion) -> Claims {
    let mut claims = Claims::new();
    for (name, mut values) in assertion.attributes {
        let value = match (values.len(), values.pop()) {
            (1, Some(only)) => Value::String(only),
            (_, last) => values.into_iter().chain(last).map(Value::String).collect(),
        };
        claims.insert(name, value);
    }
    claims.entry(SAML_NAME_IDENTIFIER).or_insert(Value::String(assertion.subject));
    claims
}

/// `https://signin.aws.amazon.com/saml`, a region's own address of it, or an address of this server.
fn is_recipient(recipient: &str, base_url: &str) -> bool {
    if recipient.strip_prefix(base_url).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return true;
    }
    let Some((host, path)) = recipient.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let at_home = host == "signin.aws.amazon.com" || host.ends_with(".signin.aws.amazon.com");
    at_home && (path == "saml" || path.starts_with("saml/"))
}

fn refused(refusal: SamlRefusal) -> Refused {
    use SamlRefusal as R;
    let sentence = match refusal {
        R::OtherIssuer => LoginRefusal::IssuerMismatch,
        R::BadSignature | R::UnsignedAssertion => LoginRefusal::BadSignature,
        // Of a JWT the sentence has seconds.
        R::Expired { now, expires } => LoginRefusal::Expired { now: now.millis(), expires: expires.millis() },
        other => {
            let sentence = "Invalid login token. Not a valid SAML response.".to_owned();
            return Refused::in_words(sentence, Some(other.to_string()));
        }
    };
    Refused::because(sentence, Some(refusal.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assertions_for_others_are_told_apart() {
        let is_for_us = |recipient| is_recipient(recipient, "https://sekisho.test");
        for good in [
            "https://signin.aws.amazon.com/saml",
            "https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLSPABC",
            "https://sekisho.test/saml",
            "https://sekisho.test",
        ] {
            assert!(is_for_us(good), "{good}");
        }
        for bad in [
            "https://app.test/saml",
            "https://evilsignin.aws.amazon.com/saml",
            "https://signin.aws.amazon.com.evil.test/saml",
            "http://signin.aws.amazon.com/saml",
            "https://signin.aws.amazon.com/samlet",
            "https://sekisho.test.evil.test/saml",
            "",
        ] {
            assert!(!is_for_us(bad), "{bad}");
        }
    }
}
