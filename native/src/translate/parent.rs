//! The object that a span itself names (`translate/parent.py`).

use crate::translate::decode::Attributes;
use crate::translate::names;

/// Return the parent string of `braintrust.parent`; nothing when there is none.
pub fn named_parent<'a>(attributes: Attributes<'a>) -> Option<&'a str> {
    attributes.at(names::PARENT).text().filter(|parent| !parent.is_empty())
}
