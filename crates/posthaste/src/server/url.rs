//! The URL of a server.

use std::fmt;

use posthaste_proto::session::Dialect;

use super::{Host, Server, ServerError, ServerErrorKind as Kind, Tls};

const SCHEMES: [(&str, Dialect, Tls); 3] = [
    ("smtp", Dialect::Smtp, Tls::Auto),
    ("smtps", Dialect::Smtp, Tls::Implicit),
    ("lmtp", Dialect::Lmtp, Tls::Auto),
];

pub(super) fn parse(text: &str) -> Result<Server, ServerError> {
    if text.is_empty() {
        return Err(ServerError::new(Kind::Empty, 0));
    }
    if let Some(at) = text.find(|found: char| found.is_control() || found.is_whitespace()) {
        return Err(ServerError::new(Kind::Control, at));
    }
    let (scheme, begin) = match text.split_once("://") {
        Some((scheme, _)) => (scheme, scheme.len() + 3),
        None => ("smtp", 0),
    };
    let (dialect, tls) = SCHEMES
        .iter()
        .find(|(name, ..)| scheme.eq_ignore_ascii_case(name))
        .map(|(_, dialect, tls)| (*dialect, *tls))
        .ok_or_else(|| ServerError::new(Kind::Scheme, 0))?;
    let rest = text.get(begin..).unwrap_or_default();
    let authority = match rest.find(['/', '?', '#']) {
        // One slash at the end is how a URL without a path may be written.
        Some(at) if rest.get(at..) == Some("/") => rest.get(..at).unwrap_or_default(),
        Some(at) => return Err(ServerError::new(Kind::Trailing, begin + at)),
        None => rest,
    };
    // The last @: mail servers like user names that have one, and no host can.
    let (userinfo, place) = match authority.rfind('@') {
        Some(at) => (
            authority.get(..at),
            authority.get(at + 1..).unwrap_or_default(),
        ),
        None => (None, authority),
    };
    if userinfo.is_some() && begin == 0 {
        return Err(ServerError::new(Kind::UserWithoutScheme, 0));
    }
    let place_at = begin + authority.len() - place.len();
    let (host, port) = host_and_port(place).map_err(|error| error.behind(place_at))?;
    if dialect == Dialect::Lmtp && port.is_none() {
        return Err(ServerError::new(Kind::NoPort, begin + authority.len()));
    }
    let mut server = Server {
        dialect,
        port,
        ..Server::new(host)
    }
    .tls(tls);
    if let Some(userinfo) = userinfo {
        let (user, password) = match userinfo.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (userinfo, None),
        };
        if user.is_empty() {
            return Err(ServerError::new(Kind::User, begin));
        }
        let password_at = begin + user.len() + 1;
        server = server.with_user(decode(user).map_err(|error| error.behind(begin))?);
        if let Some(password) = password {
            server = server.password(decode(password).map_err(|error| error.behind(password_at))?);
        }
    }
    Ok(server)
}

fn host_and_port(place: &str) -> Result<(Host, Option<u16>), ServerError> {
    if place.is_empty() {
        return Err(ServerError::new(Kind::Host, 0));
    }
    let host_end = if place.starts_with('[') {
        place
            .find(']')
            .map(|at| at + 1)
            .ok_or_else(|| ServerError::new(Kind::Host, 0))?
    } else {
        place.find(':').unwrap_or(place.len())
    };
    let (host, port) = place.split_at(host_end);
    if port.matches(':').count() > 1 {
        return Err(ServerError::new(Kind::Brackets, 0));
    }
    let host = host.parse()?;
    let port = match port.strip_prefix(':') {
        Some(digits) => {
            Some(number(digits).ok_or_else(|| ServerError::new(Kind::Port, host_end + 1))?)
        }
        None if port.is_empty() => None,
        None => return Err(ServerError::new(Kind::Host, host_end)),
    };
    Ok((host, port))
}

/// Digits only: `u16::from_str` would take a plus sign.
fn number(digits: &str) -> Option<u16> {
    digits
        .bytes()
        .all(|octet| octet.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|port| *port != 0)
}

/// Percent-decoding (RFC 3986 section 2.1). A plus sign stays one.
fn decode(text: &str) -> Result<String, ServerError> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let bad = || ServerError::new(Kind::Percent, text.len() - rest.len());
        if *first != b'%' {
            octets.push(*first);
            rest = behind;
            continue;
        }
        let (high, low) = match behind {
            [high, low, ..] => (hexadecimal(*high), hexadecimal(*low)),
            _ => return Err(bad()),
        };
        let octet = high
            .zip(low)
            .map(|(high, low)| high << 4 | low)
            .ok_or_else(bad)?;
        if octet.is_ascii_control() {
            return Err(bad());
        }
        octets.push(octet);
        rest = behind.get(2..).unwrap_or_default();
    }
    String::from_utf8(octets).map_err(|_| ServerError::new(Kind::Percent, 0))
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// A user name as it stands in a URL.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for octet in self.0.bytes() {
            if octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&octet) {
                write!(f, "{}", char::from(octet))?;
            } else {
                write!(f, "%{octet:02X}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Server {
        text.parse().expect(text)
    }

    fn error(text: &str) -> (Kind, usize) {
        let error = text.parse::<Server>().expect_err(text);
        (error.kind(), error.offset())
    }

    #[test]
    fn ports_follow_the_scheme() {
        for (text, tls, port) in [
            ("smtp://mail.example.org", Tls::Auto, 587),
            ("SMTP://mail.example.org:25", Tls::Auto, 25),
            ("smtps://mail.example.org/", Tls::Implicit, 465),
            ("mail.example.org", Tls::Auto, 587),
            ("mail.example.org:465", Tls::Auto, 465),
            ("[2001:db8::1]:2525", Tls::Auto, 2525),
            ("192.0.2.1", Tls::Auto, 587),
            ("my_mail.example.org.", Tls::Auto, 587),
        ] {
            let server = server(text);
            assert_eq!((server.encryption(), server.port()), (tls, port), "{text}");
        }
        assert_eq!(server("smtp://h").tls(Tls::Implicit).port(), 465);
    }

    fn password(server: &Server) -> Option<Vec<u8>> {
        let login = server.whole_login()?;
        login.password().map(|password| password.expose().to_vec())
    }

    #[test]
    fn users_are_decoded_and_passwords_never_shown() {
        for text in [
            "smtp://ann@example.org:hunter2@mail.example.org",
            "smtp://ann%40example.org:hunter2@mail.example.org",
        ] {
            let server = server(text);
            assert_eq!(server.user(), Some("ann@example.org"));
            assert_eq!(password(&server).as_deref(), Some(&b"hunter2"[..]));
            let shown = format!("{server} {server:?} {:#?}", server);
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert_eq!(
            password(&server("smtp://a:b%3A%25@h")).as_deref(),
            Some(&b"b:%"[..])
        );
        assert_eq!(server("smtp://%C3%A9+x@h").user(), Some("é+x"));
        assert!(!server("smtp://a@h").has_password());
    }

    #[test]
    fn what_is_shown_parses_back() {
        for text in [
            "smtp://a%2Fb%40c@h:587",
            "smtps://[2001:db8::1]:465",
            "smtp://h:25",
            "lmtp://a@h:24",
        ] {
            assert_eq!(server(text).to_string(), text);
        }
    }

    #[test]
    fn lmtp_has_a_port_or_is_none() {
        for text in ["lmtp://h:24", "LMTP://[::1]:2003/"] {
            let server = server(text);
            assert_eq!(
                (server.dialect(), server.encryption()),
                (Dialect::Lmtp, Tls::Auto),
                "{text}"
            );
        }
        assert_eq!(
            server("lmtp://h:24"),
            Server::lmtp("h".parse().unwrap(), 24)
        );
        assert_ne!(server("lmtp://h:24"), server("smtp://h:24"));
        let error = "lmtp://ann:hunter2@h".parse::<Server>().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (Kind::NoPort, 20));
        assert!(error.to_string().contains("lmtp://host:port"), "{error}");
    }

    #[test]
    fn errors_say_where_and_never_what() {
        for (text, kind, at) in [
            ("", Kind::Empty, 0),
            ("smtp://mail.example.org\r\nQUIT", Kind::Control, 23),
            ("mail example", Kind::Control, 4),
            ("http://h", Kind::Scheme, 0),
            ("://h", Kind::Scheme, 0),
            ("ann@h", Kind::UserWithoutScheme, 0),
            ("smtp://@h", Kind::User, 7),
            ("smtp://:pw@h", Kind::User, 7),
            ("smtp://a%4@h", Kind::Percent, 8),
            ("smtp://a%0d%0aQUIT@h", Kind::Percent, 8),
            ("smtp://a:b%00@h", Kind::Percent, 10),
            ("smtp://a%ff@h", Kind::Percent, 7),
            ("smtp://", Kind::Host, 7),
            ("smtp://a..b", Kind::Host, 9),
            ("smtp://-a", Kind::Host, 7),
            ("smtp://127.1", Kind::Host, 7),
            ("smtp://0x7f", Kind::Host, 7),
            ("smtp://bücher.example", Kind::HostNotAscii, 8),
            ("smtp://2001:db8::1", Kind::Brackets, 7),
            ("smtp://[::1]x", Kind::Host, 12),
            ("smtp://[::1", Kind::Host, 7),
            ("smtp://h:", Kind::Port, 9),
            ("lmtp://h/", Kind::NoPort, 8),
            ("lmtp://[::1]", Kind::NoPort, 12),
            ("lmtps://h:24", Kind::Scheme, 0),
            ("smtp://h:0", Kind::Port, 9),
            ("smtp://h:+25", Kind::Port, 9),
            ("smtp://h:65536", Kind::Port, 9),
            ("smtp://h/x", Kind::Trailing, 8),
            ("smtp://ann:hun/ter2@h", Kind::Trailing, 14),
        ] {
            assert_eq!(error(text), (kind, at), "{text:?}");
        }
        let shown = "smtp://ann:hun/ter2@h"
            .parse::<Server>()
            .unwrap_err()
            .to_string();
        assert!(!shown.contains("hun/"), "{shown}");
    }
}
