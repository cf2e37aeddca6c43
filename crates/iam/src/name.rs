//! Names and paths of IAM entities (spec/sts-and-iam.md C2, C3).

/// The form in which a name is unique: names that differ by case alone are the same name.
pub fn key(name: &str) -> String {
    // INVARIANT: the model's patterns allow ASCII only, so this is all the case there is.
    name.to_ascii_lowercase()
}

/// `arn:aws:iam::ACCOUNT:KIND/PATH/NAME`; a path begins and ends with `/`.
pub fn arn(account: &domain::AccountId, kind: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:{kind}{path}{name}")
}

/// The path given, or the root path.
pub fn path(given: Option<String>) -> String {
    given.unwrap_or_else(|| "/".to_owned())
}

/// Path and name of the entity that an ARN's resource part names: `role/team/Fan` is `/team/` and `Fan`.
pub fn split(resource: &str) -> Option<(&str, &str)> {
    let after_kind = resource.find('/')?;
    let after_path = resource.rfind('/')? + 1;
    Some((resource.get(after_kind..after_path)?, resource.get(after_path..).filter(|name| !name.is_empty())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_split_into_path_and_name() {
        assert_eq!(split("role/Fan"), Some(("/", "Fan")));
        assert_eq!(split("user/a/b/ana"), Some(("/a/b/", "ana")));
        assert_eq!(split("user/"), None);
        assert_eq!(split("root"), None);
    }
}
