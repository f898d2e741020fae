//! lettre: one connection, the blocking pool, the tokio pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::{Opt, Times};

mod le {
    pub use lettre::address::{Address, Envelope};
    pub use lettre::transport::smtp::PoolConfig;
    pub use lettre::transport::smtp::authentication::Credentials;
    pub use lettre::transport::smtp::client::{SmtpConnection, Tls, TlsParameters};
    pub use lettre::transport::smtp::extension::ClientId;
    pub use lettre::{
        AsyncSmtpTransport, AsyncTransport, SmtpTransport, Tokio1Executor, Transport,
    };
}
fn le_env(o: &Opt) -> le::Envelope {
    let to = (0..o.rcpts)
        .map(|i| format!("b{i}@example.net").parse::<le::Address>().unwrap())
        .collect();
    le::Envelope::new(Some("a@example.org".parse().unwrap()), to).unwrap()
}
fn le_tls() -> le::TlsParameters {
    le::TlsParameters::builder("localhost".into())
        .dangerous_accept_invalid_certs(true)
        .build_rustls()
        .unwrap()
}
pub fn conn(o: &Opt, n: usize) -> Times {
    let hello = le::ClientId::Domain("bench".into());
    let env = le_env(o);
    let mut ts = vec![];
    let mut t = Instant::now();
    let mut c = le::SmtpConnection::connect(
        ("127.0.0.1", o.port),
        Some(Duration::from_secs(60)),
        &hello,
        None,
        None,
    )
    .unwrap();
    if o.tls {
        c.starttls(&le_tls(), &hello).unwrap();
    }
    if o.auth {
        c.auth(
            &[lettre::transport::smtp::authentication::Mechanism::Plain],
            &le::Credentials::new("u".into(), "p".into()),
        )
        .unwrap();
    }
    for _ in 0..n {
        c.send(&env, &o.msg).unwrap();
        ts.push(t.elapsed().as_secs_f64());
        t = Instant::now();
    }
    c.quit().unwrap();
    ts.push(t.elapsed().as_secs_f64());
    ts
}
pub fn pool(o: &Opt) -> Times {
    use le::Transport;
    let mut b = le::SmtpTransport::builder_dangerous("127.0.0.1")
        .port(o.port)
        .pool_config(le::PoolConfig::new().max_size(o.conns as u32));
    if o.tls {
        b = b.tls(le::Tls::Required(le_tls()));
    }
    if o.auth {
        b = b.credentials(le::Credentials::new("u".into(), "p".into()));
    }
    let tr = b.build();
    let env = le_env(o);
    let left = AtomicUsize::new(o.n);
    let ts = std::sync::Mutex::new(vec![]);
    std::thread::scope(|s| {
        for _ in 0..o.conns {
            s.spawn(|| {
                loop {
                    if left
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |x| x.checked_sub(1))
                        .is_err()
                    {
                        break;
                    }
                    let t = Instant::now();
                    tr.send_raw(&env, &o.msg).unwrap();
                    if o.timing {
                        ts.lock().unwrap().push(t.elapsed().as_secs_f64());
                    }
                }
            });
        }
    });
    drop(tr);
    ts.into_inner().unwrap()
}
pub async fn tokio(o: Opt) -> Times {
    use le::AsyncTransport;
    let mut b = le::AsyncSmtpTransport::<le::Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(o.port)
        .pool_config(le::PoolConfig::new().max_size(o.conns as u32));
    if o.tls {
        b = b.tls(le::Tls::Required(le_tls()));
    }
    if o.auth {
        b = b.credentials(le::Credentials::new("u".into(), "p".into()));
    }
    let tr = b.build();
    let env = le_env(&o);
    let left = Arc::new(AtomicUsize::new(o.n));
    let mut hs = vec![];
    for _ in 0..o.conns {
        let (tr, env, left, o) = (tr.clone(), env.clone(), left.clone(), o.clone());
        hs.push(tokio::spawn(async move {
            let mut ts = vec![];
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |x| x.checked_sub(1))
                .is_ok()
            {
                let t = Instant::now();
                tr.send_raw(&env, &o.msg).await.unwrap();
                if o.timing {
                    ts.push(t.elapsed().as_secs_f64());
                }
            }
            ts
        }));
    }
    let mut all = vec![];
    for h in hs {
        all.extend(h.await.unwrap());
    }
    all
}
pub fn file(o: &Opt) -> Times {
    use lettre::message::{Attachment, Message, header::ContentType};
    let t = Instant::now();
    let data = std::fs::read(o.file.as_ref().unwrap()).unwrap();
    let m = Message::builder()
        .from("a@example.org".parse().unwrap())
        .to("b0@example.net".parse().unwrap())
        .subject("big")
        .multipart(
            lettre::message::MultiPart::mixed()
                .singlepart(lettre::message::SinglePart::plain(
                    "see attachment".to_string(),
                ))
                .singlepart(Attachment::new("big.bin".into()).body(
                    data,
                    "application/octet-stream".parse::<ContentType>().unwrap(),
                )),
        )
        .unwrap();
    use le::Transport;
    let tr = le::SmtpTransport::builder_dangerous("127.0.0.1")
        .port(o.port)
        .timeout(Some(Duration::from_secs(300)))
        .build();
    tr.send(&m).unwrap();
    vec![t.elapsed().as_secs_f64()]
}
