//! Stdin: whether something was put there for us.

/// True for a pipe, a file or a socket. What a terminal, `/dev/null` and other devices give is not waited for unless a
/// flag asks for it.
#[cfg(unix)]
pub(crate) fn is_given() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let stdin = std::io::stdin().as_fd().try_clone_to_owned();
    let kind = stdin
        .and_then(|stdin| File::from(stdin).metadata())
        .map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket())
}

/// True unless it is a terminal.
#[cfg(not(unix))]
pub(crate) fn is_given() -> bool {
    use std::io::IsTerminal;
    !std::io::stdin().is_terminal()
}
