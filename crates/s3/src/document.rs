//! What a decision has to know of a request's body: the tags, the place, the lock or the restoration that it asks for; and the
//! body anew, so that whoever carries the request out reads what was decided, and nothing else.

use crate::fault::element;
use crate::header_rules::{HOLDS, LOCK_MODES, is_moment};
use crate::permission::replaces_tags;
use crate::xml::{Element, can_carry};
use crate::{Call, Operation, S3Fault};
use bytes::Bytes;

/// Most tags that an object may have.
const TAGS_MOST: usize = 50;

/// The parts of a document that policies may ask about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    /// Tags, from the body or from `x-amz-tagging`.
    pub tags: Vec<(String, String)>,
    /// `LocationConstraint`.
    pub location: Option<String>,
    /// `Mode` of a retention.
    pub lock_mode: Option<String>,
    /// `RetainUntilDate`.
    pub retain_until: Option<String>,
    /// `Status` of a legal hold.
    pub legal_hold: Option<String>,
    /// The body, written anew.
    pub anew: Option<Bytes>,
}

impl Document {
    /// Reads what the operation carries; `body` is the whole body of operations that have an
    /// [`Operation::document_most`].
    ///
    /// # Errors
    /// `MalformedXML`, `InvalidTag`, `InvalidArgument`; `NotImplemented` for parts that are not known, since they may ask for more
    /// than is decided.
    pub fn read(call: &Call, body: &[u8]) -> Result<Self, S3Fault> {
        let mut document = Self::read_parts(call, body)?;
        document.anew = document.write(call.operation, body)?;
        Ok(document)
    }

    fn read_parts(call: &Call, body: &[u8]) -> Result<Self, S3Fault> {
        let mut document = Self::default();
        match call.operation {
            Operation::CreateBucket if !body.is_empty() => {
                let root = Element::read(body, "CreateBucketConfiguration")?;
                knows(&root, &["LocationConstraint", "Tags"])?;
                document.location = text(&root, "LocationConstraint")?.filter(|location| !location.is_empty());
                if let Some(tags) = one(&root, "Tags")? {
                    document.tags = tags_of(tags)?;
                }
            }
            Operation::PutObjectTagging => {
                let root = Element::read(body, "Tagging")?;
                document.tags = tags_of(one(&root, "TagSet")?.ok_or_else(S3Fault::malformed_xml)?)?;
            }
            Operation::PutObjectRetention => {
                let root = Element::read(body, "Retention")?;
                document.lock_mode = one_of(text(&root, "Mode")?, |mode| LOCK_MODES.contains(&mode))?;
                document.retain_until = one_of(text(&root, "RetainUntilDate")?, is_moment)?;
            }
            Operation::PutObjectLegalHold => {
                let status = text(&Element::read(body, "LegalHold")?, "Status")?;
                document.legal_hold = one_of(status, |status| HOLDS.contains(&status))?;
            }
            Operation::PutObject | Operation::PostObject | Operation::CreateMultipartUpload => {
                document.tags = tags_in_header(call)?;
            }
            // Otherwise the header is not looked at by anyone, and must not stand for tags that are not set.
            Operation::CopyObject if replaces_tags(&call.headers) => document.tags = tags_in_header(call)?,
            _ => {}
        }
        Ok(document)
    }

    /// The body, with what was read and no more; `None`: it is nothing that decides.
    fn write(&self, operation: Operation, body: &[u8]) -> Result<Option<Bytes>, S3Fault> {
        const SPACE: &str = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
        let mut inner = String::new();
        let mut leaf = |name: &str, text: &Option<String>| {
            if let Some(text) = text {
                element(&mut inner, name, text);
            }
        };
        let root = match operation {
            Operation::CreateBucket if !body.is_empty() => {
                leaf("LocationConstraint", &self.location);
                if !self.tags.is_empty() {
                    write_tags(&mut inner, "Tags", &self.tags);
                }
                "CreateBucketConfiguration"
            }
            Operation::PutObjectTagging => {
                write_tags(&mut inner, "TagSet", &self.tags);
                "Tagging"
            }
            Operation::PutObjectRetention => {
                leaf("Mode", &self.lock_mode);
                leaf("RetainUntilDate", &self.retain_until);
                "Retention"
            }
            Operation::PutObjectLegalHold => {
                leaf("Status", &self.legal_hold);
                "LegalHold"
            }
            Operation::RestoreObject if !body.is_empty() => {
                write_restoration(&mut inner, &Element::read(body, "RestoreRequest")?)?;
                "RestoreRequest"
            }
            _ => return Ok(None),
        };
        Ok(Some(Bytes::from(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}{SPACE}>{inner}</{root}>"))))
    }
}

fn write_tags(text: &mut String, name: &str, tags: &[(String, String)]) {
    text.push_str(&format!("<{name}>"));
    for (key, value) in tags {
        text.push_str("<Tag>");
        element(text, "Key", key);
        element(text, "Value", value);
        text.push_str("</Tag>");
    }
    text.push_str(&format!("</{name}>"));
}

/// How long and how fast an object is restored. A restoration may also write what it finds into another bucket, which nothing
/// here decides.
fn write_restoration(out: &mut String, root: &Element) -> Result<(), S3Fault> {
    knows(root, &["Days", "Description", "GlacierJobParameters", "Tier"])?;
    for name in ["Days", "Description", "Tier"] {
        if let Some(value) = text(root, name)? {
            element(out, name, &value);
        }
    }
    if let Some(parameters) = one(root, "GlacierJobParameters")? {
        knows(parameters, &["Tier"])?;
        let tier = text(parameters, "Tier")?.ok_or_else(S3Fault::malformed_xml)?;
        out.push_str("<GlacierJobParameters>");
        element(out, "Tier", &tier);
        out.push_str("</GlacierJobParameters>");
    }
    Ok(())
}

/// Only what is known may be there.
fn knows(parent: &Element, names: &[&str]) -> Result<(), S3Fault> {
    match parent.children.iter().find(|child| !names.contains(&child.name.as_str())) {
        Some(other) => Err(S3Fault::not_implemented(&other.name)),
        None => Ok(()),
    }
}

fn one<'e>(parent: &'e Element, name: &'e str) -> Result<Option<&'e Element>, S3Fault> {
    parent.only(name)?;
    Ok(parent.all(name).next())
}

fn text(parent: &Element, name: &str) -> Result<Option<String>, S3Fault> {
    Ok(parent.only(name)?.map(|text| text.trim().to_owned()))
}

/// A value in the one spelling that there is, so that nobody reads another in it.
fn one_of(text: Option<String>, known: impl Fn(&str) -> bool) -> Result<Option<String>, S3Fault> {
    if text.as_deref().is_none_or(known) { Ok(text) } else { Err(S3Fault::malformed_xml()) }
}

fn tags_of(set: &Element) -> Result<Vec<(String, String)>, S3Fault> {
    let mut tags = Vec::new();
    for tag in set.all("Tag") {
        let key = tag.only("Key")?.ok_or_else(S3Fault::malformed_xml)?;
        let value = tag.only("Value")?.ok_or_else(S3Fault::malformed_xml)?;
        if !can_carry(key) || !can_carry(value) {
            return Err(S3Fault::malformed_xml());
        }
        tags.push((key.to_owned(), value.to_owned()));
    }
    checked(tags).ok_or_else(|| {
        S3Fault::new("InvalidTag", http::StatusCode::BAD_REQUEST, "Cannot provide multiple Tags with the same key")
    })
}

/// `x-amz-tagging`: the pairs of a query string.
fn tags_in_header(call: &Call) -> Result<Vec<(String, String)>, S3Fault> {
    let Some(text) = call.header("x-amz-tagging") else { return Ok(Vec::new()) };
    let refuse = || {
        let sentence = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without \
                        tag name duplicates.";
        S3Fault::invalid_argument(sentence, "x-amz-tagging", text)
    };
    checked(crate::call::read_query(text).map_err(|_| refuse())?).ok_or_else(refuse)
}

/// No more than there may be, and no key twice.
fn checked(tags: Vec<(String, String)>) -> Option<Vec<(String, String)>> {
    let mut keys: Vec<&str> = tags.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    let unique = keys.windows(2).all(|pair| pair.first() != pair.last());
    (unique && tags.len() <= TAGS_MOST).then_some(tags)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(method: &str, path: &str, tagging: Option<&str>, body: &str) -> Result<Document, S3Fault> {
        let mut request = http::Request::builder().method(method).uri(path).header("host", "h");
        if let Some(tagging) = tagging {
            request = request.header("x-amz-tagging", tagging);
        }
        let call = Call::read(&request.body(()).unwrap().into_parts().0, &[]).unwrap();
        Document::read(&call, body.as_bytes())
    }

    fn tags(found: &[(&str, &str)]) -> Document {
        let tags = found.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Document { tags, ..Document::default() }
    }

    #[test]
    fn tags_of_header_and_body() {
        assert_eq!(
            read("PUT", "/app/k", Some("a=1&b+c=%C3%A9&d"), "").unwrap(),
            tags(&[("a", "1"), ("b c", "é"), ("d", "")])
        );
        assert_eq!(read("PUT", "/app/k", Some("a=1&a=2"), "").unwrap_err().code, "InvalidArgument");
        assert_eq!(read("PUT", "/app/k", Some("a=%zz"), "").unwrap_err().code, "InvalidArgument");
        let body = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
        assert_eq!(read("PUT", "/app/k?tagging", None, body).unwrap().tags, tags(&[("a", "1")]).tags);
        let control = "<Tagging><TagSet><Tag><Key>a&#1;</Key><Value/></Tag></TagSet></Tagging>";
        assert_eq!(read("PUT", "/app/k?tagging", None, control).unwrap_err().code, "MalformedXML");
        let twice = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>a</Key><Value/></Tag></TagSet></Tagging>";
        assert_eq!(read("PUT", "/app/k?tagging", None, twice).unwrap_err().code, "InvalidTag");
        assert_eq!(read("PUT", "/app/k?tagging", None, "<Tagging/>").unwrap_err().code, "MalformedXML");
    }

    #[test]
    fn places_and_locks() {
        let body =
            "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
        assert_eq!(read("PUT", "/app", None, body).unwrap().location.as_deref(), Some("eu-west-1"));
        assert_eq!(read("PUT", "/app", None, "").unwrap(), Document::default());
        let body =
            "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2030-01-01T00:00:00Z</RetainUntilDate></Retention>";
        let retention = read("PUT", "/app/k?retention", None, body).unwrap();
        assert_eq!(retention.lock_mode.as_deref(), Some("GOVERNANCE"));
        assert_eq!(retention.retain_until.as_deref(), Some("2030-01-01T00:00:00Z"));
        let hold = read("PUT", "/app/k?legal-hold", None, "<LegalHold><Status>ON</Status></LegalHold>").unwrap();
        assert_eq!(hold.legal_hold.as_deref(), Some("ON"));
        for (path, body) in [
            ("/app/k?retention", "<Retention><Mode>compliance</Mode></Retention>"),
            ("/app/k?retention", "<Retention><RetainUntilDate>tomorrow</RetainUntilDate></Retention>"),
            ("/app/k?legal-hold", "<LegalHold><Status>on</Status></LegalHold>"),
        ] {
            assert_eq!(read("PUT", path, None, body).unwrap_err().code, "MalformedXML", "{body}");
        }
    }

    #[test]
    fn what_is_carried_out_is_what_was_read() {
        let anew = |method: &str, path: &str, body: &str| {
            let anew = read(method, path, None, body).map(|document| document.anew);
            match anew {
                Ok(anew) => anew.map(|anew| {
                    let text = String::from_utf8(anew.to_vec()).unwrap();
                    let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap().to_owned();
                    text.replace(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", "")
                }),
                Err(fault) => Some(fault.code.to_owned()),
            }
        };
        for (method, path, body, wanted) in [
            (
                "PUT",
                "/app/k?tagging",
                "<?xml version=\"1.0\" encoding=\"UTF-7\"?><x:Tagging xmlns:x=\"y\"><TagSet><Tag><Key>a<!-- b --></Key>\
                 <Value><![CDATA[<]]>&#x41;</Value></Tag></TagSet><Other/></x:Tagging>",
                "<Tagging><TagSet><Tag><Key>a</Key><Value>&lt;A</Value></Tag></TagSet></Tagging>",
            ),
            (
                "PUT",
                "/app",
                "<CreateBucketConfiguration><LocationConstraint> EU </LocationConstraint></CreateBucketConfiguration>",
                "<CreateBucketConfiguration><LocationConstraint>EU</LocationConstraint></CreateBucketConfiguration>",
            ),
            ("PUT", "/app", "<CreateBucketConfiguration><Bucket/></CreateBucketConfiguration>", "NotImplemented"),
            (
                "PUT",
                "/app/k?retention",
                "<Retention><Mode>GOVERNANCE</Mode></Retention>",
                "<Retention><Mode>GOVERNANCE</Mode></Retention>",
            ),
            (
                "PUT",
                "/app/k?legal-hold",
                "<LegalHold><Status>OFF</Status></LegalHold>",
                "<LegalHold><Status>OFF</Status></LegalHold>",
            ),
            (
                "POST",
                "/app/k?restore",
                "<RestoreRequest><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters><Days>2</Days></RestoreRequest>",
                "<RestoreRequest><Days>2</Days><GlacierJobParameters><Tier>Bulk</Tier></GlacierJobParameters></RestoreRequest>",
            ),
            (
                "POST",
                "/app/k?restore",
                "<RestoreRequest><Type>SELECT</Type><OutputLocation><S3/></OutputLocation></RestoreRequest>",
                "NotImplemented",
            ),
        ] {
            assert_eq!(anew(method, path, body).as_deref(), Some(wanted), "{body}");
        }
        for (method, path, body) in [("PUT", "/app", ""), ("POST", "/app/k?restore", ""), ("PUT", "/app/k", "<a/>")] {
            assert_eq!(anew(method, path, body), None);
        }
    }
}
