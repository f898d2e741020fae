//! Which mechanisms may be used, best first.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use super::{BuiltIn, Credentials, Exchange, Mechanism, Start};
use crate::error::AuthFailure;

/// The mechanisms that a session may use, best first. The first that the server offers, that can be spoken as things stand and
/// that takes the credentials is used, and no other after a refusal, unless
/// [`Config::try_next_mechanism`](crate::Config::try_next_mechanism) says so.
///
/// By default all of [`BuiltIn::ALL`], in that order; without TLS those that show the secret come last.
///
/// ```
/// use posthaste_proto::sasl::{BuiltIn, Preference};
/// assert_eq!(Preference::default().names().last(), Some("ANONYMOUS"));
/// assert_eq!(Preference::only([BuiltIn::Login, BuiltIn::Plain]).names().collect::<Vec<_>>(), ["LOGIN", "PLAIN"]);
/// assert!(!Preference::default().without(BuiltIn::Login).names().any(|name| name == "LOGIN"));
/// ```
#[derive(Clone)]
pub struct Preference {
    entries: Vec<Entry>,
    /// The caller's own order, which stands in clear too.
    chosen: bool,
}

#[derive(Clone)]
pub(crate) enum Entry {
    BuiltIn(BuiltIn),
    Own(Arc<dyn Mechanism>),
}

impl Preference {
    /// These built-in mechanisms and no others, in this order.
    #[must_use]
    pub fn only(mechanisms: impl IntoIterator<Item = BuiltIn>) -> Self {
        Self {
            entries: mechanisms.into_iter().map(Entry::BuiltIn).collect(),
            chosen: true,
        }
    }

    /// All but this one.
    #[must_use]
    pub fn without(mut self, mechanism: BuiltIn) -> Self {
        self.entries
            .retain(|entry| !matches!(entry, Entry::BuiltIn(one) if *one == mechanism));
        self
    }

    /// A mechanism of one's own, before all others.
    #[must_use]
    pub fn first(mut self, mechanism: impl Mechanism + 'static) -> Self {
        self.entries.insert(0, Entry::Own(Arc::new(mechanism)));
        self
    }

    /// A mechanism of one's own, after all others.
    #[must_use]
    pub fn last(mut self, mechanism: impl Mechanism + 'static) -> Self {
        self.entries.push(Entry::Own(Arc::new(mechanism)));
        self
    }

    /// Their names, best first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(Entry::name)
    }

    /// Those that pass the test, best first.
    pub(crate) fn select(&self, encrypted: bool, test: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let mut chosen: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| test(entry))
            .cloned()
            .collect();
        if !encrypted && !self.chosen {
            chosen.sort_by_key(
                |entry| matches!(entry, Entry::BuiltIn(one) if one.shows_the_secret()),
            );
        }
        chosen
    }
}

impl Default for Preference {
    fn default() -> Self {
        let mut all = Self::only(BuiltIn::ALL.iter().copied());
        all.chosen = false;
        all
    }
}

impl fmt::Debug for Preference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl Entry {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::BuiltIn(mechanism) => mechanism.name(),
            Self::Own(mechanism) => mechanism.name().as_str(),
        }
    }

    pub(crate) fn is_possible(&self, entropy: bool, binding: bool) -> bool {
        match self {
            Self::BuiltIn(mechanism) => mechanism.is_possible(entropy, binding),
            Self::Own(_) => true,
        }
    }

    pub(crate) fn takes(&self, credentials: &Credentials) -> bool {
        match self {
            Self::BuiltIn(mechanism) => mechanism.takes(credentials),
            Self::Own(mechanism) => mechanism.takes(credentials),
        }
    }

    pub(crate) fn start(&self, start: &Start<'_>) -> Result<Box<dyn Exchange>, AuthFailure> {
        match self {
            Self::BuiltIn(mechanism) => mechanism.start(start),
            Self::Own(mechanism) => mechanism.start(start),
        }
    }
}
