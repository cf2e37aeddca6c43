//! ARNs split at the first five colons, and the resource patterns of policies (spec/policy.md 3.2).

use crate::context::Context;
use crate::pattern::Glob;
use crate::variable::Pattern;
use std::borrow::Cow;

/// An ARN's six fields: `arn`, partition, service, region, account, resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, …
    pub partition: &'a str,
    /// Signing name of the service.
    pub service: &'a str,
    /// Empty where the service has none.
    pub region: &'a str,
    /// Account id, empty for S3 buckets.
    pub account: &'a str,
    /// All after the fifth colon, colons included.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `text`; `None` unless it starts with `arn:` and has six fields.
    pub fn parse(text: &'a str) -> Option<Arn<'a>> {
        let mut fields = text.splitn(6, ':');
        if fields.next()? != "arn" {
            return None;
        }
        Some(Arn {
            partition: fields.next()?,
            service: fields.next()?,
            region: fields.next()?,
            account: fields.next()?,
            resource: fields.next()?,
        })
    }
}

/// A request's resource, made ready once per decision.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// No resource: matched only by elements that cover everything.
    Nothing,
    /// Partition, service, region and account in lower case, and the resource part as it is.
    Arn { head: [Cow<'a, str>; 4], resource: &'a str },
    /// Text that is no ARN: likewise only covered by `*`.
    Other,
}

impl<'a> Target<'a> {
    pub fn new(text: Option<&'a str>) -> Target<'a> {
        let Some(text) = text else { return Target::Nothing };
        match Arn::parse(text) {
            Some(arn) => Target::Arn {
                head: [lower(arn.partition), lower(arn.service), lower(arn.region), lower(arn.account)],
                resource: arn.resource,
            },
            None if text == "*" => Target::Nothing,
            None => Target::Other,
        }
    }
}

/// The text in lower case, without a copy when it is so already.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Which short patterns (fewer than six fields) still work; depends on the kind of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShortForm {
    /// Absent fields act as `*`: identity, boundary and session policies.
    Filled,
    /// Only with a `*` somewhere: resource and endpoint policies.
    WithStar,
    /// Only with a `*` at the end: service control policies.
    EndingInStar,
    /// Never: resource control policies.
    Refused,
}

/// One element of Resource or NotResource.
#[derive(Debug, Clone)]
pub(crate) struct ResourcePattern {
    pub source: Box<str>,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    Everything,
    Never,
    Arn {
        head: [Glob; 4],
        resource: Pattern,
    },
    /// The fields that are there, fewer than six.
    Short {
        head: Vec<Glob>,
    },
}

impl ResourcePattern {
    pub fn new(source: &str, variables: bool) -> ResourcePattern {
        ResourcePattern { source: source.into(), shape: shape(source, variables) }
    }

    /// `None` when a variable has no value.
    pub fn matches(&self, target: &Target<'_>, form: ShortForm, context: &Context) -> Option<bool> {
        let (head, resource) = match (&self.shape, target) {
            (Shape::Everything, _) => return Some(true),
            (_, Target::Arn { head, resource }) => (head, *resource),
            _ => return Some(false),
        };
        match &self.shape {
            Shape::Arn { head: wanted, resource: pattern } => {
                if !wanted.iter().zip(head).all(|(glob, field)| glob.matches(field)) {
                    return Some(false);
                }
                pattern.matches(resource, context)
            }
            Shape::Short { head: wanted } => {
                let usable = match form {
                    ShortForm::Filled => true,
                    ShortForm::WithStar => self.source.contains('*'),
                    ShortForm::EndingInStar => self.source.ends_with('*'),
                    ShortForm::Refused => false,
                };
                Some(usable && wanted.iter().zip(head).all(|(glob, field)| glob.matches(field)))
            }
            Shape::Everything | Shape::Never => Some(false),
        }
    }

    /// Whether every variable has a value or default.
    pub fn resolves(&self, context: &Context) -> bool {
        match &self.shape {
            Shape::Arn { resource, .. } => resource.resolves(context),
            _ => true,
        }
    }

    /// Keys of variables, as spelt.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let pattern = match &self.shape {
            Shape::Arn { resource, .. } => Some(resource),
            _ => None,
        };
        pattern.into_iter().flat_map(Pattern::keys)
    }
}

fn shape(source: &str, variables: bool) -> Shape {
    if !source.is_empty() && source.bytes().all(|byte| byte == b'*') {
        return Shape::Everything;
    }
    let mut fields = source.splitn(6, ':');
    // The first field must be able to be `arn`; one lone field is no ARN at all.
    if !fields.next().is_some_and(|first| Glob::new(first).matches("arn")) || !source.contains(':') {
        return Shape::Never;
    }
    let fields: Vec<&str> = fields.collect();
    let glob = |field: &&str| Glob::new(&lower(field));
    // A wildcard in the service field is not supported (spec/policy.md 3.2).
    if fields.get(1).is_some_and(|service| service.contains(['*', '?']) && fields.len() > 2) {
        return Shape::Never;
    }
    match fields.as_slice() {
        [partition, service, region, account, resource] => Shape::Arn {
            head: [glob(partition), glob(service), glob(region), glob(account)],
            resource: Pattern::new(resource, variables),
        },
        short => Shape::Short { head: short.iter().map(glob).collect() },
    }
}
