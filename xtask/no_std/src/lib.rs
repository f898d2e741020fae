//! posthaste-proto in a program without std: a static library with a panic handler of its own. It would not build, or not
//! link, if the crate or one of its dependencies brought std along. `main.c` calls it.

#![no_std]

use core::panic::PanicInfo;
use core::time::Duration;

use posthaste_proto::session::TlsPolicy;
use posthaste_proto::{Config, ContentSpec, Credentials, Envelope, Event, Session, Step};

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// A message to a server of constants. 0 when it was accepted.
#[unsafe(no_mangle)]
pub extern "C" fn posthaste_session() -> i32 {
    i32::from(send() != Some(true))
}

fn send() -> Option<bool> {
    let config = Config::new("client.example.org".parse().ok()?)
        .tls(TlsPolicy::Never)
        .credentials(Credentials::new("ann", "secret"))
        .dangerous_auth_in_clear();
    let mut session = Session::new(config);
    let to = "bob@example.net".parse().ok()?;
    let envelope = Envelope::new("ann@example.org".parse().ok()?, [to]).ok()?;
    session.submit(envelope, ContentSpec::seven_bit(0));
    let mut accepted = false;
    let mut server: &[&[u8]] = &[
        b"220 mx\r\n",
        b"250-mx\r\n250 AUTH PLAIN\r\n",
        b"235 ok\r\n",
        b"250 ok\r\n",
        b"250 ok\r\n",
        b"354 go\r\n",
        b"250 queued\r\n",
        b"221 bye\r\n",
    ];
    loop {
        match session.poll(Duration::ZERO) {
            Step::Write { bytes, .. } => {
                let n = bytes.len();
                session.written(n);
            }
            Step::Read { .. } => {
                let (reply, rest) = server.split_first()?;
                server = rest;
                session.received(reply);
            }
            Step::Content(handle) => handle.finish(),
            Step::Event(Event::Done { report }) => {
                accepted = matches!(
                    report.disposition(),
                    posthaste_proto::session::Disposition::Accepted
                );
            }
            Step::Event(_) => {}
            Step::Idle => session.quit(),
            Step::StartTls { .. } | Step::Credentials(_) => return None,
            Step::Close { .. } => return Some(accepted),
        }
    }
}
