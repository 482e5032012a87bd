// Judges the set: what is a flaw has to be mended, what is a note has to be known.

import { SPACING_MAX_M, radiusM } from "./features.js";
import { box, distanceM, isNearBox, lengthM, toLineM, turnDeg } from "./geodesy.js";
import { isLatin } from "./places.js";

/// How far a vertex may lie beyond Natural Earth's border, metres: at 1:10 million the line itself is
/// off by up to a kilometre or two.
const BEYOND_MAX_M = 2_000;

/// How far a crossing may lie from the border of its two countries, metres.
const CROSSING_MAX_M = 3_000;

/// How close sections of two countries have to come where they meet at a border, metres.
const MEETING_MAX_M = 2_000;

/// An end this close to a border is taken for a continuation beyond it, metres.
const AT_BORDER_M = 3_000;

/// How far a line may end from the centre of a town that it names as its end, metres: an interchange
/// at the edge of a city is farther out.
const TOWN_MAX_M = 8_000;
const CITY_MAX_M = 20_000;
const CITY_POPULATION_MIN = 500_000;

/// Towns that road signs call otherwise than GeoNames.
const ALIASES = new Map([["Beograd", "Belgrade"], ["Prishtinë", "Pristina"], ["Pejë", "Peć"]]);

/// A road that turns more sharply was not typed as it runs.
const TURN_MAX_DEG = 120;

/// A section that is nowhere farther from another one is that section again, metres.
const DOUBLE_M = 500;

/// Waypoints that are closer are one that was typed twice, metres.
const TWIN_M = 20;

/// Judges sections and crossings, each with its `feature`, and the places.
///
/// With `only`, sections of other countries are not judged, but met.
export function judge({ sections, crossings, places }, borders, towns, only) {
    const names = places.filter(({ name }) => !isLatin(name));
    const judged = sections.filter(({ country }) => only?.includes(country) ?? true);
    return [
        ...judged.flatMap((section) => [
            ...vertices(section, borders),
            ...way(section),
            ...doubles(section, sections),
            ...ends(section, sections, borders),
            ...namesOfEnds(section, crossings, towns),
        ]),
        ...crossings.flatMap((crossing) => atBorder(crossing, sections, borders)),
        ...names.map(({ name }) =>
            flaw("places", `${name} is not in Latin script: add it to the table in borders.js`),
        ),
    ];
}

function flaw(id, text) {
    return { kind: "flaw", id, text };
}

function note(id, text) {
    return { kind: "note", id, text };
}

/// Every vertex lies in the section's country.
function vertices({ id, country, feature }, borders) {
    return line(feature).flatMap((at, index) => {
        const beyond = borders.beyondM(at, country);
        if (beyond === 0) {
            return [];
        }
        const text = `vertex ${index} at ${shown(at)} is ${km(beyond)} beyond ${country}`;
        return [beyond <= BEYOND_MAX_M ? note(id, text) : flaw(id, text)];
    });
}

/// Vertices are neither too far apart nor twice the same, and the way has no spike.
function way({ id, feature }) {
    const found = [];
    const vertices = line(feature);
    vertices.forEach((at, index) => {
        const before = vertices[index - 1];
        const after = vertices[index + 1];
        const where = `vertex ${index} at ${shown(at)}`;
        if (before !== undefined) {
            const spacing = distanceM(before, at);
            if (SPACING_MAX_M < spacing) {
                found.push(flaw(id, `${where} is ${km(spacing)} from the one before`));
            } else if (spacing < TWIN_M) {
                found.push(flaw(id, `${where} is the one before again`));
            }
        }
        if (before !== undefined && after !== undefined) {
            const turn = turnDeg(before, at, after);
            if (TURN_MAX_DEG < turn) {
                found.push(flaw(id, `the way turns by ${turn.toFixed(0)} degrees at ${where}`));
            }
        }
    });
    return found;
}

/// No section runs as a whole where another one runs.
function doubles({ id, feature }, sections) {
    const runsAlong = (other) => {
        const vertices = line(other.feature);
        const bounds = box(vertices);
        return line(feature).every(
            (at) => isNearBox(at, bounds, DOUBLE_M) && toLineM(at, vertices) <= DOUBLE_M,
        );
    };
    return sections
        .filter((other) => other.id !== id && runsAlong(other))
        .map((other) => flaw(id, `it runs where ${other.id} runs`));
}

/// An end at a border is met by a section from behind it, if there are sections.
function ends({ id, country, feature }, sections, borders) {
    return bothEnds(feature).flatMap((at) => {
        const border = borders.nearest(at, country);
        if (AT_BORDER_M < border.metres) {
            return [];
        }
        const gaps = sections
            .filter((other) => other.country !== country)
            .flatMap((other) => bothEnds(other.feature).map((end) => distanceM(at, end)));
        const gap = Math.min(...gaps, Infinity);
        if (gap <= MEETING_MAX_M) {
            return [];
        }
        const far = gap < 50_000 ? `: the nearest end beyond is ${km(gap)} away` : "";
        const where = `${shown(at)} is at the border of ${border.country}`;
        const text = `its end at ${where}, and nothing meets it${far}`;
        const isExpected = sections.some((other) => other.country === border.country);
        return [isExpected ? flaw(id, text) : note(id, text)];
    });
}

/// The line ends in the crossings and near the towns that it names as its ends.
function namesOfEnds({ id, from, to, feature }, crossings, towns) {
    const [start, end] = bothEnds(feature);
    return [{ name: from, at: start }, { name: to, at: end }].flatMap(({ name, at }) => {
        if (/ (interchange|border)$/.test(name)) {
            return [];
        }
        if (name.endsWith(" crossing")) {
            const isIn = crossings.some((crossing) => toCentreM(at, crossing) <= radiusM(crossing));
            return isIn ? [] : [flaw(id, `the end called ${name} lies in no crossing`)];
        }
        const namesakes = towns.filter((town) => isCalled(town, ALIASES.get(name) ?? name));
        if (namesakes.length === 0) {
            return [note(id, `no town is called ${name}`)];
        }
        const beyond = namesakes.map((town) => distanceM(town.at, at) - reachM(town));
        if (Math.min(...beyond) <= 0) {
            return [];
        }
        const nearest = Math.min(...namesakes.map((town) => distanceM(town.at, at)));
        return [flaw(id, `the end called ${name} is ${km(nearest)} from that town`)];
    });
}

/// A crossing lies at the border of its two countries, and a section leads to it.
function atBorder(crossing, sections, borders) {
    const { id, countries, at: [lat, lon] } = crossing;
    const at = [lon, lat];
    const found = [];
    const toBorder = borders.toSharedM(at, ...countries);
    if (CROSSING_MAX_M < toBorder) {
        const pair = countries.join(" and ");
        found.push(flaw(id, `${shown(at)} is ${km(toBorder)} from the border of ${pair}`));
    }
    const without = countries.filter((country) => !isReached(country));
    if (without.length !== 0) {
        found.push(note(id, `no section of ${without.join(" or ")} leads to it`));
    }
    return found;

    function isReached(country) {
        return sections.some((section) => {
            const vertices = line(section.feature);
            const radius = radiusM(crossing);
            return (
                section.country === country && isNearBox(at, box(vertices), radius) &&
                toLineM(at, vertices) <= radius
            );
        });
    }
}

/// Sums a set up, one line for each country.
export function summary({ sections, crossings, places }) {
    const countries = [...new Set(sections.map(({ country }) => country))].sort();
    const lines = countries.map((country) => {
        const own = sections.filter((section) => section.country === country);
        const length = own.reduce((sum, { feature }) => sum + lengthM(line(feature)), 0);
        const count = own.reduce((sum, { feature }) => sum + line(feature).length, 0);
        return `${country}: ${own.length} sections, ${km(length)}, ${count} vertices`;
    });
    return [...lines, `${crossings.length} crossings, ${places.length} places`];
}

function reachM({ population }) {
    return CITY_POPULATION_MIN <= population ? CITY_MAX_M : TOWN_MAX_M;
}

function toCentreM(at, crossing) {
    const [lat, lon] = crossing.at;
    return distanceM(at, [lon, lat]);
}

function bothEnds(feature) {
    const vertices = line(feature);
    return [vertices[0], vertices.at(-1)];
}

function isCalled(town, name) {
    const bare = (text) => text.normalize("NFD").replace(/\p{Mark}/gu, "").toLowerCase();
    return bare(town.name) === bare(name);
}

function line(feature) {
    return feature.geometry.coordinates;
}

function shown([lon, lat]) {
    return `${lat}, ${lon}`;
}

function km(metres) {
    return `${(metres / 1000).toFixed(1)} km`;
}
