//! posthaste: ready-made messages over one connection, a batch of built ones, a file as one attachment.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use peerbench::{data, opt};
use posthaste::blocking::Client;
use posthaste::mime::{Attachment, Message, Stamp};
use posthaste::observe::Notice;
use posthaste::proto::session::{Chunking, Event};
use posthaste::{Envelope, Raw, Server, Tls};

use crate::{Opt, Times};

/// One message after the other, each answered before the next begins.
pub fn raw(o: &Opt, n: usize) -> Times {
    one_by_one(o, n, Chunking::Never)
}

/// The same by BDAT, in the flight of MAIL and RCPT.
pub fn bdat(o: &Opt, n: usize) -> Times {
    one_by_one(o, n, Chunking::Always)
}

fn one_by_one(o: &Opt, n: usize, chunking: Chunking) -> Times {
    let mut times = vec![];
    let mut start = Instant::now();
    let server = server(o).chunking(chunking);
    let mut connection = Client::new(server).unwrap().connect().unwrap();
    let to = (0..o.rcpts).map(|i| format!("b{i}@example.net").parse().unwrap());
    let envelope = Envelope::new("a@example.org".parse().unwrap(), to).unwrap();
    for _ in 0..n {
        let sent = connection.send_raw(envelope.clone(), Raw::bytes(o.msg.as_slice()));
        assert!(sent.unwrap().all_accepted());
        lap(&mut times, &mut start);
    }
    connection.quit().unwrap();
    lap(&mut times, &mut start);
    times
}

/// A batch: the next transaction rides behind the end of the one before. A message is done when its fate is known.
pub fn all(o: &Opt, n: usize) -> Times {
    let mut to = (0..o.rcpts).map(|i| format!("b{i}@example.net"));
    let first = head(&to.next().unwrap()).text(data::ascii_text(o.msg.len()));
    let message = to.fold(first, |message, to| message.bcc(to));
    let message = message.build(&Stamp::fixed(1_700_000_000)).unwrap();
    let laps = Arc::new(Mutex::new((vec![], Instant::now())));
    let mut client = Client::new(server(o)).unwrap();
    if o.timing {
        let laps = Arc::clone(&laps);
        client = client.observe(move |_, notice: &Notice<'_>| {
            if let Notice::Event(Event::Done { .. }) = notice {
                let (times, start) = &mut *laps.lock().unwrap_or_else(PoisonError::into_inner);
                lap(times, start);
            }
        });
    }
    let sent = client.send_all(std::iter::repeat_n(&message, n));
    assert!(
        sent.iter()
            .all(|sent| sent.as_ref().is_ok_and(|sent| sent.all_accepted()))
    );
    let (times, start) = &mut *laps.lock().unwrap();
    lap(times, start);
    std::mem::take(times)
}

/// A file as one attachment, read while it is sent.
pub fn file(o: &Opt) -> Times {
    let start = Instant::now();
    let message = head("b0@example.net")
        .text("see attachment")
        .attach(Attachment::file(o.file.as_ref().unwrap()).unwrap());
    let message = message.build(&Stamp::system().unwrap()).unwrap();
    assert!(
        Client::new(server(o))
            .unwrap()
            .send(&message)
            .unwrap()
            .all_accepted()
    );
    vec![start.elapsed().as_secs_f64()]
}

fn head(to: &str) -> posthaste::mime::MessageBuilder {
    Message::builder()
        .from("a@example.org")
        .to(to)
        .subject("bench")
}

/// The sink's certificate is its own authority; posthaste has no way to accept any other.
fn server(o: &Opt) -> Server {
    let mut server: Server = format!("smtp://127.0.0.1:{}", o.port).parse().unwrap();
    server = if o.tls {
        let ca = opt("--ca").expect("posthaste needs --ca FILE with --tls");
        server
            .tls(Tls::StartTls)
            .tls_ca_only()
            .tls_ca_pem(std::fs::read(ca).unwrap())
    } else {
        server.tls(Tls::DangerousNone)
    };
    if o.auth {
        server = server.credentials("u", "p");
    }
    server
}

fn lap(times: &mut Times, start: &mut Instant) {
    times.push(start.elapsed().as_secs_f64());
    *start = Instant::now();
}
