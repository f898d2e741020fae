//! Every kind of login against servers that say what the test wants, and what is told when they refuse.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::{TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use posthaste::blocking::{Client, Link};
use posthaste::error::{Kind, Retry, Stage};
use posthaste::observe::Notice;
use posthaste::proto::sasl::{BuiltIn, Preference};
use posthaste::transcript::{ContentLines, Transcript};
use posthaste::{Error, Server, Tls};
use ring::{digest, hmac, pbkdf2};

/// The server's end of one connection.
struct Peer {
    stream: TcpStream,
    lines: Lines<BufReader<TcpStream>>,
}

impl Peer {
    fn say(&mut self, words: &str) {
        let _ = self.stream.write_all(format!("{words}\r\n").as_bytes());
    }

    /// One line; empty when the client is gone.
    fn hear(&mut self) -> String {
        self.lines.next().and_then(Result::ok).unwrap_or_default()
    }

    fn challenge(&mut self, octets: impl AsRef<[u8]>) -> String {
        self.say(&format!("334 {}", STANDARD.encode(octets)));
        self.hear()
    }

    /// The greeting and the offer; gives the first AUTH.
    fn begin(&mut self, mechanisms: &str) -> String {
        self.say("220 mx");
        self.hear();
        self.say(&format!("250-mx\r\n250 AUTH {mechanisms}"));
        self.hear()
    }

    /// Answers QUIT, when that is what comes; gives what else was said.
    fn end(mut self) -> String {
        let line = self.hear();
        if line != "QUIT" {
            return line;
        }
        self.say("221 bye");
        String::new()
    }
}

/// A server for one connection, to be spoken to in clear.
fn serve<T: Send + 'static>(
    act: impl FnOnce(Peer) -> T + Send + 'static,
) -> (Server, JoinHandle<T>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let handle = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        act(Peer { stream, lines })
    });
    let server: Server = format!("smtp://{address}").parse().unwrap();
    let server = server.tls(Tls::DangerousNone).dangerous_auth_in_clear();
    (server, handle)
}

/// Logs in and says QUIT; gives the transcript with everything in it too.
fn log_in(server: Server) -> (Result<Arc<Link>, Error>, String) {
    let transcript = Transcript::new()
        .masking(&server)
        .content(ContentLines::All);
    let transcript = Mutex::new(transcript);
    let shown = Arc::new(Mutex::new(format!("{server:?}\n{server}\n")));
    let out = Arc::clone(&shown);
    let client = Client::new(server)
        .unwrap()
        .observe(move |at, notice: &Notice<'_>| {
            for line in transcript.lock().unwrap().notice(at, notice) {
                writeln!(out.lock().unwrap(), "{line}\n{notice:?}").unwrap();
            }
        });
    let result = client.test();
    let mut shown = shown.lock().unwrap();
    write!(shown, "{client:?}\n{result:?}").unwrap();
    if let Err(error) = &result {
        write!(shown, "\n{error}\n{:?}", error.hint()).unwrap();
    }
    (result, shown.clone())
}

fn words(error: &Error) -> (Kind, &str, Stage, Retry) {
    (error.kind(), error.reason(), error.stage(), error.retry())
}

fn undone(base64: &str) -> String {
    String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
}

const TOKEN: &str = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg";

#[test]
fn a_stale_token_is_told_in_the_servers_words() {
    for (mechanism, answer) in [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")] {
        let (server, handle) = serve(move |mut peer| {
            let auth = peer.begin(&format!("PLAIN {mechanism}"));
            let json = format!(r#"{{"status":"401","schemes":"Bearer","seen":"{TOKEN}"}}"#);
            let answered = peer.challenge(json);
            peer.say("535 5.7.8 Username and Password not accepted");
            peer.end();
            (auth, answered)
        });
        let (result, shown) = log_in(server.token("ann@example.org", TOKEN));
        let (auth, answered) = handle.join().unwrap();
        let response = undone(auth.strip_prefix(&format!("AUTH {mechanism} ")).unwrap());
        assert!(response.contains(&format!("Bearer {TOKEN}")), "{response}");
        assert_eq!(answered, answer);

        let error = result.unwrap_err();
        assert_eq!(
            words(&error),
            (Kind::Auth, "refused", Stage::Auth, Retry::Never)
        );
        assert_eq!(error.auth_detail().unwrap().status(), Some("401"));
        assert_eq!(
            error.message(),
            "authentication failed (the server also said: {\"status\":\"401\",\"schemes\":\"Bearer\",\"seen\":\"***\"}): \
             535 5.7.8 Username and Password not accepted"
        );
        assert!(error.hint().unwrap().contains("fresh"), "{error:?}");
        for form in [TOKEN, &response, &STANDARD.encode(TOKEN)] {
            assert!(!shown.contains(form), "{form}\n{shown}");
        }
        assert!(
            shown.contains(&format!("> AUTH {mechanism} <redacted>")),
            "{shown}"
        );
    }
}

#[test]
fn a_token_that_is_refused_without_words_is_still_a_token() {
    let (server, handle) = serve(|mut peer| {
        peer.begin("XOAUTH2");
        peer.say(&format!("535 5.7.8 no {TOKEN}"));
        peer.end()
    });
    let (result, shown) = log_in(server.token("ann", TOKEN));
    handle.join().unwrap();
    let error = result.unwrap_err();
    assert_eq!(error.auth_detail(), None);
    assert!(error.hint().unwrap().contains("token"), "{error:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
}

/// What a server does once it has the client's proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Honest,
    /// A signature by another password.
    Forged,
    /// 235, and no signature at all.
    Silent,
    /// `e=`, and 535.
    Refusing,
}

/// The server's side of SCRAM-SHA-256 (RFC 5802 section 3), which knows this password.
struct Keys {
    salted: hmac::Key,
}

impl Keys {
    fn of(password: &str, salt: &[u8], rounds: u32) -> Self {
        let mut salted = [0; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            NonZeroU32::new(rounds).unwrap(),
            salt,
            password.as_bytes(),
            &mut salted,
        );
        let salted = hmac::Key::new(hmac::HMAC_SHA256, &salted);
        Self { salted }
    }

    /// `ClientProof`.
    fn proof(&self, said: &str) -> Vec<u8> {
        let client = hmac::sign(&self.salted, b"Client Key");
        let stored = digest::digest(&digest::SHA256, client.as_ref());
        let stored = hmac::Key::new(hmac::HMAC_SHA256, stored.as_ref());
        let signature = hmac::sign(&stored, said.as_bytes());
        let pairs = client.as_ref().iter().zip(signature.as_ref());
        pairs.map(|(key, signature)| key ^ signature).collect()
    }

    /// `ServerSignature`.
    fn signature(&self, said: &str) -> String {
        let server = hmac::sign(&self.salted, b"Server Key");
        let server = hmac::Key::new(hmac::HMAC_SHA256, server.as_ref());
        STANDARD.encode(hmac::sign(&server, said.as_bytes()))
    }
}

/// Gives the client's first message, and what it said when all was over.
fn scram(mut peer: Peer, ending: Ending) -> (String, String) {
    let auth = peer.begin("LOGIN PLAIN SCRAM-SHA-256");
    let first = undone(auth.strip_prefix("AUTH SCRAM-SHA-256 ").unwrap());
    let bare = first.strip_prefix("n,,").unwrap();
    let nonce = bare.strip_prefix("n=ann,r=").unwrap();
    let challenge = format!(
        "r={nonce}theirs,s={},i=4096",
        STANDARD.encode(b"salt of this user")
    );
    let last = undone(&peer.challenge(&challenge));
    let (unproven, proof) = last.split_once(",p=").unwrap();
    assert_eq!(unproven, format!("c=biws,r={nonce}theirs"));
    let said = format!("{bare},{challenge},{unproven}");
    let keys = Keys::of("pencil", b"salt of this user", 4096);
    assert_eq!(STANDARD.decode(proof).unwrap(), keys.proof(&said));

    let rest = match ending {
        Ending::Honest => {
            let answer = peer.challenge(format!("v={}", keys.signature(&said)));
            assert_eq!(answer, "");
            peer.say("235 2.7.0 welcome");
            peer.end()
        }
        Ending::Forged => {
            let keys = Keys::of("guessed", b"salt of this user", 4096);
            let answer = peer.challenge(format!("v={}", keys.signature(&said)));
            assert_eq!(answer, "*");
            peer.say("501 5.7.0 cancelled");
            peer.end()
        }
        Ending::Silent => {
            peer.say("235 2.7.0 welcome");
            peer.end()
        }
        Ending::Refusing => {
            peer.challenge("e=invalid-proof");
            peer.say("535 5.7.8 no");
            peer.end()
        }
    };
    (first, rest)
}

fn scram_login(ending: Ending) -> (Result<Arc<Link>, Error>, String) {
    let (server, handle) = serve(move |peer| scram(peer, ending));
    let (result, shown) = log_in(server.credentials("ann", "pencil"));
    let (first, rest) = handle.join().unwrap();
    assert_eq!(rest, "", "{ending:?}: nothing but QUIT may follow");
    assert!(!shown.contains("pencil"), "{shown}");
    (result, first)
}

#[test]
fn scram_with_the_systems_random_octets() {
    let (result, first) = scram_login(Ending::Honest);
    assert_eq!(result.unwrap().mechanism(), Some("SCRAM-SHA-256"));
    let (result, second) = scram_login(Ending::Honest);
    result.unwrap();
    assert_ne!(first, second, "another nonce for each session");
}

#[test]
fn a_server_that_does_not_prove_itself_is_not_spoken_to() {
    for (ending, word) in [
        (Ending::Forged, "wrong signature"),
        (Ending::Silent, "without the server's signature"),
    ] {
        let error = scram_login(ending).0.unwrap_err();
        assert_eq!(
            words(&error),
            (Kind::Protocol, "unproven-server", Stage::Auth, Retry::Never),
            "{error}"
        );
        assert!(error.message().contains(word), "{error}");
        assert!(error.hint().unwrap().contains("in its place"), "{error:?}");
    }
}

#[test]
fn what_scram_says_of_a_refusal_is_told() {
    let error = scram_login(Ending::Refusing).0.unwrap_err();
    assert_eq!(words(&error).1, "refused");
    assert_eq!(error.auth_detail().unwrap().octets(), b"invalid-proof");
    assert!(
        error.message().contains("also said: invalid-proof"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("password"), "{error:?}");
}

/// Takes the first AUTH of a server with these settings, which offers everything that needs one step.
fn first_auth(settings: impl FnOnce(Server) -> Server) -> (String, Option<String>) {
    let (server, handle) = serve(|mut peer| {
        let auth = peer.begin("LOGIN PLAIN EXTERNAL ANONYMOUS");
        if auth == "AUTH LOGIN" {
            peer.challenge("Username:");
            peer.challenge("Password:");
        }
        peer.say("235 2.7.0 ok");
        peer.end();
        auth
    });
    let link = log_in(settings(server)).0.unwrap();
    (handle.join().unwrap(), link.mechanism().map(str::to_owned))
}

#[test]
fn each_kind_of_login_has_its_mechanism() {
    let plain = STANDARD.encode("cy\0ann\0pencil");
    for (settings, auth) in [
        (
            (|server: Server| server.external()) as fn(Server) -> Server,
            "AUTH EXTERNAL =".to_owned(),
        ),
        (
            |server| server.external().acting_as("cy"),
            "AUTH EXTERNAL Y3k=".to_owned(),
        ),
        (
            |server| server.anonymous("me@x"),
            "AUTH ANONYMOUS bWVAeA==".to_owned(),
        ),
        (
            |server| server.credentials("ann", "pencil").acting_as("cy"),
            format!("AUTH PLAIN {plain}"),
        ),
        (
            |server| {
                let order = Preference::only([BuiltIn::Login, BuiltIn::Plain]);
                server.credentials("ann", "pencil").mechanisms(order)
            },
            "AUTH LOGIN".to_owned(),
        ),
    ] {
        let (said, mechanism) = first_auth(settings);
        assert_eq!(said, auth);
        assert_eq!(mechanism.as_deref(), auth.split(' ').nth(1));
    }
}

#[test]
fn the_next_mechanism_is_tried_only_when_that_was_asked_for() {
    for (try_next, outcome) in [(false, None), (true, Some("PLAIN"))] {
        let (server, handle) = serve(|mut peer| {
            let auth = peer.begin("SCRAM-SHA-1 PLAIN");
            assert!(auth.starts_with("AUTH SCRAM-SHA-1 "), "{auth}");
            peer.say("535 5.7.8 no keys for that");
            let next = peer.hear();
            peer.say(if next.starts_with("AUTH PLAIN ") {
                "235 ok"
            } else {
                "221 bye"
            });
            peer.end()
        });
        let server = server.credentials("ann", "pencil");
        let server = if try_next {
            server.try_next_mechanism()
        } else {
            server
        };
        let (result, _) = log_in(server);
        handle.join().unwrap();
        let mechanism = result
            .ok()
            .and_then(|link| link.mechanism().map(str::to_owned));
        assert_eq!(mechanism.as_deref(), outcome);
    }
}
