//! Which operations this build answers, and which it does not have yet.

use service::Entry;

/// The operations of every service.
pub fn tables() -> [&'static [Entry]; 4] {
    [cognito_identity::operations(), cognito_idp::operations(), iam::operations(), sts::operations()]
}

#[cfg(test)]
mod refusals;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::tables;
    use crate::not_yet::NOT_YET;
    use serde_json::json;
    use std::collections::BTreeSet;
    use testkit::World;

    #[test]
    fn every_operation_of_the_models_is_built_or_listed_as_not_yet() {
        let built: BTreeSet<&str> =
            tables().iter().flat_map(|table| table.iter()).map(|e| e.operation.action).collect();
        let listed: BTreeSet<&str> = NOT_YET.iter().copied().collect();
        assert_eq!(listed.len(), NOT_YET.len(), "an operation is listed twice");
        let known: BTreeSet<&str> = model::SERVICES.iter().flat_map(|s| s.operations).map(|o| o.action).collect();
        let both: Vec<_> = built.intersection(&listed).collect();
        assert!(both.is_empty(), "built, and still listed as not yet: {both:?}");
        let neither: Vec<_> = known.iter().filter(|o| !built.contains(*o) && !listed.contains(*o)).collect();
        assert!(neither.is_empty(), "neither built nor listed: {neither:?}");
        let unknown: Vec<_> = listed.difference(&known).collect();
        assert!(unknown.is_empty(), "listed, but no such operation: {unknown:?}");
    }

    #[tokio::test]
    async fn an_operation_that_is_not_built_says_so_in_its_protocols_words() {
        let world = World::new(&tables()).await;
        for name in NOT_YET {
            let (service, operation) = name.split_once(':').unwrap();
            let answer = world.call_known(model::SERVICES, service, operation, &json!({})).await;
            let query = matches!(service, "iam" | "sts");
            let code = if query { "InvalidAction" } else { "UnknownOperationException" };
            assert_eq!(answer.to_string(), format!("400 {code}: Sekisho does not have {name} yet."));
        }
    }
}
