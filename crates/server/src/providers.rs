//! Where the public providers of identities are asked: at home, unless the operator names another place.

use crate::cli::ProviderArgs;
use crate::config::ConfigError;
use federation::social::SocialEndpoints;
use http::Uri;
use http::uri::Scheme;

/// The places of the public providers.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    /// Where Facebook, Amazon and Twitter are asked.
    pub social: SocialEndpoints,
    /// An issuer, and below which URL its discovery document is.
    pub discovery: Vec<(String, String)>,
    /// The hosts of the places that were named, as `HOST:PORT`: they may have internal addresses.
    pub hosts: Vec<String>,
}

impl Providers {
    /// Takes the flags, and where there is none the file's word. Plain HTTP must be allowed.
    ///
    /// # Errors
    /// The first place that is no URL of its kind.
    pub fn of(args: &ProviderArgs, file: &ProviderArgs, plain_http: bool) -> Result<Self, ConfigError> {
        let mut providers = Self::default();
        let mut named = |flag: &str, args: &Option<String>, file: &Option<String>| {
            let Some(url) = args.as_ref().or(file.as_ref()) else { return Ok(None) };
            let url = url.trim_end_matches('/');
            providers.hosts.push(host(flag, url, plain_http)?);
            Ok(Some(url.to_owned()))
        };
        let facebook = named("facebook", &args.facebook_endpoint, &file.facebook_endpoint)?;
        let amazon = named("amazon", &args.amazon_endpoint, &file.amazon_endpoint)?;
        let twitter = named("twitter", &args.twitter_endpoint, &file.twitter_endpoint)?;
        let google = named("google", &args.google_endpoint, &file.google_endpoint)?;
        let apple = named("apple", &args.apple_endpoint, &file.apple_endpoint)?;
        let home = SocialEndpoints::default();
        providers.social = SocialEndpoints {
            facebook: facebook.unwrap_or(home.facebook),
            amazon: amazon.unwrap_or(home.amazon),
            twitter: twitter.unwrap_or(home.twitter),
        };
        let issuers = [("https://accounts.google.com", google), ("https://appleid.apple.com", apple)];
        providers.discovery = issuers.into_iter().filter_map(|(issuer, url)| Some((issuer.to_owned(), url?))).collect();
        Ok(providers)
    }
}

fn host(flag: &str, url: &str, plain_http: bool) -> Result<String, ConfigError> {
    let refused = |why: &str| Err(ConfigError(format!("--{flag}-endpoint: `{url}` {why}")));
    let Ok(uri) = url.parse::<Uri>() else { return refused("is not a URL") };
    let default_port = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => 443,
        Some(scheme) if *scheme == Scheme::HTTP && plain_http => 80,
        Some(scheme) if *scheme == Scheme::HTTP => return refused("is plain HTTP, which needs --http-providers"),
        _ => return refused("is not an http:// or https:// URL"),
    };
    let name = uri.host().filter(|name| !name.is_empty());
    let Some(name) = name.filter(|_| uri.query().is_none() && !url.contains('@')) else {
        return refused("is not SCHEME://HOST[:PORT][/PATH]");
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    Ok(format!("{name}:{}", uri.port_u16().unwrap_or(default_port)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn facebook(url: &str) -> ProviderArgs {
        ProviderArgs { facebook_endpoint: Some(url.to_owned()), ..ProviderArgs::default() }
    }

    #[test]
    fn flags_come_before_the_file_and_home_is_the_default() {
        let file =
            ProviderArgs { google_endpoint: Some("https://g.test/".to_owned()), ..facebook("https://file.test") };
        let found = Providers::of(&facebook("http://[::1]:8080/fb/"), &file, true).unwrap();
        assert_eq!(found.social.facebook, "http://[::1]:8080/fb");
        assert_eq!(found.social.amazon, SocialEndpoints::default().amazon);
        assert_eq!(found.discovery, [("https://accounts.google.com".to_owned(), "https://g.test".to_owned())]);
        assert_eq!(found.hosts, ["::1:8080", "g.test:443"]);
    }

    #[test]
    fn places_that_cannot_be_reached_are_said_at_once() {
        for (url, plain_http) in
            [("http://a.test", false), ("ftp://a.test", true), ("a.test", true), ("https://a@b.test", true), ("", true)]
        {
            let refused = Providers::of(&facebook(url), &ProviderArgs::default(), plain_http).unwrap_err();
            assert!(refused.0.starts_with("--facebook-endpoint: "), "{url}: {refused}");
        }
    }
}
