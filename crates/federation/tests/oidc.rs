//! ID tokens of a provider on this machine: discovery, key rotation, and every reason to refuse.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_types)]

mod support;

use std::sync::LazyLock;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use federation::fetch::{FetchError, FetchSettings, Fetcher};
use federation::id_token::{Expected, TokenRefusal, peek, verify_id_token};
use federation::jwk::{KeySet, KeySetFault};
use federation::oidc::{KeyFault, KeySettings, ProviderKeys};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Page, Server, local, resolving_to};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const ISSUER: &str = "https://idp.example";

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair, usize),
}

struct Signer {
    pair: Pair,
}

static RSA: LazyLock<Signer> = LazyLock::new(Signer::rsa);
static OTHER_RSA: LazyLock<Signer> = LazyLock::new(Signer::rsa);
static P256: LazyLock<Signer> = LazyLock::new(|| Signer::ec(&ECDSA_P256_SHA256_FIXED_SIGNING, 32));
static P384: LazyLock<Signer> = LazyLock::new(|| Signer::ec(&ECDSA_P384_SHA384_FIXED_SIGNING, 48));
static P521: LazyLock<Signer> = LazyLock::new(|| Signer::ec(&ECDSA_P521_SHA512_FIXED_SIGNING, 66));

impl Signer {
    fn rsa() -> Self {
        let pkcs8 = domain::jwt::generate_pkcs8().unwrap();
        Self { pair: Pair::Rsa(RsaKeyPair::from_pkcs8(&pkcs8).unwrap()) }
    }

    fn ec(algorithm: &'static EcdsaSigningAlgorithm, width: usize) -> Self {
        Self { pair: Pair::Ec(EcdsaKeyPair::generate(algorithm).unwrap(), width) }
    }

    fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match &self.pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                json!({ "kty": "RSA", "kid": kid, "use": "sig",
                    "n": text(key.modulus().big_endian_without_leading_zero()),
                    "e": text(key.exponent().big_endian_without_leading_zero()) })
            }
            Pair::Ec(pair, width) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(*width);
                let curve = match width {
                    32 => "P-256",
                    48 => "P-384",
                    _ => "P-521",
                };
                json!({ "kty": "EC", "kid": kid, "crv": curve, "x": text(x), "y": text(y) })
            }
        }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let padding = match header["alg"].as_str().unwrap() {
                    "RS384" => &RSA_PKCS1_SHA384,
                    "RS512" => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(padding, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
            Pair::Ec(pair, _) => pair.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "sub": "ana", "aud": "app", "exp": 1_000_600, "iat": 999_990, "email": "ana@example.com" })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn audiences() -> Vec<String> {
    vec!["other".into(), "app".into()]
}

fn expected<'a>(issuer: &'a str, audiences: &'a [String]) -> Expected<'a> {
    Expected { issuer, other_issuers: &["idp.example"], audiences, thumbprints: &[] }
}

fn keys(members: &[Value]) -> KeySet {
    KeySet::parse(&json!({ "keys": members })).unwrap()
}

fn check(claims: &Value) -> Result<federation::id_token::IdToken, TokenRefusal> {
    let token = RSA.token(&json!({ "alg": "RS256", "kid": "1" }), claims);
    verify_id_token(&token, &expected(ISSUER, &audiences()), &keys(&[RSA.jwk("1")]), NOW)
}

#[test]
fn a_good_token_is_believed() {
    let token = check(&claims()).unwrap();
    assert_eq!((token.subject.as_str(), token.audience.as_str()), ("ana", "app"));
    assert_eq!((token.issued_seconds, token.expires_seconds), (999_990, 1_000_600));
    assert_eq!(token.claims["email"], "ana@example.com");
    assert!(token.original_audiences.is_empty());
    assert!(check(&with("iss", json!("idp.example"))).is_ok());
    assert!(check(&with("exp", json!(1_000_600.5))).is_ok());
}

#[test]
fn the_authorized_party_is_the_effective_audience() {
    let mut claims = with("aud", json!(["api", "more"]));
    assert_eq!(check(&claims), Err(TokenRefusal::SeveralAudiences));
    claims["azp"] = json!("app");
    let token = check(&claims).unwrap();
    assert_eq!((token.audience.as_str(), token.original_audiences), ("app", vec!["api".into(), "more".into()]));
    assert_eq!(check(&with("azp", json!("stranger"))), Err(TokenRefusal::AudienceMismatch));
    assert_eq!(check(&with("azp", json!(1))), Err(TokenRefusal::BadClaim("azp")));
    assert!(check(&with("aud", json!(["app"]))).is_ok());
}

#[test]
fn each_fault_has_its_refusal() {
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        assert_eq!(check(&without(name)), Err(TokenRefusal::MissingClaim(name)));
        assert_eq!(check(&with(name, Value::Null)), Err(TokenRefusal::MissingClaim(name)));
        assert_eq!(check(&with(name, json!({}))), Err(TokenRefusal::BadClaim(name)));
    }
    let cases = [
        (with("iss", json!("https://idp.example/")), TokenRefusal::IssuerMismatch),
        (with("aud", json!("stranger")), TokenRefusal::AudienceMismatch),
        (with("aud", json!([])), TokenRefusal::MissingClaim("aud")),
        (with("aud", json!(["app", 1])), TokenRefusal::BadClaim("aud")),
        (with("sub", json!("")), TokenRefusal::BadClaim("sub")),
        (with("exp", json!(i64::MAX)), TokenRefusal::BadClaim("exp")),
        (with("exp", json!(-1)), TokenRefusal::BadClaim("exp")),
        (with("exp", json!(999_700)), TokenRefusal::Expired { now: 1_000_000, expires: 999_700 }),
        (with("iat", json!(1_000_301)), TokenRefusal::NotYetValid { now: 1_000_000, from: 1_000_301 }),
        (with("nbf", json!(1_000_301)), TokenRefusal::NotYetValid { now: 1_000_000, from: 1_000_301 }),
        (with("nbf", json!("soon")), TokenRefusal::BadClaim("nbf")),
    ];
    for (claims, refusal) in cases {
        assert_eq!(check(&claims), Err(refusal), "{claims}");
    }
    for claims in [with("exp", json!(999_701)), with("iat", json!(1_000_300)), with("nbf", json!(1_000_300))] {
        assert!(check(&claims).is_ok(), "five minutes of grace: {claims}");
    }
}

#[test]
fn six_algorithms_are_accepted_each_with_its_own_key_only() {
    let signers: [(&str, &Signer); 6] =
        [("RS256", &RSA), ("RS384", &RSA), ("RS512", &RSA), ("ES256", &P256), ("ES384", &P384), ("ES512", &P521)];
    for (name, signer) in signers {
        let token = signer.token(&json!({ "alg": name, "kid": name }), &claims());
        let verify = |keys: KeySet| verify_id_token(&token, &expected(ISSUER, &audiences()), &keys, NOW).map(|_| ());
        assert_eq!(verify(keys(&[signer.jwk(name)])), Ok(()), "{name}");
        let mut said = signer.jwk(name);
        said["alg"] = json!(name);
        assert_eq!(verify(keys(&[said.clone()])), Ok(()), "{name}");
        said["alg"] = json!(if name == "RS256" { "RS512" } else { "RS256" });
        assert_eq!(verify(keys(&[said])), Err(TokenRefusal::NoSuchKey), "{name}");
        let stranger = if name.starts_with("RS") { P256.jwk(name) } else { RSA.jwk(name) };
        assert_eq!(verify(keys(&[stranger])), Err(TokenRefusal::NoSuchKey), "{name}");
    }
    for alg in ["none", "HS256", "PS256", "EdDSA", "rs256", ""] {
        let token = RSA.token(&json!({ "alg": alg, "kid": "1" }), &claims());
        let refused = verify_id_token(&token, &expected(ISSUER, &audiences()), &keys(&[RSA.jwk("1")]), NOW);
        assert_eq!(refused, Err(TokenRefusal::UnsupportedAlgorithm), "{alg}");
    }
    let critical = RSA.token(&json!({ "alg": "RS256", "kid": "1", "crit": ["b64"], "b64": false }), &claims());
    assert_eq!(peek(&critical).unwrap_err(), TokenRefusal::UnsupportedAlgorithm);
}

#[test]
fn signatures_of_others_and_changed_tokens_are_refused() {
    let header = json!({ "alg": "RS256", "kid": "1" });
    let verify = |token: &str| {
        verify_id_token(token, &expected(ISSUER, &audiences()), &keys(&[RSA.jwk("1"), P256.jwk("2")]), NOW)
    };
    assert_eq!(verify(&OTHER_RSA.token(&header, &claims())), Err(TokenRefusal::BadSignature));
    let mine = RSA.token(&header, &claims());
    let (signed, signature) = mine.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let payload = URL_SAFE_NO_PAD.encode(with("sub", json!("bob")).to_string());
    assert_eq!(verify(&format!("{head}.{payload}.{signature}")), Err(TokenRefusal::BadSignature));
    assert_eq!(verify(&format!("{signed}.")), Err(TokenRefusal::BadSignature));
    assert_eq!(verify(&RSA.token(&json!({ "alg": "RS256", "kid": "9" }), &claims())), Err(TokenRefusal::NoSuchKey));
    // Without a key id there must be no choice.
    let unnamed = RSA.token(&json!({ "alg": "RS256" }), &claims());
    assert!(verify(&unnamed).is_ok());
    let two = keys(&[RSA.jwk("1"), OTHER_RSA.jwk("2")]);
    let refused = verify_id_token(&unnamed, &expected(ISSUER, &audiences()), &two, NOW);
    assert_eq!(refused, Err(TokenRefusal::NoSuchKey));
    for junk in ["", ".", "..", "a.b.c", "e30.e30.", &format!("{mine}.x"), &mine[1..], &"a".repeat(60_000)] {
        assert_eq!(verify(junk), Err(TokenRefusal::NotAToken), "{junk}");
    }
}

#[test]
fn key_sets_are_bounded_and_odd_members_passed_over() {
    let many = |kind: &Value, count| json!({ "keys": vec![kind.clone(); count] });
    assert_eq!(KeySet::parse(&many(&P256.jwk("1"), 100)).unwrap().len(), 100);
    assert_eq!(KeySet::parse(&many(&P256.jwk("1"), 101)).unwrap_err(), KeySetFault::TooManyKeys);
    assert_eq!(KeySet::parse(&many(&RSA.jwk("1"), 101)).unwrap_err(), KeySetFault::TooManyKeys);
    for bad in [json!(null), json!({}), json!({ "keys": {} })] {
        assert_eq!(KeySet::parse(&bad).unwrap_err(), KeySetFault::NotAKeySet);
    }
    let change = |name: &str, value: Value| {
        let mut key = RSA.jwk("1");
        key[name] = value;
        key
    };
    let mut off_curve = P256.jwk("1");
    off_curve["x"] = json!(URL_SAFE_NO_PAD.encode([7; 32]));
    let odd = [
        json!(1),
        json!({ "kty": "oct", "k": "AA" }),
        change("use", json!("enc")),
        change("key_ops", json!(["encrypt"])),
        change("alg", json!("HS256")),
        change("alg", json!("ES256")),
        change("n", json!(URL_SAFE_NO_PAD.encode([255; 128]))),
        change("n", json!("***")),
        change("e", json!(URL_SAFE_NO_PAD.encode([1; 9]))),
        off_curve,
    ];
    for key in &odd {
        assert!(keys(std::slice::from_ref(key)).is_empty(), "{key}");
    }
    assert_eq!(keys(&[odd.as_slice(), &[RSA.jwk("1")]].concat()).len(), 1);
}

/// A provider on this machine, whose issuer is its own URL.
struct Provider {
    server: Server,
    keys: ProviderKeys,
}

impl Provider {
    async fn start() -> Self {
        let server = Server::http().await;
        let settings = FetchSettings { max_body_bytes: 64 * 1024, ..local() };
        let keys = ProviderKeys::new(Fetcher::new(settings).unwrap(), KeySettings::default());
        let provider = Self { server, keys };
        provider.publish(&provider.issuer(), &[RSA.jwk("1")]);
        provider
    }

    fn issuer(&self) -> String {
        self.server.url("")
    }

    fn publish(&self, issuer: &str, keys: &[Value]) {
        let document = json!({ "issuer": issuer, "jwks_uri": self.server.url("/jwks") });
        self.server.page("/.well-known/openid-configuration", Page::json(&document.to_string()));
        self.server.page("/jwks", Page::json(&json!({ "keys": keys }).to_string()));
    }

    async fn check(&self, signer: &Signer, kid: &str, now: Timestamp) -> Result<(), TokenRefusal> {
        let mut claims = with("iss", json!(self.issuer()));
        (claims["iat"], claims["exp"]) = (json!(now.seconds()), json!(now.seconds() + 60));
        let token = signer.token(&json!({ "alg": "RS256", "kid": kid }), &claims);
        let (issuer, audiences) = (self.issuer(), audiences());
        self.keys.verify_id_token(&token, &expected(&issuer, &audiences), now).await.map(|_| ())
    }
}

#[tokio::test]
async fn keys_are_found_by_discovery_and_kept() {
    let provider = Provider::start().await;
    assert_eq!(provider.check(&RSA, "1", NOW).await, Ok(()));
    assert_eq!(provider.check(&RSA, "1", NOW.plus_seconds(3599)).await, Ok(()));
    assert_eq!(provider.server.hits(), 2);
    assert_eq!(provider.check(&RSA, "1", NOW.plus_seconds(3600)).await, Ok(()));
    assert_eq!(provider.server.hits(), 4);
}

#[tokio::test]
async fn discovery_may_have_another_place_but_no_other_issuer() {
    let provider = Provider::start().await;
    provider.publish(ISSUER, &[RSA.jwk("1")]);
    let keys = ProviderKeys::new(Fetcher::new(local()).unwrap(), KeySettings::default());
    let keys = keys.discovering(ISSUER, &provider.issuer());
    let token = RSA.token(&json!({ "alg": "RS256", "kid": "1" }), &claims());
    assert!(keys.verify_id_token(&token, &expected(ISSUER, &audiences()), NOW).await.is_ok());
    provider.publish(&provider.issuer(), &[RSA.jwk("1")]);
    let keys = ProviderKeys::new(Fetcher::new(local()).unwrap(), KeySettings::default());
    let keys = keys.discovering(ISSUER, &provider.issuer());
    let refused = keys.verify_id_token(&token, &expected(ISSUER, &audiences()), NOW).await;
    assert_eq!(refused, Err(TokenRefusal::KeysUnavailable(KeyFault::OtherIssuer)));
}

#[tokio::test]
async fn a_new_key_is_fetched_at_once_but_not_too_often() {
    let provider = Provider::start().await;
    assert_eq!(provider.check(&RSA, "1", NOW).await, Ok(()));
    provider.publish(&provider.issuer(), &[RSA.jwk("1"), OTHER_RSA.jwk("2")]);
    let later = NOW.plus_seconds(30);
    assert_eq!(provider.check(&OTHER_RSA, "2", NOW.plus_seconds(29)).await, Err(TokenRefusal::NoSuchKey));
    assert_eq!(provider.check(&OTHER_RSA, "2", later).await, Ok(()));
    assert_eq!(provider.server.hits(), 4);
    for attempt in 0..20 {
        assert_eq!(provider.check(&RSA, &format!("none-{attempt}"), later).await, Err(TokenRefusal::NoSuchKey));
    }
    assert_eq!(provider.server.hits(), 4);
}

#[tokio::test]
async fn old_keys_serve_while_the_provider_is_silent_but_not_for_ever() {
    let provider = Provider::start().await;
    assert_eq!(provider.check(&RSA, "1", NOW).await, Ok(()));
    provider
        .server
        .page("/.well-known/openid-configuration", Page::raw("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
    assert_eq!(provider.check(&RSA, "1", NOW.plus_seconds(7200)).await, Ok(()));
    let fault = KeyFault::Discovery(FetchError::Status(500));
    let refused = provider.check(&RSA, "1", NOW.plus_seconds(86_400)).await;
    assert_eq!(refused, Err(TokenRefusal::KeysUnavailable(fault)));
}

#[tokio::test]
async fn a_failure_is_remembered_for_a_while() {
    let provider = Provider::start().await;
    provider.publish("https://somebody.else", &[RSA.jwk("1")]);
    let refused = Err(TokenRefusal::KeysUnavailable(KeyFault::OtherIssuer));
    assert_eq!(provider.check(&RSA, "1", NOW).await, refused);
    provider.publish(&provider.issuer(), &[RSA.jwk("1")]);
    assert_eq!(provider.check(&RSA, "1", NOW).await, refused);
    assert_eq!(provider.server.hits(), 1);
    assert_eq!(provider.check(&RSA, "1", NOW.plus_seconds(30)).await, Ok(()));
}

#[tokio::test]
async fn many_callers_share_one_fetch() {
    let provider = Provider::start().await;
    let jwks = Page::json(&json!({ "keys": [RSA.jwk("1")] }).to_string());
    let slow = jwks.pieces.into_iter().map(|(_, bytes)| (Duration::from_millis(100), bytes)).collect();
    provider.server.page("/jwks", Page { pieces: slow });
    let one = || provider.check(&RSA, "1", NOW);
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    assert_eq!([a, b, c, d], [const { Ok(()) }; 4]);
    assert_eq!(provider.server.hits(), 2);
}

#[tokio::test]
async fn a_token_for_somebody_else_causes_no_fetch() {
    let provider = Provider::start().await;
    let token = RSA.token(&json!({ "alg": "RS256", "kid": "1" }), &with("aud", json!("stranger")));
    let (issuer, audiences) = (provider.issuer(), audiences());
    let refused = provider.keys.verify_id_token(&token, &expected(&issuer, &audiences), NOW).await;
    assert_eq!(refused, Err(TokenRefusal::IssuerMismatch));
    assert_eq!(provider.server.hits(), 0);
}

#[tokio::test]
async fn providers_are_bounded_and_the_longest_unused_goes() {
    let settings = KeySettings { max_providers: 2, ..KeySettings::default() };
    let nowhere = resolving_to(FetchSettings::default(), "127.0.0.1:1".parse().unwrap());
    let known = ProviderKeys::new(nowhere, settings);
    for (order, issuer) in ["https://a.example", "https://b.example", "https://c.example"].into_iter().enumerate() {
        known.put(issuer, keys(&[RSA.jwk("1")]), NOW.plus_seconds(order as i64));
    }
    assert!(known.keys("https://b.example", &[], Some("1"), NOW).await.is_ok());
    assert!(known.keys("https://c.example", &[], Some("1"), NOW).await.is_ok());
    let gone = known.keys("https://a.example", &[], Some("1"), NOW).await.unwrap_err();
    assert_eq!(gone, KeyFault::Discovery(FetchError::InternalAddress));
}

#[test]
fn the_cache_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<ProviderKeys>();
    shared::<Fetcher>();
}

proptest! {
    #[test]
    fn no_token_panics(token: String, header: String, payload: String) {
        let _ = peek(&token);
        let built = format!("{}.{}.AA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let _ = peek(&built);
    }

    #[test]
    fn no_claim_panics(name in "iss|sub|aud|azp|exp|iat|nbf", text: String, number: f64, kind in 0..4) {
        let value = match kind {
            0 => json!(text),
            1 => json!(number),
            2 => json!([text, number]),
            _ => json!({ text: number }),
        };
        let _ = check(&with(&name, value));
    }

    #[test]
    fn no_key_set_panics(kind in "RSA|EC", curve in "P-256|P-384|P-521", a: Vec<u8>, b: Vec<u8>) {
        let (a, b) = (URL_SAFE_NO_PAD.encode(a), URL_SAFE_NO_PAD.encode(b));
        let key = json!({ "kty": kind, "crv": curve, "n": &a, "e": &b, "x": &a, "y": &b });
        let _ = KeySet::parse(&json!({ "keys": [key] }));
    }
}
