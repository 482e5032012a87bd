// Measures on the WGS-84 ellipsoid. A position is [longitude, latitude] in degrees, as in GeoJSON.

import geodesic from "geographiclib-geodesic";
import { lineString, point } from "@turf/helpers";
import { pointToLineDistance } from "@turf/point-to-line-distance";

const { Geodesic } = geodesic;
const WGS84 = Geodesic.WGS84;

/// Five decimals are a metre, and finer than any waypoint is known.
const DECIMALS = 5;

/// Rounds a position to what is written into the file.
export function rounded([lon, lat]) {
    return [Number(lon.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))];
}

/// Measures the geodesic between two positions, metres.
export function distanceM([lon1, lat1], [lon2, lat2]) {
    return WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE).s12;
}

/// Measures a line, metres.
export function lengthM(line) {
    return line.slice(1).reduce((sum, at, index) => sum + distanceM(line[index], at), 0);
}

/// Finds the position at a fraction of the geodesic between two others.
export function between([lon1, lat1], [lon2, lat2], fraction) {
    const way = WGS84.InverseLine(lat1, lon1, lat2, lon2);
    const at = way.Position(way.s13 * fraction);
    return [at.lon2, at.lat2];
}

/// Finds the position at a distance in metres and a bearing in degrees.
export function towards([lon, lat], distance, bearing) {
    const at = WGS84.Direct(lat, lon, bearing, distance);
    return [at.lon2, at.lat2];
}

/// Measures how sharply a way turns at the middle one of three positions, 0 to 180 degrees.
export function turnDeg([lon1, lat1], [lon2, lat2], [lon3, lat3]) {
    const into = WGS84.Inverse(lat1, lon1, lat2, lon2).azi2;
    const outOf = WGS84.Inverse(lat2, lon2, lat3, lon3).azi1;
    const turn = Math.abs(outOf - into) % 360;
    return turn <= 180 ? turn : 360 - turn;
}

/// Measures how far a position is from a line, metres; a sphere is near enough for what is judged.
export function toLineM(at, line) {
    return pointToLineDistance(point(at), lineString(line), { units: "meters" });
}

/// Measures how far a position is from the nearest of several lines, metres.
///
/// Lines whose box is farther off than `within` metres are not looked at; if that is all of them, it
/// is infinite.
export function toLinesM(at, lines, within) {
    let nearest = Infinity;
    for (const line of lines) {
        if (isNearBox(at, box(line), within)) {
            nearest = Math.min(nearest, toLineM(at, line));
        }
    }
    return nearest;
}

/// The box around a line: [west, south, east, north].
export function box(line) {
    const lons = line.map(([lon]) => lon);
    const lats = line.map(([, lat]) => lat);
    return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/// Says whether a position lies in a box, or within a distance of it in metres that may be too long
/// by half.
export function isNearBox([lon, lat], [west, south, east, north], within) {
    const latMargin = (1.1 * within) / 111_000;
    const lonMargin = latMargin / Math.cos((lat * Math.PI) / 180);
    return (
        west - lonMargin <= lon && lon <= east + lonMargin &&
        south - latMargin <= lat && lat <= north + latMargin
    );
}
