//! Where MIME and SMTP meet: a built message as an envelope, an offer of encodings, and a source of octets.

use std::io::{self, Read};

use posthaste_mime::{self as mime, Message, MessageReader};
use posthaste_proto::address::AddressError;
use posthaste_proto::content::{ContentSize, Encoding};
use posthaste_proto::{ContentSpec, Envelope};

use crate::content::Source;
use crate::error::{Error, Kind, Stage};

/// The envelope that the header names: from Sender (or From) to To, Cc and Bcc, each address once.
///
/// # Errors
///
/// Kind `input`: an address that has no place in an envelope, or no recipient.
pub fn envelope(message: &Message) -> Result<Envelope, Error> {
    let (sender, addresses) = message.envelope_addresses();
    let from = sender.parse().map_err(|error| bad_address(sender, error))?;
    let mut recipients: Vec<posthaste_proto::address::ForwardPath> = Vec::new();
    for address in addresses {
        let path = address
            .parse()
            .map_err(|error| bad_address(address, error))?;
        if !recipients.iter().any(|before| before.is_same(&path)) {
            recipients.push(path);
        }
    }
    Ok(Envelope::new(from, recipients)?)
}

/// What the session is told: the message builder's own order. A message whose 8-bit form is the same octets as its
/// 7-bit form is offered as 7-bit only; otherwise 8-bit lines come first, since they are shorter and can be read.
pub(crate) fn spec(message: &Message) -> ContentSpec {
    let offers = message.encodings();
    let mut offers = offers
        .iter()
        .map(|(encoding, size)| (chosen(*encoding), bound(*size)));
    let (first, size) = offers
        .next()
        .unwrap_or((Encoding::SEVEN_BIT, ContentSize::Unknown));
    offers.fold(ContentSpec::new(first, size), |spec, (encoding, size)| {
        spec.or(encoding, size)
    })
}

/// The octets of a message, opened in the encoding that is asked for first.
pub(crate) struct MessageSource<'a> {
    message: &'a Message,
    reader: Option<MessageReader>,
}

impl<'a> MessageSource<'a> {
    pub(crate) fn new(message: &'a Message) -> Self {
        Self {
            message,
            reader: None,
        }
    }
}

impl Source for MessageSource<'_> {
    fn read(&mut self, encoding: Encoding, into: &mut [u8]) -> io::Result<usize> {
        let open = || {
            let Encoding {
                eight_bit,
                binary,
                utf8_headers,
            } = encoding;
            self.message
                .stream(&mime::Encoding {
                    eight_bit,
                    binary,
                    utf8_headers,
                })
                .reader()
        };
        self.reader.get_or_insert_with(open).read(into)
    }
}

fn chosen(encoding: mime::Encoding) -> Encoding {
    let mime::Encoding {
        eight_bit,
        binary,
        utf8_headers,
    } = encoding;
    Encoding {
        eight_bit,
        binary,
        utf8_headers,
    }
}

fn bound(size: mime::Size) -> ContentSize {
    match size {
        mime::Size::Exact(size) => ContentSize::Exact(size),
        mime::Size::AtMost(size) => ContentSize::AtMost(size),
        mime::Size::Unknown => ContentSize::Unknown,
    }
}

fn bad_address(address: &str, error: AddressError) -> Error {
    let shown = posthaste_proto::reply::printable(address.as_bytes());
    Error::new(
        Kind::Input,
        "address",
        Stage::Input,
        format!("the address {shown} cannot be used: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use posthaste_mime::Stamp;

    use super::*;

    fn message(text: &str) -> Message {
        Message::builder()
            .from("Ann <ann@example.org>")
            .to("bo@example.org, BO@example.org")
            .cc("bo@EXAMPLE.ORG")
            .bcc("cy@example.org")
            .subject("hello")
            .text(text)
            .build(&Stamp::fixed(0))
            .unwrap()
    }

    #[test]
    fn each_recipient_is_named_once() {
        let envelope = envelope(&message("Hi.\n")).unwrap();
        let shown: Vec<_> = envelope
            .recipients()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            shown,
            ["bo@example.org", "BO@example.org", "cy@example.org"]
        );
        assert_eq!(envelope.reverse_path().to_string(), "ann@example.org");
    }

    #[test]
    fn sizes_hold_in_every_offer() {
        for text in ["plain\n", "gr\u{fc}n und \u{5b63}\u{5ea6}\n"] {
            let message = message(text);
            let spec = spec(&message);
            for (encoding, size) in spec.offers() {
                let mut source = MessageSource::new(&message);
                let mut octets = 0;
                let mut buffer = [0; 100];
                loop {
                    match source.read(*encoding, &mut buffer).unwrap() {
                        0 => break,
                        n => octets += n as u64,
                    }
                }
                assert_eq!(*size, ContentSize::Exact(octets));
            }
            assert_eq!(spec.offers().last().unwrap().0, Encoding::SEVEN_BIT);
        }
        assert_eq!(spec(&message("plain\n")).offers().len(), 1);
    }
}
