//! How long the rules on hot paths take: `cargo bench -p domain`. Prints the best and the median of several rounds, in µs.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use domain::jwt::{self, Algorithm, SigningKey};
use domain::seal::{KeyPurpose, KeyRing, SealingKey};
use domain::secret::SecretText;
use domain::session::{self, SessionPrincipal, SessionRecord, WebIdentity};
use domain::srp::{ClientHandshake, PasswordClaim, PasswordVerifier, ServerHandshake};
use domain::{AccessKeyId, AccountId, RoleId, Timestamp, secret_hash};
use serde_json::json;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let ring = KeyRing::new([SealingKey::new(KeyPurpose::RoleSession, [1; 8], [2; 32])]);
    let record = session_record();
    let token = session::issue(&ring, [9; 12], &record).unwrap();
    let id = record.access_key_id.as_str();
    println!("session token: {} characters", token.len());
    measure("session issue", 2_000, || session::issue(&ring, [9; 12], &record).unwrap());
    measure("session open", 2_000, || session::open_token(&ring, id, &token, Timestamp::default()).unwrap());

    let key =
        SigningKey::from_pkcs8(&jwt::new_kid([7; 32]), Algorithm::Rs256, &jwt::generate_pkcs8().unwrap()).unwrap();
    let claims = json!({
        "sub": "34c84488-e0e1-70ae-1111-222233334444", "aud": "1example23456789abcdefghij", "token_use": "id",
        "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123", "cognito:username": "ana",
        "auth_time": 1_700_000_000, "iat": 1_700_000_000, "exp": 1_700_003_600, "email": "ana@example.com",
        "email_verified": true, "jti": "34c84488-e0e1-70ae-1111-222233334444", "cognito:groups": ["fans", "staff"],
        "origin_jti": "34c84488-e0e1-70ae-1111-222233334444", "event_id": "34c84488-e0e1-70ae-1111-222233334444",
    });
    let jwt = key.sign(&claims).unwrap();
    measure("jwt sign", 50, || key.sign(&claims).unwrap());
    measure("jwt verify", 500, || jwt::verify(&jwt, key.verifying_key()).unwrap());

    let verifier = PasswordVerifier::from_password("AbCdEf123", "ana", "Passw0rd!", [7; 16]).unwrap();
    let client = ClientHandshake::begin([3; 32]).unwrap();
    let server = ServerHandshake::begin(&verifier, &client.srp_a(), [4; 32]).unwrap();
    let claim = PasswordClaim {
        pool_name: "AbCdEf123",
        user_id: "ana",
        secret_block: b"block",
        timestamp: "now",
        signature: "",
    };
    let signature = client.sign(&verifier.salt_hex(), &server.srp_b(), "Passw0rd!", &claim).unwrap();
    let claim = PasswordClaim { signature: &signature, ..claim };
    let srp_a = client.srp_a();
    measure("srp begin", 20, || ServerHandshake::begin(&verifier, &srp_a, [4; 32]).unwrap());
    measure("srp verify", 20, || assert!(server.verify(&verifier, &claim)));
    measure("password matches", 20, || assert!(verifier.matches("AbCdEf123", "ana", "Passw0rd!")));
    measure("secret hash", 2_000, || secret_hash::secret_hash("secret", "ana", "client"));
}

fn measure<T>(name: &str, calls: u32, run: impl Fn() -> T) {
    let mut rounds: Vec<f64> = (0..21)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(run());
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{name:<20} best {:>9.2} µs   median {:>9.2} µs", rounds[0], rounds[rounds.len() / 2]);
}

fn session_record() -> SessionRecord {
    SessionRecord {
        access_key_id: AccessKeyId::from("ASIARZPUZDIKAAAAAAAA"),
        secret_access_key: SecretText::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        account_id: AccountId::from("123456789012"),
        principal: SessionPrincipal::AssumedRole {
            role_id: RoleId::from("AROARZPUZDIKAAAAAAAAA"),
            role_name: "Fan".into(),
            role_arn: "arn:aws:iam::123456789012:role/app/Fan".into(),
            session_name: "CognitoIdentityCredentials".into(),
        },
        web_identity: Some(WebIdentity {
            provider: "cognito-identity.amazonaws.com".into(),
            audience: "eu-west-1:0d5c0000-0000-4000-8000-000000000000".into(),
            subject: "eu-west-1:7a1e0000-0000-4000-8000-000000000000".into(),
            amr: vec!["authenticated".into(), "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123".into()],
        }),
        saml: None,
        identity: None,
        inline_policies: Vec::new(),
        managed_policy_arns: Vec::new(),
        tags: BTreeMap::from([("Team".to_owned(), "blue".to_owned())]),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        mfa_authenticated_at: None,
        chained_from: Default::default(),
        revocations_seen: 0,
        issued_at: Timestamp::from_seconds(1_000),
        expires_at: Timestamp::from_seconds(4_600),
    }
}
