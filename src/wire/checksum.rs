//! The checksum of a frame: CRC-16/MCRF4XX, closed by one byte that stands for the message's layout.
//!
//! Source: MAVLink guide, "Packet Serialization", checksum and `CRC_EXTRA`.

use std::sync::LazyLock;

use mavlink::Message as _;
use mavlink::dialects::ardupilotmega::MavMessage;

/// How many bytes are folded at once.
const BLOCK: usize = 16;

/// What a byte does to the checksum, by how many more bytes of its block follow.
type Tables = [[u16; 256]; BLOCK];

/// `FOLD[n][byte]` is what `byte` does to the checksum if `n` more bytes of its block follow.
static FOLD: Tables = fold();

/// As many tables of zeros, for bytes that are left out, and then those of [`FOLD`].
static FOLD_OR_LEAVE_OUT: [[u16; 256]; 2 * BLOCK] = {
    let mut tables = [[0; 256]; 2 * BLOCK];
    let mut following = 0;
    while following < BLOCK {
        tables[BLOCK + following] = FOLD[following];
        following += 1;
    }
    tables
};

const fn fold() -> Tables {
    /// The polynomial x^16 + x^12 + x^5 + 1, lowest power in the highest bit.
    const POLYNOMIAL: u16 = 0x8408;
    let mut table = [[0; 256]; BLOCK];
    let mut byte = 0_u16;
    while byte < 256 {
        let mut crc = byte;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        table[0][byte as usize] = crc;
        byte += 1;
    }
    let mut following = 1;
    while following < BLOCK {
        let mut byte = 0;
        while byte < 256 {
            let crc = table[following - 1][byte];
            table[following][byte] = (crc >> 8) ^ table[0][(crc & 0xff) as usize];
            byte += 1;
        }
        following += 1;
    }
    table
}

/// Computes the checksum of `covered`, the bytes between a frame's magic and its checksum.
///
/// The bytes that fill no block come first: what is before them is known, so that nothing
/// waits for anything.
#[must_use]
pub fn checksum(covered: &[u8], extra_crc: u8) -> u16 {
    let crc = match covered.first_chunk::<BLOCK>() {
        Some(first) => {
            let (head, blocks) = covered.split_at(match covered.len() % BLOCK {
                0 => BLOCK,
                odd => odd,
            });
            let (blocks, _) = blocks.as_chunks::<BLOCK>();
            blocks
                .iter()
                .fold(fold_head(first, head.len()), |crc, block| {
                    fold_block(crc, block, &FOLD)
                })
        }
        None => covered
            .iter()
            .fold(INITIAL, |crc, byte| fold_byte(crc, *byte)),
    };
    fold_byte(crc, extra_crc)
}

/// The checksum of nothing.
const INITIAL: u16 = u16::MAX;

fn fold_byte(crc: u16, byte: u8) -> u16 {
    let [low, high] = crc.to_le_bytes();
    u16::from(high) ^ FOLD[0][usize::from(low ^ byte)]
}

/// Folds the first `length` bytes of `first`, at least one.
///
/// The others meet tables of zeros, so that every length is folded the same way.
fn fold_head(first: &[u8; BLOCK], length: usize) -> u16 {
    let beyond = if length == 1 { INITIAL >> 8 } else { 0 };
    match FOLD_OR_LEAVE_OUT[length..].first_chunk() {
        Some(tables) => fold_block(INITIAL, first, tables) ^ beyond,
        None => INITIAL,
    }
}

/// Folds a block.
///
/// The two bytes that wait for the checksum so far come last.
fn fold_block(crc: u16, block: &[u8; BLOCK], tables: &Tables) -> u16 {
    let [low, high] = crc.to_le_bytes();
    let mut folded = 0;
    for (byte, table) in block[2..].iter().zip(tables.iter().rev().skip(2)) {
        folded ^= table[usize::from(*byte)];
    }
    folded
        ^ tables[BLOCK - 1][usize::from(block[0] ^ low)]
        ^ tables[BLOCK - 2][usize::from(block[1] ^ high)]
}

/// Messages that the dialect lacks and that are wanted: id and `CRC_EXTRA`.
///
/// `GNSS_INTEGRITY` stands in MAVLink's development.xml.
const BEYOND_THE_DIALECT: [(u32, u8); 1] = [(441, 169)];

/// The ids that are looked up at once: nearly everything that is sent.
const DENSE: usize = 512;

/// The `CRC_EXTRA` of every known message: by id, and as a sorted list where ids grow sparse.
struct Extras {
    dense: [Option<u8>; DENSE],
    sparse: Vec<(u32, u8)>,
}

static EXTRAS: LazyLock<Extras> = LazyLock::new(|| {
    let mut extras = Extras {
        dense: [None; DENSE],
        sparse: Vec::new(),
    };
    let dialect = MavMessage::all_ids()
        .iter()
        .map(|id| (*id, MavMessage::extra_crc(*id)));
    for (id, extra) in dialect.chain(BEYOND_THE_DIALECT) {
        match extras.dense.get_mut(id as usize) {
            Some(place) => *place = Some(extra),
            None => extras.sparse.push((id, extra)),
        }
    }
    extras.sparse.sort_unstable();
    extras
});

/// Returns the `CRC_EXTRA` of a message, or nothing for an id that is not known.
pub(super) fn extra_crc(message_id: u32) -> Option<u8> {
    let extras = &*EXTRAS;
    if let Some(extra) = extras.dense.get(message_id as usize) {
        return *extra;
    }
    let place = extras
        .sparse
        .binary_search_by_key(&message_id, |(id, _)| *id);
    place.ok().map(|place| extras.sparse[place].1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_the_catalogue() {
        assert_eq!(checksum(b"12345678", b'9'), 0x6f91);
    }

    proptest! {
        #[test]
        fn any_length_is_folded_as_the_crate_does(
            covered in prop::collection::vec(any::<u8>(), 0..300),
            extra in any::<u8>(),
        ) {
            prop_assert_eq!(checksum(&covered, extra), mavlink::calculate_crc(&covered, extra));
        }
    }

    #[test]
    fn a_known_id_has_an_extra_byte_even_if_it_is_zero() {
        assert_eq!(extra_crc(0), Some(50), "HEARTBEAT");
        assert_eq!(extra_crc(33), Some(104), "GLOBAL_POSITION_INT");
        assert_eq!(extra_crc(395), Some(0), "COMPONENT_INFORMATION");
        assert_eq!(extra_crc(12_900), Some(114), "OPEN_DRONE_ID_BASIC_ID");
        for unknown in [3, 394, 511, 512, 60_000, 0xff_ffff, u32::MAX] {
            assert_eq!(extra_crc(unknown), None, "{unknown}");
        }
        for id in MavMessage::all_ids() {
            assert_eq!(extra_crc(*id), Some(MavMessage::extra_crc(*id)), "{id}");
        }
    }

    #[test]
    fn what_stands_beyond_the_dialect_is_not_in_it() {
        for (id, extra) in BEYOND_THE_DIALECT {
            assert!(!MavMessage::all_ids().contains(&id), "{id}");
            assert_eq!(extra_crc(id), Some(extra), "{id}");
        }
    }
}
