//! Who may log in, and with what.

use posthaste_proto::Secret;
use subtle::ConstantTimeEq as _;

/// Passwords and tokens. They never print.
#[derive(Debug, Clone)]
pub(crate) struct Users {
    passwords: Passwords,
    tokens: Vec<(String, Secret)>,
}

#[derive(Debug, Clone)]
enum Passwords {
    /// Of these users, none at first.
    Of(Vec<(String, Secret)>),
    /// Whoever, with whatever password or token.
    Any,
}

impl Users {
    /// Nobody.
    pub(crate) const fn new() -> Self {
        Self {
            passwords: Passwords::Of(Vec::new()),
            tokens: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, user: String, password: Secret) {
        match &mut self.passwords {
            Passwords::Of(users) => users.push((user, password)),
            Passwords::Any => self.passwords = Passwords::Of(vec![(user, password)]),
        }
    }

    pub(crate) fn add_token(&mut self, user: String, token: Secret) {
        self.tokens.push((user, token));
    }

    pub(crate) fn let_anyone_in(&mut self) {
        self.passwords = Passwords::Any;
    }

    pub(crate) const fn are_any(&self) -> bool {
        matches!(self.passwords, Passwords::Any)
    }

    /// Whether somebody can log in with a password.
    pub(crate) const fn have_passwords(&self) -> bool {
        match &self.passwords {
            Passwords::Of(users) => !users.is_empty(),
            Passwords::Any => true,
        }
    }

    /// Whether somebody can log in with a token, which is the password where no token is set.
    pub(crate) const fn have_tokens(&self) -> bool {
        !self.tokens.is_empty() || self.have_passwords()
    }

    pub(crate) fn know(&self, user: &str, password: &[u8]) -> bool {
        match &self.passwords {
            Passwords::Any => true,
            Passwords::Of(users) => matches(users, user, password),
        }
    }

    /// The password, for mechanisms that prove it without sending it. The first one when several were set.
    pub(crate) fn password(&self, user: &str) -> Option<&Secret> {
        match &self.passwords {
            Passwords::Any => None,
            Passwords::Of(users) => users
                .iter()
                .find(|(name, _)| name == user)
                .map(|(_, password)| password),
        }
    }

    pub(crate) fn know_token(&self, user: &str, token: &[u8]) -> bool {
        if self.tokens.iter().any(|(name, _)| name == user) {
            return matches(&self.tokens, user, token);
        }
        self.know(user, token)
    }

    /// Whose token this is, when the client does not say who it is.
    pub(crate) fn owner(&self, token: &[u8]) -> Option<&str> {
        self.tokens
            .iter()
            .find(|(_, secret)| is_same(secret, token))
            .map(|(user, _)| user.as_str())
    }
}

/// Looks at every entry, so that the time it takes tells nothing about which of them is right.
fn matches(entries: &[(String, Secret)], user: &str, given: &[u8]) -> bool {
    entries.iter().fold(false, |found, (name, secret)| {
        found | (name == user && is_same(secret, given))
    })
}

fn is_same(secret: &Secret, given: &[u8]) -> bool {
    secret.expose().ct_eq(given).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_instead_of_the_password() {
        let mut users = Users::new();
        assert!(!users.have_passwords() && !users.have_tokens());
        users.add_token("ann".into(), "t1".into());
        assert!(!users.have_passwords() && users.have_tokens());
        users.add("ann".into(), "secret".into());
        users.add("bob".into(), "x".into());
        assert!(users.know_token("ann", b"t1") && !users.know_token("ann", b"secret"));
        assert!(users.know("ann", b"secret") && !users.know("ann", b"t1"));
        assert!(users.know_token("bob", b"x"), "no token: the password");
        assert_eq!(users.owner(b"t1"), Some("ann"));
        assert_eq!(users.owner(b"x"), None, "a password names nobody");
        assert_eq!(users.password("bob"), Some(&Secret::from("x")));
        users.let_anyone_in();
        assert!(users.know("eve", b"") && users.know_token("eve", b""));
        assert!(!users.know_token("ann", b"wrong"), "her token is known");
        assert!(!format!("{users:?}").contains("t1"));
    }
}
