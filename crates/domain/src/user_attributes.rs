//! User attributes: the standard schema, custom ones, and which values fit (spec/user-pools-api.md 5).

use serde::{Deserialize, Serialize};

/// An attribute of a pool's schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaAttribute {
    /// The full name: `email`, `custom:dept`, `dev:dept`.
    pub name: String,
    /// What its values are.
    pub data_type: AttributeType,
    /// Whether only operations with IAM credentials may write it.
    pub developer_only: bool,
    /// Whether it may change after the user was created.
    pub mutable: bool,
    /// Whether every user needs it.
    pub required: bool,
}

/// The type of an attribute with its constraints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeType {
    /// Text, with bounds on its length in characters.
    String {
        /// Shortest.
        min_length: Option<u32>,
        /// Longest.
        max_length: Option<u32>,
    },
    /// A whole number, with bounds.
    Number {
        /// Least.
        min_value: Option<i64>,
        /// Greatest.
        max_value: Option<i64>,
    },
    /// A moment.
    DateTime,
    /// `true` or `false`.
    Boolean,
}

impl AttributeType {
    /// The `AttributeDataType` member.
    pub fn name(&self) -> &'static str {
        match self {
            Self::String { .. } => "String",
            Self::Number { .. } => "Number",
            Self::DateTime => "DateTime",
            Self::Boolean => "Boolean",
        }
    }
}

/// The standard attributes in the order in which pools list them (5.1).
pub fn standard_attributes() -> Vec<SchemaAttribute> {
    STANDARD_NAMES.into_iter().filter_map(standard_attribute).collect()
}

/// The standard attribute of that name, as a pool has it by default.
pub fn standard_attribute(name: &str) -> Option<SchemaAttribute> {
    let name = STANDARD_NAMES.into_iter().find(|standard| *standard == name)?;
    let text = |min, max| AttributeType::String { min_length: Some(min), max_length: Some(max) };
    let data_type = match name {
        "sub" => text(1, MAX_VALUE_LENGTH),
        "birthdate" => text(10, 10),
        "email_verified" | "phone_number_verified" => AttributeType::Boolean,
        "updated_at" => AttributeType::Number { min_value: Some(0), max_value: None },
        _ => text(0, MAX_VALUE_LENGTH),
    };
    let sub = name == "sub";
    Some(SchemaAttribute { name: name.into(), data_type, developer_only: false, mutable: !sub, required: sub })
}

/// A schema attribute as CreateUserPool or AddCustomAttributes gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaAttributeInput {
    /// `Name`, without prefix.
    pub name: String,
    /// `AttributeDataType`.
    pub data_type: Option<String>,
    /// `DeveloperOnlyAttribute`.
    pub developer_only: Option<bool>,
    /// `Mutable`.
    pub mutable: Option<bool>,
    /// `Required`.
    pub required: Option<bool>,
    /// `StringAttributeConstraints` MinLength and MaxLength, if the structure is there.
    pub string_constraints: Option<(Option<String>, Option<String>)>,
    /// `NumberAttributeConstraints` MinValue and MaxValue, if the structure is there.
    pub number_constraints: Option<(Option<String>, Option<String>)>,
}

/// The schema of a new pool: the standard attributes, some changed by `inputs`, and the custom ones after them.
///
/// The error is the sentence of an `InvalidParameterException`.
pub fn new_schema(inputs: &[SchemaAttributeInput]) -> Result<Vec<SchemaAttribute>, String> {
    let mut schema = standard_attributes();
    for input in inputs {
        match schema.iter_mut().find(|attribute| attribute.name == input.name) {
            Some(standard) => change_standard(standard, input)?,
            None => add_custom(&mut schema, input)?,
        }
    }
    Ok(schema)
}

/// Adds one custom attribute to a schema; the error is the sentence of an `InvalidParameterException`.
pub fn add_custom(schema: &mut Vec<SchemaAttribute>, input: &SchemaAttributeInput) -> Result<(), String> {
    let developer_only = input.developer_only == Some(true);
    let name = if developer_only { format!("dev:{}", input.name) } else { format!("custom:{}", input.name) };
    // A developer-only attribute and a plain one may not share a base name (5.2).
    let base = |name: &str| name.strip_prefix("custom:").or(name.strip_prefix("dev:")).map(str::to_owned);
    if let Some(taken) = schema.iter().find(|attribute| base(&attribute.name).as_deref() == Some(&input.name)) {
        return Err(format!("{name}: Existing attribute already has name {}.", taken.name));
    }
    let custom = schema.iter().filter(|attribute| base(&attribute.name).is_some()).count();
    if custom >= MAX_CUSTOM_ATTRIBUTES {
        return Err(format!("Number of custom attributes cannot exceed {MAX_CUSTOM_ATTRIBUTES}."));
    }
    if input.required == Some(true) {
        return Err("Required custom attributes are not supported currently.".into());
    }
    let data_type = data_type(&name, input, None)?;
    let mutable = input.mutable.unwrap_or(true);
    schema.push(SchemaAttribute { name, data_type, developer_only, mutable, required: false });
    Ok(())
}

fn change_standard(standard: &mut SchemaAttribute, input: &SchemaAttributeInput) -> Result<(), String> {
    let same_type = input.data_type.as_deref().is_none_or(|name| name == standard.data_type.name());
    if !same_type || input.developer_only == Some(true) {
        return Err(format!(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute {}",
            standard.name
        ));
    }
    standard.data_type = data_type(&standard.name, input, Some(&standard.data_type))?;
    if standard.name != "sub" {
        standard.mutable = input.mutable.unwrap_or(standard.mutable);
        standard.required = input.required.unwrap_or(standard.required);
    }
    Ok(())
}

/// The type an input asks for; what it leaves open comes from `default`.
fn data_type(
    name: &str,
    input: &SchemaAttributeInput,
    default: Option<&AttributeType>,
) -> Result<AttributeType, String> {
    let type_name = input.data_type.as_deref().or(default.map(AttributeType::name));
    let bare = name.strip_prefix("custom:").or(name.strip_prefix("dev:")).unwrap_or(name);
    match type_name {
        Some("String") => {
            let (mut min_length, mut max_length) = match default {
                Some(AttributeType::String { min_length, max_length }) => (*min_length, *max_length),
                _ => (None, None),
            };
            if let Some((min, max)) = &input.string_constraints {
                let parse = |text: &Option<String>, default| match text {
                    Some(text) => text
                        .parse::<u32>()
                        .map(Some)
                        .map_err(|_| format!("Invalid StringAttributeConstraints for schema attribute {bare}")),
                    None => Ok(default),
                };
                (min_length, max_length) = (parse(min, min_length)?, parse(max, max_length)?);
            }
            if max_length.or(min_length).is_some_and(|length| length > MAX_VALUE_LENGTH) {
                return Err(format!("user.{name}: String attributes cannot have a length of more than 2048"));
            }
            if matches!((min_length, max_length), (Some(min), Some(max)) if max < min) {
                return Err(format!("user.{name}: Max length cannot be less than min length."));
            }
            Ok(AttributeType::String { min_length, max_length })
        }
        Some("Number") => {
            let (mut min_value, mut max_value) = match default {
                Some(AttributeType::Number { min_value, max_value }) => (*min_value, *max_value),
                _ => (None, None),
            };
            if let Some((min, max)) = &input.number_constraints {
                let parse = |text: &Option<String>, default| match text {
                    Some(text) => text
                        .parse::<i64>()
                        .map(Some)
                        .map_err(|_| format!("Invalid NumberAttributeConstraints for schema attribute {bare}")),
                    None => Ok(default),
                };
                (min_value, max_value) = (parse(min, min_value)?, parse(max, max_value)?);
            }
            if matches!((min_value, max_value), (Some(min), Some(max)) if max < min) {
                return Err(format!("user.{name}: Max value cannot be less than min value."));
            }
            Ok(AttributeType::Number { min_value, max_value })
        }
        Some("DateTime") => Ok(AttributeType::DateTime),
        Some("Boolean") => Ok(AttributeType::Boolean),
        Some(other) => Err(format!(
            "Validation error detected: Value '{other}' failed to satisfy constraint: Member must satisfy enum value \
             set: [Boolean, Number, String, DateTime]"
        )),
        None => Err("Invalid AttributeDataType input, consider using the provided AttributeDataType enum.".into()),
    }
}

/// Whether a value may be written to the attribute of that name.
pub fn check_value(schema: &[SchemaAttribute], name: &str, value: &str) -> Result<(), AttributeError> {
    let Some(attribute) = schema.iter().find(|attribute| attribute.name == name) else {
        return Err(AttributeError::Unknown { name: name.to_owned() });
    };
    let nonconforming = |detail: String| AttributeError::Nonconforming { name: name.to_owned(), detail };
    if value.chars().count() > MAX_VALUE_LENGTH as usize {
        return Err(nonconforming("String must be no longer than 2048 characters".into()));
    }
    // Writing the empty text takes the attribute away.
    if value.is_empty() {
        return Ok(());
    }
    match &attribute.data_type {
        AttributeType::String { min_length, max_length } => {
            let length = value.chars().count();
            if min_length.is_some_and(|min| length < min as usize) {
                return Err(nonconforming(format!(
                    "String must be longer than {} characters",
                    min_length.unwrap_or(0)
                )));
            }
            if max_length.is_some_and(|max| length > max as usize) {
                return Err(nonconforming(format!(
                    "String must be no longer than {} characters",
                    max_length.unwrap_or(MAX_VALUE_LENGTH)
                )));
            }
        }
        AttributeType::Number { min_value, max_value } => {
            let number: i64 = value.parse().map_err(|_| nonconforming("Value is not a number".into()))?;
            if min_value.is_some_and(|min| number < min) || max_value.is_some_and(|max| number > max) {
                return Err(nonconforming("Value is out of range".into()));
            }
        }
        AttributeType::Boolean if !matches!(value.to_ascii_lowercase().as_str(), "true" | "false") => {
            return Err(nonconforming("Value is not a boolean".into()));
        }
        AttributeType::DateTime if !is_date_time(value) => {
            return Err(nonconforming("Value is not a date and time".into()));
        }
        AttributeType::Boolean | AttributeType::DateTime => {}
    }
    match name {
        "email" if !is_email(value) => Err(AttributeError::BadEmail),
        "phone_number" if !is_phone_number(value) => Err(AttributeError::BadPhoneNumber),
        "birthdate" if !is_date(value) => Err(nonconforming("Invalid date format, use YYYY-MM-DD".into())),
        _ => Ok(()),
    }
}

/// The required attributes that are not among `present`, in the schema's order.
pub fn missing_required(schema: &[SchemaAttribute], present: impl Fn(&str) -> bool) -> Vec<&str> {
    let required = schema.iter().filter(|attribute| attribute.required && attribute.name != "sub");
    required.map(|attribute| attribute.name.as_str()).filter(|name| !present(name)).collect()
}

/// The sentence of the `InvalidParameterException` for missing required attributes.
pub fn missing_required_message(missing: &[&str]) -> String {
    let faults = missing.iter().map(|name| format!("{name}: The attribute is required"));
    format!("Attributes did not conform to the schema: {}", faults.collect::<Vec<_>>().join("\n"))
}

/// The sentence of the `InvalidParameterException` for a change to an immutable attribute (5.2).
pub fn immutable_message(name: &str) -> String {
    format!("user.{name}: Attribute cannot be updated.\n")
}

/// The sentence of the `InvalidParameterException` with which admin updates refuse unknown attributes (5.2).
pub fn unknown_attributes_message(names: &[&str]) -> String {
    let lines = names.iter().map(|name| format!("user.{name}: Attribute does not exist in the schema.\n"));
    format!("Invalid user attributes: {}", lines.collect::<String>())
}

/// Why a value does not fit: `InvalidParameterException` with [`Self::message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeError {
    /// The schema has no such attribute.
    Unknown {
        /// Its name.
        name: String,
    },
    /// Not an e-mail address.
    BadEmail,
    /// Not a phone number in E.164.
    BadPhoneNumber,
    /// Against the attribute's type or constraints.
    Nonconforming {
        /// Its name.
        name: String,
        /// What is wrong; how the service words it is not known.
        detail: String,
    },
}

impl AttributeError {
    /// Cognito's sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Unknown { name } => format!(
                "Attributes did not conform to the schema: Type for attribute {{{name}}} could not be determined"
            ),
            Self::BadEmail => "Invalid email address format.".into(),
            Self::BadPhoneNumber => "Invalid phone number format.".into(),
            Self::Nonconforming { name, detail } => {
                format!("Attributes did not conform to the schema: {name}: {detail}")
            }
        }
    }
}

/// Whether a text is an e-mail address: one `@`, something before it, a dotted domain after it, no spaces.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let clean = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.contains(['@', '<', '>', '(', ')', ',', ';', ':', '"', '\\', '[', ']'])
            && !part.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    clean(local)
        && clean(domain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'))
}

/// Whether a text is a phone number in E.164: `+` and 2 to 15 digits, the first not zero.
pub fn is_phone_number(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}

/// An e-mail address as a code's destination shows it: `a***@e***`.
pub fn mask_email(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(domain))
}

/// A phone number as a code's destination shows it: `+*******1212`.
pub fn mask_phone_number(number: &str) -> String {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let length = digits.chars().count();
    let shown = length.min(4);
    let tail: String = digits.chars().skip(length - shown).collect();
    format!("+{}{tail}", "*".repeat(length - shown))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_date_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok() || text.parse::<i64>().is_ok() || is_date(text)
}

/// The longest attribute value in characters.
pub const MAX_VALUE_LENGTH: u32 = 2048;

/// The most custom attributes of a pool.
pub const MAX_CUSTOM_ATTRIBUTES: usize = 50;

const STANDARD_NAMES: [&str; 20] = [
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn custom(name: &str, data_type: &str) -> SchemaAttributeInput {
        SchemaAttributeInput { name: name.into(), data_type: Some(data_type.into()), ..SchemaAttributeInput::default() }
    }

    fn text(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn the_standard_schema_has_twenty_attributes() {
        let schema = standard_attributes();
        assert_eq!(schema.len(), 20);
        assert!(schema[0].required && !schema[0].mutable);
        assert_eq!(schema[0].data_type, AttributeType::String { min_length: Some(1), max_length: Some(2048) });
        assert_eq!(schema[19].data_type, AttributeType::Number { min_value: Some(0), max_value: None });
        assert!(schema[1..].iter().all(|attribute| !attribute.required && attribute.mutable));
    }

    #[test]
    fn custom_attributes_come_after_with_their_prefix() {
        let developer = SchemaAttributeInput { developer_only: Some(true), ..custom("note", "String") };
        let schema = new_schema(&[custom("dept", "String"), developer, custom("custom:x", "Number")]).unwrap();
        let names: Vec<_> = schema[20..].iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, ["custom:dept", "dev:note", "custom:custom:x"]);
        assert_eq!(schema[20].data_type, AttributeType::String { min_length: None, max_length: None });
        assert!(schema[20].mutable);
    }

    #[test]
    fn standard_attributes_can_be_tightened() {
        let input = SchemaAttributeInput {
            required: Some(true),
            mutable: Some(false),
            string_constraints: Some((text("5"), None)),
            ..custom("email", "String")
        };
        let schema = new_schema(&[input]).unwrap();
        let email = schema.iter().find(|attribute| attribute.name == "email").unwrap();
        assert_eq!(email.data_type, AttributeType::String { min_length: Some(5), max_length: Some(2048) });
        assert!(email.required && !email.mutable);
        assert_eq!(missing_required(&schema, |_| false), ["email"]);
        assert_eq!(
            missing_required_message(&["email"]),
            "Attributes did not conform to the schema: email: The attribute is required"
        );
    }

    #[test]
    fn schema_faults_have_cognitos_sentences() {
        let strings = |name: &str, min, max| SchemaAttributeInput {
            string_constraints: Some((min, max)),
            ..custom(name, "String")
        };
        let numbers = |min, max| SchemaAttributeInput { number_constraints: Some((min, max)), ..custom("n", "Number") };
        let cases = [
            (
                vec![SchemaAttributeInput { data_type: None, ..custom("x", "") }],
                "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
            ),
            (
                vec![custom("x", "Blob")],
                "Validation error detected: Value 'Blob' failed to satisfy constraint: Member must satisfy enum value \
                 set: [Boolean, Number, String, DateTime]",
            ),
            (
                vec![custom("email", "Number")],
                "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
            ),
            (
                vec![SchemaAttributeInput { required: Some(true), ..custom("x", "String") }],
                "Required custom attributes are not supported currently.",
            ),
            (vec![strings("s", text("a"), None)], "Invalid StringAttributeConstraints for schema attribute s"),
            (vec![numbers(text("1.5"), None)], "Invalid NumberAttributeConstraints for schema attribute n"),
            (
                vec![strings("s", None, text("2049"))],
                "user.custom:s: String attributes cannot have a length of more than 2048",
            ),
            (vec![strings("s", text("5"), text("4"))], "user.custom:s: Max length cannot be less than min length."),
            (vec![numbers(text("5"), text("4"))], "user.custom:n: Max value cannot be less than min value."),
            (
                vec![custom("x", "String"), custom("x", "Number")],
                "custom:x: Existing attribute already has name custom:x.",
            ),
        ];
        for (inputs, expected) in cases {
            assert_eq!(new_schema(&inputs).unwrap_err(), expected);
        }
        let many: Vec<_> = (0..51).map(|at| custom(&format!("a{at}"), "String")).collect();
        assert!(new_schema(&many[..50]).is_ok());
        assert!(new_schema(&many).is_err());
    }

    #[test]
    fn values_are_held_against_the_schema() {
        let bounded =
            SchemaAttributeInput { number_constraints: Some((text("1"), text("9"))), ..custom("n", "Number") };
        let short = SchemaAttributeInput { string_constraints: Some((text("2"), text("3"))), ..custom("s", "String") };
        let schema = new_schema(&[bounded, short, custom("d", "DateTime"), custom("b", "Boolean")]).unwrap();
        for (name, good, bad) in [
            ("email", "ana@example.com", "ana"),
            ("phone_number", "+34600123456", "600123456"),
            ("birthdate", "2000-02-29", "2001-02-29"),
            ("custom:n", "9", "10"),
            ("custom:n", "1", "one"),
            ("custom:s", "ééé", "éééé"),
            ("custom:s", "ab", "a"),
            ("custom:d", "2026-01-02T03:04:05Z", "yesterday"),
            ("custom:b", "true", "yes"),
            ("updated_at", "1700000000", "-1"),
            ("email_verified", "false", "0"),
        ] {
            assert_eq!(check_value(&schema, name, good), Ok(()), "{name}={good}");
            assert!(check_value(&schema, name, bad).is_err(), "{name}={bad}");
            assert_eq!(check_value(&schema, name, ""), Ok(()), "{name} taken away");
        }
        let message = |name: &str, value: &str| check_value(&schema, name, value).unwrap_err().message();
        assert_eq!(message("email", "ana"), "Invalid email address format.");
        assert_eq!(message("phone_number", "1"), "Invalid phone number format.");
        assert_eq!(
            message("custom:x", "1"),
            "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined"
        );
    }

    #[test]
    fn destinations_are_masked() {
        assert_eq!(mask_email("ana@example.com"), "a***@e***");
        assert_eq!(mask_phone_number("+34600121212"), "+*******1212");
        assert_eq!(mask_phone_number("+12"), "+12");
    }

    proptest! {
        #[test]
        fn any_text_is_judged_without_panic(text: String) {
            let schema = standard_attributes();
            for attribute in &schema {
                let _ = check_value(&schema, &attribute.name, &text);
            }
            let _ = (mask_email(&text), mask_phone_number(&text));
        }
    }
}
