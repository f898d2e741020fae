//! Domains in A-labels (RFC 5890 section 2.3.2.1), for servers without SMTPUTF8 and for addresses that do not need it.

use alloc::vec::Vec;

use crate::address::{ForwardPath, Mailbox, ReversePath};

/// Changes all paths or none: a transaction says SMTPUTF8 or does not.
pub(super) fn prefer(reverse_path: &mut ReversePath, recipients: &mut [ForwardPath]) {
    let is_ascii = reverse_path.is_ascii() && recipients.iter().all(ForwardPath::is_ascii);
    if is_ascii {
        return;
    }
    let sender = match reverse_path.mailbox() {
        Some(mailbox) => match in_a_labels(mailbox) {
            Some(mailbox) => ReversePath::from(mailbox),
            None => return,
        },
        None => ReversePath::null(),
    };
    let paths: Option<Vec<_>> = recipients
        .iter()
        .map(|path| match path {
            ForwardPath::Mailbox(mailbox) => in_a_labels(mailbox).map(ForwardPath::from),
            ForwardPath::Postmaster => Some(ForwardPath::Postmaster),
        })
        .collect();
    if let Some(paths) = paths {
        *reverse_path = sender;
        recipients
            .iter_mut()
            .zip(paths)
            .for_each(|(path, new)| *path = new);
    }
}

fn in_a_labels(mailbox: &Mailbox) -> Option<Mailbox> {
    if !mailbox.local_part().is_ascii() {
        return None;
    }
    let domain = mailbox.domain().to_a_labels().ok()?;
    Mailbox::new(mailbox.local_part().clone(), domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    fn preferred(from: &str, to: &[&str]) -> Vec<alloc::string::String> {
        let mut sender: ReversePath = from.parse().unwrap();
        let mut paths: Vec<ForwardPath> = to.iter().map(|path| path.parse().unwrap()).collect();
        prefer(&mut sender, &mut paths);
        let paths = paths.iter().map(ForwardPath::to_string);
        [sender.to_string()].into_iter().chain(paths).collect()
    }

    #[test]
    fn all_or_none() {
        assert_eq!(
            preferred(
                "ann@bücher.example",
                &["Bob@Example.NET", "postmaster", "a b@[192.0.2.1]"][..2]
            ),
            ["ann@xn--bcher-kva.example", "Bob@Example.NET", "Postmaster"]
        );
        assert_eq!(
            preferred("", &["bob@例子.中国", "carl@[192.0.2.1]"]),
            ["", "bob@xn--fsqu00a.xn--fiqs8s", "carl@[192.0.2.1]"]
        );
        // One local part needs SMTPUTF8, so nothing is gained by changing the others.
        assert_eq!(
            preferred("ann@bücher.example", &["jürgen@example.net"]),
            ["ann@bücher.example", "jürgen@example.net"]
        );
        // Not a domain by IDNA: a combining mark cannot begin a label.
        assert_eq!(
            preferred("", &["bob@\u{301}a.example"]),
            ["", "bob@\u{301}a.example"]
        );
    }
}
