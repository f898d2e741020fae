//! A raw dialogue over TCP: `cargo run -p posthaste-proto --example raw -- 127.0.0.1:25 [LINE ...]`.
//!
//! Without lines it says EHLO, NOOP and QUIT. Each line waits for its reply. In clear: for servers of one's own.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use posthaste_proto::reply::{ReplyRef, printable};
use posthaste_proto::wire::{Heard, RawLine, Wire, WireLimits};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().ok_or("usage: raw HOST:PORT [LINE ...]")?;
    let mut lines: Vec<String> = arguments.collect();
    if lines.is_empty() {
        lines = ["EHLO localhost", "NOOP", "QUIT"].map(String::from).into();
    }
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;

    let mut wire = Wire::new(WireLimits::default());
    converse(&mut wire, &mut stream)?;
    for line in lines {
        println!("C: {}", printable(line.as_bytes()));
        wire.send(RawLine::new(line)?)?;
        converse(&mut wire, &mut stream)?;
    }
    Ok(())
}

/// Writes what is queued and reads until all of it is answered.
fn converse(wire: &mut Wire, stream: &mut TcpStream) -> Result<(), Box<dyn Error>> {
    let mut buffer = [0; 4096];
    loop {
        let octets = wire.to_write();
        if !octets.is_empty() {
            let n = match stream.write(octets) {
                Ok(0) => return Err("the connection takes nothing more".into()),
                Ok(n) => n,
                Err(error) if error.kind() == ErrorKind::Interrupted => 0,
                Err(error) => return Err(error.into()),
            };
            wire.written(n);
            continue;
        }
        if wire.unanswered() == 0 {
            return Ok(());
        }
        let mut input = match stream.read(&mut buffer) {
            Ok(0) => return Err("the server closed the connection".into()),
            Ok(n) => buffer.get(..n).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        while let Some(heard) = wire.received(&mut input)? {
            match heard {
                Heard::Greeting(reply) | Heard::Answer { reply, .. } => show("S:", reply),
                Heard::Unsolicited(reply) => show("S, and nobody asked:", reply),
            }
        }
    }
}

fn show(who: &str, reply: ReplyRef<'_>) {
    for line in reply.raw_lines() {
        println!("{who} {} {}", reply.code(), printable(line));
    }
}
