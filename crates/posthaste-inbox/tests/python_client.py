"""Sends the same message through Python's smtplib: plain, STARTTLS and implicit TLS, with and without AUTH.

usage: python_client.py PORT TLS_PORT CA_FILE MESSAGE_FILE
"""
import smtplib
import ssl
import sys

port, tls_port, ca, message = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], open(sys.argv[4], "rb").read()
context = ssl.create_default_context(cafile=ca)

with smtplib.SMTP("127.0.0.1", port, "client.example.org", timeout=30) as smtp:
    refused = smtp.sendmail("ann@example.org", ["bob@example.net", "nobody@example.net"], message)
    assert refused == {"nobody@example.net": (550, b"5.1.1 no such user")}, refused

with smtplib.SMTP("localhost", port, "client.example.org", timeout=30) as smtp:
    smtp.ehlo()
    assert not smtp.has_extn("auth")
    assert smtp.starttls(context=context)[0] == 220
    smtp.ehlo()
    assert smtp.has_extn("auth") and not smtp.has_extn("starttls")
    try:
        smtp.login("ann", "wrong", initial_response_ok=True)
        raise SystemExit("the wrong password was taken")
    except smtplib.SMTPAuthenticationError as error:
        assert error.smtp_code == 535 and error.smtp_error.startswith(b"5.7.8"), error
    smtp.login("ann", "secret")
    smtp.sendmail("ann@example.org", ["bob@example.net"], message, mail_options=["BODY=8BITMIME"])

with smtplib.SMTP_SSL("localhost", tls_port, "client.example.org", timeout=30, context=context) as smtp:
    smtp.user, smtp.password = "ann", "secret"
    smtp.ehlo()
    assert smtp.auth("LOGIN", smtp.auth_login)[0] == 235
    smtp.sendmail("jürgen@example.org", ["用户@example.net"], message, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
