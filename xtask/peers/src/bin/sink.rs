//! Fast SMTP sink. One thread per connection; replies are flushed only when no
//! complete command is left in the input, so one flush followed by one read is
//! one client turn (= one round trip). Prints one JSON line per connection.
//!
//! sink --listen 127.0.0.1:2525 [--no-pipelining] [--no-chunking] [--tls] [--auth]
//!      [--cert-out FILE] [--quiet] [--big-reply LINES] [--raw]
use memchr::{memchr, memmem};
use peerbench::{flag, num, opt};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

enum Io {
    Plain(TcpStream),
    Tls(Box<rustls::StreamOwned<rustls::ServerConnection, TcpStream>>),
    Gone,
}
impl Io {
    fn read(&mut self, b: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Io::Plain(s) => s.read(b),
            Io::Tls(s) => s.read(b),
            Io::Gone => Ok(0),
        }
    }
    fn write(&mut self, b: &[u8]) -> std::io::Result<()> {
        match self {
            Io::Plain(s) => s.write_all(b),
            Io::Tls(s) => {
                s.write_all(b)?;
                s.flush()
            }
            Io::Gone => Ok(()),
        }
    }
}
#[derive(Clone)]
struct Cfg {
    pipelining: bool,
    chunking: bool,
    auth: bool,
    big: usize,
    quiet: bool,
    tls: Option<Arc<rustls::ServerConfig>>,
}
enum St {
    Cmd,
    Data,
    Bdat(usize, bool),
    AuthPlain,
    AuthUser,
    AuthPass,
}
fn serve(sock: TcpStream, cfg: Cfg) {
    let _ = sock.set_nodelay(true);
    let mut io = Io::Plain(sock);
    let mut buf: Vec<u8> = Vec::with_capacity(1 << 18);
    let mut start = 0usize; // consumed prefix of buf
    let mut out: Vec<u8> = b"220 sink.example ESMTP\r\n".to_vec();
    let mut chunk = vec![0u8; 1 << 18];
    let (mut msgs, mut turns, mut reads, mut bytes, mut rcpts) = (0u64, 0u64, 0u64, 0u64, 0u64);
    let mut per: Vec<u64> = vec![];
    let mut cmds: Vec<String> = vec![];
    let mut last_turn = 0u64;
    let mut st = St::Cmd;
    let mut secure = false;
    let mut quit = false;
    'conn: loop {
        // consume what we have
        loop {
            let have = &buf[start..];
            match st {
                St::Data => {
                    // terminator search over the whole remaining input
                    let (end, used) = if have.starts_with(b".\r\n") {
                        (Some(0), 3)
                    } else {
                        (memmem::find(have, b"\r\n.\r\n"), 5)
                    };
                    match end {
                        Some(p) => {
                            bytes += (p + used) as u64;
                            start += p + used;
                            msgs += 1;
                            if per.len() < 12 {
                                per.push(turns - last_turn);
                            }
                            last_turn = turns;
                            out.extend_from_slice(b"250 2.0.0 Ok: queued\r\n");
                            st = St::Cmd;
                        }
                        None => {
                            // keep the last 4 bytes
                            if have.len() > 4 {
                                let drop = have.len() - 4;
                                bytes += drop as u64;
                                start += drop;
                            }
                            break;
                        }
                    }
                }
                St::Bdat(left, last) => {
                    let n = left.min(have.len());
                    start += n;
                    bytes += n as u64;
                    if n == left {
                        if last {
                            msgs += 1;
                            if per.len() < 12 {
                                per.push(turns - last_turn);
                            }
                            last_turn = turns;
                            out.extend_from_slice(b"250 2.0.0 Ok: queued\r\n");
                        } else {
                            out.extend_from_slice(b"250 2.0.0 chunk ok\r\n");
                        }
                        st = St::Cmd;
                    } else {
                        st = St::Bdat(left - n, last);
                        break;
                    }
                }
                _ => {
                    let Some(lf) = memchr(b'\n', have) else { break };
                    let line = &have[..lf];
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    let mut verb = [0u8; 4];
                    for (d, s) in verb.iter_mut().zip(line.iter()) {
                        *d = s.to_ascii_uppercase();
                    }
                    if !cfg.quiet && cmds.len() < 24 {
                        cmds.push(
                            String::from_utf8_lossy(&line[..line.len().min(12)])
                                .replace(['"', '\\'], "?"),
                        );
                    }
                    let used = lf + 1;
                    match st {
                        St::AuthPlain => {
                            out.extend_from_slice(b"235 2.7.0 ok\r\n");
                            st = St::Cmd;
                        }
                        St::AuthUser => {
                            out.extend_from_slice(b"334 UGFzc3dvcmQ6\r\n");
                            st = St::AuthPass;
                        }
                        St::AuthPass => {
                            out.extend_from_slice(b"235 2.7.0 ok\r\n");
                            st = St::Cmd;
                        }
                        _ => match &verb {
                            b"EHLO" => {
                                out.extend_from_slice(b"250-sink.example\r\n");
                                for i in 0..cfg.big {
                                    let _ = write!(out, "250-X{i}\r\n");
                                }
                                if cfg.pipelining {
                                    out.extend_from_slice(b"250-PIPELINING\r\n");
                                }
                                if cfg.chunking {
                                    out.extend_from_slice(b"250-CHUNKING\r\n");
                                }
                                if cfg.tls.is_some() && !secure {
                                    out.extend_from_slice(b"250-STARTTLS\r\n");
                                }
                                if cfg.auth {
                                    out.extend_from_slice(b"250-AUTH PLAIN LOGIN\r\n");
                                }
                                out.extend_from_slice(b"250-ENHANCEDSTATUSCODES\r\n250-SIZE 5368709120\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n");
                            }
                            b"HELO" | b"MAIL" | b"RSET" | b"NOOP" => {
                                out.extend_from_slice(b"250 2.0.0 Ok\r\n")
                            }
                            b"RCPT" => {
                                rcpts += 1;
                                out.extend_from_slice(b"250 2.1.5 Ok\r\n");
                            }
                            b"DATA" => {
                                out.extend_from_slice(b"354 End data with <CR><LF>.<CR><LF>\r\n");
                                st = St::Data;
                                start += used;
                                break; // 354 must go out before data comes
                            }
                            b"BDAT" => {
                                let t = String::from_utf8_lossy(line).to_ascii_uppercase();
                                let mut w = t.split_ascii_whitespace().skip(1);
                                let n = w.next().and_then(|x| x.parse().ok()).unwrap_or(0);
                                st = St::Bdat(n, w.next() == Some("LAST"));
                            }
                            b"STAR" => {
                                if let Some(c) = &cfg.tls {
                                    out.extend_from_slice(b"220 2.0.0 Ready\r\n");
                                    if io.write(&out).is_err() {
                                        break 'conn;
                                    }
                                    out.clear();
                                    turns += 1;
                                    buf.clear();
                                    start = 0;
                                    if let Io::Plain(s) = std::mem::replace(&mut io, Io::Gone) {
                                        let sc = rustls::ServerConnection::new(c.clone()).unwrap();
                                        io = Io::Tls(Box::new(rustls::StreamOwned::new(sc, s)));
                                    }
                                    secure = true;
                                    break;
                                }
                                out.extend_from_slice(b"502 no\r\n");
                            }
                            b"AUTH" => {
                                let t = String::from_utf8_lossy(line).to_ascii_uppercase();
                                if t.starts_with("AUTH LOGIN") {
                                    if t.len() > 11 {
                                        out.extend_from_slice(b"334 UGFzc3dvcmQ6\r\n");
                                        st = St::AuthPass;
                                    } else {
                                        out.extend_from_slice(b"334 VXNlcm5hbWU6\r\n");
                                        st = St::AuthUser;
                                    }
                                } else if t.len() > 11 {
                                    out.extend_from_slice(b"235 2.7.0 ok\r\n");
                                } else {
                                    out.extend_from_slice(b"334 \r\n");
                                    st = St::AuthPlain;
                                }
                            }
                            b"QUIT" => {
                                out.extend_from_slice(b"221 2.0.0 Bye\r\n");
                                quit = true;
                            }
                            _ => out.extend_from_slice(b"500 5.5.1 What\r\n"),
                        },
                    }
                    start += used;
                }
            }
        }
        if !out.is_empty() {
            if io.write(&out).is_err() {
                break;
            }
            out.clear();
            turns += 1;
        }
        if quit {
            break;
        }
        // compact and read more
        if start == buf.len() {
            buf.clear();
        } else if start > 0 {
            buf.drain(..start);
        }
        start = 0;
        match io.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(n) => {
                reads += 1;
                buf.extend_from_slice(&chunk[..n]);
            }
        }
    }
    if !cfg.quiet {
        println!(
            "{{\"msgs\":{msgs},\"turns\":{turns},\"reads\":{reads},\"rcpts\":{rcpts},\"bytes\":{bytes},\"turns_at_msg_end\":{per:?},\"quit\":{quit},\"tls\":{secure},\"cmds\":{cmds:?}}}"
        );
        let _ = std::io::stdout().flush();
    }
}
fn main() {
    let addr = opt("--listen").unwrap_or("127.0.0.1:2525".into());
    let l = TcpListener::bind(&addr).expect("bind");
    if flag("--raw") {
        // plain byte sink: read until end
        for s in l.incoming().flatten() {
            std::thread::spawn(move || {
                let mut s = s;
                let mut b = vec![0u8; 1 << 18];
                let mut t = 0u64;
                while let Ok(n) = s.read(&mut b) {
                    if n == 0 {
                        break;
                    }
                    t += n as u64;
                }
                let _ = s.write_all(b"k");
                eprintln!("raw {t}");
            });
        }
        return;
    }
    let tls = flag("--tls").then(|| {
        let ck =
            rcgen::generate_simple_self_signed(vec!["localhost".to_string(), "127.0.0.1".into()])
                .unwrap();
        if let Some(p) = opt("--cert-out") {
            std::fs::write(p, ck.cert.pem()).unwrap();
        }
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(ck.signing_key.serialize_der().into());
        Arc::new(
            rustls::ServerConfig::builder_with_provider(Arc::new(
                rustls::crypto::ring::default_provider(),
            ))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![ck.cert.der().clone()], key)
            .unwrap(),
        )
    });
    let cfg = Cfg {
        pipelining: !flag("--no-pipelining"),
        chunking: !flag("--no-chunking"),
        auth: flag("--auth"),
        big: num("--big-reply", 0),
        quiet: flag("--quiet"),
        tls,
    };
    for s in l.incoming().flatten() {
        let c = cfg.clone();
        std::thread::spawn(move || serve(s, c));
    }
}
