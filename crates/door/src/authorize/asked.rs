//! What a proxy asks, as its configuration says: in the query of the address, or in its path where the proxy adds the client's
//! own path and query behind it.

use super::PATH;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// Longest action or resource, in bytes.
const TEXT_MOST: usize = 2048;
/// The service that is signed for, unless the proxy says otherwise.
const SERVICE: &str = "execute-api";

/// What is to be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The signing name.
    pub service: String,
    /// `service:Name`.
    pub action: String,
    /// An ARN, with `{method}` and `{path}` where those of the original request belong.
    pub resource: String,
    /// Where the original request stands.
    pub place: Place,
}

/// Where the proxy puts the client's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `X-Original-Method`, `X-Original-URI`, `X-Original-Host` (nginx).
    Original,
    /// `X-Forwarded-Method`, `X-Forwarded-Uri`, `X-Forwarded-Host` (Traefik).
    Forwarded,
    /// The request itself; its path begins after so many bytes (Envoy).
    Behind(usize),
}

impl Question {
    /// Reads the address:
    /// `/_sekisho/authorize?request=original|forwarded&action=ACTION&resource=ARN[&service=NAME]`, or
    /// `/_sekisho/authorize/SERVICE/ACTION/ARN/request` and behind that the client's path and query.
    pub(super) fn read(parts: &Parts) -> Result<Self, String> {
        let path = parts.uri.path();
        let rest = path.strip_prefix(PATH).unwrap_or_default();
        if rest.is_empty() {
            return Self::from_query(parts.uri.query().unwrap_or_default());
        }
        let mut pieces = rest.splitn(6, '/').skip(1);
        let (Some(service), Some(action), Some(resource), Some("request")) =
            (pieces.next(), pieces.next(), pieces.next(), pieces.next())
        else {
            return Err(format!("the path is not {PATH}/SERVICE/ACTION/RESOURCE/request"));
        };
        let behind = pieces.next().map_or(0, |behind| behind.len() + 1);
        Self::check(text(service)?, text(action)?, text(resource)?, Place::Behind(path.len() - behind))
    }

    fn from_query(query: &str) -> Result<Self, String> {
        let (mut service, mut action, mut resource, mut request) = (None, None, None, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match name {
                "service" => &mut service,
                "action" => &mut action,
                "resource" => &mut resource,
                "request" => &mut request,
                _ => return Err(format!("the parameter `{}` means nothing here", text(name)?)),
            };
            // Given twice, one of them may be a client's, by way of a variable in the proxy's configuration.
            if slot.replace(text(value)?).is_some() {
                return Err(format!("the parameter `{name}` stands twice"));
            }
        }
        let place = match request.as_deref() {
            Some("original") => Place::Original,
            Some("forwarded") => Place::Forwarded,
            _ => return Err("`request` is neither `original` nor `forwarded`".to_owned()),
        };
        let needed = |value: Option<String>, name: &str| value.ok_or_else(|| format!("`{name}` is missing"));
        let service = service.unwrap_or_else(|| SERVICE.to_owned());
        Self::check(service, needed(action, "action")?, needed(resource, "resource")?, place)
    }

    fn check(service: String, action: String, resource: String, place: Place) -> Result<Self, String> {
        let plain = |text: &str, more: &[u8]| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
        };
        if !plain(&service, b"-") || service == "s3" {
            return Err("`service` is not a signing name that can be used here".to_owned());
        }
        let action_fits = action.split_once(':').is_some_and(|(prefix, name)| plain(prefix, b"-") && plain(name, b""));
        if !action_fits || action.len() > TEXT_MOST {
            return Err("`action` is not SERVICE:NAME".to_owned());
        }
        let resource_fits = resource.starts_with("arn:") && resource.split(':').count() >= 6;
        if !resource_fits || resource.len() > TEXT_MOST {
            return Err("`resource` is not an ARN".to_owned());
        }
        Ok(Self { service, action, resource, place })
    }
}

/// Undoes percent escapes. A plus stays a plus: proxies' configurations do not write forms.
fn text(raw: &str) -> Result<String, String> {
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| "the address is not UTF-8".to_owned())?;
    if text.chars().any(char::is_control) {
        return Err("the address holds control characters".to_owned());
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(uri: &str) -> Result<Question, String> {
        Question::read(&http::Request::builder().uri(uri).body(()).unwrap().into_parts().0)
    }

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:api/prod/{method}{path}";

    #[test]
    fn both_forms_say_the_same() {
        let query = "?request=original&action=execute-api:Invoke\
                     &resource=arn:aws:execute-api:us-east-1:123456789012:api/prod/%7Bmethod%7D%7Bpath%7D";
        let question = read(&format!("{PATH}{query}")).unwrap();
        let wanted = Question {
            service: "execute-api".to_owned(),
            action: "execute-api:Invoke".to_owned(),
            resource: ARN.to_owned(),
            place: Place::Original,
        };
        assert_eq!(question, wanted);
        let prefix = format!(
            "{PATH}/execute-api/execute-api:Invoke/arn:aws:execute-api:us-east-1:123456789012:api%2Fprod%2F%7Bmethod%7D%7Bpath%7D/request"
        );
        let place = Place::Behind(prefix.len());
        // Whatever the client's own path and query say.
        for own in ["", "/", "/orders", "/a/request/b", "/x?action=sts:AssumeRole&resource=arn:a:b:c:d:e"] {
            assert_eq!(read(&format!("{prefix}{own}")).unwrap(), Question { place, ..wanted.clone() }, "{own}");
        }
    }

    #[test]
    fn what_is_not_said_plainly_is_refused() {
        let good = "request=original&action=a:B&resource=arn:aws:a:::x";
        assert!(read(&format!("{PATH}?{good}")).is_ok());
        for query in [
            "",
            "action=a:B&resource=arn:aws:a:::x",
            "request=any&action=a:B&resource=arn:aws:a:::x",
            "request=original&resource=arn:aws:a:::x",
            "request=original&action=a:B",
            "request=original&action=a:B&resource=*",
            "request=original&action=a:*&resource=arn:aws:a:::x",
            "request=original&action=a:B&resource=arn:aws:a:::x&service=s3",
            "request=original&action=a:B&resource=arn:aws:a:::x&action=a:C",
            "request=original&action=a:B&resource=arn:aws:a:::x&other=1",
        ] {
            assert!(read(&format!("{PATH}?{query}")).is_err(), "{query}");
        }
        for path in ["/execute-api", "/execute-api/a:B/arn:aws:a:::x", "/execute-api/a:B/arn:aws:a:::x/orders"] {
            assert!(read(&format!("{PATH}{path}")).is_err(), "{path}");
        }
    }
}
