//! LOGIN: the user, then the password. No RFC has it; clients know these two words.

use posthaste_proto::Secret;

use super::{Context, Turn, plain};

#[derive(Debug)]
pub(crate) struct Login {
    user: Option<Secret>,
}

impl Login {
    pub(super) const ASKS_USER: &str = "Username:";
    const ASKS_PASSWORD: &str = "Password:";

    pub(super) const fn new() -> Self {
        Self { user: None }
    }

    pub(super) fn respond(&mut self, context: Context<'_>, response: Secret) -> Turn {
        match &self.user {
            None => {
                // A person who types the password first must not find it in a log: it is secret like one.
                self.user = Some(response);
                Turn::Challenge(Self::ASKS_PASSWORD.into())
            }
            Some(user) => plain::check(context, user.expose(), response.expose()),
        }
    }
}
