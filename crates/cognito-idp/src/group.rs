//! Groups as the API shows them.

use model::cognito_idp::GroupType;
use store::table::groups::Group;

/// The group; what was never set is absent.
pub fn shape(row: Group) -> GroupType {
    GroupType {
        group_name: Some(row.name),
        user_pool_id: Some(row.pool_id.to_string()),
        description: row.description,
        role_arn: row.role_arn,
        precedence: row.precedence,
        last_modified_date: Some(row.modified_ms.millis()),
        creation_date: Some(row.created_ms.millis()),
    }
}
