//! What guests of the enhanced flow may do at most, whatever their role allows (spec/identity-pools.md 13).

use domain::named_policies::GUESTS;
use sts::issue::IssueRequest;

/// Adds the two session policies of guests: what either of them allows, the role may give.
pub fn narrow(request: &mut IssueRequest) {
    request.inline_policies.push(GUESTS.to_owned());
    request.managed_policy_arns.push(MANAGED.to_owned());
}

/// What that means, for the decision record.
pub const REASON: &str = "a guest: whatever the role allows, the session may do no more than the session policy of guests \
                          or AmazonCognitoUnAuthedIdentitiesSessionPolicy allows";

const MANAGED: &str = "arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy";
