use super::*;

/// `C` and `S` lines, as one side after the other says them, split into pieces of `step` octets.
fn play(transcript: &mut Transcript, script: &[(char, &str)], step: usize) -> String {
    let mut shown = String::new();
    for (who, text) in script {
        for piece in text.as_bytes().chunks(step) {
            let lines = match who {
                'C' => transcript.sent(Duration::ZERO, piece),
                _ => transcript.received(Duration::ZERO, piece),
            };
            for line in lines {
                shown.push_str(&line.to_string()[9..]);
                shown.push('\n');
            }
        }
    }
    shown
}

const LOGIN: &[(char, &str)] = &[
    ('S', "220 mx\r\n"),
    ('C', "EHLO me\r\n"),
    ('S', "250-mx\r\n250 AUTH LOGIN PLAIN\r\n"),
    ('C', "auth login\r\n"),
    ('S', "334 VXNlcm5hbWU6\r\n"),
    ('C', "YW5u\r\n"),
    ('S', "334 UGFzc3dvcmQ6\r\n"),
    ('C', "c2VjcmV0IQ==\r\n"),
    ('S', "535 5.7.8 no c2VjcmV0IQ== secret!\r\n"),
    ('C', "AUTH PLAIN AGFubgBzZWNyZXQh\r\n"),
    ('S', "235 ok\r\n"),
    ('C', "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"),
    ('S', "250 ok\r\n550 no\r\n354 go\r\n"),
    (
        'C',
        "secret! Subject: x\r\n\r\nAUTH PLAIN abc\r\n..\r\n.\r\nQUIT\r\n",
    ),
    ('S', "250 ok\r\n221 bye\r\n"),
];

const SHOWN: &str = "\
< 220 mx
> EHLO me
< 250-mx
< 250 AUTH LOGIN PLAIN
> AUTH login
< 334 VXNlcm5hbWU6
> <redacted>
< 334 UGFzc3dvcmQ6
> <redacted>
! 535 5.7.8 no *** ***
> AUTH PLAIN <redacted>
< 235 ok
> MAIL FROM:<a@b>
> RCPT TO:<c@d>
> DATA
< 250 ok
! 550 no
< 354 go
> <content 42 bytes>
> QUIT
< 250 ok
< 221 bye
";

#[test]
fn credentials_are_left_out_by_their_place() {
    let server: Server = "smtp://ann:secret!@localhost".parse().unwrap();
    for step in 1..100 {
        let mut transcript = Transcript::new().masking(&server);
        assert_eq!(play(&mut transcript, LOGIN, step), SHOWN, "{step}");
    }
}

#[test]
fn without_knowing_the_password_its_places_are_still_empty() {
    let mut transcript = Transcript::new().content(ContentLines::All);
    let shown = play(&mut transcript, LOGIN, 7);
    assert!(
        !shown.contains("YW5u") && !shown.contains("> c2Vj") && !shown.contains("AGFubg"),
        "{shown}"
    );
    assert!(
        shown.contains("> AUTH PLAIN abc\n> ..\n> .\n> QUIT\n"),
        "{shown}"
    );
}

/// RFC 5802: with the salt and the server's signature anyone can try passwords.
#[test]
fn what_a_server_says_in_scram_is_left_out() {
    for (auth, signed) in [
        ("AUTH SCRAM-SHA-256 biwsbj1hbm4=\r\n", true),
        ("auth scram-sha-1\r\n", false),
    ] {
        let mut script = vec![
            ('S', "220 mx\r\n"),
            ('C', auth),
            ('S', "334 cj1hLHM9UVE9PSxpPTQwOTY=\r\n"),
            ('C', "Yz1iaXdz\r\n"),
        ];
        if signed {
            script.extend([('S', "235 2.7.0 dj1VMmxuYm1Waw== welcome\r\n")]);
        } else {
            script.extend([
                ('S', "334 dj1VMmxuYm1Waw==\r\n"),
                ('C', "\r\n"),
                ('S', "235 2.7.0 welcome\r\n"),
            ]);
        }
        script.extend([('C', "NOOP\r\n"), ('S', "250 2.0.0 dj1 is no secret\r\n")]);
        for step in 1..40 {
            let shown = play(&mut Transcript::new(), &script, step);
            for hidden in ["cj1h", "dj1V", "Yz1i", "biws"] {
                assert!(!shown.contains(hidden), "{step}: {shown}");
            }
            assert!(shown.contains("< 334 <redacted>\n"), "{shown}");
            let end = if signed {
                "<redacted> welcome"
            } else {
                "welcome"
            };
            let end = format!("< 235 2.7.0 {end}\n> NOOP\n< 250 2.0.0 dj1 is no secret\n");
            assert!(shown.ends_with(&end), "{shown}");
        }
    }
}

#[test]
fn blank_lines_of_a_server_answer_nothing() {
    let script: &[(char, &str)] = &[
        ('C', "AUTH LOGIN\r\n"),
        ('S', "\r\n334 VXNlcm5hbWU6\r\n"),
        ('C', "YW5u\r\n"),
        ('S', "\r\n334 UGFzc3dvcmQ6\r\n"),
        ('C', "aHVudGVyMg==\r\n"),
        ('S', "235 ok\r\n"),
        ('C', "DATA\r\n"),
        ('S', "\r\n354 go\r\n"),
        ('C', "Subject: private\r\n.\r\nQUIT\r\n"),
    ];
    for step in 1..60 {
        let shown = play(&mut Transcript::new(), script, step);
        for hidden in ["YW5u", "aHVudGVyMg==", "private"] {
            assert!(!shown.contains(hidden), "{step}: {shown}");
        }
        assert!(shown.contains("QUIT"), "{step}: {shown}");
    }
}

#[test]
fn chunks_are_counted_and_refused_data_is_no_content() {
    let mut transcript = Transcript::new();
    let script = [
        ('S', "220 mx\r\n"),
        (
            'C',
            "MAIL FROM:<a@b>\r\nBDAT 9\r\nAUTH x\r\n\nBDAT 2 LAST\r\nabQUIT\r\n",
        ),
        ('S', "250 a\r\n250 b\r\n250 c\r\n"),
        ('S', "221 d\r\n"),
    ];
    let shown = play(&mut transcript, &script, 3);
    let said: Vec<_> = shown.lines().filter(|line| line.starts_with('>')).collect();
    assert_eq!(
        said,
        [
            "> MAIL FROM:<a@b>",
            "> BDAT 9",
            "> <content 9 bytes>",
            "> BDAT 2 LAST",
            "> <content 2 bytes>",
            "> QUIT"
        ]
    );

    let mut transcript = Transcript::new();
    let script = [
        ('S', "220 mx\r\n"),
        ('C', "DATA\r\n"),
        ('S', "503 no\r\n"),
        ('C', "QUIT\r\n"),
        ('S', "221 bye\r\n"),
    ];
    assert!(play(&mut transcript, &script, 4).contains("> QUIT"));
}

/// RFC 2033 section 4.2: a reply for each recipient, while the next message rides behind the end of this one.
#[test]
fn lmtp_answers_the_end_once_for_each_recipient() {
    let script: &[(char, &str)] = &[
        ('S', "220 mx\r\n"),
        ('C', "LHLO me\r\n"),
        ('S', "250 mx\r\n"),
        (
            'C',
            "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@d>\r\nRCPT TO:<f@d>\r\nDATA\r\n",
        ),
        ('S', "250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n"),
        (
            'C',
            "private 1\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
        ),
        ('S', "250 ok\r\n452 full\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        ('C', "private 2\r\n.\r\nQUIT\r\n"),
        ('S', "250 ok\r\n221 bye\r\n"),
    ];
    for step in 1..60 {
        let shown = play(&mut Transcript::new(), script, step);
        assert!(!shown.contains("private"), "{step}: {shown}");
        assert_eq!(shown.matches("<content 11 bytes>").count(), 2, "{shown}");
        assert!(shown.contains("> QUIT\n"), "{step}: {shown}");
    }
}

#[test]
fn what_was_cut_short_is_named_not_shown() {
    let mut transcript = Transcript::new();
    play(
        &mut transcript,
        &[
            ('S', "220 mx\r\n"),
            ('C', "AUTH PLAIN AGFubgBz"),
            ('S', "42"),
        ],
        5,
    );
    let lines = transcript.notice(Duration::ZERO, &Notice::Closed);
    let shown: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(shown, ["<part of a line was sent>", "42", "closed"]);

    let script = [
        ('S', "220 mx\r\n"),
        ('C', "AUTH SCRAM-SHA-1 biws\r\n"),
        ('S', "334 cj1hLHM9"),
    ];
    let mut transcript = Transcript::new();
    play(&mut transcript, &script, 5);
    let lines = transcript.notice(Duration::ZERO, &Notice::Closed);
    assert_eq!(lines[0].text, "334 <redacted>");
}

/// A CRAM-MD5 response and a challenge that is known let anyone guess passwords: it is masked where the server repeats it.
#[test]
fn a_response_that_the_server_repeats_is_masked() {
    let script = [
        ('S', "220 mx\r\n"),
        ('C', "EHLO me\r\n"),
        ('S', "250 AUTH CRAM-MD5\r\n"),
        ('C', "AUTH CRAM-MD5\r\n"),
        ('S', "334 PDE4OTYuNjk3QG14Pg==\r\n"),
        ('C', "YW5uIGIxMjM0NTY3ODkwYWJjZGVm\r\n"),
        ('S', "535 you said YW5uIGIxMjM0NTY3ODkwYWJjZGVm\r\n"),
        ('C', "AUTH X-OWN dGhlIHdob2xlIHNlY3JldA==\r\n"),
        ('S', "504 AUTH X-OWN dGhlIHdob2xlIHNlY3JldA==\r\n"),
    ];
    for step in [1, 7, 1000] {
        let shown = play(&mut Transcript::new(), &script, step);
        assert!(shown.contains("535 you said ***"), "{shown}");
        assert!(shown.contains("504 AUTH X-OWN ***"), "{shown}");
    }
}
