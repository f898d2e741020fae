//! Reference clients of our own: what the protocol allows at best.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use crate::{Opt, Times};

enum RawIo {
    P(TcpStream),
    T(Box<rustls::StreamOwned<rustls::ClientConnection, TcpStream>>),
}
struct Raw {
    io: RawIo,
    buf: Vec<u8>,
    pos: usize,
}
impl Raw {
    fn w(&mut self, b: &[u8]) {
        match &mut self.io {
            RawIo::P(s) => s.write_all(b).unwrap(),
            RawIo::T(s) => {
                s.write_all(b).unwrap();
                s.flush().unwrap()
            }
        }
    }
    /// Reads one complete (possibly multi-line) reply, returns its code.
    fn reply(&mut self) -> u16 {
        loop {
            while let Some(i) = memchr::memchr(b'\n', &self.buf[self.pos..]) {
                let l = &self.buf[self.pos..self.pos + i + 1];
                let last = l.len() < 5 || l[3] != b'-';
                let code = l[..3].iter().fold(0u16, |a, c| a * 10 + (c - b'0') as u16);
                self.pos += i + 1;
                if last {
                    return code;
                }
            }
            self.buf.drain(..self.pos);
            self.pos = 0;
            let old = self.buf.len();
            self.buf.resize(old + 4096, 0);
            let n = match &mut self.io {
                RawIo::P(s) => s.read(&mut self.buf[old..]).unwrap(),
                RawIo::T(s) => s.read(&mut self.buf[old..]).unwrap(),
            };
            assert!(n > 0, "eof");
            self.buf.truncate(old + n);
        }
    }
    fn ok(&mut self, want: u16) {
        let c = self.reply();
        assert_eq!(c / 100, want, "code {c}");
    }
    fn connect(o: &Opt) -> Raw {
        let s = TcpStream::connect(("127.0.0.1", o.port)).unwrap();
        s.set_nodelay(true).unwrap();
        let mut r = Raw {
            io: RawIo::P(s),
            buf: vec![],
            pos: 0,
        };
        r.ok(2);
        r.w(b"EHLO bench\r\n");
        r.ok(2);
        if o.tls {
            r.w(b"STARTTLS\r\n");
            r.ok(2);
            let RawIo::P(s) = r.io else { unreachable!() };
            let cfg = tls_client_config();
            let cc = rustls::ClientConnection::new(cfg, "localhost".try_into().unwrap()).unwrap();
            r = Raw {
                io: RawIo::T(Box::new(rustls::StreamOwned::new(cc, s))),
                buf: vec![],
                pos: 0,
            };
            r.w(b"EHLO bench\r\n");
            r.ok(2);
        }
        if o.auth {
            r.w(b"AUTH PLAIN AHUAcA==\r\n");
            r.ok(2);
        }
        r
    }
}
#[derive(Debug)]
struct NoVerify;
impl rustls::client::danger::ServerCertVerifier for NoVerify {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
fn tls_client_config() -> Arc<rustls::ClientConfig> {
    Arc::new(
        rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(NoVerify))
        .with_no_client_auth(),
    )
}
fn rcpt_lines(o: &Opt) -> Vec<Vec<u8>> {
    (0..o.rcpts)
        .map(|i| format!("RCPT TO:<b{i}@example.net>\r\n").into_bytes())
        .collect()
}
pub fn lockstep(o: &Opt, n: usize) -> Times {
    let t0 = Instant::now();
    let mut r = Raw::connect(o);
    let rc = rcpt_lines(o);
    let mut body = o.msg.to_vec();
    body.extend_from_slice(b".\r\n");
    let mut ts = vec![];
    let mut t = t0;
    for _ in 0..n {
        r.w(b"MAIL FROM:<a@example.org>\r\n");
        r.ok(2);
        for x in &rc {
            r.w(x);
            r.ok(2);
        }
        r.w(b"DATA\r\n");
        r.ok(3);
        r.w(&body);
        r.ok(2);
        ts.push(t.elapsed().as_secs_f64());
        t = Instant::now();
    }
    r.w(b"QUIT\r\n");
    r.ok(2);
    ts.push(t.elapsed().as_secs_f64());
    ts
}
/// Envelope and DATA in one write, body in a second: two turns a message.
pub fn pipe(o: &Opt, n: usize) -> Times {
    let t0 = Instant::now();
    let mut r = Raw::connect(o);
    let mut env = b"MAIL FROM:<a@example.org>\r\n".to_vec();
    rcpt_lines(o).iter().for_each(|x| env.extend_from_slice(x));
    env.extend_from_slice(b"DATA\r\n");
    let mut body = o.msg.to_vec();
    body.extend_from_slice(b".\r\n");
    let mut ts = vec![];
    let mut t = t0;
    for _ in 0..n {
        r.w(&env);
        for _ in 0..o.rcpts + 1 {
            r.ok(2);
        }
        r.ok(3);
        r.w(&body);
        r.ok(2);
        ts.push(t.elapsed().as_secs_f64());
        t = Instant::now();
    }
    r.w(b"QUIT\r\n");
    r.ok(2);
    ts.push(t.elapsed().as_secs_f64());
    ts
}
/// Envelope + BDAT LAST + body in one write; up to `window` messages in flight.
pub fn bdat(o: &Opt, n: usize) -> Times {
    let t0 = Instant::now();
    let mut r = Raw::connect(o);
    let mut one = b"MAIL FROM:<a@example.org>\r\n".to_vec();
    rcpt_lines(o).iter().for_each(|x| one.extend_from_slice(x));
    one.extend_from_slice(format!("BDAT {} LAST\r\n", o.msg.len()).as_bytes());
    one.extend_from_slice(&o.msg);
    let mut ts = vec![];
    let mut t = t0;
    let w = o.window.max(1);
    let (mut sent, mut done) = (0, 0);
    while done < n {
        let k = w.min(n - sent);
        if k == 1 {
            r.w(&one);
        } else {
            r.w(&one.repeat(k));
        }
        sent += k;
        for _ in 0..k {
            for _ in 0..o.rcpts + 2 {
                r.ok(2);
            }
            done += 1;
        }
        ts.push(t.elapsed().as_secs_f64());
        t = Instant::now();
    }
    r.w(b"QUIT\r\n");
    r.ok(2);
    ts.push(t.elapsed().as_secs_f64());
    ts
}
/// File through the socket as it is (read + write, 1 MiB buffer): the copy limit.
pub fn file(o: &Opt) -> Times {
    let t = Instant::now();
    let mut f = std::fs::File::open(o.file.as_ref().unwrap()).unwrap();
    let mut s = TcpStream::connect(("127.0.0.1", o.port)).unwrap();
    let mut b = vec![0u8; 1 << 20];
    loop {
        let n = f.read(&mut b).unwrap();
        if n == 0 {
            break;
        }
        s.write_all(&b[..n]).unwrap();
    }
    s.shutdown(std::net::Shutdown::Write).unwrap();
    let _ = s.read(&mut b);
    vec![t.elapsed().as_secs_f64()]
}
/// File read in blocks, base64 in 76-column lines, sent as BDAT chunks: the streaming limit.
pub fn b64_bdat(o: &Opt) -> Times {
    let t = Instant::now();
    let mut f = std::fs::File::open(o.file.as_ref().unwrap()).unwrap();
    let mut r = Raw::connect(o);
    let head = b"From: <a@example.org>\r\nTo: <b@example.net>\r\nSubject: big\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let mut env = b"MAIL FROM:<a@example.org>\r\n".to_vec();
    rcpt_lines(o).iter().for_each(|x| env.extend_from_slice(x));
    env.extend_from_slice(format!("BDAT {}\r\n", head.len()).as_bytes());
    env.extend_from_slice(head);
    r.w(&env);
    let mut raw = vec![0u8; 57 * 9198]; // about 512 KiB, whole lines
    let mut out: Vec<u8> = Vec::with_capacity(raw.len() * 3 / 2);
    let mut pending = o.rcpts + 2;
    loop {
        let mut have = 0;
        while have < raw.len() {
            let n = f.read(&mut raw[have..]).unwrap();
            if n == 0 {
                break;
            }
            have += n;
        }
        out.clear();
        if have > 0 {
            encodify::base64::MIME.encode_append(&raw[..have], &mut out);
            if !out.ends_with(b"\r\n") {
                out.extend_from_slice(b"\r\n");
            }
        }
        let last = have < raw.len();
        r.w(format!("BDAT {}{}\r\n", out.len(), if last { " LAST" } else { "" }).as_bytes());
        r.w(&out);
        pending += 1;
        if last {
            break;
        }
    }
    for _ in 0..pending {
        r.ok(2);
    }
    r.w(b"QUIT\r\n");
    r.ok(2);
    vec![t.elapsed().as_secs_f64()]
}
