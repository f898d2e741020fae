//! What a server's LIMITS (RFC 9422) still allow in this session.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString as _};
use core::num::NonZeroUsize;

use super::config::RecipientPolicy;
use super::report::Fate;
use super::transaction::Transaction;
use crate::address::{ForwardPath, Mailbox};
use crate::capability::ServerLimits;
use crate::error::{Cause, OverLimit};

/// What was used of it.
#[derive(Default)]
pub(super) struct Allowance {
    messages: usize,
    /// Domains of recipients, in lower case. Empty when the server does not limit them.
    domains: BTreeSet<String>,
}

impl Allowance {
    /// A higher RCPTDOMAINMAX is as good as none: the session does not remember more domains than that.
    const DOMAINS_KEPT: usize = 1000;

    /// Counts a transaction, and gives everyone who is beyond a limit that fate. What remains is sent.
    pub(super) fn take(
        &mut self,
        limits: &ServerLimits,
        policy: RecipientPolicy,
        transaction: &mut Transaction,
    ) {
        let over = |limit| Fate::NotSent(Cause::OverLimit(limit));
        if let Some(most) = limits.messages.map(NonZeroUsize::get)
            && self.messages >= most
        {
            return transaction.decide(&over(OverLimit::Messages(most)));
        }
        let domains = limits
            .domains
            .map(NonZeroUsize::get)
            .filter(|most| *most <= Self::DOMAINS_KEPT);
        let (mut taken, mut refused, mut new) = (0, false, BTreeSet::new());
        let paths = transaction.envelope.recipients().iter();
        // The same recipient once more is not asked for, and counts for nothing.
        let asked = transaction.recipients.iter_mut().zip(paths);
        for (slot, path) in asked.filter(|(slot, _)| slot.same_as.is_none()) {
            let limit = match (limits.recipients.map(NonZeroUsize::get), domains) {
                (Some(most), _) if taken >= most => Some(OverLimit::Recipients(most)),
                (_, Some(most)) if !self.takes_domain(path, most, &mut new) => {
                    Some(OverLimit::Domains(most))
                }
                _ => None,
            };
            match limit {
                Some(limit) => {
                    slot.fate = Some(over(limit));
                    refused = true;
                }
                None => taken += 1,
            }
        }
        if taken == 0 || refused && policy == RecipientPolicy::All {
            transaction.decide(&Fate::NotSent(Cause::RecipientPolicy));
        } else {
            self.messages += 1;
            self.domains.append(&mut new);
        }
    }

    /// Whether this recipient's domain is, or may become, one of the session's; it is among `new` then.
    fn takes_domain(&self, path: &ForwardPath, most: usize, new: &mut BTreeSet<String>) -> bool {
        let Some(domain) = path.mailbox().map(Mailbox::domain) else {
            return true;
        };
        let domain = domain.to_string().to_ascii_lowercase();
        if self.domains.contains(&domain) || new.contains(&domain) {
            return true;
        }
        let fits = self.domains.len() + new.len() < most;
        if fits {
            new.insert(domain);
        }
        fits
    }
}
