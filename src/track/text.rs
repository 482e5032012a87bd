//! Short texts of fixed room, such as a callsign.

use std::fmt;

/// A text of printable ASCII, at most `N` characters and never empty, without a heap allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    /// Reads a field that ends with its first zero byte, or where it has no more room.
    ///
    /// Padding behind the text is left out: spaces, and the `@` of AIS. A field that holds
    /// nothing else, or anything but printable ASCII, is no text.
    #[must_use]
    pub fn read(field: [u8; N]) -> Option<Self> {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(N);
        let length = field[..end]
            .iter()
            .rposition(|byte| !matches!(byte, b' ' | b'@'))?
            + 1;
        let is_printable = |byte: &u8| matches!(byte, b' '..=b'~');
        field[..length].iter().all(is_printable).then_some(Self {
            bytes: field,
            length,
        })
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", self.as_str())
    }
}

#[cfg(test)]
impl<const N: usize> serde::Serialize for Text<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_and_what_stands_behind_a_zero_is_no_part_of_a_text() {
        check(*b"AFR12KL ", Some("AFR12KL"));
        check(*b"AB  \0xyz", Some("AB"));
        check(*b"DE@@@@@@", Some("DE"));
        check(*b"A B@C   ", Some("A B@C"));
        check(*b"ABCDEFGH", Some("ABCDEFGH"));
    }

    #[test]
    fn a_field_without_a_text_is_absent() {
        check([0; 8], None);
        check(*b"        ", None);
        check(*b"@@@@@@@@", None);
        check(*b"\0ABCDEFG", None);
        check(*b"AB\x07CDEFG", None);
        check([0xff; 8], None);
    }

    #[track_caller]
    fn check(field: [u8; 8], expected: Option<&str>) {
        let text = Text::read(field);
        assert_eq!(text.as_ref().map(Text::as_str), expected, "{field:?}");
    }
}
