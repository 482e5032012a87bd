//! Reads JSON straight into what it is for, so that a large file is never a tree of values.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Takes what stands at one place of a file, whatever that is.
///
/// Only text that is no JSON is an error. What a sink does not expect it takes as a value, so
/// that the rest of the file is still read.
pub(super) trait Sink {
    /// Takes an object, member by member.
    fn object<'de, A: MapAccess<'de>>(&mut self, members: A) -> Result<(), A::Error> {
        self.other(Value::deserialize(MapAccessDeserializer::new(members))?);
        Ok(())
    }

    /// Takes a list, entry by entry.
    fn list<'de, A: SeqAccess<'de>>(&mut self, entries: A) -> Result<(), A::Error> {
        self.other(Value::deserialize(SeqAccessDeserializer::new(entries))?);
        Ok(())
    }

    /// Takes everything else.
    fn other(&mut self, value: Value);
}

/// Fills a sink with the next value of a file.
pub(super) struct Fill<'a, S>(pub(super) &'a mut S);

impl<'de, S: Sink> DeserializeSeed<'de> for Fill<'_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<(), D::Error> {
        file.deserialize_any(self)
    }
}

impl<'de, S: Sink> Visitor<'de> for Fill<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.0.object(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        self.0.list(entries)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.0.other(Value::from(number));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.other(Value::from(number));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.other(Value::from(number));
        Ok(())
    }

    fn visit_bool<E>(self, word: bool) -> Result<(), E> {
        self.0.other(Value::from(word));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.other(Value::from(text));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.other(Value::Null);
        Ok(())
    }
}
