//! Indexed answers against a walk over everything.

use std::f64::consts::TAU;

use proptest::prelude::*;

use super::Part;
use crate::corridor::metric::{Foot, Vantage};
use crate::corridor::path::Path;
use crate::corridor::sample::{area, corridor, line, metres, moved, place, square, walked_m};
use crate::corridor::segment::Segment;
use crate::corridor::sight::{Footing, Sight};
use crate::corridor::{
    Area, Class, Corridor, CorridorId, CorridorIndex, CorridorSet, Disc, HalfWidths, Line, Nearby,
    Passage, Polygon, Shape, Vicinity,
};
use crate::units::{LatLon, Metres};

/// The places of the tests lie around here.
fn middle() -> LatLon {
    place(42.0, 21.0)
}

fn set_of(mut corridors: Vec<Corridor>) -> CorridorSet {
    for (nth, corridor) in corridors.iter_mut().enumerate() {
        corridor.id = CorridorId::new(&nth.to_string());
    }
    CorridorSet::new(corridors, Vec::new()).unwrap()
}

/// Measures every segment of a corridor.
fn walked(corridor: CorridorIndex, shape: &Shape, at: LatLon) -> Nearby {
    let sight = nearest_of(shape, at, Segment::edge_from);
    Nearby {
        corridor,
        edge_m: walked_m(shape, at),
        sight: Some(sight),
    }
}

/// Takes the segment from which the least is measured, of equals the first.
fn nearest_of(
    shape: &Shape,
    at: LatLon,
    measure: impl Fn(&Segment, &Vantage) -> (Foot, f64),
) -> Sight {
    let from = Vantage::new(at);
    let measured = shape.segments().enumerate().map(|(nth, segment)| {
        let (foot, metres) = measure(&segment, &from);
        (Footing { nth, segment, foot }, metres)
    });
    let (footing, _) = measured.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
    Sight { from, footing }
}

fn walked_near(set: &CorridorSet, at: LatLon, radius_m: f64) -> Vec<Nearby> {
    let all = set.iter().map(|(nth, it)| walked(nth, &it.shape, at));
    all.filter(|nearby| nearby.edge_m <= radius_m).collect()
}

/// Follows a path through every segment of a corridor.
fn walked_passage(
    corridor: CorridorIndex,
    shape: &Shape,
    from: LatLon,
    to: LatLon,
) -> Option<Passage> {
    let path = Path::new(from, to)?;
    let through = |part| path.through_part(shape, part, |at| walked_m(shape, at) <= 0.0);
    let segments = shape.segments().map(Part::Segment);
    let inside = segments.chain([Part::Inside]).filter_map(through);
    let (enter, leave) = inside.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Some(Passage {
        corridor,
        enter,
        leave,
    })
}

/// Walks from a place in steps that turn a little.
fn winding(start: LatLon, steps: usize, step_m: f64) -> Vec<LatLon> {
    let mut vertices = vec![start];
    for nth in 0..steps {
        let turn = f64::from(u32::try_from(nth).unwrap()) * 0.37;
        let here = vertices[nth];
        vertices.push(moved(
            here,
            step_m * turn.sin(),
            step_m * (0.2 * turn).cos(),
        ));
    }
    vertices
}

#[test]
fn sets_of_every_size_answer_right() {
    let corridors: Vec<Corridor> = (0..2_000)
        .map(|nth| {
            let (column, row) = (f64::from(nth % 40), f64::from(nth / 40));
            let at = moved(middle(), column * 700.0, row * 900.0);
            let mut corridor = if nth % 3 == 0 {
                area("", square(at.lat(), at.lon(), 400.0), Vec::new())
            } else {
                line("", 50.0, vec![at, moved(at, 600.0, 200.0)])
            };
            corridor.id = CorridorId::new(&nth.to_string());
            corridor
        })
        .collect();
    let at = moved(middle(), 9_000.0, 9_500.0);
    let whole = CorridorSet::new(corridors.clone(), Vec::new()).unwrap();
    let expected = walked_near(&whole, at, 3_000.0);
    let mut found = Vec::new();
    for size in 0..=corridors.len() {
        let set = CorridorSet::new(corridors[..size].to_vec(), Vec::new()).unwrap();
        set.near(at, metres(3_000.0), &mut found);
        let until = expected.partition_point(|nearby| nearby.corridor.get() < size);
        assert_eq!(found, expected[..until], "{size} corridors");
    }
}

#[test]
fn lines_of_every_length_answer_right() {
    let vertices = winding(middle(), 2_000, 300.0);
    let at = moved(vertices[1_000], 700.0, 100.0);
    for segments in 1..=2_000 {
        let set = set_of(vec![line("", 40.0, vertices[..=segments].to_vec())]);
        let (nth, it) = set.iter().next().unwrap();
        let far = vertices[segments / 2];
        for at in [at, far] {
            let mut found = Vec::new();
            set.near(at, metres(1e6), &mut found);
            assert_eq!(found, [walked(nth, &it.shape, at)], "{segments} segments");
        }
    }
}

#[test]
fn nothing_is_near_nothing() {
    let set = set_of(Vec::new());
    let mut found = Vec::new();
    set.near(middle(), metres(1e6), &mut found);
    assert_eq!(found, []);
    let mut vicinity = Vicinity::default();
    set.survey(middle(), &mut vicinity);
    assert!(
        vicinity
            .room_m(&set, middle())
            .is_some_and(|room_m| 40_000.0 < room_m)
    );
}

fn some_place() -> impl Strategy<Value = LatLon> {
    (-60_000.0..60_000.0, -60_000.0..60_000.0)
        .prop_map(|(east, north)| moved(middle(), east, north))
}

fn some_line() -> impl Strategy<Value = Corridor> {
    let part = (some_place(), 1_usize..120, 100.0..4_000.0);
    let part = part.prop_map(|(start, steps, step_m)| winding(start, steps, step_m));
    let parts = prop::collection::vec(part, 1..4);
    (parts, 1.0..6_000.0, any::<bool>()).prop_map(|(parts, half_width_m, tapered)| {
        let half_widths = if tapered {
            let width = |nth: usize| metres(half_width_m / [1.0, 1.5, 4.0, 2.0, 7.0][nth % 5]);
            let of_part = |part: &Vec<LatLon>| (0..part.len()).map(width).collect();
            HalfWidths::Each(parts.iter().map(of_part).collect())
        } else {
            HalfWidths::Same(metres(half_width_m))
        };
        let line = Line::of_parts(parts, half_widths).unwrap();
        corridor("", Class::Corridor, Shape::Line(line))
    })
}

/// A star of many points, with a hole of its form or without, and perhaps a smaller star in the hole
/// and one beside it: an area of several polygons.
fn some_area() -> impl Strategy<Value = Corridor> {
    let stars = prop::sample::select(vec![1, 2, 3]);
    (
        some_place(),
        4_u32..400,
        100.0..50_000.0,
        stars,
        any::<bool>(),
    )
        .prop_map(|(middle, edges, radius_m, stars, holed)| {
            let ring = |middle: LatLon, radius_m: f64| {
                let vertex = |nth: u32| {
                    let angle = f64::from(nth % edges) / f64::from(edges) * TAU;
                    let (sin, cos) = angle.sin_cos();
                    let radius_m = radius_m * (1.0 + 0.2 * (angle * 9.0).sin());
                    moved(middle, radius_m * cos, radius_m * sin)
                };
                (0..=edges).map(vertex).collect::<Vec<_>>()
            };
            let is_holed = 20 < edges && (holed || stars == 3);
            let holes = is_holed.then(|| ring(middle, radius_m / 3.0));
            let mut polygons = vec![Polygon {
                exterior: ring(middle, radius_m),
                holes: Vec::from_iter(holes),
            }];
            let beside = moved(middle, 2.0 * radius_m, 0.3 * radius_m);
            let others = [
                (1 < stars, beside, 2.0),
                (stars == 3 && is_holed, middle, 5.0),
            ];
            let others = others.into_iter().filter(|(is_there, ..)| *is_there);
            polygons.extend(others.map(|(_, middle, part)| Polygon {
                exterior: ring(middle, radius_m / part),
                holes: Vec::new(),
            }));
            let area = Area::of_polygons(polygons).unwrap();
            corridor("", Class::Zone, Shape::Area(area))
        })
}

fn some_disc() -> impl Strategy<Value = Corridor> {
    (some_place(), 1.0..30_000.0).prop_map(|(centre, radius_m)| {
        let disc = Disc::new(centre, metres(radius_m)).unwrap();
        corridor("", Class::Zone, Shape::Disc(disc))
    })
}

fn some_set() -> impl Strategy<Value = CorridorSet> {
    let some = prop_oneof![some_line(), some_area(), some_disc()];
    prop::collection::vec(some, 0..8).prop_map(set_of)
}

fn some_radius() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 0.0..2_000.0, 0.0..100_000.0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_near_is_what_a_walk_finds(
        set in some_set(),
        places in prop::collection::vec(some_place(), 12),
        radius_m in some_radius(),
    ) {
        let mut found = Vec::new();
        for at in places {
            set.near(at, metres(radius_m), &mut found);
            prop_assert_eq!(&found, &walked_near(&set, at, radius_m));
            for (nth, it) in set.iter() {
                let edge_m = set.edge_distance_m(nth, at);
                prop_assert_eq!(edge_m.to_bits(), walked_m(&it.shape, at).to_bits());
            }
        }
    }

    #[test]
    fn the_nearest_point_of_a_line_is_the_one_that_a_walk_finds(
        corridor in some_line(),
        places in prop::collection::vec(some_place(), 12),
    ) {
        let set = set_of(vec![corridor]);
        let (nth, it) = set.iter().next().unwrap();
        let Shape::Line(line) = &it.shape else {
            panic!("a line");
        };
        for at in places {
            let middle = nearest_of(&it.shape, at, Segment::middle_from);
            let walked = line.project(&if line.is_tapered() {
                middle
            } else {
                nearest_of(&it.shape, at, Segment::edge_from)
            });
            let location = set.locate(nth, at);
            prop_assert_eq!(location.cross_track_m, Some(walked.cross_track_m));
            prop_assert_eq!(location.side, walked.side);
            prop_assert_eq!(location.along, Some(walked.along));
            let chainage_m = it.posts.km_at(walked.along_m) * 1000.0;
            prop_assert_eq!(location.chainage_m, Some(chainage_m));
            prop_assert_eq!(set.edge_side(nth, at), line.flank(&middle));
        }
    }

    #[test]
    fn paths_pass_what_a_walk_finds(
        set in some_set(),
        paths in prop::collection::vec((some_place(), some_place()), 6),
    ) {
        let mut found = Vec::new();
        for (from, to) in paths {
            set.passages(from, to, &mut found);
            let walked: Vec<Passage> = set
                .iter()
                .filter_map(|(nth, it)| walked_passage(nth, &it.shape, from, to))
                .collect();
            prop_assert_eq!(&found, &walked);
            let one = |(nth, _): (CorridorIndex, _)| set.passage(nth, from, to);
            let each: Vec<Passage> = set.iter().filter_map(one).collect();
            prop_assert_eq!(&found, &each);
        }
    }

    #[test]
    fn nothing_changes_within_a_vicinity(
        set in some_set(),
        anchor in some_place(),
        ways in prop::collection::vec((0.0..TAU, 0.0..1.0), 12),
    ) {
        let mut vicinity = Vicinity::default();
        set.survey(anchor, &mut vicinity);
        let Some(room_m) = vicinity.room_m(&set, anchor) else {
            return Ok(());
        };
        let inside: Vec<CorridorIndex> = vicinity.passages().map(|it| it.corridor).collect();
        let (mut found, mut passages) = (Vec::new(), Vec::new());
        let mut before = anchor;
        for (angle, share) in ways {
            let way_m = room_m * share;
            let at = moved(anchor, way_m * angle.sin(), way_m * angle.cos());
            let Some(left_m) = vicinity.room_m(&set, at) else {
                prop_assert!(0.9 < share, "{share} of {room_m} m is too far");
                continue;
            };
            set.near(at, Metres::ZERO, &mut found);
            let here: Vec<CorridorIndex> = found.iter().map(|near| near.corridor).collect();
            prop_assert_eq!(&here, &inside);
            for (_, it) in set.iter() {
                let edge_m = walked_m(&it.shape, at);
                prop_assert!(left_m <= edge_m.abs(), "{} m from an edge, {} left", edge_m, left_m);
            }
            set.passages(before, at, &mut passages);
            prop_assert_eq!(&passages, &vicinity.passages().collect::<Vec<_>>());
            before = at;
        }
    }
}

#[test]
fn a_vicinity_is_of_one_set() {
    let strip = |half_width_m| set_of(vec![line("", half_width_m, winding(middle(), 3, 500.0))]);
    let (set, same, other) = (strip(50.0), strip(50.0), strip(51.0));
    let mut vicinity = Vicinity::default();
    assert_eq!(vicinity.room_m(&set, middle()), None, "nobody looked");
    set.survey(middle(), &mut vicinity);
    assert!(vicinity.room_m(&set, middle()).is_some());
    assert!(
        vicinity.room_m(&same, middle()).is_some(),
        "the same shapes"
    );
    assert_eq!(vicinity.room_m(&other, middle()), None, "other shapes");
}
