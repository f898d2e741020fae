//! The reading side: octets to replies, each judged when it begins.

use super::Pipeline;
use crate::reply::{Parser, ReplyError, ReplyLimits, ReplyRef};

/// The parser, and what is known of the reply that it is in the middle of.
pub(crate) struct Input {
    parser: Parser,
    /// The reply whose beginning is held began before there was a command for it.
    early: bool,
}

impl Input {
    pub(crate) fn new(limits: ReplyLimits) -> Self {
        Self {
            parser: Parser::new(limits),
            early: false,
        }
    }

    /// Takes octets off `input` until a reply is whole, and the command that it answers off the queue. There is none
    /// when the reply began before the last octet of the oldest command was among the `sent` ones.
    pub(crate) fn take<'a, T: Copy>(
        &'a mut self,
        input: &mut &[u8],
        awaited: &mut Pipeline<T>,
        sent: u64,
    ) -> Result<Option<(Option<T>, ReplyRef<'a>)>, ReplyError> {
        // Judged at the first octet: between it and the last, the command it seems to answer may have gone out.
        if !input.is_empty() && self.parser.is_empty() {
            self.early = !awaited.expects_reply(sent);
        }
        let Some(reply) = self.parser.parse(input)? else {
            return Ok(None);
        };
        let asked = if self.early {
            None
        } else {
            awaited.answer(sent)
        };
        Ok(Some((asked, reply)))
    }

    /// Holds the beginning of a reply that nobody asked for: it is to be heard out before anything else is said.
    pub(crate) fn hears_unasked(&self) -> bool {
        self.early && !self.parser.is_empty()
    }

    pub(crate) const fn parser(&self) -> &Parser {
        &self.parser
    }
}
