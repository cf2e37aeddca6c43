//! CreateUserPoolClient: makes an app client, with a secret if that is wanted.

use crate::client::Client;
use crate::{pool, settings};
use contract::Fault;
use domain::new_id;
use domain::secret::SecretText;
use model::cognito_idp::{CreateUserPoolClientRequest, CreateUserPoolClientResponse, error};
use service::Cx;
use store::table::user_pool_clients;

/// Runs the operation.
///
/// # Errors
/// There is no such pool, or the settings contradict each other or ask for what this server does not have.
pub async fn run(cx: &Cx, input: CreateUserPoolClientRequest) -> Result<CreateUserPoolClientResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let secret = secret(cx, input.generate_secret == Some(true), input.client_secret.clone())?;
    let client = Client {
        id: new_id::client_id(cx.random()),
        pool_id: pool.id.clone(),
        name: input.client_name.clone(),
        secret,
        settings: settings::client::new(&pool, input)?,
        created: cx.now(),
        modified: cx.now(),
    };
    let row = client.to_row(cx)?;
    cx.write(async |tx| {
        pool::hold(tx, &pool).await?;
        if !user_pool_clients::insert(tx, &row).await? {
            return Err(Fault::internal("a new client id was taken"));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    Ok(CreateUserPoolClientResponse { user_pool_client: Some(client.describe()) })
}

fn secret(cx: &Cx, generate: bool, given: Option<String>) -> Result<Option<SecretText>, Fault> {
    match (generate, given) {
        (true, Some(_)) => {
            Err(error::invalid_parameter("GenerateSecret and ClientSecret cannot both be given for a client."))
        }
        (true, None) => Ok(Some(new_id::client_secret(cx.random()))),
        (false, given) => Ok(given.map(SecretText::new)),
    }
}
