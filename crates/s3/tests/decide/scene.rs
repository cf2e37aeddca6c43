//! The scene: buckets `app` and `other` of the server's account, `foreign` of another one, and whoever is needed to call.

use domain::session::{ChainedFrom, SessionPrincipal, SessionRecord, WebIdentity};
use domain::{AccountId, Region, Timestamp};
use gate::{Caller, Decision, RequestView, SignatureFacts};
use s3::deletes::Deletes;
use s3::settings::PublicAccessBlock;
use s3::{Arrived, BucketName, Call, Guard, Looked, Lookup, ObjectKey, Question, S3Fault};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use testkit::World;

pub const ACCOUNT: &str = "123456789012";
pub const STRANGER: &str = "444455556666";

pub struct Scene {
    pub w: World,
    pub guard: Guard,
    pub owners: RefCell<BTreeMap<String, AccountId>>,
    /// Tags by `bucket/key[?version]`.
    pub tags: RefCell<BTreeMap<String, Vec<(String, String)>>>,
    /// How often tags were asked for.
    pub looked: Cell<usize>,
    region: Region,
}

/// A request in short: `("PUT", "/app/k", &[("x-amz-acl", "private")])`.
pub type Asked<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

impl Scene {
    pub async fn new() -> Self {
        Self::with(PublicAccessBlock::ALL).await
    }

    pub async fn with(new_buckets: PublicAccessBlock) -> Self {
        let w = World::new(&[iam::operations()]).await;
        let guard = Guard::new(Arc::clone(&w.node), new_buckets);
        let owner = |name: &str, account: &str| (name.to_owned(), AccountId::from(account));
        let owners = [owner("app", ACCOUNT), owner("other", ACCOUNT), owner("foreign", STRANGER)];
        Self {
            w,
            guard,
            owners: RefCell::new(owners.into_iter().collect()),
            tags: RefCell::default(),
            looked: Cell::new(0),
            region: Region::from("us-east-1"),
        }
    }

    pub fn tag(&self, object: &str, tags: &[(&str, &str)]) {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        self.tags.borrow_mut().insert(object.to_owned(), tags);
    }

    /// A session of a new role with this policy.
    pub async fn role(&self, name: &str, statements: &Value) -> Caller {
        self.role_with_policy(name, &policy(statements)).await
    }

    pub async fn role_with_policy(&self, name: &str, document: &str) -> Caller {
        let trust = json!({ "Version": "2012-10-17", "Statement":
            { "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole" } });
        let input = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() });
        let id = self.w.call("CreateRole", &input).await.text_at("CreateRoleResponse.CreateRoleResult.Role.RoleId");
        let put = json!({ "RoleName": name, "PolicyName": "p", "PolicyDocument": document });
        self.w.call("PutRolePolicy", &put).await.ok();
        self.session(SessionPrincipal::AssumedRole {
            role_id: id.as_str().into(),
            role_name: name.to_owned(),
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            session_name: "s".to_owned(),
        })
    }

    pub fn session(&self, principal: SessionPrincipal) -> Caller {
        Caller::Session(Arc::new(self.record(principal, ACCOUNT)))
    }

    pub fn record(&self, principal: SessionPrincipal, account: &str) -> SessionRecord {
        SessionRecord {
            access_key_id: "ASIAEXAMPLE".into(),
            secret_access_key: "secret".to_owned().into(),
            account_id: AccountId::from(account),
            principal,
            web_identity: None,
            saml: None,
            identity: None,
            inline_policies: Vec::new(),
            managed_policy_arns: Vec::new(),
            tags: BTreeMap::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            mfa_authenticated_at: None,
            chained_from: ChainedFrom::default(),
            revocations_seen: 0,
            issued_at: self.w.clock.now(),
            expires_at: self.w.clock.now().plus_seconds(3600),
        }
    }

    /// The same session, handed out to an identity of a pool.
    pub fn as_identity(&self, caller: &Caller, identity: &str) -> Caller {
        let Caller::Session(session) = caller else { panic!("not a session") };
        let mut session = SessionRecord::clone(session);
        session.web_identity = Some(WebIdentity {
            provider: "cognito-identity.amazonaws.com".to_owned(),
            audience: "us-east-1:pool".to_owned(),
            subject: identity.to_owned(),
            amr: vec!["authenticated".to_owned()],
        });
        Caller::Session(Arc::new(session))
    }

    /// A new user with this policy; `None`: with none.
    pub async fn user(&self, name: &str, statements: Option<&Value>) -> Caller {
        self.w.call("CreateUser", &json!({ "UserName": name })).await.ok();
        if let Some(statements) = statements {
            let put = json!({ "UserName": name, "PolicyName": "p", "PolicyDocument": policy(statements) });
            self.w.call("PutUserPolicy", &put).await.ok();
        }
        let user = self.w.node.gate.user(&ACCOUNT.into(), name).await.unwrap().unwrap();
        Caller::User { user: Arc::clone(&user.facts), access_key_id: "AKIAEXAMPLE".into() }
    }

    /// A session of another account that may do everything there.
    pub fn stranger(&self) -> Caller {
        let principal =
            SessionPrincipal::FederatedUser { name: "eve".to_owned(), issuing_user_id: None, issuing_user_arn: None };
        let mut session = self.record(principal, STRANGER);
        session.inline_policies = vec![policy(&json!([allow(&json!("*"), &json!("*"))]))];
        Caller::Session(Arc::new(session))
    }

    pub fn root(&self) -> Caller {
        Caller::Root { account: ACCOUNT.into(), access_key_id: "AKIAEXAMPLE".into() }
    }

    pub fn root_of_stranger(&self) -> Caller {
        Caller::Root { account: STRANGER.into(), access_key_id: "AKIAEXAMPLE".into() }
    }

    /// `allowed`, or `403 AccessDenied: sentence`.
    pub async fn ask(&self, caller: &Caller, asked: Asked<'_>) -> String {
        self.ask_with(caller, asked, b"").await
    }

    pub async fn ask_with(&self, caller: &Caller, asked: Asked<'_>, body: &[u8]) -> String {
        self.decide(caller, asked, body).await.0
    }

    /// The same with the record of why.
    pub async fn decide(&self, caller: &Caller, asked: Asked<'_>, body: &[u8]) -> (String, Decision) {
        let mut decision = Decision::new("r".to_owned(), self.now(), "s3:Any".to_owned());
        let verdict = self.outcome(caller, asked, body, &mut decision).await;
        (verdict.map_or_else(|fault| shown(&fault), |()| "allowed".to_owned()), decision)
    }

    async fn outcome(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        body: &[u8],
        decision: &mut Decision,
    ) -> Result<(), S3Fault> {
        let call = call(asked)?;
        let facts = self.facts(&call);
        let question = self.question(caller, &call, facts.as_ref(), body);
        self.guard.permit(&question, self, decision).await.map(drop)
    }

    /// Asks, and lets the guard serve what it serves: status and body.
    pub async fn serve(&self, caller: &Caller, asked: Asked<'_>, body: &str) -> String {
        let mut decision = Decision::new("r".to_owned(), self.now(), "s3:Any".to_owned());
        let served = async {
            let call = call(asked)?;
            let question = self.question(caller, &call, None, body.as_bytes());
            let permitted = self.guard.permit(&question, self, &mut decision).await?;
            self.guard.serve_setting(&question, &permitted, &mut decision).await
        };
        match served.await {
            Ok(answer) => {
                let text = std::str::from_utf8(answer.body()).unwrap();
                format!("{} {text}", answer.status().as_u16()).trim_end().to_owned()
            }
            Err(fault) => shown(&fault),
        }
    }

    pub async fn put_policy(&self, bucket: &str, statements: &Value) {
        let path = format!("/{bucket}?policy");
        let owner = self.owners.borrow().get(bucket).unwrap().clone();
        let root = Caller::Root { account: owner, access_key_id: "AKIAEXAMPLE".into() };
        assert_eq!(self.serve(&root, ("PUT", &path, &[]), &policy(statements)).await, "204");
    }

    /// Takes the public access block of a bucket away.
    pub async fn unblock(&self, bucket: &str) {
        let owner = self.owners.borrow().get(bucket).unwrap().clone();
        let root = Caller::Root { account: owner, access_key_id: "AKIAEXAMPLE".into() };
        let path = format!("/{bucket}?publicAccessBlock");
        assert_eq!(self.serve(&root, ("DELETE", &path, &[]), "").await, "204");
    }

    pub async fn may_list(&self, caller: &Caller, asked: Asked<'_>) -> bool {
        let call = call(asked).unwrap();
        let question = self.question(caller, &call, None, b"");
        let mut decision = Decision::default();
        self.guard.may_list(&question, self, &mut decision).await.unwrap()
    }

    /// The allowed keys, and the denied ones with their sentences.
    pub async fn delete(&self, caller: &Caller, asked: Asked<'_>, body: &str) -> (Vec<String>, Vec<String>) {
        let call = call(asked).unwrap();
        let question = self.question(caller, &call, None, body.as_bytes());
        let mut decision = Decision::new("r".to_owned(), self.now(), "s3:DeleteObjects".to_owned());
        self.guard.permit(&question, self, &mut decision).await.unwrap();
        let deletes = Deletes::parse(body.as_bytes()).unwrap();
        let decided = self.guard.permit_deletes(&question, deletes, self, &mut decision).await.unwrap();
        let allowed = decided.allowed.objects.iter().map(|it| it.key.as_str().to_owned()).collect();
        let denied = decided.denied.iter().map(|it| format!("{}: {}", it.delete.key.as_str(), it.message)).collect();
        (allowed, denied)
    }

    fn now(&self) -> Timestamp {
        self.w.clock.now()
    }

    pub fn question<'a>(
        &'a self,
        caller: &'a Caller,
        call: &'a Call,
        signature: Option<&'a SignatureFacts>,
        document: &'a [u8],
    ) -> Question<'a> {
        let request = RequestView {
            now: self.now(),
            region: &self.region,
            source_ip: Some([127, 0, 0, 1].into()),
            user_agent: None,
            referer: None,
            secure: false,
        };
        let arrived = Arrived { signature, ..Arrived::default() };
        Question { caller, call, request, arrived, document }
    }

    /// A signature in the header, or in the query where the call carries `test-age-ms`.
    fn facts(&self, call: &Call) -> Option<SignatureFacts> {
        let age_ms = call.header("test-age-ms").map(|age| age.parse().unwrap());
        Some(SignatureFacts {
            auth_type: if age_ms.is_some() { "REST-QUERY-STRING" } else { "REST-HEADER" },
            version: "AWS4-HMAC-SHA256",
            age_ms,
            region: None,
            claim: sigv4::PayloadClaim::Unsigned,
            chunks: None,
        })
    }
}

pub fn call((method, path, headers): Asked<'_>) -> Result<Call, S3Fault> {
    let mut request = http::Request::builder().method(method).uri(path).header("host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Call::read(&request.body(()).unwrap().into_parts().0, &[])
}

pub fn shown(fault: &S3Fault) -> String {
    let cause = fault.cause.as_deref().unwrap_or_default();
    format!("{} {}: {}{cause}", fault.status.as_u16(), fault.code, fault.message)
}

pub fn policy(statements: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

pub fn allow(actions: &Value, resources: &Value) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
}

/// A statement of a bucket policy.
pub fn letting(effect: &str, principal: &Value, action: &str, resource: &str) -> Value {
    json!({ "Effect": effect, "Principal": principal, "Action": action, "Resource": resource })
}

/// The sentence of a refusal for want of an identity policy.
pub fn no_identity_policy(caller: &Caller, action: &str, resource: &str) -> String {
    format!(
        "403 AccessDenied: User: {} is not authorized to perform: {action} on resource: \"{resource}\" because no \
         identity-based policy allows the {action} action",
        caller.arn()
    )
}

pub const DENIED: &str = "403 AccessDenied: Access Denied";

impl Lookup for Scene {
    fn owner<'a>(&'a self, bucket: &'a BucketName) -> Looked<'a, Option<AccountId>> {
        Box::pin(async { Ok(self.owners.borrow().get(bucket.as_str()).cloned()) })
    }

    fn tags<'a>(
        &'a self,
        bucket: &'a BucketName,
        key: &'a ObjectKey,
        version: Option<&'a str>,
    ) -> Looked<'a, Option<Vec<(String, String)>>> {
        let version = version.map(|version| format!("?{version}")).unwrap_or_default();
        let object = format!("{}/{}{version}", bucket.as_str(), key.as_str());
        self.looked.set(self.looked.get() + 1);
        Box::pin(async move { Ok(self.tags.borrow().get(&object).cloned()) })
    }
}
