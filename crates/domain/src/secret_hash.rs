//! `SECRET_HASH`: how a client with a secret proves it beside a username (spec/user-pools-auth.md 2).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Base64 of HMAC-SHA256 over username and client id, keyed by the client secret.
pub fn secret_hash(client_secret: &str, username: &str, client_id: &str) -> String {
    STANDARD.encode(tag(client_secret, username, client_id))
}

/// Whether `given` is the secret hash of this username; compares in constant time.
pub fn verify(client_secret: &str, username: &str, client_id: &str, given: &str) -> bool {
    let Ok(given) = STANDARD.decode(given) else {
        return false;
    };
    crate::secret::constant_time_eq(tag(client_secret, username, client_id).as_ref(), &given)
}

fn tag(client_secret: &str, username: &str, client_id: &str) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, client_secret.as_bytes()));
    context.update(username.as_bytes());
    context.update(client_id.as_bytes());
    context.sign()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "s3cr3tkeys3cr3tkeys3cr3tkeys3cr3tkeys3cr3tkeys3cr3t";
    const CLIENT: &str = "1example23456789abcdefghij";
    const HASH: &str = "myWFMJdVsa9HQOoaSnkb2dsQ87+fT4ZoD8YVRS5anoU=";

    #[test]
    fn the_vector_holds() {
        assert_eq!(secret_hash(SECRET, "alice", CLIENT), HASH);
        assert!(verify(SECRET, "alice", CLIENT, HASH));
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(!verify(SECRET, "bob", CLIENT, HASH));
        assert!(!verify(SECRET, "alice", "other", HASH));
        assert!(!verify("other", "alice", CLIENT, HASH));
        for junk in ["", "====", "é", &HASH[..40], &format!("{HASH}\n")] {
            assert!(!verify(SECRET, "alice", CLIENT, junk), "{junk}");
        }
    }
}
