//! Every mechanism against the embedded inbox over real TLS, and an inbox that lies in SCRAM.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use posthaste::blocking::Client;
use posthaste::error::{Kind, Retry, Stage};
use posthaste::proto::sasl::{BuiltIn, ChannelBinding, Preference};
use posthaste::{Error, Server};
use posthaste_inbox::{Inbox, ScramFault};

const PASSWORD: &str = "hunter2 pässword";
const TOKEN: &str = "ya29.hunter2~token";

fn server(inbox: &Inbox) -> Server {
    let url = format!("smtp://localhost:{}", inbox.port());
    let server: Server = url.parse().unwrap();
    server
        .tls_ca_pem(inbox.ca_pem().unwrap_or_default())
        .tls_ca_only()
}

fn log_in(server: Server) -> Result<Option<String>, Error> {
    let link = Client::new(server).unwrap().test()?;
    Ok(link.mechanism().map(str::to_owned))
}

#[test]
fn each_mechanism_with_the_right_secret_and_with_a_wrong_one() {
    let inbox = Inbox::builder()
        .auth("ann", PASSWORD)
        .token("ann", TOKEN)
        .configure(|config| config.external("ann").anonymous())
        .start()
        .unwrap();
    for mechanism in BuiltIn::ALL {
        let only = server(&inbox).mechanisms(Preference::only([*mechanism]));
        let token = matches!(mechanism, BuiltIn::XOAuth2 | BuiltIn::OAuthBearer);
        let with = |secret: &str| {
            if token {
                only.clone().token("ann", secret)
            } else if *mechanism == BuiltIn::External {
                only.clone().external()
            } else if *mechanism == BuiltIn::Anonymous {
                only.clone().anonymous("me")
            } else {
                only.clone().credentials("ann", secret)
            }
        };
        let right = if token { TOKEN } else { PASSWORD };
        assert_eq!(
            log_in(with(right)).unwrap().as_deref(),
            Some(mechanism.name())
        );
        if matches!(mechanism, BuiltIn::External | BuiltIn::Anonymous) {
            continue;
        }
        let error = log_in(with("hunter2-wrong")).unwrap_err();
        assert_eq!(
            (error.kind(), error.reason(), error.stage(), error.retry()),
            (Kind::Auth, "refused", Stage::Auth, Retry::Never),
            "{mechanism}"
        );
        assert_eq!(error.auth_detail().is_some(), token, "{error:?}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn the_best_mechanism_is_the_default() {
    let inbox = Inbox::builder()
        .auth("ann", PASSWORD)
        .token("bo", TOKEN)
        .start()
        .unwrap();
    let ann = || server(&inbox).credentials("ann", PASSWORD);
    for (server, used) in [
        (ann(), "SCRAM-SHA-512-PLUS"),
        (
            ann().channel_binding(ChannelBinding::EndPoint),
            "SCRAM-SHA-512-PLUS",
        ),
        (
            ann().channel_binding(ChannelBinding::Never),
            "SCRAM-SHA-512",
        ),
        (server(&inbox).token("bo", TOKEN), "OAUTHBEARER"),
    ] {
        assert_eq!(log_in(server).unwrap().as_deref(), Some(used));
    }
}

#[test]
fn lies_in_scram_are_told_for_what_they_are() {
    for (fault, kind, reason) in [
        (
            ScramFault::WrongSignature,
            Kind::Protocol,
            "unproven-server",
        ),
        (ScramFault::NoSignature, Kind::Protocol, "unproven-server"),
        (ScramFault::ForeignNonce, Kind::Protocol, "bad-challenge"),
        (ScramFault::Iterations(1), Kind::Protocol, "bad-challenge"),
        (ScramFault::BadSalt, Kind::Protocol, "bad-challenge"),
        (
            ScramFault::MandatoryExtension,
            Kind::Protocol,
            "bad-challenge",
        ),
        (ScramFault::Error, Kind::Auth, "refused"),
    ] {
        let inbox = Inbox::builder()
            .auth("ann", PASSWORD)
            .configure(|config| config.scram_fault(fault))
            .start()
            .unwrap();
        let error = log_in(server(&inbox).credentials("ann", PASSWORD)).unwrap_err();
        assert_eq!(
            (error.kind(), error.reason(), error.stage()),
            (kind, reason, Stage::Auth),
            "{fault:?}: {error}"
        );
    }
    let inbox = Inbox::builder()
        .auth("ann", PASSWORD)
        .configure(|config| config.scram_fault(ScramFault::SignatureIn235))
        .start()
        .unwrap();
    assert!(log_in(server(&inbox).credentials("ann", PASSWORD)).is_ok());
}
