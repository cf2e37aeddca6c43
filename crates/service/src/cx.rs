//! What one operation is given: who calls, when, from where; the store; randomness; the decision record.

use crate::Node;
use contract::Fault;
use domain::{AccountId, Region, Timestamp};
use gate::{Asked, Caller, Context, Decision, RequestView};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use std::cell::{RefCell, RefMut};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use store::{StoreError, Tx};

/// What the door knows about a request before anyone decides anything.
#[derive(Clone, Debug)]
pub struct RequestFacts {
    /// The id the caller sees in `x-amzn-RequestId`.
    pub request_id: String,
    /// The one reading of the clock.
    pub now: Timestamp,
    /// The one seed of the request's random bytes.
    pub seed: [u8; 32],
    /// The region asked for: the signature's, the host name's, or the server's default.
    pub region: Region,
    /// Where the request came from.
    pub source_ip: Option<IpAddr>,
    /// `User-Agent`, if sent.
    pub user_agent: Option<String>,
    /// `Referer`, if sent.
    pub referer: Option<String>,
    /// Whether the connection was encrypted.
    pub secure: bool,
    /// Whether it carries a session token (`X-Amz-Security-Token`) without a signature that the token could belong to.
    pub stray_session_token: bool,
}

impl RequestFacts {
    /// As far as policies may ask.
    pub fn view(&self) -> RequestView<'_> {
        RequestView {
            now: self.now,
            region: &self.region,
            source_ip: self.source_ip,
            user_agent: self.user_agent.as_deref(),
            referer: self.referer.as_deref(),
            secure: self.secure,
        }
    }
}

/// The context of one operation.
pub struct Cx {
    /// The server's shared parts.
    pub node: Arc<Node>,
    /// Facts about the request.
    pub request: RequestFacts,
    /// Who is calling, verified.
    pub caller: Caller,
    revocations_seen: i64,
    rehearsal: bool,
    random: RefCell<ChaCha20Rng>,
    decision: RefCell<Decision>,
}

impl Cx {
    /// The context of a request by a verified caller; `decision` already holds how the caller was verified.
    pub fn new(node: Arc<Node>, request: RequestFacts, caller: Caller, decision: Decision) -> Self {
        let random = RefCell::new(ChaCha20Rng::from_seed(request.seed));
        let revocations_seen = node.gate.revocations_seen();
        Self { node, request, caller, revocations_seen, rehearsal: false, random, decision: RefCell::new(decision) }
    }

    /// The same context, in which everything is decided as ever, and nothing that is written is kept: for questions about what
    /// would happen. What is written is not read again either, each write being undone when its closure ends.
    #[must_use]
    pub fn rehearsing(self) -> Self {
        Self { rehearsal: true, ..self }
    }

    /// The time of this request.
    pub fn now(&self) -> Timestamp {
        self.request.now
    }

    /// The number of the last revocation that was known when the request began: what the sessions carry that it issues.
    pub fn revocations_seen(&self) -> i64 {
        self.revocations_seen
    }

    /// The region of this request.
    pub fn region(&self) -> &Region {
        &self.request.region
    }

    /// The account this request acts in: the caller's, or the server's own for unsigned calls.
    pub fn account(&self) -> &AccountId {
        self.caller.account().unwrap_or(&self.node.account)
    }

    /// `N` random bytes, from the request's seed.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.borrow_mut().fill_bytes(&mut bytes);
        bytes
    }

    /// The decision record; do not hold it across an await.
    pub fn decision(&self) -> RefMut<'_, Decision> {
        self.decision.borrow_mut()
    }

    /// Takes the decision record out, when the request is answered.
    pub fn into_decision(self) -> Decision {
        self.decision.into_inner()
    }

    /// Decides a permission that the call needs besides its own, and records why. The inner error is AWS's sentence.
    ///
    /// # Errors
    /// Policies cannot be read.
    pub async fn permit(&self, asked: Asked<'_>) -> Result<Result<(), String>, Fault> {
        // The record is borrowed for no longer than it takes to write: it must not be held across an await.
        let mut reasons = std::mem::take(&mut *self.decision());
        let verdict = self.node.gate.permit(&self.caller, asked, self.request.view(), &mut reasons).await;
        *self.decision() = reasons;
        verdict
    }

    /// Whether the caller may hand this role to a service (`lambda.amazonaws.com`): what every operation that stores a role
    /// asks (spec/policy.md 6.6). The inner error is AWS's sentence.
    ///
    /// # Errors
    /// Policies cannot be read.
    pub async fn may_pass_role(&self, role_arn: &str, service: &str) -> Result<Result<(), String>, Fault> {
        let mut asked = Asked { action: "iam:PassRole", resource: Some(role_arn), extra: Context::new() };
        asked.extra.set("iam:PassedToService", service);
        self.permit(asked).await
    }

    /// Reads in one snapshot.
    ///
    /// # Errors
    /// The closure's fault, or an internal one if the store fails.
    pub async fn read<T>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        self.node.store.read(f).await
    }

    /// Reads with a single statement; a second one is refused.
    ///
    /// # Errors
    /// As [`Cx::read`].
    pub async fn read_one<T>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        self.node.store.read_one(f).await
    }

    /// Decides and writes in one transaction. The closure may run again, so it only reads, decides and writes.
    ///
    /// # Errors
    /// The closure's fault (nothing of it is kept), or an internal one if the store fails.
    pub async fn write<T>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        // On the heap, so that the futures of calls that write nothing stay small: they are copied.
        if self.rehearsal { Box::pin(self.rehearse(f)).await } else { Box::pin(self.node.store.write(f)).await }
    }

    async fn rehearse<T>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, Fault>) -> Result<T, Fault> {
        let outcome = RefCell::new(None);
        let undone = self.node.store.write(async |tx| {
            let value = f(tx).await.map_err(Rehearsed::Failed)?;
            outcome.replace(Some(value));
            Err::<Infallible, Rehearsed>(Rehearsed::Undone)
        });
        match undone.await {
            Err(Rehearsed::Failed(fault)) => Err(fault),
            Err(Rehearsed::Undone) => {
                outcome.into_inner().ok_or_else(|| Fault::internal("a rehearsed write has no outcome"))
            }
        }
    }

    /// Seals a secret for storage, bound to what it is and whose it is.
    ///
    /// # Errors
    /// An internal fault: the ring has no storage key.
    pub fn seal(&self, kind: &str, owner: &str, secret: &[u8]) -> Result<Vec<u8>, Fault> {
        self.node.vault.seal(kind, owner, secret, self.random())
    }

    /// Opens what [`Cx::seal`] made.
    ///
    /// # Errors
    /// An internal fault: the row was changed, or sealed by a key this node does not have.
    pub fn open(&self, kind: &str, owner: &str, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault> {
        self.node.vault.open(kind, owner, sealed)
    }
}

/// How a rehearsed write ends: never with success, so that nothing is kept.
enum Rehearsed {
    Undone,
    Failed(Fault),
}

impl From<StoreError> for Rehearsed {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
