//! A pool's attribute schema, between the shapes of the API and the rules (spec/user-pools-api.md 5).

use domain::user_attributes::{AttributeType, SchemaAttribute, SchemaAttributeInput};
use model::cognito_idp::{NumberAttributeConstraintsType, SchemaAttributeType, StringAttributeConstraintsType};

/// An attribute as DescribeUserPool lists it, and as the pool's document keeps it.
pub fn to_shape(attribute: &SchemaAttribute) -> SchemaAttributeType {
    let text = |number: Option<i64>| number.map(|number| number.to_string());
    let mut shape = SchemaAttributeType {
        name: Some(attribute.name.clone()),
        attribute_data_type: Some(attribute.data_type.name().to_owned()),
        developer_only_attribute: Some(attribute.developer_only),
        mutable: Some(attribute.mutable),
        required: Some(attribute.required),
        ..SchemaAttributeType::default()
    };
    match &attribute.data_type {
        AttributeType::String { min_length, max_length } => {
            shape.string_attribute_constraints = Some(StringAttributeConstraintsType {
                min_length: text(min_length.map(i64::from)),
                max_length: text(max_length.map(i64::from)),
            });
        }
        AttributeType::Number { min_value, max_value } => {
            shape.number_attribute_constraints =
                Some(NumberAttributeConstraintsType { min_value: text(*min_value), max_value: text(*max_value) });
        }
        AttributeType::DateTime | AttributeType::Boolean => {}
    }
    shape
}

/// The rule behind what [`to_shape`] wrote; `None` if it did not.
pub fn from_shape(shape: &SchemaAttributeType) -> Option<SchemaAttribute> {
    let strings = shape.string_attribute_constraints.clone().unwrap_or_default();
    let numbers = shape.number_attribute_constraints.clone().unwrap_or_default();
    let data_type = match shape.attribute_data_type.as_deref()? {
        "String" => AttributeType::String {
            min_length: parse(strings.min_length.as_deref())?,
            max_length: parse(strings.max_length.as_deref())?,
        },
        "Number" => AttributeType::Number {
            min_value: parse(numbers.min_value.as_deref())?,
            max_value: parse(numbers.max_value.as_deref())?,
        },
        "DateTime" => AttributeType::DateTime,
        "Boolean" => AttributeType::Boolean,
        _ => return None,
    };
    Some(SchemaAttribute {
        name: shape.name.clone()?,
        data_type,
        developer_only: shape.developer_only_attribute?,
        mutable: shape.mutable?,
        required: shape.required?,
    })
}

/// An attribute as CreateUserPool is given it.
pub fn input(shape: SchemaAttributeType) -> SchemaAttributeInput {
    SchemaAttributeInput {
        name: shape.name.unwrap_or_default(),
        data_type: shape.attribute_data_type,
        developer_only: shape.developer_only_attribute,
        mutable: shape.mutable,
        required: shape.required,
        string_constraints: shape.string_attribute_constraints.map(|bounds| (bounds.min_length, bounds.max_length)),
        number_constraints: shape.number_attribute_constraints.map(|bounds| (bounds.min_value, bounds.max_value)),
    }
}

/// Absent is no bound; the outer `None` is a bound that is not a number.
fn parse<N: std::str::FromStr>(text: Option<&str>) -> Option<Option<N>> {
    text.map_or(Some(None), |text| text.parse().ok().map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_schema_comes_back_as_it_was() {
        for attribute in domain::user_attributes::standard_attributes() {
            assert_eq!(from_shape(&to_shape(&attribute)), Some(attribute));
        }
    }
}
