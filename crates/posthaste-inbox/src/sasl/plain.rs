//! PLAIN (RFC 4616): `[authzid] NUL authcid NUL password`.

use posthaste_proto::Secret;

use super::{Context, Turn, user_name};

pub(super) fn respond(context: Context<'_>, response: &Secret) -> Turn {
    let mut fields = response.expose().split(|octet| *octet == 0);
    match (fields.next(), fields.next(), fields.next(), fields.next()) {
        (Some(authzid), Some(user), Some(password), None) => {
            // Acting for someone else is nothing this server knows.
            if !authzid.is_empty() && authzid != user {
                return Turn::NOT_ALLOWED;
            }
            check(context, user, password)
        }
        _ => Turn::Refuse(501, "5.5.2 not a PLAIN response"),
    }
}

/// A user and the password itself.
pub(super) fn check(context: Context<'_>, user: &[u8], password: &[u8]) -> Turn {
    match user_name(user) {
        Some(user) if context.config.users.know(user, password) => Turn::accept(user),
        Some(_) | None => Turn::WRONG,
    }
}
