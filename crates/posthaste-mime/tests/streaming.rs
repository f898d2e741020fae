//! The stream: every split is the same, memory stays flat, changed files end it.

#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm)] // Tests may fail loudly.

use std::{
    fs,
    io::{self, Read},
    path::PathBuf,
};

use posthaste_mime::{Attachment, Encoding, Message, Pull, Size, Source, Stamp, StreamError};

mod common;

fn begin() -> posthaste_mime::MessageBuilder {
    Message::builder()
        .from("ann@example.org")
        .to("bo@example.net")
        .text("see\n")
}

fn build(attachment: Attachment) -> Message {
    begin().attach(attachment).build(&Stamp::fixed(0)).unwrap()
}

/// Pulls with this much room, and supplies pieces of this size at most.
fn pull(message: &Message, encoding: &Encoding, room: usize, piece: usize) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut open: Option<Box<dyn Read + Send>> = None;
    let mut stream = message.stream(encoding);
    loop {
        match stream.next(room).unwrap() {
            Pull::Bytes(bytes) => {
                assert!(!bytes.is_empty() && bytes.len() <= room);
                octets.extend_from_slice(bytes);
            }
            Pull::Source { id, room } => {
                let reader =
                    open.get_or_insert_with(|| message.source(id).unwrap().open().unwrap());
                let mut buffer = vec![0; room.min(piece)];
                match reader.read(&mut buffer).unwrap() {
                    0 => {
                        open = None;
                        stream.source_ended();
                    }
                    count => stream.supply(&buffer[..count]),
                }
            }
            Pull::Done => {
                assert_eq!(stream.next(room), Ok(Pull::Done));
                return octets;
            }
        }
    }
}

#[test]
fn every_room_and_every_piece_gives_the_same_octets() {
    for case in common::cases() {
        let whole = case.message.to_bytes(&case.encoding).unwrap();
        for room in [1, 7, 76, 4096] {
            assert_eq!(
                pull(&case.message, &case.encoding, room, 1),
                whole,
                "{}",
                case.name
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.bin");
    for length in [0, 1, 56, 57, 58, 29_184, 100_000_usize] {
        let content: Vec<u8> = (0..length).map(|number| (number * 7 % 253) as u8).collect();
        fs::write(&path, &content).unwrap();
        let from_file = build(Attachment::file(&path).unwrap());
        let in_memory = build(Attachment::bytes(content).file_name("data.bin"));
        let whole = in_memory.to_bytes(&Encoding::SEVEN_BIT).unwrap();
        assert_eq!(
            from_file.size(&Encoding::SEVEN_BIT),
            Size::Exact(whole.len() as u64)
        );
        for (room, piece) in [(1, 40_000), (100, 1), (1000, 57), (100_000, 1000)] {
            assert_eq!(pull(&from_file, &Encoding::SEVEN_BIT, room, piece), whole);
            assert_eq!(pull(&in_memory, &Encoding::SEVEN_BIT, room, piece), whole);
        }
        let mut read = Vec::new();
        from_file
            .stream(&Encoding::SEVEN_BIT)
            .reader()
            .read_to_end(&mut read)
            .unwrap();
        assert_eq!(read, whole);
    }
}

#[test]
fn no_room_gives_no_octets_and_loses_none() {
    let message = build(Attachment::bytes("x"));
    let mut stream = message.stream(&Encoding::SEVEN_BIT);
    assert_eq!(stream.next(0), Ok(Pull::Bytes(&[])));
    assert_eq!(stream.next(4), Ok(Pull::Bytes(b"Date")));
}

#[test]
fn memory_is_flat_in_the_size_of_an_attachment() {
    const LENGTH: u64 = 64 << 20;
    let attachment =
        Attachment::reader(Some(LENGTH), || Ok(Box::new(io::repeat(0x55).take(LENGTH))));
    let message = build(attachment);
    let Size::Exact(size) = message.size(&Encoding::SEVEN_BIT) else {
        panic!()
    };
    let mut stream = message.stream(&Encoding::SEVEN_BIT);
    let block = vec![0x55; 1 << 20];
    let (mut total, mut supplied, mut largest_room, mut largest_lent) = (0, 0, 0, 0);
    loop {
        match stream.next(usize::MAX).unwrap() {
            Pull::Bytes(bytes) => {
                largest_lent = largest_lent.max(bytes.len());
                total += bytes.len() as u64;
            }
            Pull::Source { room, .. } => {
                largest_room = largest_room.max(room);
                let count = (LENGTH - supplied).min(room as u64) as usize;
                if count == 0 {
                    stream.source_ended();
                } else {
                    stream.supply(&block[..count]);
                }
                supplied += count as u64;
            }
            Pull::Done => break,
        }
    }
    assert_eq!(total, size);
    assert!(
        largest_room <= 64 * 1024 && largest_lent <= 64 * 1024,
        "{largest_room} {largest_lent}"
    );
}

#[test]
fn a_file_that_changed_ends_the_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.txt");
    for (content, error) in [
        (
            "12",
            StreamError::Shorter {
                expected: 3,
                found: 2,
            },
        ),
        ("1234", StreamError::Longer { expected: 3 }),
        (
            "",
            StreamError::Shorter {
                expected: 3,
                found: 0,
            },
        ),
    ] {
        fs::write(&path, "123").unwrap();
        let message = build(Attachment::file(&path).unwrap());
        assert!(message.to_bytes(&Encoding::SEVEN_BIT).is_ok());
        fs::write(&path, content).unwrap();
        let failed = message.to_bytes(&Encoding::SEVEN_BIT).unwrap_err();
        let inner = failed
            .get_ref()
            .unwrap()
            .downcast_ref::<StreamError>()
            .unwrap();
        assert_eq!(*inner, error);
    }
    fs::remove_file(&path).unwrap();
    let message = {
        fs::write(&path, "123").unwrap();
        let message = build(Attachment::file(&path).unwrap());
        fs::remove_file(&path).unwrap();
        message
    };
    assert_eq!(
        message.to_bytes(&Encoding::SEVEN_BIT).unwrap_err().kind(),
        io::ErrorKind::NotFound
    );
}

#[test]
fn misuse_is_an_error_that_stays() {
    let message = build(Attachment::external(9, None));
    assert_eq!(message.size(&Encoding::SEVEN_BIT), Size::Unknown);
    let mut stream = message.stream(&Encoding::SEVEN_BIT);
    stream.supply(b"x");
    assert_eq!(stream.next(9), Err(StreamError::NotAsked));
    assert_eq!(stream.next(9), Err(StreamError::NotAsked));

    let mut stream = message.stream(&Encoding::SEVEN_BIT);
    let (id, room) = loop {
        if let Pull::Source { id, room } = stream.next(usize::MAX).unwrap() {
            break (id, room);
        }
    };
    assert!(matches!(
        message.source(id),
        Some(Source::External { key: 9, .. })
    ));
    assert_eq!(stream.next(5), Ok(Pull::Source { id, room }));
    stream.supply(&vec![0; room + 1]);
    assert_eq!(stream.next(9), Err(StreamError::NotAsked));

    let mut stream = message.stream(&Encoding::SEVEN_BIT);
    stream.source_ended();
    assert_eq!(stream.next(9), Err(StreamError::NotAsked));

    let failed = message.to_bytes(&Encoding::SEVEN_BIT).unwrap_err();
    assert_eq!(failed.kind(), io::ErrorKind::Unsupported);
}

#[test]
fn a_message_is_not_written_in_an_encoding_that_it_does_not_fit() {
    let stamp = Stamp::fixed(0);
    let message = begin().cc("安@example.org").build(&stamp).unwrap();
    assert!(message.needs().smtputf8);
    let address = "安@example.org".to_owned();
    assert_eq!(
        message.stream(&Encoding::SEVEN_BIT).next(9),
        Err(StreamError::NeedsUtf8 { address })
    );
    assert!(
        message
            .encodings()
            .iter()
            .all(|(encoding, _)| encoding.utf8_headers)
    );

    let message = begin().bcc("安@example.org").build(&stamp).unwrap();
    assert!(message.needs().smtputf8);
    assert!(message.to_bytes(&Encoding::SEVEN_BIT).is_ok());

    let inner = Attachment::bytes("Subject: x\r\n\r\nGrüße\r\n").media_type("message/rfc822");
    let message = build(inner);
    assert!(message.needs().eight_bit);
    assert_eq!(
        message.stream(&Encoding::SEVEN_BIT).next(9),
        Err(StreamError::NeedsEightBit)
    );
    let octets = message
        .to_bytes(&Encoding {
            eight_bit: true,
            ..Encoding::SEVEN_BIT
        })
        .unwrap();
    assert_eq!(
        String::from_utf8(octets)
            .unwrap()
            .matches("Content-Transfer-Encoding: 8bit")
            .count(),
        2
    );
}

#[test]
fn encodings_come_best_first_and_only_when_they_differ() {
    let stamp = Stamp::fixed(0);
    let ascii = begin().build(&stamp).unwrap();
    assert_eq!(ascii.encodings().len(), 1);
    let german = begin().text("Grüße\n").build(&stamp).unwrap();
    let encodings = german.encodings();
    assert_eq!(
        encodings
            .iter()
            .map(|(encoding, _)| encoding.eight_bit)
            .collect::<Vec<_>>(),
        [true, false]
    );
    for (encoding, size) in encodings {
        assert_eq!(
            size,
            Size::Exact(german.to_bytes(&encoding).unwrap().len() as u64)
        );
    }
}

#[test]
fn a_file_is_named_by_the_last_component_of_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("Bericht – März.pdf");
    fs::write(&path, "x").unwrap();
    let octets = build(Attachment::file(&path).unwrap())
        .to_bytes(&Encoding::SEVEN_BIT)
        .unwrap();
    let text = String::from_utf8(octets).unwrap();
    assert!(
        text.contains("filename*=UTF-8''Bericht%20%E2%80%93%20M%C3%A4rz.pdf\r\n"),
        "{text}"
    );
    assert_eq!(
        cfg!(feature = "guess"),
        text.contains("Content-Type: application/pdf;")
    );
}

#[test]
fn a_text_cannot_close_its_multipart() {
    let plain = build(Attachment::bytes("x"))
        .to_bytes(&Encoding::SEVEN_BIT)
        .unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let delimiter = plain.lines().find(|line| line.starts_with("--")).unwrap();
    // Whoever knows the stamp, as in a test, knows the boundary.
    let forged = begin()
        .text(format!("a\n{delimiter}--\nb\n"))
        .attach(Attachment::bytes("x"));
    let octets = forged
        .build(&Stamp::fixed(0))
        .unwrap()
        .to_bytes(&Encoding::SEVEN_BIT)
        .unwrap();
    let text = String::from_utf8(octets).unwrap();
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with(delimiter))
            .count(),
        3
    );
}
