//! XOAUTH2, and OAUTHBEARER (RFC 7628): a user and a bearer token.

use posthaste_proto::Secret;

use super::{Context, Turn, sasl_name, user_name};

/// Ends a field, and twice the message.
const CTRL_A: char = '\u{1}';

#[derive(Debug)]
pub(crate) struct OAuth {
    form: Form,
    /// The error went out as a challenge; whatever comes is followed by the refusal (RFC 7628 3.2.3).
    failed: bool,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    XOAuth2,
    Bearer,
}

/// What a client's message says. The token is borrowed from the response, which is wiped.
struct Request<'a> {
    /// None when the token is to tell.
    user: Option<String>,
    token: &'a str,
}

impl OAuth {
    pub(super) const fn xoauth2() -> Self {
        Self {
            form: Form::XOAuth2,
            failed: false,
        }
    }

    pub(super) const fn bearer() -> Self {
        Self {
            form: Form::Bearer,
            failed: false,
        }
    }

    pub(super) fn respond(&mut self, context: Context<'_>, response: &Secret) -> Turn {
        if self.failed {
            return Turn::Refuse(535, "5.7.8 wrong user name or token");
        }
        let text = core::str::from_utf8(response.expose()).ok();
        let (request, malformed, error) = match self.form {
            Form::XOAuth2 => (
                text.and_then(xoauth2),
                "5.5.2 not an XOAUTH2 response",
                r#"{"status":"401","schemes":"bearer","scope":"mail"}"#,
            ),
            Form::Bearer => (
                text.and_then(bearer),
                "5.5.2 not an OAUTHBEARER response",
                r#"{"status":"invalid_token","scope":"mail"}"#,
            ),
        };
        let Some(Request { user, token }) = request else {
            return Turn::Refuse(501, malformed);
        };
        let users = &context.config.users;
        let user = match &user {
            Some(user) => Some(user.as_str()),
            None => users.owner(token.as_bytes()),
        };
        match user {
            Some(user) if users.know_token(user, token.as_bytes()) => Turn::accept(user),
            Some(_) | None => {
                self.failed = true;
                Turn::Challenge(error.into())
            }
        }
    }
}

/// `user=` user ^A `auth=Bearer ` token ^A ^A
fn xoauth2(text: &str) -> Option<Request<'_>> {
    let mut fields = text.strip_suffix("\u{1}\u{1}")?.split(CTRL_A);
    let user = user_name(fields.next()?.strip_prefix("user=")?.as_bytes())?;
    let token = token(fields.next()?)?;
    fields.next().is_none().then(|| Request {
        user: Some(user.into()),
        token,
    })
}

/// `n,[a=user],` ^A key=value ^A … ^A, with the key `auth` (RFC 7628 3.1). Host and port are not looked at: this server
/// has no two of them.
fn bearer(text: &str) -> Option<Request<'_>> {
    let (header, fields) = text.strip_suffix("\u{1}\u{1}")?.split_once(CTRL_A)?;
    // `y` and `n` are the same here: the mechanism has no form with channel binding. `p` would be one.
    let user = header
        .strip_prefix("n,")
        .or_else(|| header.strip_prefix("y,"))?
        .strip_suffix(',')?;
    let user = match user.strip_prefix("a=") {
        Some(name) => Some(sasl_name(name)?),
        None if user.is_empty() => None,
        None => return None,
    };
    let mut found = None;
    for field in fields.split(CTRL_A) {
        let (key, _) = field.split_once('=')?;
        if key.is_empty() || !key.bytes().all(|octet| octet.is_ascii_alphabetic()) {
            return None;
        }
        if key == "auth" && found.replace(token(field)?).is_some() {
            return None;
        }
    }
    found.map(|token| Request { user, token })
}

/// `auth=Bearer token`; the scheme has no case (RFC 9110 11.1).
fn token(field: &str) -> Option<&str> {
    let (scheme, token) = field.strip_prefix("auth=")?.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    let is_token = !token.is_empty() && token.bytes().all(|octet| octet.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("Bearer") && is_token).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    const TOKEN: &str = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

    fn config() -> Config {
        Config::new().token("user@example.com", TOKEN)
    }

    fn say(oauth: &mut OAuth, config: &Config, response: &str) -> Turn {
        let context = Context {
            config,
            tls: None,
            offers_plus: false,
        };
        oauth.respond(context, &response.into())
    }

    /// RFC 7628 section 4.1.
    #[test]
    fn the_rfcs_example() {
        let message = "n,a=user@example.com,\u{1}host=server.example.com\u{1}port=143\u{1}\
                       auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}\u{1}";
        let turn = say(&mut OAuth::bearer(), &config(), message);
        assert_eq!(turn, Turn::accept("user@example.com"));
        let nameless = message.replace("a=user@example.com", "");
        let turn = say(&mut OAuth::bearer(), &config(), &nameless);
        assert_eq!(turn, Turn::accept("user@example.com"));
    }

    #[test]
    fn a_wrong_token_is_told_as_json_and_then_refused() {
        let message = "n,a=user@example.com,\u{1}auth=Bearer x\u{1}\u{1}";
        let mut oauth = OAuth::bearer();
        let Turn::Challenge(json) = say(&mut oauth, &config(), message) else {
            panic!()
        };
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["status"], "invalid_token");
        let turn = say(&mut oauth, &config(), "\u{1}");
        assert!(matches!(turn, Turn::Refuse(535, _)));

        let mut oauth = OAuth::xoauth2();
        let message = "user=user@example.com\u{1}auth=Bearer x\u{1}\u{1}";
        let Turn::Challenge(json) = say(&mut oauth, &config(), message) else {
            panic!()
        };
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["status"], "401");
        assert!(matches!(
            say(&mut oauth, &config(), ""),
            Turn::Refuse(535, _)
        ));
    }

    #[test]
    fn what_is_malformed_is_no_message() {
        let right = "user=ann\u{1}auth=bearer t\u{1}\u{1}";
        assert!(xoauth2(right).is_some());
        for (from, to) in [
            ("user=", "u="),
            ("ann", ""),
            ("bearer ", "bearer"),
            ("bearer", "basic"),
            (" t", " "),
            (" t", " t t"),
            ("\u{1}\u{1}", "\u{1}"),
            ("\u{1}\u{1}", "\u{1}x=y\u{1}\u{1}"),
        ] {
            assert!(xoauth2(&right.replace(from, to)).is_none(), "{to}");
        }
        let right = "n,a=ann,\u{1}auth=Bearer t\u{1}\u{1}";
        assert!(bearer(right).is_some());
        for (from, to) in [
            ("n,", "p=tls-exporter,"),
            ("n,", "F,n,"),
            ("a=ann", "ann"),
            ("a=ann", "a=a=b"),
            ("ann,", "ann"),
            ("auth", "other"),
            ("auth", "au1th=x\u{1}auth"),
            ("auth", "auth=Bearer t\u{1}auth"),
            ("\u{1}\u{1}", "\u{1}"),
        ] {
            assert!(bearer(&right.replacen(from, to, 1)).is_none(), "{to}");
        }
    }
}
