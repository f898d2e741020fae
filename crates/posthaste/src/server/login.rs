//! Who speaks: what the settings say about it, and how it goes over the wire.

use posthaste_proto::sasl::{ChannelBinding, Preference};
use posthaste_proto::{Credentials, Secret};

use super::Server;

/// Who logs in. A URL names a user, and what proves it comes later: [`Client::new`](crate::blocking::Client::new) refuses halves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Login {
    #[default]
    Nobody,
    /// A user without anything that proves it.
    User(String),
    /// A password without a user.
    Password(Secret),
    Whole(Credentials),
}

/// How the login is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Manner {
    pub(super) acting_as: Option<String>,
    pub(super) mechanisms: Mechanisms,
    pub(super) try_next_mechanism: bool,
    pub(super) channel_binding: ChannelBinding,
    pub(super) in_clear: bool,
}

/// The mechanisms that may be used; without them, all that are built in. Compared by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mechanisms(pub(super) Option<Preference>);

impl Server {
    /// Authenticates as this user with this password.
    #[must_use]
    pub fn credentials(self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.with_user(user).password(password)
    }

    /// Sets the user name alone; the password comes by [`password`](Self::password).
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.login = self.login.with_user(user.into());
        self
    }

    /// Sets the password for the user that the URL names.
    #[must_use]
    pub fn password(mut self, password: impl Into<Secret>) -> Self {
        self.login = self.login.with_password(password.into());
        self
    }

    /// Authenticates as this user with an OAuth 2.0 access token (OAUTHBEARER, XOAUTH2). It is not renewed here: a server
    /// that finds it stale refuses it.
    #[must_use]
    pub fn token(self, user: impl Into<String>, token: impl Into<Secret>) -> Self {
        self.login_by(Credentials::token(user, token))
    }

    /// Authenticates by what the server knows from elsewhere (EXTERNAL), such as this host's address.
    #[must_use]
    pub fn external(self) -> Self {
        self.login_by(Credentials::external())
    }

    /// Authenticates as nobody (ANONYMOUS, RFC 4505); `trace` is for the server's log, an address or a word, and may be empty.
    #[must_use]
    pub fn anonymous(self, trace: impl Into<String>) -> Self {
        self.login_by(Credentials::anonymous(trace))
    }

    /// Asks to act as somebody else than who logs in: PLAIN, SCRAM and EXTERNAL can say so, and most servers refuse it.
    #[must_use]
    pub fn acting_as(mut self, identity: impl Into<String>) -> Self {
        self.manner.acting_as = Some(identity.into());
        self
    }

    /// Speaks without authentication although the URL named a user.
    #[must_use]
    pub fn without_credentials(mut self) -> Self {
        self.login = Login::Nobody;
        self.manner.acting_as = None;
        self
    }

    /// Sets the mechanisms that may be used, best first. Otherwise SCRAM comes before what shows the server the password; see
    /// [`BuiltIn::ALL`](posthaste_proto::sasl::BuiltIn::ALL).
    #[must_use]
    pub fn mechanisms(mut self, preference: Preference) -> Self {
        self.manner.mechanisms = Mechanisms(Some(preference));
        self
    }

    /// Tries the next mechanism after one was refused for good, for servers that offer what they cannot do. Each try may
    /// count towards the lock of an account, and what comes next may be weaker.
    #[must_use]
    pub fn try_next_mechanism(mut self) -> Self {
        self.manner.try_next_mechanism = true;
        self
    }

    /// Sets what the -PLUS mechanisms are bound to.
    #[must_use]
    pub fn channel_binding(mut self, binding: ChannelBinding) -> Self {
        self.manner.channel_binding = binding;
        self
    }

    /// Lets the password or token go over a connection without TLS, where everyone on the way can read it.
    #[must_use]
    pub fn dangerous_auth_in_clear(mut self) -> Self {
        self.manner.in_clear = true;
        self
    }

    /// The user, if any.
    pub fn user(&self) -> Option<&str> {
        match &self.login {
            Login::User(user) => Some(user),
            Login::Whole(credentials) if has_user(credentials) => Some(credentials.user()),
            Login::Whole(_) | Login::Password(_) | Login::Nobody => None,
        }
    }

    /// True when a password is there.
    pub fn has_password(&self) -> bool {
        match &self.login {
            Login::Password(_) => true,
            Login::Whole(credentials) => credentials.password().is_some(),
            Login::User(_) | Login::Nobody => false,
        }
    }

    /// What a session authenticates with.
    pub(crate) fn whole_login(&self) -> Option<Credentials> {
        let Login::Whole(credentials) = self.login.clone() else {
            return None;
        };
        Some(match &self.manner.acting_as {
            Some(identity) => credentials.acting_as(identity.as_str()),
            None => credentials,
        })
    }

    /// What is asked of the settings and no mechanism can say: the reason and its sentence.
    pub(crate) fn login_fault(&self) -> Option<(&'static str, &'static str)> {
        let acting = self.manner.acting_as.is_some();
        match &self.login {
            Login::User(_) => Some(("no-password", "a user is given, but no password or token")),
            Login::Password(_) => Some(("no-user", "a password is given, but no user")),
            Login::Nobody if acting => Some((
                "no-user",
                "an identity to act as is given, but nobody logs in",
            )),
            Login::Whole(credentials) if acting && !can_act(credentials) => Some((
                "acting-as",
                "an identity to act as has no place in OAUTHBEARER, XOAUTH2 and ANONYMOUS",
            )),
            Login::Whole(_) | Login::Nobody => None,
        }
    }

    /// What must not be shown, in all its forms, the longest first.
    pub(crate) fn traces(&self) -> Vec<Secret> {
        match &self.login {
            Login::Password(password) => Credentials::new("", password.clone()).traces(),
            Login::Whole(_) | Login::User(_) | Login::Nobody => self
                .whole_login()
                .as_ref()
                .map(Credentials::traces)
                .unwrap_or_default(),
        }
    }

    fn login_by(mut self, credentials: Credentials) -> Self {
        self.login = Login::Whole(credentials);
        self
    }
}

impl Login {
    /// What is said later counts: a user has no part in EXTERNAL and ANONYMOUS.
    pub(super) fn with_user(self, user: String) -> Self {
        match self {
            Self::Password(password) => Self::Whole(Credentials::new(user, password)),
            Self::Whole(credentials) => {
                match (credentials.password(), credentials.access_token()) {
                    (Some(password), _) => Self::Whole(Credentials::new(user, password.clone())),
                    (None, Some(token)) => Self::Whole(Credentials::token(user, token.clone())),
                    (None, None) => Self::User(user),
                }
            }
            Self::User(_) | Self::Nobody => Self::User(user),
        }
    }

    pub(super) fn with_password(self, password: Secret) -> Self {
        match self {
            Self::User(user) => Self::Whole(Credentials::new(user, password)),
            Self::Whole(credentials) if has_user(&credentials) => {
                Self::Whole(Credentials::new(credentials.user(), password))
            }
            Self::Whole(_) | Self::Password(_) | Self::Nobody => Self::Password(password),
        }
    }
}

/// Whether somebody is named by them.
fn has_user(credentials: &Credentials) -> bool {
    !credentials.is_external() && !credentials.is_anonymous()
}

/// Whether there is a mechanism that takes them and an identity to act as.
fn can_act(credentials: &Credentials) -> bool {
    credentials.password().is_some() || credentials.is_external()
}

impl PartialEq for Mechanisms {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(ours), Some(theirs)) => ours.names().eq(theirs.names()),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

impl Eq for Mechanisms {}

#[cfg(test)]
mod tests {
    use posthaste_proto::sasl::BuiltIn;

    use super::*;

    fn server(url: &str) -> Server {
        url.parse().unwrap()
    }

    #[test]
    fn what_is_said_later_counts() {
        let whole = |server: Server| format!("{:?}", server.whole_login());
        for (server, login) in [
            (
                server("smtp://ann:pw@h"),
                "Some(Credentials(password, \"ann\", ..))",
            ),
            (
                server("smtp://h").password("pw").with_user("bo"),
                "Some(Credentials(password, \"bo\", ..))",
            ),
            (
                server("smtp://ann:pw@h").with_user("bo"),
                "Some(Credentials(password, \"bo\", ..))",
            ),
            (
                server("smtp://ann@h").token("bo", "t"),
                "Some(Credentials(token, \"bo\", ..))",
            ),
            (
                server("smtp://h").token("bo", "t").with_user("cy"),
                "Some(Credentials(token, \"cy\", ..))",
            ),
            (
                server("smtp://h").token("bo", "t").password("pw"),
                "Some(Credentials(password, \"bo\", ..))",
            ),
            (
                server("smtp://ann:pw@h").external(),
                "Some(Credentials(external, \"\", ..))",
            ),
            (
                server("smtp://h").external().acting_as("cy"),
                "Some(Credentials(external, \"\" as \"cy\", ..))",
            ),
            (
                server("smtp://ann:pw@h").anonymous("me"),
                "Some(Credentials(anonymous, \"me\", ..))",
            ),
            (
                server("smtp://ann:pw@h").acting_as("cy"),
                "Some(Credentials(password, \"ann\" as \"cy\", ..))",
            ),
            (
                server("smtp://ann:pw@h")
                    .acting_as("cy")
                    .without_credentials(),
                "None",
            ),
            (server("smtp://h").external().with_user("ann"), "None"),
            (server("smtp://h").external().password("pw"), "None"),
            (server("smtp://ann@h"), "None"),
        ] {
            assert_eq!(whole(server), login);
        }
    }

    #[test]
    fn only_who_is_named_is_a_user() {
        assert_eq!(server("smtp://ann@h").user(), Some("ann"));
        assert_eq!(server("smtp://h").token("bo", "t").user(), Some("bo"));
        assert_eq!(server("smtp://ann@h").external().user(), None);
        assert_eq!(server("smtp://h").anonymous("trace").user(), None);
        assert_eq!(
            server("smtp://h").anonymous("trace").to_string(),
            "smtp://h:587"
        );
        assert!(!server("smtp://h").token("bo", "t").has_password());
        assert!(server("smtp://h").password("x").has_password());
    }

    #[test]
    fn halves_and_what_no_mechanism_can_say() {
        for (server, fault) in [
            (server("smtp://ann@h"), Some("no-password")),
            (server("smtp://h").password("x"), Some("no-user")),
            (server("smtp://h").acting_as("cy"), Some("no-user")),
            (
                server("smtp://h").token("a", "t").acting_as("cy"),
                Some("acting-as"),
            ),
            (
                server("smtp://h").anonymous("").acting_as("cy"),
                Some("acting-as"),
            ),
            (server("smtp://h").external().acting_as("cy"), None),
            (server("smtp://ann:pw@h").acting_as("cy"), None),
            (server("smtp://h"), None),
        ] {
            assert_eq!(
                server.login_fault().map(|(reason, _)| reason),
                fault,
                "{server:?}"
            );
        }
    }

    #[test]
    fn settings_are_equal_by_what_they_say() {
        let plain = || server("smtp://h").mechanisms(Preference::only([BuiltIn::Plain]));
        assert_eq!(plain(), plain());
        assert_ne!(plain(), server("smtp://h"));
        assert_ne!(
            plain(),
            server("smtp://h").mechanisms(Preference::only([BuiltIn::Login]))
        );
    }

    #[test]
    fn no_secret_is_shown() {
        for server in [
            server("smtp://ann:hunter2@h"),
            server("smtp://h").password("hunter2"),
            server("smtp://h").token("ann", "hunter2"),
        ] {
            let shown = format!("{server} {server:?} {server:#?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(server.traces().contains(&Secret::from("hunter2")));
        }
        assert!(server("smtp://ann@h").external().traces().is_empty());
    }
}
