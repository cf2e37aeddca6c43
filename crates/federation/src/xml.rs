//! Reading XML that strangers wrote: no DTD, bounded cost, and names compared with their namespaces.

use uppsala::{Document, NodeId, NodeKind, Parser};

use crate::xml_bounds::is_cheap;

/// How deep elements may nest.
const MAX_DEPTH: u32 = 64;

/// Parses a document without DTD, hence without entities of its own; not one that would take unreasonably long.
pub(crate) fn parse(text: &str) -> Option<Document<'_>> {
    if !is_cheap(text) {
        return None;
    }
    Parser::new().with_forbid_dtd(true).with_forbid_entities(true).with_max_depth(MAX_DEPTH).parse(text).ok()
}

/// Whether an element has this name.
pub(crate) fn is(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    document.element(node).is_some_and(|element| element.matches_name_ns(namespace, name))
}

/// The child elements, whatever their names.
pub(crate) fn children(document: &Document<'_>, node: NodeId) -> Vec<NodeId> {
    document.children(node).into_iter().filter(|child| document.element(*child).is_some()).collect()
}

/// The child elements of this name.
pub(crate) fn children_named(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Vec<NodeId> {
    let mut children = children(document, node);
    children.retain(|child| is(document, *child, namespace, name));
    children
}

/// The child element of this name, if there is exactly one.
pub(crate) fn only_child(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Option<NodeId> {
    match children_named(document, node, namespace, name).as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// All elements of this name, at any depth.
pub(crate) fn all_named(document: &Document<'_>, namespace: &str, name: &str) -> Vec<NodeId> {
    let mut nodes = document.descendants(document.root());
    nodes.retain(|node| is(document, *node, namespace, name));
    nodes
}

/// The value of an attribute without namespace.
pub(crate) fn attribute<'d>(document: &'d Document<'_>, node: NodeId, name: &str) -> Option<&'d str> {
    let attributes = &document.element(node)?.attributes;
    let found = attributes.iter().find(|one| one.name.namespace_uri.is_none() && one.name.local_name == name);
    found.map(|found| found.value.as_ref())
}

/// All text below an element, without the white space around it.
pub(crate) fn text(document: &Document<'_>, node: NodeId) -> String {
    document.text_content_deep(node).trim().to_owned()
}

/// Whether there is a comment or processing instruction anywhere: they can cut a text in two for one reader and not for
/// another, and no provider needs them.
pub(crate) fn has_comments(document: &Document<'_>) -> bool {
    document
        .descendants(document.root())
        .into_iter()
        .any(|node| matches!(document.node_kind(node), Some(NodeKind::Comment(_) | NodeKind::ProcessingInstruction(_))))
}

/// Whether two elements have the same id, in any of the attributes that some reader takes for one.
pub(crate) fn has_duplicate_ids(document: &Document<'_>) -> bool {
    let mut seen = std::collections::HashSet::new();
    for node in document.descendants(document.root()) {
        let Some(element) = document.element(node) else { continue };
        for attribute in &element.attributes {
            let name = attribute.name.local_name.as_ref();
            let is_id = name.eq_ignore_ascii_case("id") || name == "AssertionID";
            if is_id && !seen.insert(attribute.value.as_ref()) {
                return true;
            }
        }
    }
    false
}
