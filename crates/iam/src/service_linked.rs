//! Service-linked roles: which services have one, what it is called, and that nobody changes it.

use contract::Fault;
use domain::AccountId;
use model::iam::error;
use store::Tx;
use store::table::iam_roles::{self, IamRole};

/// The path of every service-linked role begins so, and no other role's does.
const PATH: &str = "/aws-service-role/";

/// A kind of service-linked role. AWS's own facts, as its guides and managed policies state them.
#[derive(Debug)]
pub struct Template {
    /// The service principal.
    pub service: &'static str,
    /// The role's name.
    pub role_name: &'static str,
    /// The only policy that is attached to it.
    policy: &'static str,
    /// Whether an account may have several, told apart by a suffix.
    takes_suffix: bool,
}

impl Template {
    /// The kind of role that a service has.
    ///
    /// # Errors
    /// `AccessDenied`, as AWS says it: there is none.
    pub fn of(service: &str) -> Result<&'static Self, Fault> {
        TEMPLATES
            .iter()
            .find(|template| template.service == service)
            .ok_or_else(|| error::access_denied(format!("Cannot find Service Linked Role template for {service}")))
    }

    /// The role's name, with the suffix if one is given.
    ///
    /// # Errors
    /// `InvalidInput`: the service has one role alone.
    pub fn name(&self, suffix: Option<&str>) -> Result<String, Fault> {
        match suffix {
            None => Ok(self.role_name.to_owned()),
            Some(suffix) if self.takes_suffix => Ok(format!("{}_{suffix}", self.role_name)),
            Some(_) => Err(error::invalid_input(format!("Custom suffix is not allowed for {}", self.service))),
        }
    }

    /// `/aws-service-role/SERVICE/`.
    pub fn path(&self) -> String {
        format!("{PATH}{}/", self.service)
    }

    /// The ARN of the policy that is attached to it.
    pub fn policy_arn(&self) -> String {
        format!("arn:aws:iam::aws:policy{PATH}{}", self.policy)
    }

    /// Only the service may assume it.
    pub fn trust(&self) -> String {
        let service = self.service;
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{{"Service":["{service}"]}}}}]}}"#
        )
    }
}

/// Whether a role is service-linked.
pub fn is_service_linked(role: &IamRole) -> bool {
    role.path.starts_with(PATH)
}

/// The role may be changed: it is not service-linked.
///
/// # Errors
/// `UnmodifiableEntity` (spec/sts-and-iam.md C5).
pub fn demand_modifiable(role: &IamRole) -> Result<(), Fault> {
    if is_service_linked(role) { Err(protected(&role.name)) } else { Ok(()) }
}

/// The longest session of the role may be changed: it is not service-linked.
///
/// # Errors
/// `UnmodifiableEntity`.
pub fn demand_session_modifiable(role: &IamRole) -> Result<(), Fault> {
    if is_service_linked(role) {
        let name = &role.name;
        let message = format!("{name} is an AWS service linked role, max session duration cannot be changed.");
        return Err(error::unmodifiable_entity(message));
    }
    Ok(())
}

/// The same as [`demand_modifiable`], for a role that is known by name; one that is not there may be.
///
/// # Errors
/// `UnmodifiableEntity`; the store fails.
pub async fn demand_name_modifiable(tx: &mut Tx, account: &AccountId, role_name: &str) -> Result<(), Fault> {
    let found = iam_roles::find(tx, account, &crate::name::key(role_name)).await?;
    found.as_ref().filter(|role| role.name == role_name).map_or(Ok(()), demand_modifiable)
}

/// A role that is no service-linked one may have this path.
///
/// # Errors
/// `InvalidInput`: it is kept for service-linked roles. The sentence is ours: AWS's is not known.
pub fn demand_free_path(path: &str) -> Result<(), Fault> {
    if path.starts_with(PATH) {
        return Err(error::invalid_input(format!("The path {path} is reserved for service-linked roles.")));
    }
    Ok(())
}

fn protected(role_name: &str) -> Fault {
    error::unmodifiable_entity(format!(
        "Cannot perform the operation on the protected role '{role_name}' - this role is only modifiable by AWS"
    ))
}

const fn template(service: &'static str, role_name: &'static str, policy: &'static str) -> Template {
    Template { service, role_name, policy, takes_suffix: false }
}

/// The kinds that are known here; AWS has more.
const TEMPLATES: &[Template] = &[
    template("cognito-idp.amazonaws.com", "AWSServiceRoleForAmazonCognitoIdp", "AmazonCognitoIdpServiceRolePolicy"),
    template(
        "email.cognito-idp.amazonaws.com",
        "AWSServiceRoleForAmazonCognitoIdpEmailService",
        "AmazonCognitoIdpEmailServiceRolePolicy",
    ),
    Template {
        service: "autoscaling.amazonaws.com",
        role_name: "AWSServiceRoleForAutoScaling",
        policy: "AutoScalingServiceRolePolicy",
        takes_suffix: true,
    },
    template("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer", "AccessAnalyzerServiceRolePolicy"),
    template("appsync.amazonaws.com", "AWSServiceRoleForAppSync", "AWSAppSyncServiceRolePolicy"),
    template("batch.amazonaws.com", "AWSServiceRoleForBatch", "BatchServiceRolePolicy"),
    template("cloudtrail.amazonaws.com", "AWSServiceRoleForCloudTrail", "CloudTrailServiceRolePolicy"),
    template("config.amazonaws.com", "AWSServiceRoleForConfig", "AWSConfigServiceRolePolicy"),
    template("dax.amazonaws.com", "AWSServiceRoleForDAX", "DAXServiceRolePolicy"),
    template(
        "dynamodb.application-autoscaling.amazonaws.com",
        "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
        "AWSApplicationAutoscalingDynamoDBTablePolicy",
    ),
    template("ec2fleet.amazonaws.com", "AWSServiceRoleForEC2Fleet", "AWSEC2FleetServiceRolePolicy"),
    template("ecs.amazonaws.com", "AWSServiceRoleForECS", "AmazonECSServiceRolePolicy"),
    template("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy"),
    template("elasticache.amazonaws.com", "AWSServiceRoleForElastiCache", "ElastiCacheServiceRolePolicy"),
    template(
        "elasticbeanstalk.amazonaws.com",
        "AWSServiceRoleForElasticBeanstalk",
        "AWSElasticBeanstalkServiceRolePolicy",
    ),
    template(
        "elasticloadbalancing.amazonaws.com",
        "AWSServiceRoleForElasticLoadBalancing",
        "AWSElasticLoadBalancingServiceRolePolicy",
    ),
    template("es.amazonaws.com", "AWSServiceRoleForAmazonElasticsearchService", "AmazonElasticsearchServiceRolePolicy"),
    template("fms.amazonaws.com", "AWSServiceRoleForFMS", "FMSServiceRolePolicy"),
    template("globalaccelerator.amazonaws.com", "AWSServiceRoleForGlobalAccelerator", "AWSGlobalAcceleratorSLRPolicy"),
    template("guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty", "AmazonGuardDutyServiceRolePolicy"),
    template("inspector2.amazonaws.com", "AWSServiceRoleForAmazonInspector2", "AmazonInspector2ServiceRolePolicy"),
    template("kafka.amazonaws.com", "AWSServiceRoleForKafka", "KafkaServiceRolePolicy"),
    template("macie.amazonaws.com", "AWSServiceRoleForAmazonMacie", "AmazonMacieServiceRolePolicy"),
    template(
        "opensearchservice.amazonaws.com",
        "AWSServiceRoleForAmazonOpenSearchService",
        "AmazonOpenSearchServiceRolePolicy",
    ),
    template("ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway", "APIGatewayServiceRolePolicy"),
    template("organizations.amazonaws.com", "AWSServiceRoleForOrganizations", "AWSOrganizationsServiceTrustPolicy"),
    template(
        "ram.amazonaws.com",
        "AWSServiceRoleForResourceAccessManager",
        "AWSResourceAccessManagerServiceRolePolicy",
    ),
    template("rds.amazonaws.com", "AWSServiceRoleForRDS", "AmazonRDSServiceRolePolicy"),
    template("redshift.amazonaws.com", "AWSServiceRoleForRedshift", "AmazonRedshiftServiceLinkedRolePolicy"),
    template(
        "replication.dynamodb.amazonaws.com",
        "AWSServiceRoleForDynamoDBReplication",
        "DynamoDBReplicationServiceRolePolicy",
    ),
    template("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub", "AWSSecurityHubServiceRolePolicy"),
    template("spot.amazonaws.com", "AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy"),
    template("spotfleet.amazonaws.com", "AWSServiceRoleForEC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"),
    template("ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM", "AmazonSSMServiceRolePolicy"),
    template("sso.amazonaws.com", "AWSServiceRoleForSSO", "AWSSSOServiceRolePolicy"),
    template("support.amazonaws.com", "AWSServiceRoleForSupport", "AWSSupportServiceRolePolicy"),
    template(
        "transitgateway.amazonaws.com",
        "AWSServiceRoleForVPCTransitGateway",
        "AWSVPCTransitGatewayServiceRolePolicy",
    ),
    template("trustedadvisor.amazonaws.com", "AWSServiceRoleForTrustedAdvisor", "AWSTrustedAdvisorServiceRolePolicy"),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::aws_catalogue;

    #[test]
    fn every_kind_has_its_policy_and_a_trust_policy_that_holds() {
        for template in TEMPLATES {
            assert!(aws_catalogue::find(&template.policy_arn()).is_some(), "{}", template.policy);
            iam_policy::validate_trust(&template.trust()).unwrap();
            assert_eq!(Template::of(template.service).unwrap().role_name, template.role_name);
        }
    }
}
