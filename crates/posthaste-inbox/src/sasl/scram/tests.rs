//! The exchanges of the RFCs, and what a client may not do.

use super::*;
use crate::Config;
use crate::session::TlsFacts;

/// One exchange of a specification.
struct Example {
    hash: Hash,
    salt: &'static str,
    server_nonce: &'static str,
    first: &'static str,
    challenge: &'static str,
    last: &'static str,
    signature: &'static str,
}

/// RFC 5802 section 5.
const SHA_1: Example = Example {
    hash: Hash::Sha1,
    salt: "QSXCR+Q6sek8bf92",
    server_nonce: "3rfcNHYJY1ZVvWVs7j",
    first: "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    challenge: "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    last: "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    signature: "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
};

/// RFC 7677 section 3.
const SHA_256: Example = Example {
    hash: Hash::Sha256,
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    server_nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    first: "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    challenge: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    last: "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
           p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    signature: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

/// No RFC has an example: made with Python's hashlib.
const SHA_512: Example = Example {
    hash: Hash::Sha512,
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    server_nonce: "def",
    first: "n,,n=user,r=abc",
    challenge: "r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    last: "c=biws,r=abcdef,\
           p=UY2ALsLl/+vMdZEZMpDLb2rUbiIqo0XW7lqmnZH3R1PKCEF8YQ9Cph7iuGBNzNmzqPnaovmROjuofK0EtzVMsg==",
    signature: "v=Cre+mRH7MUKHK9Nqtry3Q18JyB82tmhVOUzLUUHEHozEu9KHSxVxIZbU4QcLhPfZTXktHZho2cZ2ixiHZGeP9A==",
};

impl Example {
    fn scram(&self, plus: bool) -> Scram {
        let challenge = Challenge {
            nonce: self.server_nonce.into(),
            salt: STANDARD.decode(self.salt).unwrap(),
            iterations: 4096,
        };
        Scram::new(self.hash, plus, challenge)
    }
}

fn config() -> Config {
    Config::new().auth("user", "pencil")
}

fn say(scram: &mut Scram, config: &Config, text: &str) -> Turn {
    let context = Context {
        config,
        tls: None,
        offers_plus: false,
    };
    scram.respond(context, &text.into())
}

fn challenge(text: &str) -> Turn {
    Turn::Challenge(text.into())
}

#[test]
fn the_examples() {
    for example in [SHA_1, SHA_256, SHA_512] {
        let (mut scram, config) = (example.scram(false), config());
        let mut say = |text| say(&mut scram, &config, text);
        assert_eq!(say(example.first), challenge(example.challenge));
        assert_eq!(say(example.last), challenge(example.signature));
        assert_eq!(say(""), Turn::accept("user"));
    }
}

#[test]
fn a_wrong_password_and_a_stranger_are_refused_alike() {
    for config in [
        Config::new().auth("user", "pencils"),
        Config::new().auth("other", "pencil"),
        Config::new().auth("other", ""),
    ] {
        let mut scram = SHA_1.scram(false);
        assert_eq!(
            say(&mut scram, &config, SHA_1.first),
            challenge(SHA_1.challenge)
        );
        assert_eq!(say(&mut scram, &config, SHA_1.last), Turn::WRONG);
    }
}

#[test]
fn what_does_not_fit_the_first_messages_is_refused() {
    for (from, to, code) in [
        ("c=biws", "c=eSws", 535),
        ("r=fyko", "r=Fyko", 535),
        (",p=v0X8", ",p=v1X8", 535),
        (",p=v0X8", ",p=", 535),
        (",p=v0X8", ",x=1,p=v0X8", 535),
        (",p=v0X8", ",m=1,p=v0X8", 501),
        ("4Ts=", "4Ts", 501),
    ] {
        let (mut scram, config) = (SHA_1.scram(false), config());
        say(&mut scram, &config, SHA_1.first);
        let turn = say(&mut scram, &config, &SHA_1.last.replacen(from, to, 1));
        assert!(
            matches!(turn, Turn::Refuse(said, _) if said == code),
            "{to}: {turn:?}"
        );
    }
    // Octets behind the signature are no part of the exchange.
    let (mut scram, config) = (SHA_1.scram(false), config());
    say(&mut scram, &config, SHA_1.first);
    say(&mut scram, &config, SHA_1.last);
    assert_eq!(say(&mut scram, &config, "x"), MALFORMED);
}

#[test]
fn every_octet_of_the_last_message_counts() {
    let config = config();
    for at in 0..SHA_1.last.len() {
        let mut octets = SHA_1.last.as_bytes().to_vec();
        // Another character that base64 and nonces have too, so that not the grammar alone is asked.
        octets[at] = if octets[at] == b'A' { b'B' } else { b'A' };
        let mut scram = SHA_1.scram(false);
        say(&mut scram, &config, SHA_1.first);
        let turn = say(&mut scram, &config, core::str::from_utf8(&octets).unwrap());
        assert!(matches!(turn, Turn::Refuse(501 | 535, _)), "{at}: {turn:?}");
        // It is over: the right message does not come through behind a wrong one.
        assert_eq!(say(&mut scram, &config, SHA_1.last), Turn::WRONG);
    }
}

#[test]
fn one_acts_for_oneself_only() {
    let config = config();
    for (authzid, code) in [("a=user", None), ("a=root", Some(535))] {
        let first = SHA_1.first.replacen("n,,", &format!("n,{authzid},"), 1);
        let turn = say(&mut SHA_1.scram(false), &config, &first);
        match (turn, code) {
            (Turn::Challenge(_), None) => {}
            (Turn::Refuse(said, _), Some(code)) => assert_eq!(said, code),
            (turn, _) => panic!("{authzid}: {turn:?}"),
        }
    }
}

/// The table of RFC 5802 section 6.
#[test]
fn the_flag_is_checked() {
    let config = config();
    let mut tls = TlsFacts::from("TLSv1.3");
    tls.server_end_point = Some(vec![7; 32]);
    for (flag, plus, offers_plus, is_taken) in [
        ("n", false, false, true),
        ("n", false, true, true),
        ("n", true, true, false),
        ("y", false, false, true),
        ("y", false, true, false),
        ("y", true, true, false),
        ("p=tls-server-end-point", true, true, true),
        ("p=tls-server-end-point", false, true, false),
        ("p=tls-exporter", true, true, false),
        ("p=tls-unique", true, true, false),
    ] {
        let context = Context {
            config: &config,
            tls: Some(&tls),
            offers_plus,
        };
        let first = format!("{flag},,n=user,r=abc");
        let turn = SHA_256.scram(plus).respond(context, &first.as_str().into());
        match turn {
            Turn::Challenge(_) => assert!(is_taken, "{flag} {plus} {offers_plus}"),
            Turn::Refuse(535, _) => assert!(!is_taken, "{flag} {plus} {offers_plus}"),
            turn @ (Turn::Accept { .. } | Turn::Refuse(..)) => panic!("{flag}: {turn:?}"),
        }
    }
}

#[test]
fn a_bound_channel_must_be_this_one() {
    let config = config();
    let mut tls = TlsFacts::from("TLSv1.3");
    tls.exporter = Some([7; 32]);
    for (octet, is_taken) in [(7, true), (8, false)] {
        let context = Context {
            config: &config,
            tls: Some(&tls),
            offers_plus: true,
        };
        let mut scram = SHA_256.scram(true);
        let first = "p=tls-exporter,,n=user,r=abc";
        let Turn::Challenge(_) = scram.respond(context, &first.into()) else {
            panic!()
        };
        let mut binding = b"p=tls-exporter,,".to_vec();
        binding.extend([octet; 32]);
        let last = format!(
            "c={},r=abc{},p=AAAA",
            STANDARD.encode(binding),
            SHA_256.server_nonce
        );
        // The proof is wrong in any case; what is looked at first is the channel.
        let expected = if is_taken {
            Turn::WRONG
        } else {
            Turn::Refuse(535, "5.7.8 the channel binding differs")
        };
        assert_eq!(scram.respond(context, &last.as_str().into()), expected);
    }
}

#[test]
fn nothing_of_the_exchange_prints_what_is_secret() {
    let config = config();
    let mut tls = TlsFacts::from("TLSv1.3");
    tls.exporter = Some([173; 32]);
    let context = Context {
        config: &config,
        tls: Some(&tls),
        offers_plus: true,
    };
    let mut scram = SHA_256.scram(true);
    scram.respond(context, &"p=tls-exporter,,n=user,r=abc".into());
    let shown = format!("{scram:?} {tls:?} {config:?}");
    assert!(
        shown.contains("abc") && !shown.contains("173") && !shown.contains("pencil"),
        "{shown}"
    );
}
