//! Commands and their replies, but for AUTH and the content.

use posthaste_proto::address::{ForwardPath, ReversePath};
use posthaste_proto::command::{
    self, Argument, Body, Command, CommandErrorKind, MailParameters, RcptParameters,
};

use super::content::too_large;
use super::{Hello, Mode, Session, Transaction};
use crate::config::Extension;
use crate::fault::Stage;
use crate::reply::Reply;
use crate::sasl::Mechanism;

impl Session {
    pub(super) fn command(&mut self, line: &[u8]) {
        let command = match command::parse(line) {
            Ok(command) => command,
            Err(error) => {
                self.refuse(error.kind());
                let verb = line.split(|octet| matches!(octet, b' ' | b'\t')).next();
                if verb.is_some_and(|verb| verb.eq_ignore_ascii_case(b"BDAT")) {
                    // What follows is content, of a length that was not understood. Taken for commands, it would let
                    // whoever wrote the message speak as the client.
                    self.close();
                }
                return;
            }
        };
        if self.turned_away && !matches!(command, Command::Quit | Command::Bdat { .. }) {
            return self.say(&Self::no_service());
        }
        match command {
            Command::Ehlo(name) => self.ehlo(&name),
            Command::Helo(name) => self.helo(&name),
            Command::Mail {
                reverse_path,
                parameters,
            } => self.mail(reverse_path, parameters),
            Command::Rcpt {
                forward_path,
                parameters,
            } => self.rcpt(forward_path, parameters),
            Command::Data => self.data(),
            Command::Bdat { size, last } => self.bdat(size, last),
            Command::Rset => {
                self.reset();
                self.reply_at(Stage::Rset, Reply::own(250, "2.0.0 ok"));
            }
            Command::Noop(_) => {
                self.reply_at(Stage::Noop, Reply::own(250, "2.0.0 ok"));
            }
            Command::Quit => {
                self.reply_at(Stage::Quit, Reply::own(221, "2.0.0 bye"));
                self.close();
            }
            Command::Vrfy(_) => self.reply(252, "2.5.2 cannot verify, will take mail for everyone"),
            Command::Help(_) => self.reply(214, "2.0.0 see RFC 5321"),
            Command::StartTls => self.starttls(),
            Command::Auth {
                mechanism,
                initial_response,
            } => self.auth(&mechanism, initial_response),
            Command::Lhlo(_) => self.reply(500, "5.5.1 this is SMTP: EHLO"),
            Command::Expn(_) | _ => self.reply(502, "5.5.1 not implemented"),
        }
    }

    /// To whom the greeting turned away (RFC 5321 3.1).
    pub(super) fn no_service() -> Reply {
        Reply::own(503, "5.5.1 no service for you: QUIT")
    }

    fn refuse(&mut self, kind: CommandErrorKind) {
        self.say(&Reply::own(
            kind.code(),
            format!("{} {kind}", kind.enhanced()),
        ));
    }

    fn ehlo(&mut self, name: &Argument) {
        let mut lines = vec![self.config.name_text()];
        let mut offer = |extension, line: String| {
            if self.config.offers(extension) {
                lines.push(line);
            }
        };
        offer(Extension::Pipelining, "PIPELINING".into());
        offer(Extension::Size, format!("SIZE {}", self.config.max_size));
        offer(Extension::EightBitMime, "8BITMIME".into());
        offer(Extension::SmtpUtf8, "SMTPUTF8".into());
        offer(Extension::Chunking, "CHUNKING".into());
        offer(Extension::BinaryMime, "BINARYMIME".into());
        offer(Extension::EnhancedStatusCodes, "ENHANCEDSTATUSCODES".into());
        if self.config.starttls && self.tls.is_none() {
            lines.push("STARTTLS".into());
        }
        let mechanisms = self.mechanisms();
        if !mechanisms.is_empty() {
            let names: Vec<_> = mechanisms.into_iter().map(Mechanism::name).collect();
            lines.push(format!("AUTH {}", names.join(" ")));
        }
        self.hello(Stage::Ehlo, name, &lines.join("\n"));
    }

    fn helo(&mut self, name: &Argument) {
        let text = self.config.name_text();
        self.hello(Stage::Helo, name, &text);
    }

    fn hello(&mut self, stage: Stage, name: &Argument, text: &str) {
        self.reset();
        if self
            .reply_at(stage, Reply::own(250, text))
            .is_some_and(|code| code / 100 == 2)
        {
            self.hello = Some(Hello {
                name: name.to_string(),
                esmtp: stage == Stage::Ehlo,
            });
        }
    }

    fn mail(&mut self, reverse_path: ReversePath, parameters: MailParameters) {
        let Some(hello) = &self.hello else {
            return self.reply(503, "5.5.1 EHLO first");
        };
        if self.transaction.is_some() {
            return self.reply(503, "5.5.1 a transaction is open: RSET first");
        }
        if self.config.tls_required && self.tls.is_none() {
            return self.reply(530, "5.7.0 STARTTLS first");
        }
        if self.config.auth_required && self.auth.is_none() {
            return self.reply(530, "5.7.0 authentication required");
        }
        if !hello.esmtp && parameters != MailParameters::new() || !self.knows(&parameters) {
            return self.refuse(CommandErrorKind::UnknownParameter);
        }
        if !reverse_path.is_ascii() && !parameters.smtputf8() {
            return self.reply(553, "5.6.7 an address in UTF-8 needs SMTPUTF8");
        }
        if parameters
            .size()
            .is_some_and(|size| size > self.config.max_size)
        {
            let max_size = self.config.max_size;
            return self.say(&too_large(max_size));
        }
        if self
            .reply_at(Stage::Mail, Reply::own(250, "2.1.0 ok"))
            .is_some_and(|code| code / 100 == 2)
        {
            self.transaction = Some(Transaction {
                reverse_path,
                parameters,
                recipients: Vec::new(),
                chunked: false,
            });
        }
    }

    /// Whether all parameters belong to extensions that are offered.
    fn knows(&self, parameters: &MailParameters) -> bool {
        let offers = |extension| self.config.offers(extension);
        let body = match parameters.body() {
            None => true,
            Some(Body::SevenBit | Body::EightBitMime) => offers(Extension::EightBitMime),
            Some(Body::BinaryMime) => offers(Extension::BinaryMime),
        };
        // AUTH= of RFC 4954 5 belongs to AUTH.
        let mut other = parameters.other().iter();
        body && (parameters.size().is_none() || offers(Extension::Size))
            && (!parameters.smtputf8() || offers(Extension::SmtpUtf8))
            && other.all(|parameter| parameter.keyword().as_str() == "AUTH" && self.offers_auth())
    }

    fn rcpt(&mut self, forward_path: ForwardPath, parameters: RcptParameters) {
        let Some(transaction) = &self.transaction else {
            return self.reply(503, "5.5.1 MAIL first");
        };
        if transaction.chunked {
            return self.reply(503, "5.5.1 the content has begun");
        }
        if parameters != RcptParameters::new() {
            return self.refuse(CommandErrorKind::UnknownParameter);
        }
        if !forward_path.is_ascii() && !transaction.parameters.smtputf8() {
            return self.reply(553, "5.6.7 an address in UTF-8 needs SMTPUTF8");
        }
        if transaction.recipients.len() >= self.config.max_recipients {
            return self.reply(452, "4.5.3 too many recipients");
        }
        if let Some(reply) = self.config.faults.recipient(&forward_path).cloned() {
            self.say(&reply);
            if !reply.is_positive() {
                return;
            }
        } else if self
            .reply_at(Stage::Rcpt, Reply::own(250, "2.1.5 ok"))
            .is_none_or(|code| code / 100 != 2)
        {
            return;
        }
        if let Some(transaction) = &mut self.transaction {
            transaction.recipients.push((forward_path, parameters));
        }
    }

    fn starttls(&mut self) {
        if !self.config.starttls {
            return self.reply(502, "5.5.1 STARTTLS is not offered");
        }
        if self.tls.is_some() {
            return self.reply(503, "5.5.1 TLS is on already");
        }
        if !self.input.is_empty() {
            // Nothing may follow STARTTLS before the handshake (RFC 3207 4); what does is an injection, or as good as.
            self.reply(554, "5.5.1 octets came behind STARTTLS");
            return self.close();
        }
        let code = self.reply_at(Stage::StartTls, Reply::own(220, "2.0.0 ready for TLS"));
        if code == Some(220) && !self.closing {
            self.reset();
            self.mode = Mode::StartTls;
        }
    }
}
