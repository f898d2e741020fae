use std::net::{IpAddr, Ipv4Addr};

use posthaste_proto::address::ClientName;

/// What this host calls itself in EHLO (RFC 5321 section 4.1.1.1): its name when it is qualified, else its address.
pub(crate) fn client_name(local: Option<IpAddr>) -> ClientName {
    let system = rustix::system::uname();
    let name = system.nodename().to_str().ok().and_then(qualified);
    name.unwrap_or_else(|| ClientName::from(local.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))))
}

/// Underscores, which some hosts have in their names and no domain has, become hyphens.
fn qualified(name: &str) -> Option<ClientName> {
    let name = name.trim_end_matches('.').replace('_', "-");
    let local = name
        .split('.')
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case("localhost"));
    ClientName::new(&name)
        .ok()
        .filter(|name| name.is_qualified() && !local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_qualified_name_is_a_name() {
        let shown = |name| qualified(name).map(|name| name.to_string());
        assert_eq!(
            shown("web_1.example.org."),
            Some("web-1.example.org".to_owned())
        );
        for name in [
            "",
            "laptop",
            "localhost.localdomain",
            "b\u{fc}ro.example.org",
            "a b.example.org",
        ] {
            assert_eq!(shown(name), None, "{name}");
        }
    }

    #[test]
    fn without_a_name_it_is_the_address() {
        let name = client_name(Some(IpAddr::from([192, 0, 2, 1])));
        assert!(name.is_qualified());
    }
}
