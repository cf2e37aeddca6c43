//! Small XML documents, read whole into a tree of bounded size.

use crate::S3Fault;
use quick_xml::Reader;
use quick_xml::events::Event;

/// Deeper than any document of S3.
const DEPTH_MOST: usize = 8;
/// Ten thousand parts, each with its number, its entity tag and two checksums; a thousand keys need fewer.
const ELEMENTS_MOST: usize = 65_536;

/// An element: its name without prefix, its text, its children.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub name: String,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document whose outermost element is called `name`.
    ///
    /// # Errors
    /// `MalformedXML`: not well-formed, too deep, too many elements, a document type, or another name.
    pub fn read(document: &[u8], name: &str) -> Result<Self, S3Fault> {
        let root = parse(document).ok_or_else(S3Fault::malformed_xml)?;
        if root.name == name { Ok(root) } else { Err(S3Fault::malformed_xml()) }
    }

    /// The children of this name.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the only child of this name; `None` when there is none.
    ///
    /// # Errors
    /// `MalformedXML`: there are several.
    pub fn only<'e>(&'e self, name: &'e str) -> Result<Option<&'e str>, S3Fault> {
        let mut found = self.all(name);
        let first = found.next();
        if found.next().is_some() { Err(S3Fault::malformed_xml()) } else { Ok(first.map(|child| child.text.as_str())) }
    }
}

/// Whether XML can carry the text: what it cannot carry is written as something else ([`crate::fault::escape`]), and so would be
/// something else to whoever reads a document that is written anew.
pub(crate) fn can_carry(text: &str) -> bool {
    let lost = |character: char| matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    !text.contains(lost)
}

fn parse(document: &[u8]) -> Option<Element> {
    let text = std::str::from_utf8(document).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut count = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                count += 1;
                if open.len() >= DEPTH_MOST || count > ELEMENTS_MOST || root.is_some() {
                    return None;
                }
                let name = start.local_name().into_inner().to_owned();
                // S3 has no other names; the reader would take some that are none (`a<b`), which cannot be written again.
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if name.is_empty() || !name.bytes().all(is_name) {
                    return None;
                }
                open.push(Element { name, ..Element::default() });
            }
            Event::End(_) => {
                let done = open.pop()?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => root = Some(done),
                }
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                match open.last_mut() {
                    Some(element) => element.text.push_str(&text),
                    None if text.trim().is_empty() => {}
                    None => return None,
                }
            }
            Event::CData(data) => open.last_mut()?.text.push_str(&data.xml10_content()),
            Event::GeneralRef(entity) => {
                let character = match entity.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&entity)?.to_owned(),
                };
                open.last_mut()?.text.push_str(&character);
            }
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            // Documents of S3 have no type; entities of one's own have no place in a request.
            // Empty elements come as a start and an end, by the configuration above.
            Event::DocType(_) | Event::Empty(_) => return None,
            Event::Eof => return root.filter(|_| open.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_text_and_entities() {
        let text = "<?xml version=\"1.0\"?><!-- x --><a xmlns=\"urn:x\"> <s:b xmlns:s=\"y\">1&amp;&#x41;<![CDATA[<]]></s:b><c/></a>\n";
        let root = Element::read(text.as_bytes(), "a").unwrap();
        assert_eq!(root.only("b").unwrap(), Some("1&A<"));
        assert_eq!(root.only("c").unwrap(), Some(""));
        assert_eq!(root.only("d").unwrap(), None);
    }

    #[test]
    fn what_is_no_such_document_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(9), "</a>".repeat(9));
        let wide = format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MOST));
        for text in [
            "",
            "a",
            "<a>",
            "<a></b>",
            "<b/>",
            "<a/><a/>",
            "<a/>x",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<a>&e;</a>",
            "<a>&#0;</a>",
            "<a><b<c/></a>",
            "<a>< /></a>",
            "<a><x:/></a>",
            &deep,
            &wide,
        ] {
            assert!(Element::read(text.as_bytes(), "a").is_err(), "{text}");
        }
        assert!(Element::read(b"<a>\xff</a>", "a").is_err());
    }

    #[test]
    fn the_largest_upload_can_be_completed() {
        let part = "<Part><PartNumber>1</PartNumber><ETag>e</ETag><ChecksumCRC32>c</ChecksumCRC32></Part>";
        let document = format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", part.repeat(10_000));
        let root = Element::read(document.as_bytes(), "CompleteMultipartUpload").unwrap();
        assert_eq!(root.all("Part").count(), 10_000);
    }

    #[test]
    fn one_child_is_not_two() {
        let root = Element::read(b"<a><b>1</b><b>2</b></a>", "a").unwrap();
        assert!(root.only("b").is_err());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[<>a/&;#x!\\[\\]\"' ?-]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
        }
    }
}
