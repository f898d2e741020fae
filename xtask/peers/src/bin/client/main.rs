//! One client, many peers.
//!
//! `client PEER --port P [--n N] [--conns C] [--size BYTES] [--rcpts R] [--tls] [--ca FILE] [--auth] [--timing]
//! [--file PATH] [--window W] [--workers W]` prints one tab-separated line: peer, messages, connections, seconds,
//! messages a second, user and system microseconds a message, peak MiB, and with `--timing` milliseconds of each.

mod lettre_peer;
mod posthaste_peer;
mod raw;
mod tokio_peers;

use std::sync::Arc;
use std::time::Instant;

use peerbench::{data, flag, num, opt, process};

#[derive(Clone)]
struct Opt {
    port: u16,
    n: usize,
    conns: usize,
    rcpts: usize,
    tls: bool,
    auth: bool,
    timing: bool,
    window: usize,
    msg: Arc<Vec<u8>>,
    file: Option<String>,
}

type Times = Vec<f64>;

fn threads(o: &Opt, f: fn(&Opt, usize) -> Times) -> Times {
    let per = o.n / o.conns;
    std::thread::scope(|s| {
        let hs: Vec<_> = (0..o.conns).map(|_| s.spawn(move || f(o, per))).collect();
        hs.into_iter().flat_map(|h| h.join().unwrap()).collect()
    })
}
fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let peer = std::env::args().nth(1).expect("peer");
    let o = Opt {
        port: num("--port", 2525) as u16,
        n: num("--n", 1000),
        conns: num("--conns", 1),
        rcpts: num("--rcpts", 1),
        tls: flag("--tls"),
        auth: flag("--auth"),
        timing: flag("--timing"),
        window: num("--window", 1),
        msg: Arc::new(data::small_message(num("--size", 1024))),
        file: opt("--file"),
    };
    let workers = num("--workers", 1);
    let rt = || {
        if workers == 1 {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
        } else {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(workers)
                .enable_all()
                .build()
                .unwrap()
        }
    };
    let t = Instant::now();
    let (u0, s0) = process::cpu();
    let ts = match peer.as_str() {
        "raw-lockstep" => threads(&o, raw::lockstep),
        "raw-pipe" => threads(&o, raw::pipe),
        "raw-bdat" => threads(&o, raw::bdat),
        "raw-file" => raw::file(&o),
        "raw-b64-bdat" => raw::b64_bdat(&o),
        "lettre-conn" => threads(&o, lettre_peer::conn),
        "lettre-pool" => lettre_peer::pool(&o),
        "lettre-tokio" => rt().block_on(lettre_peer::tokio(o.clone())),
        "lettre-file" => lettre_peer::file(&o),
        "mail-send" => rt().block_on(tokio_peers::mail_send(o.clone())),
        "mail-send-file" => rt().block_on(tokio_peers::mail_send_file(o.clone())),
        "async-smtp" => rt().block_on(tokio_peers::async_smtp(o.clone())),
        "posthaste-raw" => threads(&o, posthaste_peer::raw),
        "posthaste-bdat" => threads(&o, posthaste_peer::bdat),
        "posthaste-all" => threads(&o, posthaste_peer::all),
        "posthaste-file" => posthaste_peer::file(&o),
        x => panic!("unknown client {x}"),
    };
    let secs = t.elapsed().as_secs_f64();
    let (u1, s1) = process::cpu();
    let n = o.n as f64;
    print!(
        "{peer}\t{}\t{}\t{secs:.4}\t{:.1}\t{:.2}\t{:.2}\t{:.1}",
        o.n,
        o.conns,
        n / secs,
        (u1 - u0) * 1e6 / n,
        (s1 - s0) * 1e6 / n,
        process::peak_mib()
    );
    if o.timing {
        print!(
            "\t{}",
            ts.iter()
                .map(|x| format!("{:.1}", x * 1e3))
                .collect::<Vec<_>>()
                .join(",")
        );
    }
    println!();
}
