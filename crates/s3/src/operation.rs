//! The operations of S3, and how a request names one: by method, sub-resource and header, never by guessing.

use crate::{S3Fault, Target};
use http::{HeaderMap, Method, StatusCode};

/// Whom an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The service.
    Service,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

/// How a request names an operation.
struct Shape {
    operation: Operation,
    method: Method,
    scope: Scope,
    /// Query parameters that must be there; `name=value` demands the value too.
    marks: &'static [&'static str],
    /// Query parameters that may be there.
    takes: &'static [&'static str],
    /// Whether `x-amz-copy-source` must be there; otherwise it must not.
    copies: bool,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident: $method:ident $scope:ident $marks:tt $takes:expr $(, $copies:ident)?;)*) => {
        /// An operation of S3, named as the API names it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation {
            $($(#[$doc])* $name,)*
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Operation] = &[$(Operation::$name),*];

            /// The API's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }

        const SHAPES: &[Shape] = &[$(Shape {
            operation: Operation::$name,
            method: Method::$method,
            scope: Scope::$scope,
            marks: &$marks,
            takes: &$takes,
            copies: false $(|| stringify!($copies).len() > 0)?,
        }),*];
    };
}

const NONE: [&str; 0] = [];
const VERSION: [&str; 1] = ["versionId"];
const TOKEN: [&str; 1] = ["continuation-token"];
const READ: [&str; 8] = [
    "versionId",
    "partNumber",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
];

operations! {
    /// `GET /`.
    ListBuckets: GET Service [] ["bucket-region", "continuation-token", "max-buckets", "prefix"];

    /// `PUT /BUCKET`.
    CreateBucket: PUT Bucket [] NONE;
    /// `HEAD /BUCKET`.
    HeadBucket: HEAD Bucket [] NONE;
    /// `DELETE /BUCKET`.
    DeleteBucket: DELETE Bucket [] NONE;
    /// `GET /BUCKET`.
    ListObjects: GET Bucket [] ["delimiter", "encoding-type", "marker", "max-keys", "prefix"];
    /// `GET /BUCKET?list-type=2`.
    ListObjectsV2: GET Bucket ["list-type=2"]
        ["continuation-token", "delimiter", "encoding-type", "fetch-owner", "max-keys", "prefix", "start-after"];
    /// `GET /BUCKET?versions`.
    ListObjectVersions: GET Bucket ["versions"]
        ["delimiter", "encoding-type", "key-marker", "max-keys", "prefix", "version-id-marker"];
    /// `GET /BUCKET?uploads`.
    ListMultipartUploads: GET Bucket ["uploads"]
        ["delimiter", "encoding-type", "key-marker", "max-uploads", "prefix", "upload-id-marker"];
    /// `POST /BUCKET?delete`.
    DeleteObjects: POST Bucket ["delete"] NONE;
    /// `POST /BUCKET`, a form that a browser sends.
    PostObject: POST Bucket [] NONE;

    /// `GET /BUCKET?policy`.
    GetBucketPolicy: GET Bucket ["policy"] NONE;
    /// `PUT /BUCKET?policy`.
    PutBucketPolicy: PUT Bucket ["policy"] NONE;
    /// `DELETE /BUCKET?policy`.
    DeleteBucketPolicy: DELETE Bucket ["policy"] NONE;
    /// `GET /BUCKET?policyStatus`.
    GetBucketPolicyStatus: GET Bucket ["policyStatus"] NONE;
    /// `GET /BUCKET?publicAccessBlock`.
    GetPublicAccessBlock: GET Bucket ["publicAccessBlock"] NONE;
    /// `PUT /BUCKET?publicAccessBlock`.
    PutPublicAccessBlock: PUT Bucket ["publicAccessBlock"] NONE;
    /// `DELETE /BUCKET?publicAccessBlock`.
    DeletePublicAccessBlock: DELETE Bucket ["publicAccessBlock"] NONE;

    /// `GET /BUCKET?abac`.
    GetBucketAbac: GET Bucket ["abac"] NONE;
    /// `PUT /BUCKET?abac`.
    PutBucketAbac: PUT Bucket ["abac"] NONE;
    /// `GET /BUCKET?accelerate`.
    GetBucketAccelerateConfiguration: GET Bucket ["accelerate"] NONE;
    /// `PUT /BUCKET?accelerate`.
    PutBucketAccelerateConfiguration: PUT Bucket ["accelerate"] NONE;
    /// `GET /BUCKET?acl`.
    GetBucketAcl: GET Bucket ["acl"] NONE;
    /// `PUT /BUCKET?acl`.
    PutBucketAcl: PUT Bucket ["acl"] NONE;
    /// `GET /BUCKET?analytics&id`.
    GetBucketAnalyticsConfiguration: GET Bucket ["analytics", "id"] NONE;
    /// `GET /BUCKET?analytics`.
    ListBucketAnalyticsConfigurations: GET Bucket ["analytics"] TOKEN;
    /// `PUT /BUCKET?analytics&id`.
    PutBucketAnalyticsConfiguration: PUT Bucket ["analytics", "id"] NONE;
    /// `DELETE /BUCKET?analytics&id`.
    DeleteBucketAnalyticsConfiguration: DELETE Bucket ["analytics", "id"] NONE;
    /// `GET /BUCKET?cors`.
    GetBucketCors: GET Bucket ["cors"] NONE;
    /// `PUT /BUCKET?cors`.
    PutBucketCors: PUT Bucket ["cors"] NONE;
    /// `DELETE /BUCKET?cors`.
    DeleteBucketCors: DELETE Bucket ["cors"] NONE;
    /// `GET /BUCKET?encryption`.
    GetBucketEncryption: GET Bucket ["encryption"] NONE;
    /// `PUT /BUCKET?encryption`.
    PutBucketEncryption: PUT Bucket ["encryption"] NONE;
    /// `DELETE /BUCKET?encryption`.
    DeleteBucketEncryption: DELETE Bucket ["encryption"] NONE;
    /// `GET /BUCKET?intelligent-tiering&id`.
    GetBucketIntelligentTieringConfiguration: GET Bucket ["intelligent-tiering", "id"] NONE;
    /// `GET /BUCKET?intelligent-tiering`.
    ListBucketIntelligentTieringConfigurations: GET Bucket ["intelligent-tiering"] TOKEN;
    /// `PUT /BUCKET?intelligent-tiering&id`.
    PutBucketIntelligentTieringConfiguration: PUT Bucket ["intelligent-tiering", "id"] NONE;
    /// `DELETE /BUCKET?intelligent-tiering&id`.
    DeleteBucketIntelligentTieringConfiguration: DELETE Bucket ["intelligent-tiering", "id"] NONE;
    /// `GET /BUCKET?inventory&id`.
    GetBucketInventoryConfiguration: GET Bucket ["inventory", "id"] NONE;
    /// `GET /BUCKET?inventory`.
    ListBucketInventoryConfigurations: GET Bucket ["inventory"] TOKEN;
    /// `PUT /BUCKET?inventory&id`.
    PutBucketInventoryConfiguration: PUT Bucket ["inventory", "id"] NONE;
    /// `DELETE /BUCKET?inventory&id`.
    DeleteBucketInventoryConfiguration: DELETE Bucket ["inventory", "id"] NONE;
    /// `GET /BUCKET?lifecycle`.
    GetBucketLifecycleConfiguration: GET Bucket ["lifecycle"] NONE;
    /// `PUT /BUCKET?lifecycle`.
    PutBucketLifecycleConfiguration: PUT Bucket ["lifecycle"] NONE;
    /// `DELETE /BUCKET?lifecycle`.
    DeleteBucketLifecycle: DELETE Bucket ["lifecycle"] NONE;
    /// `GET /BUCKET?location`.
    GetBucketLocation: GET Bucket ["location"] NONE;
    /// `GET /BUCKET?logging`.
    GetBucketLogging: GET Bucket ["logging"] NONE;
    /// `PUT /BUCKET?logging`.
    PutBucketLogging: PUT Bucket ["logging"] NONE;
    /// `GET /BUCKET?metrics&id`.
    GetBucketMetricsConfiguration: GET Bucket ["metrics", "id"] NONE;
    /// `GET /BUCKET?metrics`.
    ListBucketMetricsConfigurations: GET Bucket ["metrics"] TOKEN;
    /// `PUT /BUCKET?metrics&id`.
    PutBucketMetricsConfiguration: PUT Bucket ["metrics", "id"] NONE;
    /// `DELETE /BUCKET?metrics&id`.
    DeleteBucketMetricsConfiguration: DELETE Bucket ["metrics", "id"] NONE;
    /// `GET /BUCKET?notification`.
    GetBucketNotificationConfiguration: GET Bucket ["notification"] NONE;
    /// `PUT /BUCKET?notification`.
    PutBucketNotificationConfiguration: PUT Bucket ["notification"] NONE;
    /// `GET /BUCKET?object-lock`.
    GetObjectLockConfiguration: GET Bucket ["object-lock"] NONE;
    /// `PUT /BUCKET?object-lock`.
    PutObjectLockConfiguration: PUT Bucket ["object-lock"] NONE;
    /// `GET /BUCKET?ownershipControls`.
    GetBucketOwnershipControls: GET Bucket ["ownershipControls"] NONE;
    /// `PUT /BUCKET?ownershipControls`.
    PutBucketOwnershipControls: PUT Bucket ["ownershipControls"] NONE;
    /// `DELETE /BUCKET?ownershipControls`.
    DeleteBucketOwnershipControls: DELETE Bucket ["ownershipControls"] NONE;
    /// `GET /BUCKET?replication`.
    GetBucketReplication: GET Bucket ["replication"] NONE;
    /// `PUT /BUCKET?replication`.
    PutBucketReplication: PUT Bucket ["replication"] NONE;
    /// `DELETE /BUCKET?replication`.
    DeleteBucketReplication: DELETE Bucket ["replication"] NONE;
    /// `GET /BUCKET?requestPayment`.
    GetBucketRequestPayment: GET Bucket ["requestPayment"] NONE;
    /// `PUT /BUCKET?requestPayment`.
    PutBucketRequestPayment: PUT Bucket ["requestPayment"] NONE;
    /// `GET /BUCKET?tagging`.
    GetBucketTagging: GET Bucket ["tagging"] NONE;
    /// `PUT /BUCKET?tagging`.
    PutBucketTagging: PUT Bucket ["tagging"] NONE;
    /// `DELETE /BUCKET?tagging`.
    DeleteBucketTagging: DELETE Bucket ["tagging"] NONE;
    /// `GET /BUCKET?versioning`.
    GetBucketVersioning: GET Bucket ["versioning"] NONE;
    /// `PUT /BUCKET?versioning`.
    PutBucketVersioning: PUT Bucket ["versioning"] NONE;
    /// `GET /BUCKET?website`.
    GetBucketWebsite: GET Bucket ["website"] NONE;
    /// `PUT /BUCKET?website`.
    PutBucketWebsite: PUT Bucket ["website"] NONE;
    /// `DELETE /BUCKET?website`.
    DeleteBucketWebsite: DELETE Bucket ["website"] NONE;

    /// `GET /BUCKET/KEY`.
    GetObject: GET Object [] READ;
    /// `HEAD /BUCKET/KEY`.
    HeadObject: HEAD Object [] READ;
    /// `GET /BUCKET/KEY?attributes`.
    GetObjectAttributes: GET Object ["attributes"] VERSION;
    /// `GET /BUCKET/KEY?torrent`.
    GetObjectTorrent: GET Object ["torrent"] NONE;
    /// `POST /BUCKET/KEY?select&select-type=2`.
    SelectObjectContent: POST Object ["select", "select-type=2"] NONE;
    /// `PUT /BUCKET/KEY`.
    PutObject: PUT Object [] NONE;
    /// `PUT /BUCKET/KEY` with `x-amz-copy-source`.
    CopyObject: PUT Object [] NONE, copies;
    /// `DELETE /BUCKET/KEY`.
    DeleteObject: DELETE Object [] VERSION;
    /// `POST /BUCKET/KEY?uploads`.
    CreateMultipartUpload: POST Object ["uploads"] ["encoding-type"];
    /// `PUT /BUCKET/KEY?partNumber&uploadId`.
    UploadPart: PUT Object ["partNumber", "uploadId"] NONE;
    /// `PUT /BUCKET/KEY?partNumber&uploadId` with `x-amz-copy-source`.
    UploadPartCopy: PUT Object ["partNumber", "uploadId"] NONE, copies;
    /// `GET /BUCKET/KEY?uploadId`.
    ListParts: GET Object ["uploadId"] ["encoding-type", "max-parts", "part-number-marker"];
    /// `POST /BUCKET/KEY?uploadId`.
    CompleteMultipartUpload: POST Object ["uploadId"] NONE;
    /// `DELETE /BUCKET/KEY?uploadId`.
    AbortMultipartUpload: DELETE Object ["uploadId"] NONE;
    /// `GET /BUCKET/KEY?tagging`.
    GetObjectTagging: GET Object ["tagging"] VERSION;
    /// `PUT /BUCKET/KEY?tagging`.
    PutObjectTagging: PUT Object ["tagging"] VERSION;
    /// `DELETE /BUCKET/KEY?tagging`.
    DeleteObjectTagging: DELETE Object ["tagging"] VERSION;
    /// `GET /BUCKET/KEY?acl`.
    GetObjectAcl: GET Object ["acl"] VERSION;
    /// `PUT /BUCKET/KEY?acl`.
    PutObjectAcl: PUT Object ["acl"] VERSION;
    /// `GET /BUCKET/KEY?retention`.
    GetObjectRetention: GET Object ["retention"] VERSION;
    /// `PUT /BUCKET/KEY?retention`.
    PutObjectRetention: PUT Object ["retention"] VERSION;
    /// `GET /BUCKET/KEY?legal-hold`.
    GetObjectLegalHold: GET Object ["legal-hold"] VERSION;
    /// `PUT /BUCKET/KEY?legal-hold`.
    PutObjectLegalHold: PUT Object ["legal-hold"] VERSION;
    /// `POST /BUCKET/KEY?restore`.
    RestoreObject: POST Object ["restore"] VERSION;
    /// `PUT /BUCKET/KEY?encryption`.
    UpdateObjectEncryption: PUT Object ["encryption"] VERSION;
}

/// Parameters of the signature: they say nothing about the operation.
pub(crate) const OF_SIGNATURE: [&str; 9] = [
    "X-Amz-Algorithm",
    "X-Amz-Content-SHA256",
    "X-Amz-Content-Sha256",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// The same of version 2.
pub(crate) const OF_SIGNATURE_2: [&str; 4] = ["AWSAccessKeyId", "Expires", "Signature", "x-amz-security-token"];

/// What SDKs add so that a log shows which operation was meant.
const OPERATION_NAME: &str = "x-id";

/// The header that makes an upload a copy.
pub(crate) const COPY_SOURCE: &str = "x-amz-copy-source";

impl Operation {
    /// The operation that a request names. Every query parameter must be one that the operation knows, since what we do not
    /// know may mean something to the server behind us; what S3 itself passes over ([`is_passed_over`]) is to be gone already.
    ///
    /// # Errors
    /// `MethodNotAllowed`, `NotImplemented` for what is not known, `InvalidArgument` for what contradicts itself.
    pub fn find(
        method: &Method,
        target: &Target,
        query: &[(String, String)],
        headers: &HeaderMap,
    ) -> Result<Self, S3Fault> {
        let scope = Scope::of(target);
        let copies = headers.contains_key(COPY_SOURCE);
        let query: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !OF_SIGNATURE.contains(name))
            .collect();
        no_repetition(&query)?;
        let fits = |shape: &&Shape| {
            shape.method == *method && shape.scope == scope && shape.copies == copies && shape.fits(&query)
        };
        let Some(shape) = SHAPES.iter().find(fits) else { return Err(refusal(method, scope, &query, copies)) };
        let operation = shape.operation;
        if operation == Self::PostObject && !is_form(headers) {
            return Err(S3Fault::new(
                "PreconditionFailed",
                StatusCode::PRECONDITION_FAILED,
                "At least one of the pre-conditions you specified did not hold",
            )
            .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"));
        }
        for (name, value) in query {
            match name {
                OPERATION_NAME if value != operation.name() => return Err(S3Fault::not_implemented(name)),
                // Blanks would be taken away by some, and then it is another version, or none.
                "versionId" if value.contains(char::is_whitespace) => {
                    return Err(S3Fault::invalid_argument("Invalid version id specified", name, value));
                }
                "versionId" if value.is_empty() => {
                    return Err(S3Fault::invalid_argument("Version id cannot be the empty string", name, value));
                }
                // Policies compare the number, and not everybody reads `+9` or ` 9` as none.
                "max-keys" if !value.bytes().all(|digit| digit.is_ascii_digit()) => {
                    let message = "Provided max-keys not an integer or within integer range";
                    return Err(S3Fault::invalid_argument(message, name, value));
                }
                "uploadId" | "id" if value.is_empty() => {
                    return Err(S3Fault::invalid_argument("This parameter cannot be empty", name, value));
                }
                _ => {}
            }
        }
        Ok(operation)
    }

    /// Whom it is about.
    pub fn scope(self) -> Scope {
        // INVARIANT: the table has a shape for each operation, in the order of `ALL`; a test proves it.
        SHAPES.iter().find(|shape| shape.operation == self).map_or(Scope::Service, |shape| shape.scope)
    }

    /// The most bytes that the body may have, for operations whose body is a document that has to be read before the
    /// request can be decided or answered. `None`: the body is not looked into.
    pub fn document_most(self) -> Option<usize> {
        const KIB: usize = 1024;
        match self {
            // 1000 keys of 1024 bytes, each byte perhaps an entity, do not fit; S3 takes 2 MB.
            Self::DeleteObjects => Some(2 * KIB * KIB),
            // 10,000 parts, each with a number, an entity tag and a checksum.
            Self::CompleteMultipartUpload => Some(4 * KIB * KIB),
            // 20 KiB are allowed; a little more is read so that the refusal can say so.
            Self::PutBucketPolicy => Some(64 * KIB),
            Self::CreateBucket
            | Self::PutBucketAcl
            | Self::PutPublicAccessBlock
            | Self::PutObjectAcl
            | Self::PutObjectTagging
            | Self::PutObjectRetention
            | Self::PutObjectLegalHold
            | Self::RestoreObject => Some(64 * KIB),
            _ => None,
        }
    }
}

/// Sub-resources of S3 that no shape has: passing over one would answer another question than was asked.
const UNBUILT_SUB_RESOURCES: [&str; 9] = [
    "annotation",
    "defaultObjectAcl",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "renameObject",
    "session",
    "storageClass",
];

/// Whether S3 reads a request as if this query parameter were not there: on `GET` and `HEAD`, one that it does not know and
/// that has a value, such as the `v=3` by which web pages get past caches. A name without a value may be a sub-resource that
/// is new, and one that only differs in case may be read as the other by somebody; neither is passed over, and nothing is in
/// a request that writes.
pub(crate) fn is_passed_over(method: &Method, target: &Target, name: &str, value: &str) -> bool {
    let scope = Scope::of(target);
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let of_signature = || {
        name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-")) || OF_SIGNATURE_2.into_iter().any(is)
    };
    let means_something = || {
        is(OPERATION_NAME)
            || VERSION.into_iter().any(is)
            || UNBUILT_SUB_RESOURCES.into_iter().any(is)
            || SHAPES.iter().any(|shape| shape.sub_resource().is_some_and(is))
            || SHAPES.iter().filter(|shape| shape.scope == scope).any(|shape| shape.names().any(is))
    };
    matches!(*method, Method::GET | Method::HEAD) && !value.is_empty() && !of_signature() && !means_something()
}

impl Scope {
    fn of(target: &Target) -> Self {
        match target {
            Target::Service => Self::Service,
            Target::Bucket(_) => Self::Bucket,
            Target::Object(..) => Self::Object,
        }
    }

    /// S3's name for it in `MethodNotAllowed`.
    fn resource_type(self) -> &'static str {
        match self {
            Self::Service => "SERVICE",
            Self::Bucket => "BUCKET",
            Self::Object => "OBJECT",
        }
    }
}

impl Shape {
    fn fits(&self, query: &[(&str, &str)]) -> bool {
        let has_all = self.marks.iter().all(|mark| {
            let (wanted, text) = split(mark);
            query.iter().any(|(name, value)| *name == wanted && text.is_none_or(|text| text == *value))
        });
        has_all && query.iter().all(|(name, _)| self.knows(name))
    }

    fn knows(&self, name: &str) -> bool {
        name == OPERATION_NAME || self.names().any(|known| known == name)
    }

    /// The parameters that it may carry.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.takes.iter().copied().chain(self.marks.iter().map(|mark| split(mark).0))
    }

    /// The parameter that chooses the operation, as opposed to those that say more about it.
    fn sub_resource(&self) -> Option<&'static str> {
        self.marks.first().map(|mark| split(mark).0).filter(|name| !matches!(*name, "partNumber" | "list-type"))
    }
}

fn split(mark: &'static str) -> (&'static str, Option<&'static str>) {
    mark.split_once('=').map_or((mark, None), |(name, value)| (name, Some(value)))
}

/// A parameter that stands twice would be read one way here and perhaps another way behind us.
fn no_repetition(query: &[(&str, &str)]) -> Result<(), S3Fault> {
    for (index, (name, value)) in query.iter().enumerate() {
        if query.iter().take(index).any(|(known, _)| known == name) {
            return Err(S3Fault::invalid_argument("Query parameters may be given only once", name, value));
        }
    }
    Ok(())
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// Why nothing fits.
fn refusal(method: &Method, scope: Scope, query: &[(&str, &str)], copies: bool) -> S3Fault {
    let is_sub_resource = |name: &str| SHAPES.iter().any(|shape| shape.sub_resource() == Some(name));
    let sub_resources: Vec<&str> = query.iter().map(|(name, _)| *name).filter(|name| is_sub_resource(name)).collect();
    if sub_resources.len() > 1 {
        let message = format!("Conflicting query string parameters: {}", sub_resources.join(", "));
        return S3Fault::invalid_argument(message, "ResourceType", sub_resources.first().unwrap_or(&""));
    }
    let here = || SHAPES.iter().filter(|shape| shape.scope == scope && shape.method == *method);
    if here().next().is_none() {
        return S3Fault::method_not_allowed(method.as_str(), scope.resource_type());
    }
    let sub_resource = sub_resources.first().copied();
    if let Some(name) = sub_resource
        && !here().any(|shape| shape.sub_resource() == Some(name))
    {
        let elsewhere = SHAPES.iter().any(|shape| shape.scope == scope && shape.sub_resource() == Some(name));
        return if elsewhere {
            S3Fault::method_not_allowed(method.as_str(), &name.to_ascii_uppercase())
        } else {
            S3Fault::not_implemented(name)
        };
    }
    let alike: Vec<&Shape> = here().filter(|shape| shape.sub_resource() == sub_resource).collect();
    for (name, value) in query {
        if alike.iter().any(|shape| shape.knows(name)) {
            continue;
        }
        return match *name {
            "versionId" => S3Fault::invalid_argument("This operation does not accept a version-id.", name, value),
            _ => S3Fault::not_implemented(name),
        };
    }
    if let Some((name, value)) = query.iter().find(|(name, _)| *name == "list-type") {
        return S3Fault::invalid_argument("Invalid List Type specified in request", name, value);
    }
    if copies {
        return S3Fault::not_implemented(COPY_SOURCE);
    }
    if alike.is_empty() {
        return S3Fault::method_not_allowed(method.as_str(), scope.resource_type());
    }
    S3Fault::invalid_request("The query does not name an operation")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::{BucketName, ObjectKey};
    use proptest::prelude::*;

    fn target(scope: Scope) -> Target {
        let bucket = BucketName::parse("app").unwrap();
        match scope {
            Scope::Service => Target::Service,
            Scope::Bucket => Target::Bucket(bucket),
            Scope::Object => Target::Object(bucket, ObjectKey::parse("k").unwrap()),
        }
    }

    fn pairs(query: &str) -> Vec<(String, String)> {
        let piece = |piece: &str| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            (name.to_owned(), value.to_owned())
        };
        query.split('&').filter(|text| !text.is_empty()).map(piece).collect()
    }

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn find(method: &str, scope: Scope, query: &str, given: &[(&'static str, &'static str)]) -> String {
        let found = Operation::find(&method.parse().unwrap(), &target(scope), &pairs(query), &headers(given));
        found.map_or_else(|fault| format!("{} {}", fault.status.as_u16(), fault.code), |it| it.name().to_owned())
    }

    /// Every shape is found by its own description, with all that it may carry and without.
    #[test]
    fn every_operation_is_found() {
        for shape in SHAPES {
            let mark = |mark: &&str| if mark.contains('=') { (*mark).to_owned() } else { format!("{mark}=1") };
            let marks: Vec<String> = shape.marks.iter().map(mark).collect();
            let takes = shape.takes.iter().map(|name| format!("{name}=1"));
            let all: Vec<String> = marks.iter().cloned().chain(takes).collect();
            let mut given: Vec<(&'static str, &'static str)> =
                vec![("content-type", "multipart/form-data; boundary=x")];
            if shape.copies {
                given.push((COPY_SOURCE, "a/b"));
            }
            let name = shape.operation.name();
            let id = format!("x-id={name}&X-Amz-Signature=0");
            for query in [marks.join("&"), all.join("&"), format!("{}&{id}", marks.join("&"))] {
                assert_eq!(find(shape.method.as_str(), shape.scope, &query, &given), name, "{query}");
            }
            let wrong = format!("{}&x-id=Other", marks.join("&"));
            assert_eq!(find(shape.method.as_str(), shape.scope, &wrong, &given), "501 NotImplemented");
            assert_eq!(shape.operation.scope(), shape.scope);
        }
        assert_eq!(SHAPES.len(), Operation::ALL.len());
    }

    /// No request fits two shapes.
    #[test]
    fn no_two_operations_are_alike() {
        for (index, one) in SHAPES.iter().enumerate() {
            for other in SHAPES.iter().skip(index + 1) {
                let same = one.method == other.method && one.scope == other.scope && one.copies == other.copies;
                let knows = |shape: &Shape, marks: &Shape| marks.marks.iter().all(|mark| shape.knows(split(mark).0));
                let alike = same && knows(one, other) && knows(other, one);
                assert!(!alike, "{:?} and {:?}", one.operation, other.operation);
            }
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        use Scope::{Bucket, Object, Service};
        for (method, scope, query, wanted) in [
            ("GET", Bucket, "acl&policy", "400 InvalidArgument"),
            ("GET", Object, "acl&tagging", "400 InvalidArgument"),
            ("GET", Object, "acl&uploadId=1", "400 InvalidArgument"),
            ("PUT", Object, "uploadId=1", "405 MethodNotAllowed"),
            ("PUT", Object, "partNumber=1", "400 InvalidRequest"),
            ("GET", Bucket, "metadataTable", "501 NotImplemented"),
            ("GET", Bucket, "session", "501 NotImplemented"),
            ("GET", Bucket, "max-keys=%2B9", "400 InvalidArgument"),
            ("GET", Bucket, "max-keys=+9", "400 InvalidArgument"),
            ("GET", Bucket, "max-keys=-1", "400 InvalidArgument"),
            ("GET", Bucket, "max-keys=9", "ListObjects"),
            ("GET", Bucket, "list-type=3", "400 InvalidArgument"),
            ("GET", Bucket, "list-type", "400 InvalidArgument"),
            ("GET", Bucket, "Policy", "501 NotImplemented"),
            ("GET", Bucket, "prefix=a&prefix=b", "400 InvalidArgument"),
            ("GET", Bucket, "policy&policy", "400 InvalidArgument"),
            ("GET", Object, "v=3", "501 NotImplemented"),
            ("GET", Object, "x-amz-acl=private", "501 NotImplemented"),
            ("GET", Object, "versionId", "400 InvalidArgument"),
            ("GET", Object, "versionId= ", "400 InvalidArgument"),
            ("PUT", Object, "versionId=1", "400 InvalidArgument"),
            ("GET", Object, "policy", "501 NotImplemented"),
            ("HEAD", Object, "acl", "405 MethodNotAllowed"),
            ("HEAD", Bucket, "prefix=a", "501 NotImplemented"),
            ("DELETE", Bucket, "acl", "405 MethodNotAllowed"),
            ("DELETE", Bucket, "versioning", "405 MethodNotAllowed"),
            ("PUT", Bucket, "analytics", "400 InvalidRequest"),
            ("POST", Object, "", "405 MethodNotAllowed"),
            ("POST", Object, "select", "400 InvalidRequest"),
            ("POST", Bucket, "", "412 PreconditionFailed"),
            ("POST", Service, "", "405 MethodNotAllowed"),
            ("HEAD", Service, "", "405 MethodNotAllowed"),
            ("PATCH", Object, "", "405 MethodNotAllowed"),
            ("OPTIONS", Object, "", "405 MethodNotAllowed"),
            ("PUT", Object, "renameObject", "501 NotImplemented"),
            ("GET", Service, "x-id=ListDirectoryBuckets", "501 NotImplemented"),
        ] {
            assert_eq!(find(method, scope, query, &[]), wanted, "{method} {scope:?} {query}");
        }
    }

    #[test]
    fn what_means_nothing_is_passed_over_by_what_reads() {
        use Scope::{Bucket, Object, Service};
        let passed_over = |method: &str, scope: Scope, pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            is_passed_over(&method.parse().unwrap(), &target(scope), name, value)
        };
        for (scope, pair) in [
            (Object, "v=3"),
            (Object, "utm_source=mail"),
            (Object, "prefix=a"),
            (Object, "id=7"),
            (Object, "=x"),
            (Bucket, "v=3"),
            (Bucket, "metadata=true"),
            (Bucket, "events=s3:ObjectCreated:*"),
            (Service, "_=1"),
        ] {
            for method in ["GET", "HEAD"] {
                assert!(passed_over(method, scope, pair), "{method} {pair}");
            }
            for method in ["PUT", "POST", "DELETE", "OPTIONS", "get"] {
                assert!(!passed_over(method, scope, pair), "{method} {pair}");
            }
        }
        for (scope, pair) in [
            (Object, "v"),
            (Object, "v="),
            (Object, "acl=1"),
            (Object, "ACL=1"),
            (Object, "policy=1"),
            (Object, "versionid=1"),
            (Object, "Response-Content-Type=text/html"),
            (Object, "x-id=PutObject"),
            (Object, "x-amz-signature=0"),
            (Object, "X-Amz-Unheard-Of=0"),
            (Object, "Signature=0"),
            (Object, "expires=1"),
            (Object, "annotation=1"),
            (Bucket, "versionId=1"),
            (Bucket, "Prefix=a"),
            (Bucket, "MARKER=a"),
            (Bucket, "session=1"),
            (Bucket, "uploadId=1"),
            (Service, "max-buckets=1"),
        ] {
            assert!(!passed_over("GET", scope, pair), "{pair}");
        }
        for shape in SHAPES {
            assert!(shape.names().all(|name| !is_passed_over(&Method::GET, &target(shape.scope), name, "1")));
        }
    }

    #[test]
    fn a_copy_is_named_by_its_header_alone() {
        let copy = [(COPY_SOURCE, "app/k")];
        assert_eq!(find("PUT", Scope::Object, "", &copy), "CopyObject");
        assert_eq!(find("PUT", Scope::Object, "partNumber=1&uploadId=2", &copy), "UploadPartCopy");
        assert_eq!(find("PUT", Scope::Object, "tagging", &copy), "501 NotImplemented");
        assert_eq!(find("GET", Scope::Object, "", &copy), "501 NotImplemented");
        assert_eq!(find("PUT", Scope::Bucket, "", &copy), "501 NotImplemented");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(
            method in "(GET|PUT|POST|DELETE|HEAD|[A-Z]{1,8})",
            scope in 0_usize..3,
            query in prop::collection::vec(("(acl|policy|uploadId|partNumber|versionId|list-type|\\PC{0,8})", ".{0,8}"), 0..5),
            copies: bool,
        ) {
            let scope = [Scope::Service, Scope::Bucket, Scope::Object][scope];
            let mut headers = HeaderMap::new();
            if copies {
                headers.insert(COPY_SOURCE, "a/b".parse().unwrap());
            }
            let _ = Operation::find(&method.parse().unwrap(), &target(scope), &query, &headers);
        }
    }
}
