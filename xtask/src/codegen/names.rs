//! Names: from AWS's spelling to Rust's.

/// `UserMFASettingList` becomes `user_mfa_setting_list`, `CallbackURLs` becomes `callback_urls`,
/// `AllowedOAuthFlows` becomes `allowed_oauth_flows`.
pub fn snake(name: &str) -> String {
    let name = name.replace("OAuth", "Oauth");
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, letter) in letters.iter().copied().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            out.push('_');
            continue;
        }
        if letter.is_ascii_uppercase() && index > 0 && starts_word(&letters, index) {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

fn starts_word(letters: &[char], index: usize) -> bool {
    let before = letters.get(index - 1).copied().unwrap_or('_');
    if before.is_ascii_lowercase() || before.is_ascii_digit() {
        return true;
    }
    // The last capital of an acronym starts the next word, unless what follows is the plural of the acronym.
    let next = letters.get(index + 1).copied().unwrap_or('_');
    let after = letters.get(index + 2).copied();
    let plural = next == 's' && after.is_none_or(|after| after.is_ascii_uppercase());
    before.is_ascii_uppercase() && next.is_ascii_lowercase() && !plural
}

/// For statics and constants.
pub fn upper_snake(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// A field or module name; keywords are written raw (`r#type`).
pub fn field(name: &str) -> String {
    let name = snake(name);
    match name.as_str() {
        "type" | "ref" | "match" | "use" | "mod" | "self" | "where" | "move" | "enum" | "struct" | "static"
        | "const" | "fn" | "in" | "loop" | "for" | "if" | "else" | "return" | "box" | "final" | "abstract"
        | "override" | "priv" | "try" | "yield" | "async" | "await" | "dyn" => format!("r#{name}"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_the_sdk_names_them() {
        for (aws, rust) in [
            ("UserMFASettingList", "user_mfa_setting_list"),
            ("CallbackURLs", "callback_urls"),
            ("OpenIdConnectProviderARNs", "open_id_connect_provider_arns"),
            ("AllowedOAuthFlowsUserPoolClient", "allowed_oauth_flows_user_pool_client"),
            ("CreateOpenIDConnectProvider", "create_open_id_connect_provider"),
            ("ListMFADevices", "list_mfa_devices"),
            ("S3Bucket", "s3_bucket"),
            ("AssumeRoleWithSAML", "assume_role_with_saml"),
            ("aws-managed", "aws_managed"),
            ("UserPoolTags", "user_pool_tags"),
        ] {
            assert_eq!(snake(aws), rust);
        }
    }
}
