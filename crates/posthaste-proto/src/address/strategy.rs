//! Random valid addresses for property tests.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{
    AddressLiteral, ClientName, Domain, DomainName, ForwardPath, LocalPart, Mailbox, ReversePath,
};

pub(crate) fn local_part() -> impl Strategy<Value = LocalPart> {
    prop_oneof![
        "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(\\.[a-z0-9]{1,8}){0,3}",
        "[ -~]{0,24}",
        "[ -~é用\u{1f600}]{0,12}",
    ]
    .prop_map(|meaning| LocalPart::new(meaning).unwrap())
}

pub(crate) fn domain_name() -> impl Strategy<Value = DomainName> {
    prop::collection::vec("[a-zA-Z0-9]([a-z0-9-]{0,10}[a-z0-9])?|[é用ü]{1,5}", 1..5)
        .prop_map(|labels: Vec<String>| labels.join(".").parse().unwrap())
}

pub(crate) fn domain() -> impl Strategy<Value = Domain> {
    prop_oneof![
        4 => domain_name().prop_map(Domain::Name),
        1 => any::<[u8; 4]>().prop_map(|octets| Domain::Literal(AddressLiteral::V4(octets.into()))),
        1 => any::<[u8; 16]>().prop_map(|octets| Domain::Literal(AddressLiteral::V6(octets.into()))),
        1 => "\\[x-[a-z0-9]{1,6}:[!-Z^-~]{1,12}\\]".prop_map(|text| text.parse().unwrap()),
    ]
}

pub(crate) fn mailbox() -> impl Strategy<Value = Mailbox> {
    (local_part(), domain())
        .prop_map(|(local_part, domain)| Mailbox::new(local_part, domain).unwrap())
}

pub(crate) fn reverse_path() -> impl Strategy<Value = ReversePath> {
    prop_oneof![1 => Just(ReversePath::null()), 5 => mailbox().prop_map(ReversePath::from)]
}

pub(crate) fn forward_path() -> impl Strategy<Value = ForwardPath> {
    prop_oneof![1 => Just(ForwardPath::Postmaster), 5 => mailbox().prop_map(ForwardPath::from)]
}

pub(crate) fn client_name() -> impl Strategy<Value = ClientName> {
    domain().prop_filter_map("ASCII only", |domain| ClientName::try_from(domain).ok())
}
