//! `DeleteObjects`: its list of keys, and the answer that tells which of them were denied.

use crate::fault::element;
use crate::target::read_key;
use crate::xml::{Element, can_carry};
use crate::{ObjectKey, S3Fault};
use bytes::Bytes;

/// Most keys that one request may name.
const KEYS_MOST: usize = 1000;

/// What is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletes {
    /// Whether the answer is to tell of failures alone.
    pub quiet: bool,
    /// The objects, in order.
    pub objects: Vec<Delete>,
}

/// One object to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    /// Its key.
    pub key: ObjectKey,
    /// The version, if one is named.
    pub version: Option<String>,
    /// Only if it has this entity tag.
    pub etag: Option<String>,
    /// Only if it was last modified then.
    pub last_modified: Option<String>,
    /// Only if it has this size.
    pub size: Option<String>,
}

impl Deletes {
    /// Reads the body of the request.
    ///
    /// # Errors
    /// `MalformedXML`, also for no key at all and for more than 1000; `KeyTooLongError`.
    pub fn parse(body: &[u8]) -> Result<Self, S3Fault> {
        let root = Element::read(body, "Delete")?;
        let quiet = match root.only("Quiet")?.map(str::trim) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(S3Fault::malformed_xml()),
        };
        let objects: Vec<Delete> = root.all("Object").map(Delete::read).collect::<Result<_, _>>()?;
        let known = root.children.iter().all(|child| matches!(child.name.as_str(), "Object" | "Quiet"));
        if !known || objects.is_empty() || objects.len() > KEYS_MOST {
            return Err(S3Fault::malformed_xml());
        }
        Ok(Self { quiet, objects })
    }

    /// The document anew: what carries the request out reads the keys as they were decided, and no others.
    pub fn document(&self) -> Bytes {
        let mut text = String::with_capacity(64 + self.objects.len() * 64);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.push_str("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for delete in &self.objects {
            text.push_str("<Object>");
            element(&mut text, "Key", delete.key.as_str());
            for (name, value) in [
                ("VersionId", &delete.version),
                ("ETag", &delete.etag),
                ("LastModifiedTime", &delete.last_modified),
                ("Size", &delete.size),
            ] {
                if let Some(value) = value {
                    element(&mut text, name, value);
                }
            }
            text.push_str("</Object>");
        }
        if self.quiet {
            element(&mut text, "Quiet", "true");
        }
        text.push_str("</Delete>");
        Bytes::from(text)
    }
}

impl Delete {
    fn read(object: &Element) -> Result<Self, S3Fault> {
        let text = |name: &str| Ok::<_, S3Fault>(object.only(name)?.map(str::to_owned));
        let key = text("Key")?.filter(|key| !key.is_empty()).ok_or_else(S3Fault::malformed_xml)?;
        let delete = Self {
            key: read_key(&key)?,
            version: text("VersionId")?.filter(|version| !version.is_empty()),
            etag: text("ETag")?,
            last_modified: text("LastModifiedTime")?,
            size: text("Size")?,
        };
        // Blanks would be taken away by some, and then it is another version, or none.
        if delete.version.as_deref().is_some_and(|version| version.contains(char::is_whitespace)) {
            return Err(S3Fault::malformed_xml());
        }
        let optional = [&delete.version, &delete.etag, &delete.last_modified, &delete.size];
        let texts = optional.into_iter().flatten().map(String::as_str).chain([delete.key.as_str()]);
        if texts.into_iter().all(can_carry) { Ok(delete) } else { Err(S3Fault::malformed_xml()) }
    }
}

/// What was decided about each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletesDecided {
    /// What may be deleted. When its list is empty there is nothing to carry out.
    pub allowed: Deletes,
    /// What may not.
    pub denied: Vec<DeniedDelete>,
}

/// A key that may not be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeniedDelete {
    /// The key, as asked.
    pub delete: Delete,
    /// S3's sentence.
    pub message: String,
}

impl DeletesDecided {
    /// The answer to the client; `answer` is the document of whoever carried the request out, `None` where there was nothing
    /// to carry out.
    ///
    /// # Errors
    /// Ours: the document cannot be read.
    pub fn answer(&self, answer: Option<&[u8]>) -> Result<Bytes, S3Fault> {
        let root = match answer {
            None => Element::default(),
            Some(document) => Element::read(document, "DeleteResult")
                .map_err(|_| S3Fault::internal("the answer to DeleteObjects cannot be read"))?,
        };
        let mut text = String::with_capacity(answer.map_or(0, <[u8]>::len) + self.denied.len() * 160 + 160);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.push_str("<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for child in &root.children {
            write(&mut text, child);
        }
        for DeniedDelete { delete, message } in &self.denied {
            text.push_str("<Error>");
            element(&mut text, "Key", delete.key.as_str());
            if let Some(version) = &delete.version {
                element(&mut text, "VersionId", version);
            }
            element(&mut text, "Code", "AccessDenied");
            element(&mut text, "Message", message);
            text.push_str("</Error>");
        }
        text.push_str("</DeleteResult>");
        Ok(Bytes::from(text))
    }
}

fn write(text: &mut String, part: &Element) {
    if part.children.is_empty() {
        return element(text, &part.name, &part.text);
    }
    text.push('<');
    text.push_str(&part.name);
    text.push('>');
    for child in &part.children {
        write(text, child);
    }
    text.push_str("</");
    text.push_str(&part.name);
    text.push('>');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn delete(key: &str, version: Option<&str>) -> Delete {
        Delete {
            key: ObjectKey::parse(key).unwrap(),
            version: version.map(str::to_owned),
            etag: None,
            last_modified: None,
            size: None,
        }
    }

    #[test]
    fn keys_versions_and_quiet() {
        let body =
            b"<?xml version=\"1.0\"?><Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\
            <Object><Key>a/../b&amp;</Key></Object><Object><Key> c</Key><VersionId>v1</VersionId></Object></Delete>";
        let deletes = Deletes::parse(body).unwrap();
        assert_eq!(deletes, Deletes { quiet: true, objects: vec![delete("a/../b&", None), delete(" c", Some("v1"))] });
        assert_eq!(Deletes::parse(&deletes.document()).unwrap(), deletes);
    }

    #[test]
    fn other_documents_are_refused() {
        let list = |count: usize| format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(count));
        assert!(Deletes::parse(list(1000).as_bytes()).is_ok());
        for (body, code) in [
            (list(1001), "MalformedXML"),
            (list(0), "MalformedXML"),
            (String::new(), "MalformedXML"),
            ("<Delete><Object><Key/></Object></Delete>".to_owned(), "MalformedXML"),
            ("<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>".to_owned(), "MalformedXML"),
            ("<Delete><Object><Key>a</Key></Object><Quiet>1</Quiet></Delete>".to_owned(), "MalformedXML"),
            ("<Delete><Object><Key>a</Key></Object><Other/></Delete>".to_owned(), "MalformedXML"),
            ("<Delete><Object><Key>a&#1;</Key></Object></Delete>".to_owned(), "MalformedXML"),
            ("<Delete><Object><Key>a</Key><VersionId> </VersionId></Object></Delete>".to_owned(), "MalformedXML"),
            ("<Delete><Object><Key>a</Key><VersionId>&#2;</VersionId></Object></Delete>".to_owned(), "MalformedXML"),
            (format!("<Delete><Object><Key>{}</Key></Object></Delete>", "k".repeat(1025)), "KeyTooLongError"),
        ] {
            assert_eq!(Deletes::parse(body.as_bytes()).unwrap_err().code, code, "{body}");
        }
    }

    #[test]
    fn denials_stand_in_the_answer_also_of_quiet_requests() {
        let decided = DeletesDecided {
            allowed: Deletes { quiet: true, objects: vec![delete("a", None)] },
            denied: vec![DeniedDelete { delete: delete("<b>", Some("v")), message: "Access Denied".to_owned() }],
        };
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
        let tail = "<Error><Key>&lt;b&gt;</Key><VersionId>v</VersionId><Code>AccessDenied</Code><Message>Access Denied\
            </Message></Error></DeleteResult>";
        let none = decided.answer(None).unwrap();
        assert_eq!(none, format!("{head}{tail}"));
        let served = b"<DeleteResult xmlns=\"x\">\n <Deleted><Key>a &amp;</Key></Deleted></DeleteResult>";
        let both = decided.answer(Some(served)).unwrap();
        assert_eq!(both, format!("{head}<Deleted><Key>a &amp;</Key></Deleted>{tail}"));
        assert!(decided.answer(Some(b"<Error/>")).is_err());
    }

    proptest! {
        /// What is written anew is what was read: nobody else reads other keys out of it.
        #[test]
        fn a_list_is_written_as_it_was_read(
            keys in prop::collection::vec(("[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\u{fffe}\u{ffff}]{1,40}", prop::option::of("[!-~]{1,9}")), 1..20),
            quiet: bool,
        ) {
            let objects = keys.iter().map(|(key, version)| delete(key, version.as_deref())).collect();
            let deletes = Deletes { quiet, objects };
            prop_assert_eq!(Deletes::parse(&deletes.document()).unwrap(), deletes);
        }

        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(<|>|/|Delete|Object|Key|Quiet|a|&|;|\\PC){0,30}") {
            let _ = Deletes::parse(&bytes);
            let _ = Deletes::parse(text.as_bytes());
        }
    }
}
