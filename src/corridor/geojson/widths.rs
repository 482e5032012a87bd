//! The half-width of a line: one for all of it, or one for each vertex.

use serde_json::Value;

use super::properties::{Properties, wrong_type};
use crate::corridor::flaw::{Fault, Member};
use crate::corridor::line::HalfWidths;
use crate::units::Metres;

const PROPERTY: &str = "half_width_m";

/// Reads the half-width of a line of one part: a number, or a list of one for each vertex.
pub(super) fn of_line(properties: &mut Properties<'_>) -> Option<HalfWidths> {
    read(
        properties,
        "a number, or a list of one for each vertex",
        |list| Some(vec![list]),
    )
}

/// Reads the half-width of a line of several parts: a number, or for each part a list.
pub(super) fn of_parts(properties: &mut Properties<'_>) -> Option<HalfWidths> {
    const WANTED: &str = "a number, or for each part a list of one for each vertex";
    read(properties, WANTED, |lists| {
        lists.iter().map(Value::as_array).collect()
    })
}

fn read(
    properties: &mut Properties<'_>,
    wanted: &'static str,
    parts: impl Fn(&'_ Vec<Value>) -> Option<Vec<&'_ Vec<Value>>>,
) -> Option<HalfWidths> {
    let Some(value) = properties.value(PROPERTY) else {
        properties.faults.push(Fault::WidthMissing);
        return None;
    };
    if let Some(number) = value.as_f64() {
        return width(number, &[], &mut properties.faults).map(HalfWidths::Same);
    }
    let numbers = |list: &Vec<Value>| list.iter().map(Value::as_f64).collect();
    let lists: Option<Vec<Vec<f64>>> = value
        .as_array()
        .and_then(parts)
        .and_then(|parts| parts.into_iter().map(numbers).collect());
    let Some(lists) = lists else {
        properties.faults.push(wrong_type(PROPERTY, value, wanted));
        return None;
    };
    let one = lists.len() == 1;
    let mut widths = Vec::with_capacity(lists.len());
    for (part, list) in lists.into_iter().enumerate() {
        let mut of_part = Vec::with_capacity(list.len());
        for (vertex, number) in list.into_iter().enumerate() {
            let members = [Member::Vertex(vertex), Member::Part(part)];
            let members = if one { &members[..1] } else { &members[..] };
            of_part.extend(width(number, members, &mut properties.faults));
        }
        widths.push(of_part);
    }
    properties
        .faults
        .is_empty()
        .then_some(HalfWidths::Each(widths))
}

/// Takes what is a length at all; the line judges how great it may be.
fn width(number: f64, members: &[Member], faults: &mut Vec<Fault>) -> Option<Metres> {
    let width = Metres::new(number).ok();
    if width.is_none() {
        let fault = Fault::WidthNotPositive(number);
        let within = |fault: Fault, member: &Member| fault.within(Some(*member));
        faults.push(members.iter().fold(fault, within));
    }
    width
}
