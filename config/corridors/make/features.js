// Makes GeoJSON features (RFC 7946) of what was read: strips, areas and named places.

import { between, distanceM, rounded, towards } from "./geodesy.js";

/// Vertices farther apart leave the road to the imagination, and an edge the geodesic.
export const SPACING_MAX_M = 10_000;

/// A crossing's area unless its record says otherwise.
const CROSSING_RADIUS_M = 1_500;

/// Corners of a crossing's area: with 32, its edge is within 0.5 % of the circle.
const CORNERS = 32;

/// Makes a section's strip, with vertices at most `SPACING_MAX_M` apart.
export function strip(section) {
    const widths = section.waypoints.map((_, index) =>
        Array.isArray(section.half_width_m) ? section.half_width_m[index] : section.half_width_m,
    );
    const vertices = dense(section.waypoints.map(([lat, lon]) => [lon, lat]), widths);
    const isEven = widths.every((width) => width === widths[0]);
    return {
        type: "Feature",
        properties: present({
            id: section.id,
            name: section.name,
            ref: section.ref,
            country: section.country,
            class: "corridor",
            route: section.route,
            section: section.section,
            from: section.from,
            to: section.to,
            half_width_m: isEven ? widths[0] : vertices.map(({ width }) => width),
            why: section.why,
            km_start: section.km_start,
            km_end: section.km_end,
            km_direction: section.km_direction,
            source: section.source,
            certainty: section.certainty,
        }),
        geometry: { type: "LineString", coordinates: vertices.map(({ at }) => at) },
    };
}

/// Puts vertices on the geodesic between those that are too far apart; widths grow along the way.
function dense(line, widths) {
    const vertices = [];
    line.forEach((end, index) => {
        if (index !== 0) {
            const start = line[index - 1];
            const parts = Math.ceil(distanceM(start, end) / SPACING_MAX_M);
            for (let part = 1; part < parts; part += 1) {
                const fraction = part / parts;
                const grown = (widths[index] - widths[index - 1]) * fraction;
                vertices.push({
                    at: rounded(between(start, end, fraction)),
                    width: Math.round(widths[index - 1] + grown),
                });
            }
        }
        vertices.push({ at: rounded(end), width: widths[index] });
    });
    return vertices;
}

/// Makes a crossing's area, a circle that covers ground on both sides.
export function circle(crossing) {
    const radius = radiusM(crossing);
    const [lat, lon] = crossing.at;
    // Counter-clockwise, as an exterior ring is.
    const ring = Array.from({ length: CORNERS }, (_, corner) =>
        rounded(towards([lon, lat], radius, (-360 * corner) / CORNERS)),
    );
    return {
        type: "Feature",
        properties: present({
            id: crossing.id,
            name: crossing.name,
            ref: crossing.ref,
            country: crossing.countries[0],
            countries: crossing.countries,
            class: "crossing",
            section: crossing.road,
            source: crossing.source,
            certainty: crossing.certainty,
        }),
        geometry: { type: "Polygon", coordinates: [[...ring, ring[0]]] },
    };
}

/// The radius of a crossing's area, metres.
export function radiusM(crossing) {
    return crossing.radius_m ?? CROSSING_RADIUS_M;
}

/// Makes a named place.
export function place(town) {
    return {
        type: "Feature",
        properties: { name: town.name, country: town.country, class: "place", source: "GeoNames" },
        geometry: { type: "Point", coordinates: rounded(town.at) },
    };
}

function present(properties) {
    return Object.fromEntries(
        Object.entries(properties).filter(([, value]) => value !== undefined),
    );
}
