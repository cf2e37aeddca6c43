//! Session policies that every session of a kind has: a session token names them instead of spelling them out.

use serde::{Deserialize, Deserializer, Serializer};
use std::borrow::Cow;

/// What guests of the enhanced flow may do at most, beside a managed policy (spec/identity-pools.md 13).
pub const GUESTS: &str = concat!(
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":["cloudwatch:*","logs:*","#,
    r#""dynamodb:*","kinesis:*","mobileanalytics:*","s3:*","ses:*","sns:*","sqs:*","lambda:*","machinelearning:*","#,
    r#""execute-api:*","iot:*","gamelift:*","cognito-identity:*","cognito-idp:*","cognito-sync:*","lex:*","polly:*","#,
    r#""comprehend:*","translate:*","transcribe:*","rekognition:*","mobiletargeting:*","firehose:*","appsync:*","#,
    r#""personalize:*","sagemaker:InvokeEndpoint","codewhisperer:*","textract:DetectDocumentText","#,
    r#""textract:AnalyzeDocument","sdb:*"]}]}"#,
);

/// Names and documents. No document begins like a name. A document that changes gets a name of its own, and the old one stays
/// for as long as the longest session: what was narrowed must not widen.
const NAMED: [(&str, &str); 1] = [("@guests/1", GUESTS)];

pub(crate) fn serialize<S: Serializer>(policies: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(policies.iter().map(|text| {
        let named = NAMED.iter().find(|(_, document)| document == text);
        named.map_or(text.as_str(), |(name, _)| name)
    }))
}

/// A name that is not known stays as it is. It is no policy, so a session that has it may do nothing.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<Text<'de>>::deserialize(deserializer)?;
    let spelled_out = texts.into_iter().map(|Text(text)| match NAMED.iter().find(|(name, _)| *name == text) {
        Some((_, document)) => (*document).to_owned(),
        None => text.into_owned(),
    });
    Ok(spelled_out.collect())
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde::Serialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Record {
        #[serde(with = "super")]
        policies: Vec<String>,
    }

    #[test]
    fn a_known_document_travels_by_its_name() {
        let record = Record { policies: vec![GUESTS.to_owned(), r#"{"Statement":[]}"#.to_owned()] };
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(text, r#"{"policies":["@guests/1","{\"Statement\":[]}"]}"#);
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record);
    }

    #[test]
    fn a_token_that_spells_it_out_is_still_understood() {
        let text = format!(r#"{{"policies":[{}]}}"#, serde_json::to_string(GUESTS).unwrap());
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap().policies, [GUESTS]);
    }

    #[test]
    fn a_name_of_a_newer_release_is_no_policy() {
        let record: Record = serde_json::from_str(r#"{"policies":["@guests/2"]}"#).unwrap();
        assert_eq!(record.policies, ["@guests/2"]);
    }
}
