//! The settings of a new app client (spec/user-pools-api.md 11).

use crate::fault;
use crate::pool::Pool;
use contract::Fault;
use model::cognito_idp::{CreateUserPoolClientRequest, TokenValidityUnitsType, UserPoolClientType, error};

/// The settings as DescribeUserPoolClient shows them, without ids, name, secret and dates.
///
/// # Errors
/// `InvalidParameterException`, `InvalidOAuthFlowException`, `ScopeDoesNotExistException`,
/// `FeatureUnavailableInTierException`.
pub fn new(pool: &Pool, input: CreateUserPoolClientRequest) -> Result<UserPoolClientType, Fault> {
    let has_secret = input.generate_secret == Some(true) || input.client_secret.is_some();
    let mut settings = UserPoolClientType {
        // Zero is stored as the default (spec/user-pools-api.md 11.1).
        refresh_token_validity: Some(input.refresh_token_validity.filter(|days| *days != 0).unwrap_or(30)),
        access_token_validity: input.access_token_validity,
        id_token_validity: input.id_token_validity,
        token_validity_units: Some(input.token_validity_units.unwrap_or_default()),
        read_attributes: input.read_attributes,
        write_attributes: input.write_attributes,
        explicit_auth_flows: input.explicit_auth_flows.filter(|flows| !flows.is_empty()),
        supported_identity_providers: input.supported_identity_providers,
        callback_urls: input.callback_urls,
        logout_urls: input.logout_urls,
        default_redirect_uri: input.default_redirect_uri,
        allowed_oauth_flows: input.allowed_oauth_flows,
        allowed_oauth_scopes: input.allowed_oauth_scopes,
        allowed_oauth_flows_user_pool_client: Some(input.allowed_oauth_flows_user_pool_client.unwrap_or(false)),
        analytics_configuration: input.analytics_configuration,
        prevent_user_existence_errors: input.prevent_user_existence_errors,
        enable_token_revocation: Some(input.enable_token_revocation.unwrap_or(true)),
        enable_propagate_additional_user_context_data: Some(
            input.enable_propagate_additional_user_context_data.unwrap_or(false),
        ),
        auth_session_validity: Some(input.auth_session_validity.unwrap_or(3)),
        refresh_token_rotation: input.refresh_token_rotation,
        ..UserPoolClientType::default()
    };
    dedup(&mut settings.explicit_auth_flows);
    check(pool, &settings, has_secret)?;
    Ok(settings)
}

fn check(pool: &Pool, settings: &UserPoolClientType, has_secret: bool) -> Result<(), Fault> {
    if settings.refresh_token_rotation.as_ref().is_some_and(|rotation| rotation.feature == "ENABLED") {
        return Err(fault::not_yet("refresh token rotation"));
    }
    check_flows(pool, settings)?;
    check_validity(settings)?;
    check_attributes(pool, settings)?;
    if settings.enable_propagate_additional_user_context_data == Some(true) && !has_secret {
        return Err(error::invalid_parameter(
            "EnablePropagateAdditionalUserContextData requires a client with a client secret.",
        ));
    }
    let mut providers = settings.supported_identity_providers.iter().flatten();
    if let Some(name) = providers.find(|name| *name != "COGNITO") {
        return Err(error::invalid_parameter(format!("The provider {name} does not exist for User Pool {}.", pool.id)));
    }
    check_urls(settings)?;
    check_oauth(settings, has_secret)
}

fn check_flows(pool: &Pool, settings: &UserPoolClientType) -> Result<(), Fault> {
    let flows = settings.explicit_auth_flows.as_deref().unwrap_or_default();
    let new = flows.iter().filter(|flow| flow.starts_with("ALLOW_")).count();
    if new != 0 && new != flows.len() {
        return Err(error::invalid_parameter(
            "ExplicitAuthFlows cannot mix values that begin with ALLOW_ with values that do not.",
        ));
    }
    if flows.iter().any(|flow| flow.starts_with("ALLOW_TOKEN_EXCHANGE")) {
        return Err(fault::not_yet("token exchange"));
    }
    if flows.iter().any(|flow| flow == "ALLOW_USER_AUTH") && pool.settings.user_pool_tier.as_deref() == Some("LITE") {
        return Err(error::feature_unavailable_in_tier(
            "ALLOW_USER_AUTH requires the user pool tier ESSENTIALS or PLUS.",
        ));
    }
    Ok(())
}

/// Effective lifetimes: access and ID tokens 5 minutes to a day and no longer than the refresh token, which lasts an
/// hour to ten years (spec/user-pools-api.md 2.1).
fn check_validity(settings: &UserPoolClientType) -> Result<(), Fault> {
    let none = TokenValidityUnitsType::default();
    let units = settings.token_validity_units.as_ref().unwrap_or(&none);
    let seconds = |value: i64, unit: Option<&str>, default: &str| {
        value.saturating_mul(match unit.unwrap_or(default) {
            "seconds" => 1,
            "minutes" => MINUTE,
            "hours" => HOUR,
            _ => DAY,
        })
    };
    let refresh = seconds(settings.refresh_token_validity.unwrap_or(30), units.refresh_token.as_deref(), "days");
    let short = [
        settings.access_token_validity.map(|value| seconds(value, units.access_token.as_deref(), "hours")),
        settings.id_token_validity.map(|value| seconds(value, units.id_token.as_deref(), "hours")),
    ];
    let fits = (HOUR..=10 * 365 * DAY).contains(&refresh)
        && short.into_iter().flatten().all(|seconds| (5 * MINUTE..=DAY.min(refresh)).contains(&seconds));
    if fits { Ok(()) } else { Err(error::invalid_parameter("Invalid range for token validity.")) }
}

/// The lists name attributes of the pool, and users can write every required one (spec/user-pools-api.md 5.3).
fn check_attributes(pool: &Pool, settings: &UserPoolClientType) -> Result<(), Fault> {
    let known = |name: &String| pool.schema.iter().any(|attribute| attribute.name == *name);
    if !settings.read_attributes.iter().flatten().all(known) {
        return Err(error::invalid_parameter("Invalid read attributes specified while creating a client"));
    }
    if let Some(names) = &settings.write_attributes {
        let writable =
            |name: &String| known(name) && !matches!(name.as_str(), "sub" | "email_verified" | "phone_number_verified");
        let mut required = pool.schema.iter().filter(|attribute| attribute.required && attribute.name != "sub");
        if !names.iter().all(writable) || !required.all(|attribute| names.contains(&attribute.name)) {
            return Err(error::invalid_parameter("Invalid write attributes specified while creating a client"));
        }
    }
    Ok(())
}

fn check_urls(settings: &UserPoolClientType) -> Result<(), Fault> {
    let callbacks = settings.callback_urls.iter().flatten();
    let mut urls = callbacks.chain(settings.logout_urls.iter().flatten());
    if let Some(url) = urls.find(|url| !is_redirect(url)) {
        return Err(error::invalid_parameter(format!(
            "`{url}` is not an absolute URL without fragment that begins with https:, with http: of this machine, or with \
             an application's own scheme."
        )));
    }
    match &settings.default_redirect_uri {
        Some(url) if !settings.callback_urls.iter().flatten().any(|listed| listed == url) => {
            Err(error::invalid_parameter("DefaultRedirectURI must be one of the CallbackURLs."))
        }
        _ => Ok(()),
    }
}

fn is_redirect(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let scheme_fits = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if !scheme_fits || url.contains('#') || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return false;
    }
    let host = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    match scheme.to_ascii_lowercase().as_str() {
        "https" => !host.is_empty(),
        "http" => is_this_machine(host),
        // Schemes that a browser would run or read rather than hand to an application.
        "javascript" | "data" | "vbscript" | "file" | "about" | "blob" => false,
        _ => !rest.is_empty(),
    }
}

/// Whether a host, with or without a port, is the machine of whoever follows the redirect.
fn is_this_machine(host: &str) -> bool {
    let port = ["localhost", "127.0.0.1", "[::1]"].into_iter().find_map(|name| host.strip_prefix(name));
    port.is_some_and(|port| {
        let digits = port.strip_prefix(':');
        port.is_empty() || digits.is_some_and(|digits| digits.chars().all(|digit| digit.is_ascii_digit()))
    })
}

fn check_oauth(settings: &UserPoolClientType, has_secret: bool) -> Result<(), Fault> {
    let flows = settings.allowed_oauth_flows.as_deref().unwrap_or_default();
    let scopes = settings.allowed_oauth_scopes.as_deref().unwrap_or_default();
    let has_flow = |name: &str| flows.iter().any(|flow| flow == name);
    let has_scope = |name: &str| scopes.iter().any(|scope| scope == name);
    if has_flow("client_credentials") && flows.len() > 1 {
        return Err(error::invalid_oauth_flow(
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ));
    }
    if has_flow("client_credentials") && !has_secret {
        return Err(error::invalid_oauth_flow(
            "client_credentials flow can not be selected if client does not have a client secret.",
        ));
    }
    // There are no resource servers yet, so there are no scopes besides the standard ones.
    if let Some(scope) = scopes.iter().find(|scope| !STANDARD_SCOPES.contains(&scope.as_str())) {
        return Err(error::scope_does_not_exist(format!("The scope {scope} does not exist.")));
    }
    if ["phone", "email", "profile"].iter().any(|scope| has_scope(scope)) && !has_scope("openid") {
        return Err(error::invalid_parameter("The scopes phone, email and profile require the scope openid."));
    }
    if settings.allowed_oauth_flows_user_pool_client == Some(true) {
        if flows.is_empty() || scopes.is_empty() {
            return Err(error::invalid_parameter(
                "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use \
                 OAuth flows.",
            ));
        }
        let callbacks = settings.callback_urls.as_deref().unwrap_or_default();
        if (has_flow("code") || has_flow("implicit")) && callbacks.is_empty() {
            return Err(error::invalid_parameter("The code and implicit flows require a CallbackURL."));
        }
    }
    Ok(())
}

fn dedup(names: &mut Option<Vec<String>>) {
    if let Some(names) = names {
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
}

const STANDARD_SCOPES: [&str; 5] = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_https_local_http_or_an_applications_own() {
        for url in
            ["https://a.example/cb?x=1", "http://localhost:3000/", "http://[::1]:8/", "http://127.0.0.1", "myapp://cb"]
        {
            assert!(is_redirect(url), "{url}");
        }
        for url in [
            "",
            "/cb",
            "https:",
            "https:///cb",
            "http://a.example/",
            "http://localhost.evil.example/",
            "http://localhost:x@evil.example/",
            "http://[::1]evil.example/",
            "https://a.example/#x",
            "javascript:alert(1)",
            "https://a.example/ b",
        ] {
            assert!(!is_redirect(url), "{url}");
        }
    }
}
