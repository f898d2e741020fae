//! Invariant: what parses as an address prints as one that parses to the same, fits its limits, and holds no control.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use posthaste_proto::address::{ClientName, Domain, ForwardPath, Mailbox, ReversePath};

/// The input is text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    round_trip::<Mailbox>(text);
    round_trip::<ReversePath>(text);
    round_trip::<ForwardPath>(text);
    round_trip::<ClientName>(text);
    round_trip::<Domain>(text);
}

fn round_trip<T: FromStr + Display + Debug + PartialEq>(text: &str) {
    let Ok(value) = text.parse::<T>() else { return };
    let printed = value.to_string();
    assert!(!printed.chars().any(char::is_control), "{printed:?}");
    assert!(printed.len() <= 320, "{printed:?}");
    // A path prints with its brackets; what stands between them is what is parsed.
    let inner = printed
        .strip_prefix('<')
        .and_then(|printed| printed.strip_suffix('>'))
        .unwrap_or(&printed);
    match inner.parse::<T>() {
        Ok(again) => assert_eq!(value, again, "{text:?} prints as {printed:?}"),
        Err(_) => panic!("{text:?} prints as {printed:?}, which does not parse"),
    }
}
