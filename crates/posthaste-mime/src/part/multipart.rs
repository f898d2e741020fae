//! Multiparts (RFC 2046 section 5.1), nested as the content asks for.
//!
//! ```text
//! multipart/mixed                 when there are attachments
//! +- multipart/related            when there are inline parts
//! |  +- multipart/alternative     when there are text and HTML
//! |  |  +- text/plain
//! |  |  +- text/html
//! |  +- image/png                 <img src="cid:logo">
//! +- application/pdf
//! ```

use std::sync::Arc;

use super::{Leaf, Part, boundary::Boundaries};

/// Parts under one Content-Type.
#[derive(Debug)]
pub(crate) struct Multipart {
    pub(crate) subtype: &'static str,
    pub(crate) boundary: String,
    pub(crate) parts: Vec<Part>,
}

/// Builds the tree, leaving out every multipart that is not needed.
pub(crate) fn nest(bodies: Vec<Leaf>, inline: Vec<Leaf>, attached: Vec<Leaf>, seed: &str) -> Part {
    let as_they_are = inline.iter().chain(&attached).filter_map(Leaf::as_it_is);
    let boundaries = Boundaries::apart_from(as_they_are, seed);
    let mut made = 0;
    let mut around = |subtype, parts: Vec<Part>| {
        made += 1;
        Part::Multipart(Multipart {
            subtype,
            boundary: boundaries.of(made),
            parts,
        })
    };
    let mut parts: Vec<Part> = leaves(bodies).collect();
    if parts.len() > 1 {
        parts = vec![around("alternative", parts)];
    }
    if !inline.is_empty() {
        parts.extend(leaves(inline));
        parts = vec![around("related", parts)];
    }
    if parts.len() == 1 && attached.is_empty() {
        return parts.remove(0);
    }
    parts.extend(leaves(attached));
    around("mixed", parts)
}

fn leaves(leaves: Vec<Leaf>) -> impl Iterator<Item = Part> {
    leaves.into_iter().map(|leaf| Part::Leaf(Arc::new(leaf)))
}
