use super::*;
use alloc::format;
use alloc::string::ToString as _;

fn encoded(line: &str) -> alloc::string::String {
    let mut out = Vec::new();
    parse(line.as_bytes()).expect(line).encode(&mut out);
    alloc::string::String::from_utf8(out)
        .unwrap()
        .trim_end()
        .to_string()
}

#[test]
fn habits_of_real_clients_are_understood() {
    for (line, meaning) in [
        ("mail from:<a@b>", "MAIL FROM:<a@b>"),
        ("MAIL FROM: <a@b>", "MAIL FROM:<a@b>"),
        ("MAIL  From :  <a@b>  size=10", "MAIL FROM:<a@b> SIZE=10"),
        ("MAIL FROM:<> body=8bitmime", "MAIL FROM:<> BODY=8BITMIME"),
        (
            "MAIL FROM:<a@b> SIZE=99999999999999999999",
            "MAIL FROM:<a@b> SIZE=18446744073709551615",
        ),
        (
            "MAIL FROM:<a@b> AUTH=<> smtputf8",
            "MAIL FROM:<a@b> SMTPUTF8 AUTH=<>",
        ),
        ("RCPT TO: <@relay.example:a@b> ", "RCPT TO:<a@b>"),
        ("rcpt to:<postmaster>", "RCPT TO:<Postmaster>"),
        (
            "RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b",
            "RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b",
        ),
        (
            "RCPT TO:<a@b> notify=Delay,SUCCESS orcpt=RFC822;a+2bb@c",
            "RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=RFC822;a+2Bb@c",
        ),
        (
            "RCPT TO:<a@b> ORCPT=utf-8;é@b",
            "RCPT TO:<a@b> ORCPT=utf-8;é@b",
        ),
        (
            r"RCPT TO:<a@b> ORCPT=utf-8;\x{e9}@b",
            r"RCPT TO:<a@b> ORCPT=utf-8;\x{E9}@b",
        ),
        (
            "MAIL FROM:<a@b> ret=hdrs envid=a+2Bb by=+60;rt mt-priority=-3 requiretls",
            "MAIL FROM:<a@b> RET=HDRS ENVID=a+2Bb BY=60;RT MT-PRIORITY=-3 REQUIRETLS",
        ),
        (
            "MAIL FROM:<a@b> HOLDUNTIL=2026-03-01T14:00:00.5+02:00 AUTH=e+3Dmc2@c",
            "MAIL FROM:<a@b> HOLDUNTIL=2026-03-01T12:00:00Z AUTH=e+3Dmc2@c",
        ),
        ("EHLO my_pc at home", "EHLO my_pc at home"),
        ("ehlo [192.0.2.1", "EHLO [192.0.2.1"),
        ("NOOP\t", "NOOP"),
        ("bdat 12 last", "BDAT 12 LAST"),
        ("auth plain =", "AUTH PLAIN ="),
        ("AUTH LOGIN YW5u", "AUTH LOGIN YW5u"),
    ] {
        assert_eq!(encoded(line), meaning, "{line:?}");
    }
}

#[test]
fn every_fault_has_its_reply() {
    for (line, reply) in [
        ("", "500 5.5.1 unknown command (at octet 0)"),
        (" NOOP", "500 5.5.1 unknown command (at octet 0)"),
        ("NOOPNOOPNOOP", "500 5.5.1 unknown command (at octet 0)"),
        ("GET / HTTP/1.1", "500 5.5.1 unknown command (at octet 0)"),
        ("EHLO", "501 5.5.4 an argument is missing (at octet 4)"),
        (
            "EHLO a\0b",
            "501 5.5.2 the line has a control character or is not UTF-8 (at octet 6)",
        ),
        (
            "NOOP a\rb",
            "501 5.5.2 the line has a control character or is not UTF-8 (at octet 6)",
        ),
        (
            "NOOP a\nb",
            "501 5.5.2 the line has a control character or is not UTF-8 (at octet 6)",
        ),
        (
            "NOOP a\tb",
            "501 5.5.2 the line has a control character or is not UTF-8 (at octet 6)",
        ),
        (
            "DATA now",
            "501 5.5.4 the command takes no such argument (at octet 4)",
        ),
        ("MAIL", "501 5.5.4 an argument is missing (at octet 4)"),
        (
            "MAIL TO:<a@b>",
            "501 5.5.4 an argument is missing (at octet 4)",
        ),
        (
            "MAIL FROM:",
            "501 5.5.4 an argument is missing (at octet 10)",
        ),
        (
            "MAIL FROM:<a@b>SIZE=1",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 15)",
        ),
        (
            "MAIL FROM:<a@b> SIZE",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> SIZE=",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> SIZE=-1",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> SIZE=123456789012345678901",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> BODY=9BIT",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> SMTPUTF8=1",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> X=1=2",
            "501 5.5.4 bad parameter: send keyword or keyword=value (at octet 16)",
        ),
        (
            "MAIL FROM:<a@b> SIZE=1 SIZE=1",
            "501 5.5.4 a parameter is there twice (at octet 23)",
        ),
        (
            "MAIL FROM:<a@b> X=1 x=2",
            "501 5.5.4 a parameter is there twice (at octet 20)",
        ),
        (
            "RCPT TO:a@b",
            "501 5.1.3 bad recipient: a path must be enclosed in angle brackets (at octet 8)",
        ),
        (
            "RCPT TO:<>",
            "501 5.1.3 bad recipient: the address is empty: write local-part@domain (at octet 9)",
        ),
        ("BDAT", "501 5.5.4 an argument is missing (at octet 4)"),
        (
            "BDAT x",
            "501 5.5.4 the argument is not one the command takes (at octet 4)",
        ),
        (
            "BDAT 1 FIRST",
            "501 5.5.4 the command takes no such argument (at octet 6)",
        ),
        (
            "BDAT 99999999999999999999",
            "501 5.5.4 the argument is not one the command takes (at octet 4)",
        ),
        ("AUTH", "501 5.5.4 an argument is missing (at octet 4)"),
        (
            "AUTH PL/IN",
            "501 5.5.4 the argument is not one the command takes (at octet 5)",
        ),
        (
            "AUTH PLAIN a",
            "501 5.5.2 the response is not base64 (at octet 11)",
        ),
    ] {
        assert_eq!(
            parse(line.as_bytes()).expect_err(line).to_string(),
            reply,
            "{line:?}"
        );
    }
    assert_eq!(parse(b"EHLO \xff").unwrap_err().offset(), 5);
}

#[test]
fn a_known_parameter_takes_only_its_own_values() {
    for (command, parameters) in [
        (
            "MAIL FROM:<a@b>",
            &[
                "RET=HEADERS",
                "RET",
                "ENVID=a+",
                "ENVID",
                "AUTH=ann",
                "AUTH=a@b+0D+0A",
                "BY=0;R",
                "BY=60",
                "HOLDFOR=0",
                "HOLDFOR=1h",
                "HOLDUNTIL=tomorrow",
                "MT-PRIORITY=10",
                "REQUIRETLS=1",
            ][..],
        ),
        (
            "RCPT TO:<a@b>",
            &[
                "NOTIFY=NEVER,DELAY",
                "NOTIFY",
                "ORCPT=a@b",
                "ORCPT=rfc822;a+b@c",
                "ORCPT=rfc822;é@c",
            ][..],
        ),
    ] {
        for parameter in parameters {
            let line = format!("{command} X=1 {parameter}");
            let error = parse(line.as_bytes()).expect_err(&line);
            assert_eq!(
                (error.kind(), error.offset()),
                (Kind::Parameter, command.len() + 5),
                "{line}"
            );
        }
    }
    for line in [
        "MAIL FROM:<a@b> RET=FULL RET=HDRS",
        "MAIL FROM:<a@b> REQUIRETLS requiretls",
        "MAIL FROM:<a@b> HOLDFOR=5 HOLDUNTIL=2026-03-01T12:00:00Z",
        "RCPT TO:<a@b> NOTIFY=NEVER notify=NEVER",
    ] {
        assert_eq!(
            parse(line.as_bytes()).expect_err(line).kind(),
            Kind::DuplicateParameter,
            "{line}"
        );
    }
}

#[test]
fn lines_are_capped() {
    let noop = |n: usize| format!("NOOP {}", "a".repeat(n));
    assert!(parse(noop(500).as_bytes()).is_ok());
    assert_eq!(
        parse(noop(501).as_bytes()).unwrap_err().kind(),
        Kind::LineTooLong
    );
    assert_eq!(
        parse(noop(100_000).as_bytes()).unwrap_err().kind(),
        Kind::LineTooLong
    );
    let auth = |n: usize| format!("AUTH PLAIN {}", "AAAA".repeat(n));
    assert!(parse(auth(3_068).as_bytes()).is_ok());
    assert_eq!(
        parse(auth(3_069).as_bytes()).unwrap_err().kind(),
        Kind::LineTooLong
    );
}

#[test]
fn responses_are_read() {
    assert_eq!(parse_auth_response(b"*\r\n"), Ok(None));
    assert_eq!(parse_auth_response(b""), Ok(Some(Secret::from(""))));
    assert_eq!(parse_auth_response(b"YW5u"), Ok(Some(Secret::from("ann"))));
    assert_eq!(
        parse_auth_response(b"YW5").unwrap_err().kind(),
        Kind::Base64
    );
    assert_eq!(
        parse_auth_response(&[b'A'; 12_288]).unwrap_err().kind(),
        Kind::LineTooLong
    );
}
