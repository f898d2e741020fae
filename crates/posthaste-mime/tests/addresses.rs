//! What an address is, and what is wrong with what is none.

use posthaste_mime::{Mailbox, header::AddressErrorKind as Kind};

fn parsed(text: &str) -> (Option<String>, String) {
    let mailbox: Mailbox = text
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    (
        mailbox.display_name().map(str::to_owned),
        mailbox.addr_spec().to_owned(),
    )
}

#[test]
fn the_usual_forms_are_read() {
    for (text, name, address) in [
        ("ann@example.org", None, "ann@example.org"),
        ("  <ann@example.org> ", None, "ann@example.org"),
        (
            "Ann Lee <ann@example.org>",
            Some("Ann Lee"),
            "ann@example.org",
        ),
        (
            "Ann   Lee<a.b+c@example.org>",
            Some("Ann Lee"),
            "a.b+c@example.org",
        ),
        (
            "John Q. Public <j@example.org>",
            Some("John Q. Public"),
            "j@example.org",
        ),
        (
            "J. R. R. Tolkien <j@example.org>",
            Some("J. R. R. Tolkien"),
            "j@example.org",
        ),
        (
            "\"Lee, Ann\" <ann@example.org>",
            Some("Lee, Ann"),
            "ann@example.org",
        ),
        (
            "\"a \\\"b\\\" \\\\\" <ann@example.org>",
            Some("a \"b\" \\"),
            "ann@example.org",
        ),
        (
            "Jürgen Müller <j@example.org>",
            Some("Jürgen Müller"),
            "j@example.org",
        ),
        ("季 <季@例子.中国>", Some("季"), "季@例子.中国"),
        (
            "\"john smith\"@example.org",
            None,
            "\"john smith\"@example.org",
        ),
        ("\"john.smith\"@example.org", None, "john.smith@example.org"),
        ("a.b.c@example.org", None, "a.b.c@example.org"),
        (
            "(x (y\\)) z) ann@example.org (Ann)",
            None,
            "ann@example.org",
        ),
        ("a@[192.0.2.1]", None, "a@[192.0.2.1]"),
        ("a@[IPv6:2001:db8::1]", None, "a@[IPv6:2001:db8::1]"),
        ("a@localhost", None, "a@localhost"),
        (
            "example.org Support <s@example.org>",
            Some("example.org Support"),
            "s@example.org",
        ),
    ] {
        assert_eq!(
            parsed(text),
            (name.map(str::to_owned), address.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn errors_say_what_and_where() {
    for (text, kind, offset) in [
        ("", Kind::Empty, 0),
        ("   ", Kind::Empty, 3),
        ("<>", Kind::Unexpected('>'), 1),
        ("ann", Kind::Incomplete, 3),
        ("ann@", Kind::Incomplete, 4),
        ("@example.org", Kind::Unexpected('@'), 0),
        ("ann@@example.org", Kind::Unexpected('@'), 4),
        ("a..b@example.org", Kind::Unexpected('.'), 2),
        ("a.@example.org", Kind::Unexpected('@'), 2),
        (".a@example.org", Kind::Unexpected('.'), 0),
        ("a@example..org", Kind::Unexpected('.'), 10),
        ("a@-example.org", Kind::Unexpected('-'), 2),
        ("a@example.org.", Kind::Incomplete, 14),
        ("Lee, Ann <ann@example.org>", Kind::UnquotedName(','), 3),
        ("Lee; Ann <ann@example.org>", Kind::UnquotedName(';'), 3),
        ("[x] <ann@example.org>", Kind::UnquotedName('['), 0),
        (
            "ann@example.org <ann@example.org>",
            Kind::UnquotedName('@'),
            3,
        ),
        ("a;b", Kind::Semicolon, 1),
        ("a@example.org; b@example.org", Kind::Semicolon, 13),
        ("ann, bob@example.org", Kind::Incomplete, 3),
        ("bob@@x", Kind::Unexpected('@'), 4),
        ("bob@x@y", Kind::Unexpected('@'), 5),
        ("bob@exa mple.net", Kind::AfterAddress('m'), 8),
        ("a@x.org b@y.org", Kind::AfterAddress('b'), 8),
        ("Ann <ann@example.org", Kind::Incomplete, 20),
        ("Ann <ann@example.org> x", Kind::AfterAddress('x'), 22),
        ("Ann ann@example.org", Kind::NoBrackets, 7),
        ("Ann Lee ann@example.org", Kind::NoBrackets, 11),
        ("\"Ann <ann@example.org>", Kind::UnclosedQuote, 0),
        ("(Ann ann@example.org", Kind::UnclosedComment, 0),
        ("Friends: ann@example.org;", Kind::Group, 7),
        (
            "<@a.example,@b.example:c@d.example>",
            Kind::Unexpected('@'),
            1,
        ),
        ("a@[1.2.3]", Kind::AddressLiteral, 2),
        ("ann@example.org\r\nBcc: x@y", Kind::Control('\r'), 15),
        ("ann\n@example.org", Kind::Control('\n'), 3),
        ("\"a\0b\"@example.org", Kind::Control('\0'), 2),
        ("Ann\u{85} <a@b>", Kind::Control('\u{85}'), 3),
    ] {
        let error = text.parse::<Mailbox>().unwrap_err();
        assert_eq!((error.kind(), error.offset()), (&kind, offset), "{text:?}");
    }
}

#[test]
fn advice_fits_the_mistake() {
    for (text, advice) in [
        ("a;b", "comma between addresses"),
        ("a@x.org b@y.org", "a comma between two"),
        ("bob@exa mple.net", "no blank in an address"),
        ("Ann Lee ann@example.org", "Ann Lee <ann@example.org>"),
        ("Lee, Ann <ann@example.org>", "within quotation marks"),
    ] {
        let error = Mailbox::parse_list(text).unwrap_err().to_string();
        assert!(error.contains(advice), "{text}: {error}");
    }
    for text in ["bob@@x", "bob@exa mple.net", "a;b", "a..b@example.org"] {
        let error = Mailbox::parse_list(text).unwrap_err().to_string();
        assert!(!error.contains("name"), "{text}: {error}");
    }
}

#[test]
fn limits_are_kept() {
    let local = |n| format!("{}@example.org", "a".repeat(n));
    assert!(local(64).parse::<Mailbox>().is_ok());
    assert_eq!(
        local(65).parse::<Mailbox>().unwrap_err().kind(),
        &Kind::LocalPartTooLong
    );
    let label = |n| format!("a@{}.org", "b".repeat(n));
    assert!(label(63).parse::<Mailbox>().is_ok());
    assert_eq!(
        label(64).parse::<Mailbox>().unwrap_err().kind(),
        &Kind::DomainTooLong
    );
    let domain = |n| format!("a@{}org", "bb.".repeat(n));
    assert!(domain(84).parse::<Mailbox>().is_ok());
    assert_eq!(
        domain(85).parse::<Mailbox>().unwrap_err().kind(),
        &Kind::DomainTooLong
    );
    assert_eq!(
        "(".repeat(40_000).parse::<Mailbox>().unwrap_err().kind(),
        &Kind::TooLong
    );
}

#[test]
fn lists_have_commas() {
    let list = Mailbox::parse_list("a@x.org, \"B, C\" <b@y.org> ,c@z.org").unwrap();
    assert_eq!(
        list.iter().map(Mailbox::addr_spec).collect::<Vec<_>>(),
        ["a@x.org", "b@y.org", "c@z.org"]
    );
    let error = Mailbox::parse_list("a@x.org,").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (&Kind::Empty, 8));
    let error = Mailbox::parse_list("a@x.org,,b@y.org").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (&Kind::Empty, 8));
    assert_eq!(
        Mailbox::parse_list("a@x.org b@y.org").unwrap_err().offset(),
        8
    );
}

#[test]
fn long_input_takes_linear_time() {
    // A parser that goes back would not end on these.
    for text in [
        "(".repeat(30_000),
        "\"".to_owned() + &"\\".repeat(30_000),
        "a ".repeat(15_000),
        "a.".repeat(15_000),
    ] {
        assert!(text.parse::<Mailbox>().is_err());
    }
    let list = "\"Lee, Ann\" <ann@example.org>, ".repeat(100_000) + "x@example.org";
    assert_eq!(Mailbox::parse_list(&list).unwrap().len(), 100_001);
}
