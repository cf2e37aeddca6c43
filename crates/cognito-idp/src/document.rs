//! Configuration as it is kept in a row: the model's own structs as JSON text, readable by an operator.

use contract::{Fault, FromValue, IntoValue, Value};
use serde_json::{Map, Number, Value as Json};

/// The JSON text of a struct of the model; absent members are left out.
///
/// # Errors
/// An internal fault: the struct holds bytes, a moment or a number that JSON cannot hold, which no stored shape does.
pub fn to_text(shape: impl IntoValue) -> Result<String, Fault> {
    to_json(shape.into_value()).map(|json| json.to_string())
}

/// The struct again.
///
/// # Errors
/// An internal fault: the row was not written by [`to_text`] of this shape.
pub fn from_text<T: FromValue>(text: &str) -> Result<T, Fault> {
    let json: Json = serde_json::from_str(text).map_err(Fault::internal)?;
    Ok(T::from_value(from_json(json)?)?)
}

fn to_json(value: Value) -> Result<Json, Fault> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(truth),
        Value::Integer(number) => Json::Number(number.into()),
        Value::Double(number) => Number::from_f64(number).map(Json::Number).ok_or_else(|| unfit("a number"))?,
        Value::String(text) => Json::String(text),
        Value::List(elements) => elements.into_iter().map(to_json).collect::<Result<_, _>>().map(Json::Array)?,
        Value::Map(entries) => entries
            .into_iter()
            .map(|(name, inner)| Ok((name, to_json(inner)?)))
            .collect::<Result<Map<_, _>, Fault>>()
            .map(Json::Object)?,
        Value::Blob(_) | Value::Timestamp(_) => return Err(unfit("bytes or a moment")),
    })
}

fn from_json(json: Json) -> Result<Value, Fault> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Double(number.as_f64().ok_or_else(|| unfit("a number"))?),
        },
        Json::String(text) => Value::String(text),
        Json::Array(elements) => elements.into_iter().map(from_json).collect::<Result<_, _>>().map(Value::List)?,
        Json::Object(entries) => entries
            .into_iter()
            .map(|(name, inner)| Ok((name, from_json(inner)?)))
            .collect::<Result<_, Fault>>()
            .map(Value::Map)?,
    })
}

fn unfit(what: &str) -> Fault {
    Fault::internal(format!("{what} does not fit into a stored document"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::cognito_idp::{LambdaConfigType, UserPoolType};

    #[test]
    fn a_struct_comes_back_as_it_was() {
        let pool = UserPoolType {
            name: Some("people".to_owned()),
            lambda_config: Some(LambdaConfigType::default()),
            estimated_number_of_users: Some(3),
            user_pool_tags: Some([("team".to_owned(), "\u{e9}".to_owned())].into()),
            ..UserPoolType::default()
        };
        let text = to_text(pool.clone()).unwrap();
        assert_eq!(
            serde_json::from_str::<Json>(&text).unwrap(),
            serde_json::json!({
                "Name": "people", "LambdaConfig": {}, "EstimatedNumberOfUsers": 3, "UserPoolTags": { "team": "\u{e9}" },
            })
        );
        assert_eq!(from_text::<UserPoolType>(&text).unwrap(), pool);
    }

    #[test]
    fn a_moment_belongs_into_a_column() {
        let pool = UserPoolType { creation_date: Some(1), ..UserPoolType::default() };
        assert!(to_text(pool).is_err());
    }
}
