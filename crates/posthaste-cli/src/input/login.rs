//! Who logs in, by which mechanisms.

use std::io::Read;

use posthaste::Server;
use posthaste_proto::Credentials;
use posthaste_proto::sasl::{BuiltIn, Preference};

use super::environment::Environment;
use super::secret;
use super::target::Target;
use crate::failure::Failure;
use crate::flags::{AuthChoice, AuthFlags, Flags};

/// Who we are.
#[derive(Debug)]
pub(crate) enum Login {
    /// Nobody, whatever a URL says.
    Nobody,
    /// The user and the password in the URL of `POSTHASTE_SERVER`, which the server has taken already.
    InUrl,
    /// With these.
    With(Credentials),
}

impl Login {
    /// The user and what proves it.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        match self {
            Self::With(credentials) => Some(credentials),
            Self::Nobody | Self::InUrl => None,
        }
    }
}

/// What the flags of authentication contradict each other in: 64.
pub(crate) fn check_usage(flags: &AuthFlags) -> Result<(), Failure> {
    let choice = flags.auth.as_ref();
    let user = flags.user.as_ref().map(|_| "--user");
    let secret = flags.secret();
    let identity = flags.auth_identity.as_ref().map(|_| "--auth-identity");
    let by_name = |mechanism| choice == Some(&AuthChoice::Only(vec![mechanism]));
    let (what, unwanted) = if choice == Some(&AuthChoice::Nobody) {
        ("none", user.or(secret).or(identity))
    } else if by_name(BuiltIn::External) {
        ("external", user.or(secret))
    } else if by_name(BuiltIn::Anonymous) {
        ("anonymous", secret.or(identity))
    } else {
        return Ok(());
    };
    match unwanted {
        Some(flag) => Err(Failure::usage(format!(
            "--auth {what} has no use for {flag}"
        ))),
        None => Ok(()),
    }
}

/// Who logs in. The user: `--user`, the URL of `--server`, `POSTHASTE_USER`, the URL of `POSTHASTE_SERVER`.
pub(crate) fn find(
    target: &Target,
    flags: &Flags,
    environment: &Environment<'_>,
    stdin: &mut dyn Read,
) -> Result<Login, Failure> {
    let choice = flags.auth.auth.as_ref().unwrap_or(&AuthChoice::Auto);
    let mechanisms = match choice {
        AuthChoice::Nobody => return Ok(Login::Nobody),
        AuthChoice::Auto => BuiltIn::ALL,
        AuthChoice::Only(list) => list.as_slice(),
    };
    let user = user(target, flags, environment)?;
    let user = user.as_deref();
    let found = match mechanisms {
        [BuiltIn::External] => Login::With(Credentials::external()),
        [BuiltIn::Anonymous] => Login::With(Credentials::anonymous(user.unwrap_or_default())),
        // No password is looked for where none could be used.
        _ if user.is_some() && !flags.auth.has_token() && !take_passwords(mechanisms) => {
            return Err(untakable(&Credentials::new("", "")));
        }
        _ => secret_of(user, target, &flags.auth, environment, stdin)?,
    };
    let identity = flags.auth.auth_identity.as_deref();
    let acting = |credentials: Credentials| match identity {
        Some(identity) => credentials.acting_as(identity),
        None => credentials,
    };
    let (login, credentials) = match found {
        Login::With(credentials) => {
            let credentials = acting(credentials);
            (Login::With(credentials.clone()), credentials)
        }
        // Of what kind they are is all that matters here.
        Login::InUrl => (
            Login::InUrl,
            acting(Credentials::new(user.unwrap_or_default(), "")),
        ),
        Login::Nobody => {
            let flag = match (choice, identity) {
                (AuthChoice::Only(_), _) => "--auth",
                (_, Some(_)) => "--auth-identity",
                (AuthChoice::Auto | AuthChoice::Nobody, None) => return Ok(Login::Nobody),
            };
            return Err(
                Failure::usage(format!("{flag} is given and no user")).hint("say --user USER")
            );
        }
    };
    if mechanisms
        .iter()
        .any(|mechanism| mechanism.takes(&credentials))
    {
        Ok(login)
    } else {
        Err(untakable(&credentials))
    }
}

/// Tells the server who logs in, and how.
pub(crate) fn apply(mut server: Server, login: Login, flags: &AuthFlags) -> Server {
    match &flags.auth {
        Some(AuthChoice::Only(list)) => {
            server = server.mechanisms(Preference::only(list.iter().copied()));
        }
        Some(AuthChoice::Auto | AuthChoice::Nobody) | None => {}
    }
    if flags.allow_plaintext_auth {
        server = server.dangerous_auth_in_clear();
    }
    let credentials = match login {
        Login::Nobody => return server.without_credentials(),
        Login::InUrl => None,
        Login::With(credentials) => Some(credentials),
    };
    if let Some(credentials) = credentials {
        let user = credentials.user();
        server = match (credentials.password(), credentials.access_token()) {
            (Some(password), _) => server.credentials(user, password.clone()),
            (None, Some(token)) => server.token(user, token.clone()),
            (None, None) if credentials.is_external() => server.external(),
            (None, None) => server.anonymous(user),
        };
    }
    match &flags.auth_identity {
        Some(identity) => server.acting_as(identity.as_str()),
        None => server,
    }
}

fn user(
    target: &Target,
    flags: &Flags,
    environment: &Environment<'_>,
) -> Result<Option<String>, Failure> {
    let in_url = match target {
        Target::Server(server) => server.user().map(str::to_owned),
        Target::Inbox(_) => None,
    };
    let (from_flag, from_environment) = match &flags.server.server {
        Some(_) => (in_url, None),
        None => (None, in_url),
    };
    let user = match flags.auth.user.clone().or(from_flag) {
        Some(user) => Some(user),
        None => environment.text("POSTHASTE_USER")?.or(from_environment),
    };
    match user {
        Some(user) if user.is_empty() => Err(Failure::usage("--user is empty")),
        user => Ok(user),
    }
}

/// The token or password of this user.
fn secret_of(
    user: Option<&str>,
    target: &Target,
    flags: &AuthFlags,
    environment: &Environment<'_>,
    stdin: &mut dyn Read,
) -> Result<Login, Failure> {
    let Some(user) = user else {
        return match flags.secret() {
            Some("--token-env" | "--token-file") => {
                Err(Failure::usage("a token is given and no user").hint("say --user USER"))
            }
            Some(_) => {
                Err(Failure::usage("a password is given and no user").hint("say --user USER"))
            }
            // A password that lies in the environment for another purpose must not turn a trial into an error, but a
            // server must not be given a message without the login that somebody set up.
            None if matches!(target, Target::Server(_))
                && secret::password(flags, environment, stdin)?.is_some() =>
            {
                let hint = "say --user USER or set POSTHASTE_USER; or unset POSTHASTE_PASSWORD to send without a login";
                Err(
                    Failure::usage("the environment gives a password, and there is no user")
                        .hint(hint),
                )
            }
            None => Ok(Login::Nobody),
        };
    };
    if let Some(token) = secret::token(flags, environment, stdin)? {
        return Ok(Login::With(Credentials::token(user, token)));
    }
    match secret::password(flags, environment, stdin)? {
        Some(password) => Ok(Login::With(Credentials::new(user, password))),
        None if has_password_for(target, user) => Ok(Login::InUrl),
        None => Err(
            Failure::usage(format!("there is no password for the user {user}"))
                .hint(secret::ALTERNATIVES),
        ),
    }
}

/// A password for this user in the URL of `POSTHASTE_SERVER`.
fn has_password_for(target: &Target, user: &str) -> bool {
    matches!(target, Target::Server(server) if server.has_password() && server.user() == Some(user))
}

fn take_passwords(mechanisms: &[BuiltIn]) -> bool {
    let password = Credentials::new("", "");
    mechanisms
        .iter()
        .any(|mechanism| mechanism.takes(&password))
}

/// No mechanism of the list takes these.
fn untakable(credentials: &Credentials) -> Failure {
    if credentials.authorization().is_some() {
        return Failure::usage("no mechanism that may be used has a place for --auth-identity")
            .hint("plain, scram-… and external have one");
    }
    if credentials.access_token().is_some() {
        return Failure::usage("no mechanism of --auth takes a token")
            .hint("tokens go by xoauth2 or oauthbearer");
    }
    let hint = format!("a token comes by {}", secret::TOKEN_SOURCES);
    Failure::usage("no mechanism of --auth takes a password").hint(hint)
}
