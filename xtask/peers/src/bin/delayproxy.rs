//! TCP proxy that holds every byte for a fixed time in each direction.
//! delayproxy --listen 127.0.0.1:2600 --to 127.0.0.1:2525 --ms 50
//! The TCP handshake itself is answered by the proxy at once: add one round
//! trip for it when quoting a total.
use peerbench::{num, opt};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn pump(mut a: TcpStream, mut b: TcpStream, d: Duration) {
    let (tx, rx) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        for (t, v) in rx {
            let now = Instant::now();
            if t > now {
                std::thread::sleep(t - now);
            }
            if b.write_all(&v).is_err() {
                break;
            }
        }
        let _ = b.shutdown(Shutdown::Write);
    });
    let mut buf = vec![0u8; 1 << 16];
    while let Ok(n) = a.read(&mut buf) {
        if n == 0 || tx.send((Instant::now() + d, buf[..n].to_vec())).is_err() {
            break;
        }
    }
}
fn main() {
    let d = Duration::from_millis(num("--ms", 50) as u64);
    let to = opt("--to").unwrap_or("127.0.0.1:2525".into());
    let l = TcpListener::bind(opt("--listen").unwrap_or("127.0.0.1:2600".into())).expect("bind");
    for c in l.incoming().flatten() {
        let Ok(s) = TcpStream::connect(&to) else {
            continue;
        };
        let _ = c.set_nodelay(true);
        let _ = s.set_nodelay(true);
        let (c2, s2) = (c.try_clone().unwrap(), s.try_clone().unwrap());
        std::thread::spawn(move || pump(c, s2, d));
        std::thread::spawn(move || pump(s, c2, d));
    }
}
