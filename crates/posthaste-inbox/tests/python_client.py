"""Sends the same message through Python's smtplib: plain, STARTTLS and implicit TLS, with and without AUTH.

CRAM-MD5 is smtplib's own. SCRAM is written down here from RFC 5802 with hashlib and hmac, so that no code of the server's
judges the server.

usage: python_client.py PORT TLS_PORT CA_FILE MESSAGE_FILE
"""
import base64
import hashlib
import hmac
import smtplib
import ssl
import sys

port, tls_port, ca, message = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], open(sys.argv[4], "rb").read()
context = ssl.create_default_context(cafile=ca)



class Scram:
    """What smtplib's auth() calls with each challenge, first with None."""

    def __init__(self, hash_name, user, password, binding=None):
        self.hash, self.user, self.password = hash_name, user, password
        name, self.binding = binding or (None, b"")
        self.header = f"p={name},," if name else "n,,"
        self.bare, self.signature, self.proved = f"n={user},r=fyko+d2lbbFgONRv9qkxdawL", None, False

    def hmac(self, key, message):
        return hmac.new(key, message, self.hash).digest()

    def __call__(self, challenge=None):
        if not challenge:
            return self.header + self.bare
        challenge = challenge.decode()
        if challenge.startswith("v="):
            assert base64.b64decode(challenge[2:]) == self.signature, challenge
            self.proved = True
            return ""
        nonce, salt, iterations = (field[2:] for field in challenge.split(","))
        assert int(iterations) == 4096, challenge
        salted = hashlib.pbkdf2_hmac(self.hash, self.password.encode(), base64.b64decode(salt), int(iterations))
        bound = base64.b64encode(self.header.encode() + self.binding).decode()
        last = f"c={bound},r={nonce}"
        message = f"{self.bare},{challenge},{last}".encode()
        key = self.hmac(salted, b"Client Key")
        mask = self.hmac(hashlib.new(self.hash, key).digest(), message)
        self.signature = self.hmac(self.hmac(salted, b"Server Key"), message)
        return last + ",p=" + base64.b64encode(bytes(a ^ b for a, b in zip(key, mask))).decode()


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

with smtplib.SMTP_SSL("localhost", tls_port, "client.example.org", timeout=30, context=context) as smtp:
    smtp.user, smtp.password = "ann", "secret"
    smtp.ehlo()
    assert "CRAM-MD5" in smtp.esmtp_features["auth"].split()
    assert smtp.auth("CRAM-MD5", smtp.auth_cram_md5)[0] == 235
    smtp.sendmail("ann@example.org", ["bob@example.net"], message)

for mechanism, name, binds in [
    ("SCRAM-SHA-1", "sha1", False),
    ("SCRAM-SHA-256", "sha256", False),
    ("SCRAM-SHA-512", "sha512", False),
    ("SCRAM-SHA-1-PLUS", "sha1", True),
    ("SCRAM-SHA-256-PLUS", "sha256", True),
    ("SCRAM-SHA-512-PLUS", "sha512", True),
]:
    with smtplib.SMTP_SSL("localhost", tls_port, "client.example.org", timeout=30, context=context) as smtp:
        smtp.ehlo()
        certificate = hashlib.sha256(smtp.sock.getpeercert(binary_form=True)).digest()
        binding = ("tls-server-end-point", certificate) if binds else None
        try:
            smtp.auth(mechanism, Scram(name, "ann", "wrong", binding))
            raise SystemExit("the wrong password was taken")
        except smtplib.SMTPAuthenticationError as error:
            assert error.smtp_code == 535, error
        scram = Scram(name, "ann", "secret", binding)
        assert smtp.auth(mechanism, scram)[0] == 235 and scram.proved, mechanism

with smtplib.SMTP_SSL("localhost", tls_port, "client.example.org", timeout=30, context=context) as smtp:
    smtp.ehlo()
    assert smtp.auth("XOAUTH2", lambda _=None: "user=ann\1auth=Bearer secret\1\1")[0] == 235
