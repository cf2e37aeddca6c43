//! What an XML document would cost to parse, found in one pass before it is parsed.
//!
//! The parser takes time that grows with the square of the attributes of an element and with the namespaces in scope, and
//! about 400 bytes for an element of four. Both are bounded here, so that ten megabytes of anything take a second or two.

/// More attributes than this no element of SAML has.
const MAX_ATTRIBUTES: usize = 256;
/// Namespace declarations of an element and those around it, together.
const MAX_NAMESPACES: usize = 256;
/// Elements, comments, sections and instructions of a document, together.
const MAX_NODES: usize = 200_000;

/// Whether a document is cheap to parse. Where it is not well-formed the answer means nothing: the parser stops there too.
pub(crate) fn is_cheap(text: &str) -> bool {
    let cost = Cost::of(text);
    cost.nodes <= MAX_NODES && cost.attributes <= MAX_ATTRIBUTES && cost.namespaces <= MAX_NAMESPACES
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Cost {
    /// Elements, comments, sections and instructions.
    nodes: usize,
    /// Of the element that has most, with its namespace declarations.
    attributes: usize,
    /// In scope where there are most.
    namespaces: usize,
}

impl Cost {
    fn of(text: &str) -> Self {
        let mut cost = Self::default();
        let mut rest = text.as_bytes();
        // For every open element, how many namespaces are in scope.
        let mut open: Vec<usize> = Vec::new();
        while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
            rest = rest.get(at..).unwrap_or_default();
            if let Some(close) = rest.strip_prefix(b"</") {
                open.pop();
                rest = close;
                continue;
            }
            cost.nodes += 1;
            if let Some((start, end)) = SECTIONS.iter().find(|(start, _)| rest.starts_with(start)) {
                rest = after(rest.get(start.len()..).unwrap_or_default(), end);
                continue;
            }
            let (tag, behind) = StartTag::read(rest);
            let namespaces = open.last().copied().unwrap_or(0) + tag.namespaces;
            cost.attributes = cost.attributes.max(tag.attributes);
            cost.namespaces = cost.namespaces.max(namespaces);
            if !tag.is_empty {
                open.push(namespaces);
            }
            rest = behind;
        }
        cost
    }
}

/// What may hold a `<` that begins nothing.
const SECTIONS: [(&[u8], &[u8]); 3] = [(b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];

/// What follows the first `end`, or nothing.
fn after<'a>(text: &'a [u8], end: &[u8]) -> &'a [u8] {
    let at = text.windows(end.len()).position(|window| window == end);
    at.and_then(|at| text.get(at + end.len()..)).unwrap_or_default()
}

#[derive(Default)]
struct StartTag {
    attributes: usize,
    namespaces: usize,
    is_empty: bool,
}

impl StartTag {
    /// A tag from its `<` on, and what follows its `>`. Values may hold a `>`, so quotes are followed.
    fn read(text: &[u8]) -> (Self, &[u8]) {
        let mut tag = Self::default();
        let mut quote = None;
        let mut before = b'<';
        // Where the latest name begins.
        let mut name = 0;
        for (at, byte) in text.iter().copied().enumerate() {
            match quote {
                Some(mark) => quote = quote.filter(|_| byte != mark),
                None => match byte {
                    b'"' | b'\'' => quote = Some(byte),
                    b'=' => {
                        tag.attributes += 1;
                        let is_namespace = text.get(name..).is_some_and(|name| name.starts_with(b"xmlns"));
                        tag.namespaces += usize::from(is_namespace);
                    }
                    b'>' => {
                        tag.is_empty = before == b'/';
                        return (tag, text.get(at + 1..).unwrap_or_default());
                    }
                    _ if !byte.is_ascii_whitespace() && (before.is_ascii_whitespace() || b"\"'".contains(&before)) => {
                        name = at;
                    }
                    _ => {}
                },
            }
            before = byte;
        }
        (tag, &[])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Cost, is_cheap};
    use proptest::prelude::*;
    use uppsala::{Document, NodeId, NodeKind, Parser};

    /// The cost as the parsed document shows it.
    fn cost_of(document: &Document<'_>, node: NodeId, around: usize, cost: &mut Cost) {
        let mut namespaces = around;
        match document.node_kind(node) {
            Some(NodeKind::Element(element)) => {
                cost.nodes += 1;
                let declared = element.namespace_declarations.len();
                namespaces += declared;
                cost.attributes = cost.attributes.max(element.attributes.len() + declared);
                cost.namespaces = cost.namespaces.max(namespaces);
            }
            Some(NodeKind::Comment(_) | NodeKind::CData(_) | NodeKind::ProcessingInstruction(_)) => cost.nodes += 1,
            _ => {}
        }
        for child in document.children(node) {
            cost_of(document, child, namespaces, cost);
        }
    }

    const PIECES: &[&str] = &[
        "<a",
        "<b:c",
        ">",
        " >",
        "/>",
        "\t/>",
        "</a>",
        "</b:c>",
        " x='1'",
        "\ny = \"2\"",
        " z='>'",
        " u=\"'/\"",
        " xmlns='n'",
        " xmlns:b='m'",
        " xmlns:d = \"'>\"",
        "text",
        "x='y'",
        "&lt;",
        "<!-- <a b='>' -->",
        "<![CDATA[<a>]]>",
        "<?pi <a x='?>",
        "'",
        "=",
        "<a></a>",
        "<a x='1'>",
        "<b:c xmlns:b='m' b:z='/'/>",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Whatever the parser accepts was seen as it is: no way to hide an attribute, a namespace or a node.
        #[test]
        fn the_cost_is_that_of_the_document(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
            for text in [pieces.concat(), format!("<a{}</a>", pieces.concat()), format!("<a>{}</a>", pieces.concat())] {
                let cost = Cost::of(&text);
                let Ok(document) = Parser::new().with_forbid_dtd(true).parse(&text) else { continue };
                let mut expected = Cost::default();
                cost_of(&document, document.root(), 0, &mut expected);
                prop_assert_eq!(cost, expected, "{}", text);
            }
        }
    }

    #[test]
    fn what_would_take_minutes_is_not_parsed() {
        let many = |piece: &dyn Fn(usize) -> String, times: usize| (0..times).map(piece).collect::<String>();
        let attributes = |count| format!("<a {}/>", many(&|n| format!("a{n}='' "), count));
        assert!(is_cheap(&attributes(256)) && !is_cheap(&attributes(257)));
        let namespaces = |count| many(&|n| format!("<a xmlns:a{n}='x'>"), count);
        assert!(is_cheap(&namespaces(256)) && !is_cheap(&namespaces(257)));
        // What is closed again is out of scope.
        assert!(is_cheap(&many(&|n| format!("<a xmlns:a{n}='x'></a><a xmlns='y'/>"), 1_000)));
        for node in ["<a/>", "<a>", "<!---->", "<?a?>", "<![CDATA[]]>"] {
            assert!(is_cheap(&node.repeat(200_000)) && !is_cheap(&node.repeat(200_001)), "{node}");
        }
    }
}
