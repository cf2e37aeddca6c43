//! What guests of the enhanced flow may do at most, whatever their role allows (spec/identity-pools.md 13).

use sts::issue::IssueRequest;

/// Adds the two session policies of guests: what either of them allows, the role may give.
pub fn narrow(request: &mut IssueRequest) {
    request.inline_policies.push(INLINE.to_owned());
    request.managed_policy_arns.push(MANAGED.to_owned());
}

/// What that means, for the decision record.
pub const REASON: &str = "a guest: whatever the role allows, the session may do no more than the session policy of guests \
                          or AmazonCognitoUnAuthedIdentitiesSessionPolicy allows";

const MANAGED: &str = "arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy";

// Without white space: it travels in every guest's session token.
const INLINE: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["cloudwatch:*","logs:*","#,
    r#""dynamodb:*","kinesis:*","mobileanalytics:*","s3:*","ses:*","sns:*","sqs:*","lambda:*","machinelearning:*","#,
    r#""execute-api:*","iot:*","gamelift:*","cognito-identity:*","cognito-idp:*","cognito-sync:*","lex:*","polly:*","#,
    r#""comprehend:*","translate:*","transcribe:*","rekognition:*","mobiletargeting:*","firehose:*","appsync:*","#,
    r#""personalize:*","sagemaker:InvokeEndpoint","codewhisperer:*","textract:DetectDocumentText","#,
    r#""textract:AnalyzeDocument","sdb:*"]}]}"#,
);
