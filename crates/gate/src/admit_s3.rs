//! Whose signature is on a request to S3: in the header or the query, of version 4, or of version 2 in the query; or none.

use crate::admit::{Refused, Signer};
use crate::{Caller, Gate};
use contract::Fault;
use domain::{Region, Timestamp};
use sigv4::chunk::ChunkChain;
use sigv4::{PayloadClaim, Placement, Presented, RegionRule, Request, Rules, v2};

/// Who calls S3, and by what kind of signature.
#[derive(Debug)]
pub struct Admitted {
    /// Whoever signed; [`Caller::Anonymous`] where nothing in the request claims to be a signature.
    pub caller: Caller,
    /// What policies and the reader of the body may know of the signature.
    pub signature: Option<SignatureFacts>,
}

/// What is known of a verified signature.
#[derive(Debug)]
pub struct SignatureFacts {
    /// `s3:authType`: `REST-HEADER` or `REST-QUERY-STRING`.
    pub auth_type: &'static str,
    /// `s3:signatureversion`: `AWS4-HMAC-SHA256`, or `AWS` for version 2.
    pub version: &'static str,
    /// `s3:signatureAge` in milliseconds, for presigned URLs that say when they were signed.
    pub age_ms: Option<i64>,
    /// The region of the scope; version 2 has none.
    pub region: Option<Region>,
    /// What the signature says about the body.
    pub claim: PayloadClaim,
    /// Verifies the chunks of the body, where they are signed.
    pub chunks: Option<ChunkChain>,
}

impl Gate {
    /// Verifies the signature of a request to S3, if it has one, and says who signed. `host_bucket` is the bucket that the
    /// host name names, if it does. The body is not needed: what the signature says about it is in the answer. The inner
    /// error is the caller's, which S3 words, with the reason for the operator.
    ///
    /// # Errors
    /// The store fails, or a stored secret does not open.
    pub async fn admit_s3(
        &self,
        request: &Request<'_>,
        host_bucket: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<Admitted, Refused>, Fault> {
        match v2::parse(request, host_bucket, now.millis()) {
            Ok(Some(presented)) => return self.admit_v2(&presented, now).await,
            Ok(None) => {}
            Err(refusal) => return Ok(Err(refusal.into())),
        }
        match sigv4::parse(request, &Rules::s3(RegionRule::Any), now.millis()) {
            Ok(Some(presented)) => self.admit_v4(request, &presented, now).await,
            Ok(None) => Ok(Ok(Admitted { caller: Caller::Anonymous, signature: None })),
            Err(refusal) => Ok(Err(refusal.into())),
        }
    }

    async fn admit_v4(
        &self,
        request: &Request<'_>,
        presented: &Presented<'_>,
        now: Timestamp,
    ) -> Result<Result<Admitted, Refused>, Fault> {
        let found = self.signer(presented.access_key_id(), presented.session_token(), now).await?;
        let signer = match found {
            Ok(signer) => signer,
            Err(refused) => return Ok(Err(refused)),
        };
        let key = self.key_of(&signer, presented);
        if let Err(refusal) = sigv4::verify_with_key(request, presented, &key) {
            return Ok(Err(refusal.into()));
        }
        let claim = presented.payload_claim().unwrap_or(PayloadClaim::Unsigned);
        let presigned = presented.placement() == Placement::Presigned;
        let age_ms = now.millis().saturating_sub(presented.requested().seconds().saturating_mul(1000)).max(0);
        let signature = SignatureFacts {
            auth_type: if presigned { "REST-QUERY-STRING" } else { "REST-HEADER" },
            version: sigv4::ALGORITHM,
            age_ms: presigned.then_some(age_ms),
            region: Some(Region::from(presented.region())),
            claim,
            chunks: claim.has_signed_chunks().then(|| ChunkChain::new(&key, presented)),
        };
        Ok(Ok(self.admitted(&signer, presented.region(), now, signature)))
    }

    async fn admit_v2(
        &self,
        presented: &v2::Presigned<'_>,
        now: Timestamp,
    ) -> Result<Result<Admitted, Refused>, Fault> {
        let found = self.signer(presented.access_key_id(), presented.session_token(), now).await?;
        let signer = match found {
            Ok(signer) => signer,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Err(refusal) = v2::verify(presented, signer.secret().reveal().as_bytes()) {
            return Ok(Err(refusal.into()));
        }
        let signature = SignatureFacts {
            auth_type: "REST-QUERY-STRING",
            version: "AWS",
            age_ms: None,
            region: None,
            claim: PayloadClaim::Unsigned,
            chunks: None,
        };
        Ok(Ok(self.admitted(&signer, "us-east-1", now, signature)))
    }

    fn admitted(&self, signer: &Signer, region: &str, now: Timestamp, signature: SignatureFacts) -> Admitted {
        let caller = signer.caller();
        self.note_use(&caller, "s3", region, now);
        Admitted { caller, signature: Some(signature) }
    }
}
