//! How each protocol family says that a signature or a permission did not hold (spec/sts-and-iam.md E2, E3).

use contract::{Fault, Protocol};
use sigv4::{Refusal, RefusalKind};

/// The fault for a signature that was refused.
pub fn refusal(protocol: Protocol, refusal: &Refusal) -> Fault {
    use RefusalKind as K;
    let (query, json) = match refusal.kind() {
        K::MissingAuthentication => (("MissingAuthenticationToken", 403), "MissingAuthenticationTokenException"),
        K::IncompleteSignature | K::QueryParameters => (("IncompleteSignature", 400), "IncompleteSignatureException"),
        K::MalformedQueryString | K::BadPath => (("MalformedQueryString", 400), "IncompleteSignatureException"),
        K::InvalidClientToken => (("InvalidClientTokenId", 403), "UnrecognizedClientException"),
        K::ExpiredToken => (("ExpiredToken", 403), "ExpiredTokenException"),
        K::SignatureDoesNotMatch
        | K::HeadersNotSigned
        | K::PresignedExpired
        | K::ContentSha256
        | K::ContentSha256Mismatch => (("SignatureDoesNotMatch", 403), "InvalidSignatureException"),
        K::TooLarge => (("RequestEntityTooLarge", 413), "RequestEntityTooLargeException"),
    };
    let message = match (protocol, refusal) {
        // JSON services say it in other words (spec/sts-and-iam.md E2, second table).
        (Protocol::Json11, Refusal::MissingAuthentication) => "Missing Authentication Token".to_owned(),
        (Protocol::Json11, Refusal::InvalidSessionToken | Refusal::UnknownAccessKey | Refusal::InactiveAccessKey) => {
            "The security token included in the request is invalid.".to_owned()
        }
        _ => refusal.message(),
    };
    match protocol {
        Protocol::Query => Fault::new(query.0, query.1, message),
        Protocol::Json11 => Fault::new(json, 400, message),
    }
}

/// The fault for a permission that was refused; JSON services write `Message` with a capital here.
pub fn denied(protocol: Protocol, message: String) -> Fault {
    match protocol {
        Protocol::Query => Fault::new("AccessDenied", 403, message),
        Protocol::Json11 => Fault::new("AccessDeniedException", 400, message).with_capital_message(),
    }
}

/// STS's sentence where it gives no reason (spec/sts-and-iam.md B3).
pub fn not_authorized(caller: &str, action: &str, resource: &str) -> String {
    format!("User: {caller} is not authorized to perform: {action} on resource: {resource}")
}
