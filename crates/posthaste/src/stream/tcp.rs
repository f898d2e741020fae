use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::{Stream, Written, timeout};

/// A TCP socket, with `TCP_NODELAY`.
///
/// The common case costs one system call: a read is a blocking `recv` under a socket timeout that stays the same for
/// the connection's life, asked again until the limit; only waits shorter than that go through `poll`. A write is a
/// `send` that does not block, and `poll` when the send buffer is full.
#[derive(Debug)]
pub struct Tcp {
    socket: TcpStream,
    /// The socket's receive timeout.
    slice: Duration,
}

impl Tcp {
    /// How long one system call waits, at most.
    const SLICE: Duration = Duration::from_secs(2);
    /// The socket's timeout is not made shorter than this.
    const SHORTEST: Duration = Duration::from_millis(100);

    /// Takes a connected socket and sets it up.
    ///
    /// # Errors
    ///
    /// Those of the system when it does not take the options.
    pub fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_nonblocking(false)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Self::SLICE))?;
        Ok(Self {
            socket,
            slice: Self::SLICE,
        })
    }

    /// The socket.
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Whether the peer says something, or hangs up, within this time.
    pub(crate) fn speaks_within(&self, limit: Duration) -> bool {
        // An error is for the read that follows to tell.
        self.wait(PollFlags::IN, limit)
            .map_or(true, |ready| !ready.is_empty())
    }

    fn receive(&self, into: &mut [u8], flags: RecvFlags) -> Result<usize, Errno> {
        rustix::io::retry_on_intr(|| recv(&self.socket, &mut *into, flags)).map(|(n, _)| n)
    }

    /// Waits until one of `flags` holds, or an error is to be fetched. Nothing holds when the time is up.
    fn wait(&self, flags: PollFlags, limit: Duration) -> io::Result<PollFlags> {
        let mut fds = [PollFd::new(&self.socket, flags)];
        let limit = Timespec::try_from(limit).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut fds, Some(&limit)) {
            // A signal: the caller asks again with the time that is left.
            Ok(_) | Err(Errno::INTR) => Ok(fds.first().map_or(PollFlags::empty(), PollFd::revents)),
            Err(error) => Err(dead(error)),
        }
    }

    fn send(&self, octets: &[u8], limit: Duration, flags: PollFlags) -> io::Result<Written> {
        let begin = Instant::now();
        loop {
            match rustix::io::retry_on_intr(|| send(&self.socket, octets, SEND)) {
                Ok(n) => return Ok(Written::Octets(n)),
                Err(Errno::AGAIN) => {}
                Err(error) => return Err(dead(error)),
            }
            let left = limit.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return Err(timeout());
            }
            let ready = self.wait(flags, left)?;
            if flags.contains(PollFlags::IN)
                && ready.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR)
            {
                return Ok(Written::Readable);
            }
        }
    }
}

impl Stream for Tcp {
    fn read(&mut self, into: &mut [u8], limit: Duration) -> io::Result<usize> {
        if limit < self.slice && limit / 2 >= Self::SHORTEST {
            self.slice = limit / 2;
            self.socket.set_read_timeout(Some(self.slice))?;
        }
        let begin = Instant::now();
        let mut left = limit;
        loop {
            let flags = if left >= self.slice {
                RecvFlags::empty()
            } else {
                RecvFlags::DONTWAIT
            };
            if left < self.slice && !left.is_zero() {
                let _ = self.wait(PollFlags::IN, left)?;
            }
            match self.receive(into, flags) {
                Ok(n) => return Ok(n),
                Err(Errno::AGAIN) => {}
                Err(error) => return Err(dead(error)),
            }
            left = limit.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return Err(timeout());
            }
        }
    }

    fn write(&mut self, octets: &[u8], limit: Duration) -> io::Result<usize> {
        match self.send(octets, limit, PollFlags::OUT)? {
            Written::Octets(n) => Ok(n),
            Written::Readable => Err(timeout()),
        }
    }

    fn write_or_hear(&mut self, octets: &[u8], limit: Duration) -> io::Result<Written> {
        self.send(octets, limit, PollFlags::OUT | PollFlags::IN)
    }
}

/// Apple's systems have a socket option instead of the flag, which the standard library sets.
#[cfg(not(target_vendor = "apple"))]
const SEND: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
#[cfg(target_vendor = "apple")]
const SEND: SendFlags = SendFlags::DONTWAIT;

/// ETIMEDOUT is the kernel giving the connection up; it must not look like a wait that ran out.
fn dead(error: Errno) -> io::Error {
    if error == Errno::TIMEDOUT {
        return io::Error::new(
            io::ErrorKind::ConnectionAborted,
            "the connection timed out (no acknowledgements came)",
        );
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    fn pair() -> (Tcp, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (Tcp::new(socket).unwrap(), listener.accept().unwrap().0)
    }

    #[test]
    fn no_time_is_no_wait() {
        let (mut tcp, _peer) = pair();
        assert!(super::super::is_timeout(
            &tcp.read(&mut [0; 8], Duration::ZERO).unwrap_err()
        ));
        assert!(tcp.socket().nodelay().unwrap());
    }

    #[test]
    fn waits_end_at_their_limit() {
        let (mut tcp, _peer) = pair();
        for limit in [Duration::from_millis(1), Duration::from_millis(201)] {
            let begin = Instant::now();
            assert!(super::super::is_timeout(
                &tcp.read(&mut [0; 8], limit).unwrap_err()
            ));
            assert!(begin.elapsed() >= limit);
        }
    }

    #[test]
    fn a_full_buffer_hears_the_peer() {
        let (mut tcp, mut peer) = pair();
        let octets = vec![b'x'; 1 << 20];
        let limit = Duration::from_secs(60);
        peer.write_all(b"552 too large\r\n").unwrap();
        // Nobody reads: at some point the buffers are full.
        while tcp.write_or_hear(&octets, limit).unwrap() != Written::Readable {}
        let mut heard = [0; 64];
        assert_eq!(tcp.read(&mut heard, limit).unwrap(), 15);
    }

    #[test]
    fn the_end_is_told_from_a_timeout() {
        let (mut tcp, peer) = pair();
        drop(peer);
        assert_eq!(tcp.read(&mut [0; 8], Duration::from_secs(60)).unwrap(), 0);
    }
}
