//! What a token or an assertion wants of the session: tags, a source identity, roles (spec/sts-and-iam.md B8, B9).

use crate::packed;
use crate::session_policy::SessionPolicies;
use crate::session_tags::RequestedTags;
use contract::{Fault, Value as Neutral, check};
use domain::jwt::Claims;
use federation::session_claims::{self, TagsFault};
use model::sts::{error, schemas};
use std::collections::BTreeMap;

/// The session tags of a web identity token.
///
/// # Errors
/// `InvalidIdentityToken`: the claim is malformed, or beyond the limits of session tags.
pub fn tags(claims: &Claims) -> Result<RequestedTags, Fault> {
    let tags = session_claims::session_tags(claims).map_err(|fault| match fault {
        TagsFault::BadTags => error::invalid_identity_token(BAD_TAGS),
        TagsFault::BadPrincipalTags => {
            error::invalid_identity_token("principal_tags passed in claim is not in correct format.")
        }
    })?;
    demand_limits(&tags.principal_tags)?;
    RequestedTags::of(tags.principal_tags, tags.transitive_tag_keys)
}

/// Whether these could be the tags of a session: by themselves, all together, and beside no policy.
///
/// # Errors
/// `InvalidIdentityToken`, `InvalidParameterValue`, `PackedPolicyTooLarge`.
pub fn demand_usable(tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.is_empty() {
        return Ok(());
    }
    let list: Vec<(String, String)> = tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    demand_limits(&list)?;
    RequestedTags::of(list, Vec::new())?;
    packed::percent(&SessionPolicies::default(), tags).map(drop)
}

/// The limits that a request's own tags have, for tags that came another way.
///
/// # Errors
/// `InvalidIdentityToken`.
pub fn demand_limits(tags: &[(String, String)]) -> Result<(), Fault> {
    let member = |name: &str, text: &str| (name.to_owned(), Neutral::String(text.to_owned()));
    let tag = |(key, value): &(String, String)| Neutral::Map(vec![member("Key", key), member("Value", value)]);
    let list = Neutral::List(tags.iter().map(tag).collect());
    check(&list, &schemas::TAG_LIST_TYPE, model::sts::SERVICE.dialect)
        .map_err(|why| error::invalid_identity_token(BAD_TAGS).with_cause(why))
}

/// The source identity of a web identity token.
///
/// # Errors
/// `InvalidIdentityToken`: it is not one.
pub fn source_identity(claims: &Claims) -> Result<Option<String>, Fault> {
    let refused = || error::invalid_identity_token(BAD_SOURCE_IDENTITY);
    let found = session_claims::source_identity(claims).map_err(|_| refused())?;
    let text = |text: &str| Neutral::String(text.to_owned());
    match found {
        Some(found) if check(&text(found), &schemas::SOURCE_IDENTITY_TYPE, model::sts::SERVICE.dialect).is_err() => {
            Err(refused())
        }
        found => Ok(found.map(str::to_owned)),
    }
}

/// Whether the token restricts its holder to certain roles, this one among them.
///
/// # Errors
/// `InvalidIdentityToken`: it does, and this is none of them. (The sheet has no sentence.)
pub fn role_is_authorized(claims: &Claims, role_arn: &str) -> Result<bool, Fault> {
    match session_claims::roles(claims) {
        None => Ok(false),
        Some(roles) if roles.iter().any(|role| role == role_arn) => Ok(true),
        Some(_) => Err(error::invalid_identity_token("Role is not authorized by the identity provider.")),
    }
}

/// STS's sentence for session tags from a provider.
pub const BAD_TAGS: &str = "Session tags passed in claim are not in correct format.";

/// STS's sentence for a source identity from a provider.
pub const BAD_SOURCE_IDENTITY: &str =
    r#"Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:""#;
