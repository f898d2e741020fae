//! Works in one process: reply parsing, message building, encoders, dot-stuffing.
//!
//! `micro [WORK...]` times the works whose names begin so, all without an argument; peers of one work take turns in
//! every round, so that ratios hold when the machine drifts. `micro --ir WORK PEER ITERS` runs one peer ITERS times for
//! an instruction counter (take the difference of two counts). `micro --build PEER MIB` builds one message with an
//! attachment of that size and prints the peak of memory.

mod build;
mod dots;
mod encode;
mod reply;

use std::hint::black_box;
use std::time::Instant;

use peerbench::{data, process};

type Peer = (&'static str, Box<dyn FnMut() -> usize>);

/// Something to be done, and who can do it. The first of the peers is the limit.
struct Work {
    /// Operations that one call does.
    ops: usize,
    /// Octets that one call takes in.
    bytes: usize,
    peers: Vec<Peer>,
}

/// A work by its name, made only when it is wanted.
type Named = (&'static str, fn() -> Work);

fn p(name: &'static str, f: impl FnMut() -> usize + 'static) -> Peer {
    (name, Box::new(f))
}

fn copy_of(v: Vec<u8>) -> impl FnMut() -> usize {
    move || black_box(black_box(&v).to_vec()).len()
}

fn works() -> impl Iterator<Item = Named> {
    [reply::WORKS, build::WORKS, encode::WORKS, dots::WORKS]
        .into_iter()
        .flatten()
        .copied()
}

fn main() {
    // Big blocks stay on the heap between rounds, so that page faults do not hide the work.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 32 << 20);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 1 << 30);
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("--ir") => count(&args[1], &args[2], args[3].parse().unwrap()),
        Some("--build") => memory(&args[1], args[2].parse().unwrap()),
        _ => time(&args),
    }
}

fn count(name: &str, peer: &str, iters: usize) {
    let work = works().find(|work| work.0 == name).expect("work").1();
    let mut peers = work.peers.into_iter();
    let (_, mut f) = peers.find(|found| found.0.starts_with(peer)).expect("peer");
    let sum = (0..iters).fold(0usize, |sum, _| sum.wrapping_add(f()));
    eprintln!("ops {} sum {sum}", work.ops * iters);
}

fn memory(peer: &str, mib: usize) {
    let octets = data::noise(mib << 20);
    let base = process::peak_mib();
    let start = Instant::now();
    let out = build::once(peer, octets);
    let seconds = start.elapsed().as_secs_f64();
    let peak = process::peak_mib();
    println!(
        "{peer}\t{mib}\t{seconds:.4}\tpeak {peak:.1} MiB\tover input {:.1} MiB\tout {out}",
        peak - base
    );
}

fn time(selected: &[String]) {
    println!(
        "work\tpeer\tCPU ns/op median\tmin\tmax\tMB/s in (median)\tMB/s in (min)\tratio to first, median of pairs\tratio of minima"
    );
    let rounds = std::env::var("ROUNDS")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(15usize);
    let wanted =
        |name: &str| selected.is_empty() || selected.iter().any(|s| name.starts_with(s.as_str()));
    for (name, make) in works().filter(|work| wanted(work.0)) {
        let mut work = make();
        let iters: Vec<usize> = work.peers.iter_mut().map(|(_, f)| iterations(f)).collect();
        let mut got = vec![vec![]; iters.len()];
        for _ in 0..rounds {
            for (i, (_, f)) in work.peers.iter_mut().enumerate() {
                let start = process::thread_seconds();
                for _ in 0..iters[i] {
                    black_box(f());
                }
                got[i]
                    .push((process::thread_seconds() - start) * 1e9 / (iters[i] * work.ops) as f64);
            }
        }
        let bytes = work.bytes as f64 / work.ops as f64 * 1e3;
        let limit_best = got[0].iter().copied().fold(f64::INFINITY, f64::min);
        for (i, (peer, _)) in work.peers.iter().enumerate() {
            let mut pairs: Vec<f64> = got[i].iter().zip(&got[0]).map(|(a, b)| a / b).collect();
            pairs.sort_by(f64::total_cmp);
            let mut g = got[i].clone();
            g.sort_by(f64::total_cmp);
            let (median, best, worst) = (g[rounds / 2], g[0], g[rounds - 1]);
            println!(
                "{name}\t{peer}\t{median:.1}\t{best:.1}\t{worst:.1}\t{:.0}\t{:.0}\t{:.2}\t{:.2}",
                bytes / median,
                bytes / best,
                pairs[rounds / 2],
                best / limit_best
            );
        }
    }
}

/// So many that a round takes about 20 ms.
fn iterations(f: &mut Box<dyn FnMut() -> usize>) -> usize {
    let start = process::thread_seconds();
    black_box(f());
    black_box(f());
    let one = (process::thread_seconds() - start) / 2.0;
    ((0.02 / one.max(1e-9)) as usize).clamp(1, 1_000_000)
}
