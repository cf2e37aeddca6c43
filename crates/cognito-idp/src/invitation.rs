//! The message that invites a new user (spec/user-pools-api.md 8.3, 13). It is written to the outbox with the user;
//! delivery comes later.

use crate::pool::Pool;
use crate::user::Attributes;
use contract::Fault;
use domain::new_id;
use domain::secret::SecretText;
use model::cognito_idp::{AdminCreateUserRequest, MessageTemplateType, error};
use service::Cx;
use store::table::outbox::Message;

/// The invitation; `None` if nothing says where to. The default medium is SMS, so a user without a phone number is made
/// without being told, unless the caller asked for a medium.
///
/// # Errors
/// The caller asked for a medium, and the user has no address for any that was asked for.
pub fn write(
    cx: &Cx,
    pool: &Pool,
    input: &AdminCreateUserRequest,
    attributes: &Attributes,
    temporary: Option<&SecretText>,
) -> Result<Option<Message>, Fault> {
    let asked = input.desired_delivery_mediums.as_deref().unwrap_or_default();
    let default = [SMS.to_owned()];
    let mediums = if asked.is_empty() { default.as_slice() } else { asked };
    let address = mediums.iter().find_map(|medium| {
        let attribute = if medium == SMS { "phone_number" } else { "email" };
        Some((medium, attributes.get(attribute)?))
    });
    let Some((medium, destination)) = address else {
        if asked.is_empty() {
            cx.decision().note("invitation", "not sent: the default medium is SMS, and the user has no phone number");
            return Ok(None);
        }
        return Err(error::invalid_parameter("User does not have an address for any of the DesiredDeliveryMediums."));
    };
    let template = pool.settings.admin_create_user_config.as_ref();
    let template = template.and_then(|config| config.invite_message_template.clone()).unwrap_or_default();
    let Some(body) = body(&template, medium, &input.username, temporary) else {
        cx.decision().note("invitation", "not sent: the template has no place for the password");
        return Ok(None);
    };
    let id = new_id::uuid(cx.random());
    let subject = template.email_subject.unwrap_or_else(|| "Your temporary password".to_owned());
    cx.decision().note("invitation", format!("written to the outbox, medium {medium}"));
    Ok(Some(Message {
        pool_id: pool.id.clone(),
        created_ms: cx.now(),
        medium: medium.clone(),
        destination: destination.clone(),
        subject: if medium == SMS { String::new() } else { subject },
        body: cx.seal(BODY_KIND, &id, body.reveal().as_bytes())?,
        id,
    }))
}

/// The text; `None` for a user with a password when the template does not show it: AWS then silently sends nothing.
fn body(
    template: &MessageTemplateType,
    medium: &str,
    username: &str,
    temporary: Option<&SecretText>,
) -> Option<SecretText> {
    let given = if medium == SMS { &template.sms_message } else { &template.email_message };
    let text = match (given, temporary) {
        (Some(text), _) => text.as_str(),
        (None, Some(_)) => "Your username is {username} and temporary password is {####}. ",
        (None, None) => "Your username is {username}. ",
    };
    if temporary.is_some() && !text.contains(CODE) {
        return None;
    }
    // Each part on its own: a user name or a password may look like a placeholder.
    let password = temporary.map_or("", SecretText::reveal);
    let parts: Vec<_> = text.split(CODE).map(|part| part.replace("{username}", username)).collect();
    Some(SecretText::new(parts.join(password)))
}

/// What message bodies are sealed as, with the message's id.
pub const BODY_KIND: &str = "outbox";

const CODE: &str = "{####}";
const SMS: &str = "SMS";
