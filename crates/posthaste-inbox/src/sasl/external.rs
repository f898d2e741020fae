//! EXTERNAL (RFC 4422 appendix A): who the client is was found out elsewhere; here, it was configured.

use posthaste_proto::Secret;

use super::{Context, Turn, user_name};

/// The response is the identity to act as, or empty for the client's own.
pub(super) fn respond(context: Context<'_>, response: &Secret) -> Turn {
    let Some(own) = context.config.external.as_deref() else {
        return Turn::NOT_ALLOWED;
    };
    if response.is_empty() {
        return Turn::accept(own);
    }
    match user_name(response.expose()) {
        Some(user) if user == own => Turn::accept(own),
        Some(_) => Turn::NOT_ALLOWED,
        None => Turn::Refuse(501, "5.5.2 not an EXTERNAL response"),
    }
}
