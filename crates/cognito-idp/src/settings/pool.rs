//! The settings of a new user pool (spec/user-pools-api.md 4).

use crate::{fault, schema};
use contract::Fault;
use domain::user_attributes::new_schema;
use model::cognito_idp::{
    AccountRecoverySettingType, AdminCreateUserConfigType, CreateUserPoolRequest, EmailConfigurationType,
    LambdaConfigType, PasswordPolicyType, SignInPolicyType, UserPoolPolicyType, UserPoolType,
    VerificationMessageTemplateType, error,
};

/// The settings as DescribeUserPool shows them, without id, name, ARN and dates.
///
/// # Errors
/// `InvalidParameterException` and `FeatureUnavailableInTierException`.
pub fn new(input: CreateUserPoolRequest) -> Result<UserPoolType, Fault> {
    refuse_not_built(&input)?;
    let tier = input.user_pool_tier.unwrap_or_else(|| "ESSENTIALS".to_owned());
    let (policies, admin_create_user_config) = policies(input.policies, input.admin_create_user_config, &tier)?;
    let inputs: Vec<_> = input.schema.unwrap_or_default().into_iter().map(schema::input).collect();
    let attributes = new_schema(&inputs).map_err(error::invalid_parameter)?;
    if input.alias_attributes.as_ref().is_some_and(|names| !names.is_empty())
        && input.username_attributes.as_ref().is_some_and(|names| !names.is_empty())
    {
        return Err(error::invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
        ));
    }
    let is_required = |name: &str| attributes.iter().any(|attribute| attribute.name == name && attribute.required);
    if has(input.alias_attributes.as_ref(), "preferred_username") && is_required("preferred_username") {
        // An alias that cannot be given at sign-up cannot be required there (spec/user-pools-api.md 6).
        return Err(error::invalid_parameter("preferred_username cannot be both an alias and a required attribute."));
    }
    if has(input.auto_verified_attributes.as_ref(), "phone_number") && input.sms_configuration.is_none() {
        return Err(error::invalid_parameter(
            "SMS configuration is required when phone_number is selected for auto verification",
        ));
    }
    let updates = input.user_attribute_update_settings.as_ref();
    let updates = updates.and_then(|settings| settings.attributes_require_verification_before_update.as_ref());
    if let Some(name) = updates.into_iter().flatten().find(|name| !has(input.auto_verified_attributes.as_ref(), name)) {
        return Err(error::invalid_parameter(format!("{name} must be auto-verified to be verified before an update.")));
    }
    check_recovery(input.account_recovery_setting.as_ref())?;
    let mut settings = UserPoolType {
        policies: Some(policies),
        deletion_protection: Some(input.deletion_protection.unwrap_or_else(|| "INACTIVE".to_owned())),
        lambda_config: Some(LambdaConfigType::default()),
        schema_attributes: Some(attributes.iter().map(schema::to_shape).collect()),
        auto_verified_attributes: input.auto_verified_attributes,
        alias_attributes: input.alias_attributes,
        username_attributes: input.username_attributes,
        sms_verification_message: input.sms_verification_message,
        email_verification_message: input.email_verification_message,
        email_verification_subject: input.email_verification_subject,
        verification_message_template: Some(input.verification_message_template.unwrap_or_default()),
        sms_authentication_message: input.sms_authentication_message,
        user_attribute_update_settings: input.user_attribute_update_settings,
        mfa_configuration: Some("OFF".to_owned()),
        email_configuration: Some(email_configuration(input.email_configuration)?),
        sms_configuration: input.sms_configuration,
        user_pool_tags: Some(input.user_pool_tags.unwrap_or_default()),
        admin_create_user_config: Some(admin_create_user_config),
        user_pool_add_ons: input.user_pool_add_ons,
        username_configuration: input.username_configuration,
        account_recovery_setting: input.account_recovery_setting,
        user_pool_tier: Some(tier),
        ..UserPoolType::default()
    };
    mirror_messages(&mut settings);
    Ok(settings)
}

/// A setting that would be stored and not honoured is worse than a refusal: the pool would be less safe than it says.
fn refuse_not_built(input: &CreateUserPoolRequest) -> Result<(), Fault> {
    if input.mfa_configuration.as_deref().is_some_and(|mode| mode != "OFF") {
        return Err(fault::not_yet("multi-factor authentication"));
    }
    if input.lambda_config.as_ref().is_some_and(|triggers| *triggers != LambdaConfigType::default()) {
        return Err(fault::not_yet("Lambda triggers"));
    }
    if let Some(add_ons) = &input.user_pool_add_ons
        && (add_ons.advanced_security_mode != "OFF" || add_ons.advanced_security_additional_flows.is_some())
    {
        if input.user_pool_tier.as_deref() != Some("PLUS") {
            return Err(error::feature_unavailable_in_tier("Threat protection requires the user pool tier PLUS."));
        }
        return Err(fault::not_yet("threat protection"));
    }
    let history = input.policies.as_ref().and_then(|policies| policies.password_policy.as_ref());
    let refused = [
        (history.and_then(|policy| policy.password_history_size).is_some_and(|size| size > 0), "password history"),
        (input.device_configuration.is_some(), "device tracking"),
        (input.dcr_configuration.is_some(), "dynamic client registration"),
        (input.key_configuration.is_some(), "customer managed keys of user pools"),
        (input.issuer_configuration.is_some(), "issuers chosen by the user pool"),
        (input.acr_configuration.is_some(), "authentication context classes"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(()), |(_, what)| Err(fault::not_yet(what)))
}

/// The policies with their defaults, and the two settings for the life of temporary passwords made one.
fn policies(
    given: Option<UserPoolPolicyType>,
    admin: Option<AdminCreateUserConfigType>,
    tier: &str,
) -> Result<(UserPoolPolicyType, AdminCreateUserConfigType), Fault> {
    let given = given.unwrap_or_default();
    let password = given.password_policy.unwrap_or_default();
    let mut admin = admin.unwrap_or_default();
    let days = match (password.temporary_password_validity_days, admin.unused_account_validity_days) {
        (Some(days), Some(other)) if days != other => {
            return Err(error::invalid_parameter(
                "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
            ));
        }
        // Zero is stored as a week (spec/user-pools-api.md 7).
        (days, other) => days.or(other).filter(|days| *days != 0).unwrap_or(7),
    };
    let factors = given.sign_in_policy.and_then(|policy| policy.allowed_first_auth_factors);
    let factors = factors.unwrap_or_else(|| vec!["PASSWORD".to_owned()]);
    if tier == "LITE" && factors.iter().any(|factor| factor != "PASSWORD") {
        return Err(error::feature_unavailable_in_tier(
            "Sign-in without passwords requires the user pool tier ESSENTIALS or PLUS.",
        ));
    }
    let policies = UserPoolPolicyType {
        password_policy: Some(PasswordPolicyType {
            minimum_length: Some(password.minimum_length.unwrap_or(8)),
            require_uppercase: Some(password.require_uppercase.unwrap_or(true)),
            require_lowercase: Some(password.require_lowercase.unwrap_or(true)),
            require_numbers: Some(password.require_numbers.unwrap_or(true)),
            require_symbols: Some(password.require_symbols.unwrap_or(true)),
            password_history_size: password.password_history_size,
            temporary_password_validity_days: Some(days),
        }),
        sign_in_policy: Some(SignInPolicyType { allowed_first_auth_factors: Some(factors) }),
    };
    admin.unused_account_validity_days = Some(days);
    admin.allow_admin_create_user_only = Some(admin.allow_admin_create_user_only.unwrap_or(false));
    Ok((policies, admin))
}

fn email_configuration(given: Option<EmailConfigurationType>) -> Result<EmailConfigurationType, Fault> {
    let mut configuration = given.unwrap_or_default();
    let account = configuration.email_sending_account.get_or_insert_with(|| "COGNITO_DEFAULT".to_owned());
    if account == "DEVELOPER" && configuration.source_arn.is_none() {
        return Err(error::invalid_parameter("SourceArn is required when EmailSendingAccount is DEVELOPER."));
    }
    Ok(configuration)
}

/// `admin_only` stands alone, and no priority is given twice (spec/user-pools-api.md 2.1, 8.6).
fn check_recovery(setting: Option<&AccountRecoverySettingType>) -> Result<(), Fault> {
    let ways = setting.and_then(|setting| setting.recovery_mechanisms.as_deref()).unwrap_or_default();
    if ways.len() > 1 && ways.iter().any(|way| way.name == "admin_only") {
        return Err(error::invalid_parameter(
            "Invalid account recovery setting parameter. admin_only cannot be combined with other recovery mechanisms.",
        ));
    }
    if let [first, second] = ways
        && (first.priority == second.priority || first.name == second.name)
    {
        return Err(error::invalid_parameter(
            "Invalid account recovery setting parameter. Recovery mechanisms and their priorities must differ.",
        ));
    }
    Ok(())
}

/// The old members for messages and the template say the same; what only one of them says, both show.
fn mirror_messages(settings: &mut UserPoolType) {
    fn mirror(old: &mut Option<String>, new: &mut Option<String>) {
        match (&*old, &*new) {
            (_, Some(text)) => *old = Some(text.clone()),
            (Some(text), None) => *new = Some(text.clone()),
            (None, None) => {}
        }
    }
    let template = settings.verification_message_template.get_or_insert_with(VerificationMessageTemplateType::default);
    template.default_email_option.get_or_insert_with(|| "CONFIRM_WITH_CODE".to_owned());
    mirror(&mut settings.sms_verification_message, &mut template.sms_message);
    mirror(&mut settings.email_verification_message, &mut template.email_message);
    mirror(&mut settings.email_verification_subject, &mut template.email_subject);
}

fn has(names: Option<&Vec<String>>, wanted: &str) -> bool {
    names.is_some_and(|names| names.iter().any(|name| name == wanted))
}
