//! BDAT (RFC 3030), where it was asked for and the server offers it.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use posthaste::blocking::Client;
use posthaste::content::Raw;
use posthaste::proto::session::Chunking;
use posthaste::{Envelope, Server, Tls};

const CONTENT: &[u8] = b"Subject: x\r\n\r\n.dot\r\n.\r\n";

/// The commands, and the content as it was on the wire.
type Heard = (Vec<String>, Vec<u8>);

/// Takes one message, however it comes.
fn talk(mut stream: TcpStream, offered: &str) -> Heard {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut commands, mut content) = (Vec::new(), Vec::new());
    let mut say = |words: &str| stream.write_all(format!("{words}\r\n").as_bytes()).unwrap();
    say("220 mx");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_owned();
        let verb = line.split(' ').next().unwrap_or_default().to_owned();
        match verb.as_str() {
            "EHLO" => say(offered),
            "BDAT" => {
                let size = line.split(' ').nth(1).unwrap().parse().unwrap();
                let mut chunk = vec![0; size];
                reader.read_exact(&mut chunk).unwrap();
                content.append(&mut chunk);
                say("250 ok");
            }
            "DATA" => {
                say("354 go");
                while !content.ends_with(b"\r\n.\r\n") {
                    reader.read_until(b'\n', &mut content).unwrap();
                }
                say("250 ok");
            }
            "QUIT" | "" => break,
            _ => say("250 ok"),
        }
        commands.push(line);
    }
    say("221 bye");
    (commands, content)
}

fn serve(offered: &'static str) -> (Server, JoinHandle<Heard>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let handle = thread::spawn(move || talk(listener.accept().unwrap().0, offered));
    let server: Server = format!("smtp://{address}").parse().unwrap();
    (server.tls(Tls::DangerousNone), handle)
}

#[test]
fn chunks_where_they_were_asked_for_and_are_offered() {
    const CHUNKING: &str = "250-mx\r\n250-PIPELINING\r\n250 CHUNKING";
    for (offered, chunking, chunks) in [
        (CHUNKING, Some(Chunking::Always), true),
        (CHUNKING, Some(Chunking::WhenNeeded), false),
        (CHUNKING, Some(Chunking::Never), false),
        (CHUNKING, None, false),
        ("250-mx\r\n250 PIPELINING", Some(Chunking::Always), false),
    ] {
        let (server, handle) = serve(offered);
        let server = match chunking {
            Some(chunking) => server.chunking(chunking),
            None => server,
        };
        let to = ["bo@example.net".parse().unwrap()];
        let envelope = Envelope::new("ann@example.org".parse().unwrap(), to).unwrap();
        let sent = Client::new(server)
            .unwrap()
            .send_raw(envelope, Raw::bytes(CONTENT))
            .unwrap();
        assert!(sent.all_accepted());
        let (commands, content) = handle.join().unwrap();
        let by = commands.last().unwrap();
        if chunks {
            assert_eq!(*by, format!("BDAT {} LAST", CONTENT.len()));
            assert_eq!(content, CONTENT);
        } else {
            assert_eq!(by, "DATA", "{chunking:?}");
            assert_eq!(content, b"Subject: x\r\n\r\n..dot\r\n..\r\n.\r\n");
        }
    }
}
