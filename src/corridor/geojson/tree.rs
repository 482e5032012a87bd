//! Coordinates before anybody knows what geometry they belong to: its type may come after them.

use std::fmt::Write;
use std::mem;

use serde::de::SeqAccess;
use serde_json::Value;

use super::properties::{SHOWN_MAX, cut, shown};
use super::sink::{Fill, Sink};

/// The coordinates of a geometry as they stand in a file, whatever its type turns out to be.
///
/// A list of a million positions takes 16 bytes for each.
#[derive(Debug, Default)]
pub(super) enum Coordinates {
    /// There are none.
    #[default]
    Absent,
    /// A number.
    Number(f64),
    /// A list of two numbers or more, of which the first two count.
    Position([f64; 2]),
    /// A list of nothing but positions, at least one.
    Positions(Vec<[f64; 2]>),
    /// Any other list.
    List(Vec<Coordinates>),
    /// Anything else, as a message shows it.
    Other(Box<str>),
}

impl Sink for Coordinates {
    fn list<'de, A: SeqAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let mut list = Gathered::Nothing;
        let mut entry = Self::Absent;
        while entries.next_element_seed(Fill(&mut entry))?.is_some() {
            list = list.and(mem::take(&mut entry));
        }
        *self = list.finish();
        Ok(())
    }

    fn other(&mut self, value: Value) {
        *self = match value.as_f64() {
            Some(number) => Self::Number(number),
            None => Self::Other(shown(&value).into_boxed_str()),
        };
    }
}

/// A list that is being read.
enum Gathered {
    Nothing,
    /// The first two numbers, and how many there were.
    Numbers([f64; 2], usize),
    Positions(Vec<[f64; 2]>),
    List(Vec<Coordinates>),
}

impl Gathered {
    #[inline]
    fn and(self, entry: Coordinates) -> Self {
        match (self, entry) {
            (Self::Nothing, Coordinates::Number(number)) => Self::Numbers([number; 2], 1),
            (Self::Numbers([first, _], 1), Coordinates::Number(number)) => {
                Self::Numbers([first, number], 2)
            }
            (Self::Numbers(pair, count), Coordinates::Number(_)) => Self::Numbers(pair, count + 1),
            (Self::Nothing, Coordinates::Position(pair)) => Self::Positions(vec![pair]),
            (Self::Positions(mut pairs), Coordinates::Position(pair)) => {
                pairs.push(pair);
                Self::Positions(pairs)
            }
            (gathered, entry) => {
                let mut list = gathered.into_list();
                list.push(entry);
                Self::List(list)
            }
        }
    }

    fn finish(self) -> Coordinates {
        match self {
            Self::Numbers(pair, count) if 1 < count => Coordinates::Position(pair),
            Self::Positions(pairs) => Coordinates::Positions(pairs),
            Self::Nothing | Self::Numbers(..) | Self::List(_) => {
                Coordinates::List(self.into_list())
            }
        }
    }

    fn into_list(self) -> Vec<Coordinates> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Numbers(pair, count) => {
                let numbers = pair.into_iter().take(count);
                numbers.map(Coordinates::Number).collect()
            }
            Self::Positions(pairs) => pairs.into_iter().map(Coordinates::Position).collect(),
            Self::List(list) => list,
        }
    }
}

impl Coordinates {
    /// Writes them for a message, their start if they are long.
    pub(super) fn shown(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        cut(text)
    }

    fn write(&self, text: &mut String) {
        match self {
            Self::Absent => text.push_str("null"),
            Self::Number(number) => write_number(*number, text),
            Self::Position(pair) => write_list(pair, text, |number, text| {
                write_number(*number, text);
            }),
            Self::Positions(pairs) => write_list(pairs, text, |pair, text| {
                Self::Position(*pair).write(text);
            }),
            Self::List(list) => write_list(list, text, Self::write),
            Self::Other(other) => text.push_str(other),
        }
    }
}

fn write_number(number: f64, text: &mut String) {
    write!(text, "{number}").expect("a String takes all that is written");
}

/// Writes as much of a list as a message could show.
fn write_list<T>(list: &[T], text: &mut String, write: impl Fn(&T, &mut String)) {
    text.push('[');
    for (nth, entry) in list.iter().enumerate() {
        if SHOWN_MAX < text.len() {
            break;
        }
        if 0 < nth {
            text.push(',');
        }
        write(entry, text);
    }
    text.push(']');
}
