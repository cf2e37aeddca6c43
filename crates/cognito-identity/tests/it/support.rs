//! What the stories need besides the operations under test: user pools that sign, roles, users.

use contract::Fault;
use domain::jwt::{self, Algorithm, SigningKey, VerifyingKey};
use domain::{RoleId, Timestamp, UserPoolId, UserSub};
use gate::{Decision, Outcome};
use serde_json::{Value, json};
use store::table::iam_access_keys::OwnerKind;
use store::table::iam_inline_policies::{self, InlinePolicy};
use store::table::iam_roles::{self, IamRole};
use store::table::user_pool_keys::{self, UserPoolKey};
use store::table::users::{self, User};
use testkit::{Answer, World};

pub const CLIENT: &str = "1example23456789";
pub const AUTH: &str = "arn:aws:iam::123456789012:role/app/Fan";
pub const GUEST: &str = "arn:aws:iam::123456789012:role/Guest";

pub async fn world() -> World {
    World::new(&[cognito_identity::operations(), sts::operations()]).await
}

/// A user pool, as far as its ID tokens are concerned.
pub struct UserPool {
    pub id: UserPoolId,
    key: SigningKey,
}

impl UserPool {
    /// A user pool whose keys are in the store.
    pub async fn new(w: &World, id: &str) -> Self {
        let id = UserPoolId::from(id);
        let mut keys = Vec::new();
        for token_use in ["id", "access"] {
            let kid = format!("{id}-{token_use}");
            let private = w.node.key_source.take().await.unwrap();
            let key = SigningKey::from_pkcs8(&kid, Algorithm::Rs256, &private).unwrap();
            let jwk = key.verifying_key().jwk();
            let row = UserPoolKey {
                pool_id: id.clone(),
                key_id: kid,
                token_use: token_use.to_owned(),
                sealed_private: Vec::new(),
                public_modulus: number(&jwk["n"]),
                public_exponent: number(&jwk["e"]),
                created_ms: w.clock.now(),
            };
            w.node.store.write(async |tx| Ok::<_, Fault>(user_pool_keys::insert(tx, &row).await?)).await.unwrap();
            keys.push(key);
        }
        Self { id, key: keys.swap_remove(0) }
    }

    /// The provider name: the key in `Logins`.
    pub fn provider(&self) -> String {
        format!("cognito-idp.us-east-1.amazonaws.com/{}", self.id)
    }

    /// An entry of CognitoIdentityProviders.
    pub fn entry(&self) -> Value {
        json!({"ProviderName": self.provider(), "ClientId": CLIENT})
    }

    /// The claims of an ID token of this user, good for an hour.
    pub fn claims(&self, w: &World, sub: &str) -> Value {
        let now = w.clock.now().seconds();
        json!({
            "iss": w.node.issuer_of(&self.id), "aud": CLIENT, "sub": sub, "token_use": "id",
            "iat": now, "auth_time": now, "exp": now + 3600,
        })
    }

    /// An ID token.
    pub fn token(&self, w: &World, sub: &str) -> String {
        self.sign(&self.claims(w, sub))
    }

    /// An ID token with further claims.
    pub fn token_with(&self, w: &World, sub: &str, more: Value) -> String {
        let mut claims = self.claims(w, sub);
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.sign(&claims)
    }

    /// Any claims, signed with the key of ID tokens.
    pub fn sign(&self, claims: &Value) -> String {
        self.key.sign(claims).unwrap()
    }

    /// A `Logins` map with a token of this user.
    pub fn logins(&self, w: &World, sub: &str) -> Value {
        json!({self.provider(): self.token(w, sub)})
    }

    /// Puts a user into the store, or replaces it.
    pub async fn put_user(&self, sub: &str, w: &World, enabled: bool, signed_out_at: Option<Timestamp>) {
        let row = User {
            pool_id: self.id.clone(),
            sub: UserSub::from(sub),
            name: sub.to_owned(),
            name_key: sub.to_owned(),
            status: "CONFIRMED".to_owned(),
            enabled,
            attributes: "{}".to_owned(),
            sealed_password: None,
            password_set_ms: None,
            temporary_password: false,
            failed_sign_ins: 0,
            locked_until_ms: None,
            tokens_valid_after_ms: signed_out_at,
            created_ms: w.clock.now(),
            modified_ms: w.clock.now(),
        };
        let put = w.node.store.write(async |tx| {
            users::delete(tx, &row.pool_id, &row.sub).await?;
            Ok::<_, Fault>(users::insert(tx, &row).await?)
        });
        assert!(put.await.unwrap());
    }

    /// Takes a user out of the store.
    pub async fn remove_user(&self, sub: &str, w: &World) {
        let sub = UserSub::from(sub);
        let gone = w.node.store.write(async |tx| Ok::<_, Fault>(users::delete(tx, &self.id, &sub).await?));
        assert!(gone.await.unwrap());
    }
}

/// An identity pool with guests, these user pools, and both default roles.
pub async fn pool_with_roles(w: &World, user_pools: &[&UserPool]) -> String {
    let entries: Vec<Value> = user_pools.iter().map(|pool| pool.entry()).collect();
    let id = identity_pool(w, json!({"CognitoIdentityProviders": entries})).await;
    role(w, AUTH, trust(&id, "authenticated")).await;
    role(w, GUEST, trust(&id, "unauthenticated")).await;
    set_roles(w, &id, json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}})).await.ok();
    id
}

/// A new identity pool with guests; `more` are further members.
pub async fn identity_pool(w: &World, more: Value) -> String {
    let mut input = json!({"IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.call("CreateIdentityPool", &input).await.text_at("IdentityPoolId")
}

pub async fn set_roles(w: &World, pool: &str, mut input: Value) -> Answer {
    input["IdentityPoolId"] = json!(pool);
    w.call("SetIdentityPoolRoles", &input).await
}

/// The canonical trust policy of an identity pool's role.
pub fn trust(pool: &str, amr: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Pool", "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": pool},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
        },
    }]})
}

/// Makes a role, or gives it another trust policy.
pub async fn role(w: &World, arn: &str, trust: Value) {
    let (_, path_and_name) = arn.split_once(":role/").unwrap();
    let (path, name) = path_and_name
        .rsplit_once('/')
        .map_or(("/".to_owned(), path_and_name), |(path, name)| (format!("/{path}/"), name));
    let row = IamRole {
        account_id: arn.split(':').nth(4).unwrap().into(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: RoleId::from(format!("AROA{:X<17}", name.to_uppercase())),
        path,
        trust: trust.to_string(),
        description: None,
        max_session_seconds: 3600,
        boundary_arn: None,
        tags: "{}".to_owned(),
        created_ms: w.clock.now(),
    };
    let written = w.node.store.write(async |tx| {
        tx.touch_catalog().await?;
        iam_roles::delete(tx, &row.account_id, &row.name_key).await?;
        Ok::<_, Fault>(iam_roles::insert(tx, &row).await?)
    });
    assert!(written.await.unwrap());
}

/// Gives a role an inline policy that allows this.
pub async fn allow(w: &World, role: &str, action: &str, resource: &str) {
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": resource},
    ]});
    let row = InlinePolicy {
        account_id: w.node.account.clone(),
        owner_kind: OwnerKind::Role,
        owner_id: format!("AROA{:X<17}", role.to_uppercase()),
        name_key: "inline".to_owned(),
        name: "inline".to_owned(),
        document: document.to_string(),
    };
    let written = w.node.store.write(async |tx| {
        tx.touch_catalog().await?;
        Ok::<_, Fault>(iam_inline_policies::put(tx, &row).await?)
    });
    written.await.unwrap();
}

pub async fn get_id(w: &World, pool: &str, logins: Value) -> Answer {
    w.call_unsigned("GetId", &json!({"IdentityPoolId": pool, "Logins": logins})).await
}

pub async fn get_credentials(w: &World, identity: &str, logins: Value) -> Answer {
    w.call_unsigned("GetCredentialsForIdentity", &json!({"IdentityId": identity, "Logins": logins})).await
}

pub async fn get_open_id_token(w: &World, identity: &str, logins: Value) -> Answer {
    w.call_unsigned("GetOpenIdToken", &json!({"IdentityId": identity, "Logins": logins})).await
}

/// The claims of a token of an identity pool, verified with the published key.
pub async fn token_claims(w: &World, token: &str) -> Value {
    let published = sts::identity_keys::jwks(&w.node).await.unwrap();
    let published: Value = serde_json::from_str(&published).unwrap();
    let kid = jwt::peek(token).unwrap().kid().to_owned();
    let key = published["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid).expect("the key");
    assert_eq!((&key["alg"], &key["use"], &key["kty"]), (&json!("RS512"), &json!("sig"), &json!("RSA")));
    let (n, e) = (key["n"].as_str().unwrap(), key["e"].as_str().unwrap());
    let key = VerifyingKey::from_jwk(&kid, Algorithm::Rs512, n, e).unwrap();
    Value::Object(jwt::verify(token, &key).expect("the pool's signature"))
}

/// The decision that was kept about a request.
pub fn decision(w: &World, answer: &Answer) -> Decision {
    w.node.decisions.find(&answer.request_id()).expect("a decision")
}

/// Whether some step of this stage came out so and speaks of this.
pub fn says(decision: &Decision, stage: &str, outcome: Outcome, text: &str) -> bool {
    decision.steps.iter().any(|step| step.stage == stage && step.outcome == outcome && step.text.contains(text))
}

fn number(base64url: &Value) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(base64url.as_str().unwrap()).unwrap()
}
