//! A number for what a set of corridors looks like, so that what was remembered of another is not
//! believed.

use super::description::Corridor;

/// Folds the ids and the shapes of corridors, in their order.
///
/// 64 bits by multiplication, as hash tables do it: against a coincidence, not against a forger.
pub(super) fn of(corridors: &[Corridor]) -> u64 {
    let mut fold = Fold(corridors.len() as u64);
    for corridor in corridors {
        for byte in corridor.id.as_str().bytes() {
            fold.take(u64::from(byte));
        }
        for segment in corridor.shape.segments() {
            for number in [
                segment.start.lat(),
                segment.start.lon(),
                segment.end.lat(),
                segment.end.lon(),
                segment.start_half_width_m,
                segment.end_half_width_m,
            ] {
                fold.take(number.to_bits());
            }
        }
    }
    fold.0
}

struct Fold(u64);

impl Fold {
    /// The multiplier is 2 to the 64th by the golden ratio: its bits are spread evenly.
    fn take(&mut self, bits: u64) {
        self.0 = (self.0.rotate_left(5) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
