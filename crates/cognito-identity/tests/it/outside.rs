//! Providers outside, for the stories: registered ones that sign tokens and assertions.

use crate::support::{AUTH, GUEST, identity_pool, role, set_roles, trust};
use domain::jwt::{Algorithm, SigningKey, jwks};
use federation::jwk::KeySet;
use federation::testing::{Said, metadata_document};
use serde_json::{Value, json};
use testkit::World;

pub const HOST: &str = "idp.example.com/tenant";
pub const OIDC: &str = "arn:aws:iam::123456789012:oidc-provider/idp.example.com/tenant";
pub const SAML: &str = "arn:aws:iam::123456789012:saml-provider/Corp";
pub const IDP: &str = "https://idp.test";

/// A world with IAM, where providers are registered.
pub async fn world() -> World {
    World::new(&[cognito_identity::operations(), sts::operations(), iam::operations()]).await
}

/// An OpenID Connect provider whose keys are known.
pub struct Issuer {
    /// The Logins key.
    pub host: String,
    key: SigningKey,
}

impl Issuer {
    /// Whoever this is, its keys are known.
    pub async fn of(w: &World, host: &str) -> Self {
        let private = w.node.key_source.take().await.unwrap();
        let key = SigningKey::from_pkcs8("k1", Algorithm::Rs256, &private).unwrap();
        let set = KeySet::parse(&jwks([key.verifying_key()])).unwrap();
        w.node.provider_keys.put(&format!("https://{host}"), set, w.clock.now());
        Self { host: host.to_owned(), key }
    }

    /// The one that is registered in IAM under [`OIDC`], for these clients.
    pub async fn registered(w: &World, client_ids: &[&str]) -> Self {
        let input = json!({ "Url": format!("https://{HOST}"), "ClientIDList": client_ids });
        w.call("CreateOpenIDConnectProvider", &input).await.ok();
        Self::of(w, HOST).await
    }

    /// A token of `ana` for `app`, with other claims; null takes one away.
    pub fn token(&self, w: &World, changes: Value) -> String {
        let now = w.clock.now().seconds();
        let mut claims = json!({
            "iss": format!("https://{}", self.host), "sub": "ana", "aud": "app", "iat": now, "exp": now + 600,
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        self.key.sign(&claims).unwrap()
    }

    /// A `Logins` map with such a token.
    pub fn logins(&self, w: &World, changes: Value) -> Value {
        json!({ &self.host: self.token(w, changes) })
    }
}

/// A pool with this configuration and both default roles.
pub async fn pool_of(w: &World, configuration: Value) -> String {
    let pool = identity_pool(w, configuration).await;
    role(w, AUTH, trust(&pool, "authenticated")).await;
    role(w, GUEST, trust(&pool, "unauthenticated")).await;
    set_roles(w, &pool, json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}})).await.ok();
    pool
}

/// Registers the SAML provider.
pub async fn register_saml(w: &World) {
    let provider = json!({ "Name": "Corp", "SAMLMetadataDocument": metadata_document(IDP) });
    w.call("CreateSAMLProvider", &provider).await.ok();
}

/// What it says of `ana`, who may assume these roles, until five minutes after the world's beginning.
pub fn said(roles: &[&str]) -> Said {
    let mut said = Said::ana(IDP, SAML, roles, "2026-01-02T03:09:05Z");
    said.attributes.retain(|(_, values)| !values.is_empty());
    said
}
