//! JSON input as the query protocol writes it: `Tags.member.1.Key=…`.

use serde_json::Value;

/// The form body of a query call.
pub(crate) fn form(action: &str, version: &str, input: &Value) -> String {
    let mut pairs = vec![("Action".to_owned(), action.to_owned()), ("Version".to_owned(), version.to_owned())];
    flatten(String::new(), input, &mut pairs);
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}

fn flatten(path: String, value: &Value, pairs: &mut Vec<(String, String)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Null => {}
        Value::Object(members) => members.iter().for_each(|(name, value)| flatten(below(name), value, pairs)),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                flatten(below(&format!("member.{}", index + 1)), element, pairs);
            }
        }
        Value::String(text) => pairs.push((path, text.clone())),
        other => pairs.push((path, other.to_string())),
    }
}
