//! mail-send and async-smtp.

use std::time::Instant;

use crate::{Opt, Times};

pub async fn mail_send(o: Opt) -> Times {
    let per = o.n / o.conns;
    let mut hs = vec![];
    for _ in 0..o.conns {
        let o = o.clone();
        hs.push(tokio::spawn(async move {
            let mut ts = vec![];
            let mut t = Instant::now();
            let mut b = mail_send::SmtpClientBuilder::new("127.0.0.1", o.port)
                .unwrap()
                .implicit_tls(false)
                .allow_invalid_certs()
                .helo_host("bench");
            if o.auth {
                b = b.credentials(mail_send::Credentials::Plain {
                    username: "u",
                    secret: "p",
                });
            }
            macro_rules! go {
                ($c:expr) => {{
                    let mut c = $c;
                    for _ in 0..per {
                        let mut m = mail_send::smtp::message::Message::empty()
                            .from("a@example.org")
                            .body(o.msg.as_slice());
                        for i in 0..o.rcpts {
                            m = m.to(format!("b{i}@example.net"));
                        }
                        c.send(m).await.unwrap();
                        if o.timing {
                            ts.push(t.elapsed().as_secs_f64());
                            t = Instant::now();
                        }
                    }
                    let _ = c.quit().await;
                }};
            }
            if o.tls {
                go!(b.connect().await.unwrap());
            } else {
                go!(b.connect_plain().await.unwrap());
            }
            ts.push(t.elapsed().as_secs_f64());
            ts
        }));
    }
    let mut all = vec![];
    for h in hs {
        all.extend(h.await.unwrap());
    }
    all
}
pub async fn mail_send_file(o: Opt) -> Times {
    let t = Instant::now();
    let data = std::fs::read(o.file.as_ref().unwrap()).unwrap();
    let m = mail_builder::MessageBuilder::new()
        .from("a@example.org")
        .to("b0@example.net")
        .subject("big")
        .text_body("see attachment")
        .attachment("application/octet-stream", "big.bin", data);
    let mut c = mail_send::SmtpClientBuilder::new("127.0.0.1", o.port)
        .unwrap()
        .implicit_tls(false)
        .connect_plain()
        .await
        .unwrap();
    c.send(m).await.unwrap();
    let _ = c.quit().await;
    vec![t.elapsed().as_secs_f64()]
}
pub async fn async_smtp(o: Opt) -> Times {
    let per = o.n / o.conns;
    let mut hs = vec![];
    for _ in 0..o.conns {
        let o = o.clone();
        hs.push(tokio::spawn(async move {
            let mut ts = vec![];
            let mut t = Instant::now();
            let s = tokio::net::TcpStream::connect(("127.0.0.1", o.port))
                .await
                .unwrap();
            let s = tokio::io::BufStream::new(s);
            let mut c =
                async_smtp::SmtpTransport::new(async_smtp::SmtpClient::new().pipelining(true), s)
                    .await
                    .unwrap();
            for _ in 0..per {
                let to = (0..o.rcpts)
                    .map(|i| format!("b{i}@example.net").parse().unwrap())
                    .collect();
                let env =
                    async_smtp::Envelope::new(Some("a@example.org".parse().unwrap()), to).unwrap();
                c.send(async_smtp::SendableEmail::new(env, o.msg.to_vec()))
                    .await
                    .unwrap();
                if o.timing {
                    ts.push(t.elapsed().as_secs_f64());
                    t = Instant::now();
                }
            }
            let _ = c.quit().await;
            ts.push(t.elapsed().as_secs_f64());
            ts
        }));
    }
    let mut all = vec![];
    for h in hs {
        all.extend(h.await.unwrap());
    }
    all
}
