// Draws the set over borders and coast, true to scale, as an SVG that asks nothing of anybody.

import { geoConicConformal, geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";
import { presimplify, quantile, simplify } from "topojson-simplify";

import { codeOf } from "./borders.js";
import { lengthM, towards } from "./geodesy.js";

const WIDTH = 1000;
const MARGIN = 30;
const FONT = "DejaVu Sans, Verdana, Arial, sans-serif";
const INK = "#23272c";
const PAPER = "#fffefb";

/// The countries whose corridors these are; in the others there are continuations.
const SIX = ["AL", "BA", "ME", "MK", "RS", "XK"];

/// How networks are told apart: by the first pattern that fits the property `route`.
const NETWORKS = [
    { fits: /Corridor X\b/, name: "Corridor X and its branches", colour: "#b3261e" },
    { fits: /Corridor VIII/, name: "Corridor VIII", colour: "#1d5fa8" },
    { fits: /Corridor V\b/, name: "Corridor Vc", colour: "#1f7a4d" },
    { fits: /Adriatic/, name: "Adriatic-Ionian axis", colour: "#c26a00" },
    { fits: /Route/, name: "Routes of the SEETO network", colour: "#7a3fa0" },
    { fits: /^/, name: "Others", colour: "#5b6470" },
];

/// Towns with fewer inhabitants are not named in the picture.
const POPULATION_MIN = 25_000;

/// Nor are the parts of a larger town, which lie this close to its centre, kilometres.
const APART_KM = 8;

/// Draws a set; the same set gives the same bytes.
export function picture({ sections, crossings, places }, world) {
    const view = new View([...sections, ...crossings].map(({ feature }) => feature));
    const legend = drawLegend(sections, crossings, view);
    const { land, codes } = drawCountries(world, view);
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${view.height}"`,
        `    font-family="${FONT}">`,
        "<title>The corridors and border crossings that come with corridord</title>",
        `<rect width="${WIDTH}" height="${view.height}" fill="#dce8f0"/>`,
        ...land,
        ...NETWORKS.flatMap((network) => drawNetwork(network, sections, view)),
        drawCrossings(crossings, view),
        codes,
        drawBadges(sections, view),
        drawTowns(places, view),
        legend,
        "</svg>",
        "",
    ].join("\n");
}

/// Where things are on the paper, and which places on it are taken.
class View {
    constructor(features) {
        const positions = features.flatMap(({ geometry: { type, coordinates } }) =>
            type === "Polygon" ? coordinates[0] : coordinates,
        );
        const points = { type: "MultiPoint", coordinates: positions };
        this.projection = geoConicConformal().parallels([40, 46]).rotate([-19.5, 0]);
        this.projection.fitWidth(WIDTH - 2 * MARGIN, points);
        const [[left, top], [, bottom]] = geoPath(this.projection).bounds(points);
        const [x, y] = this.projection.translate();
        this.height = Math.ceil(bottom - top + 2 * MARGIN);
        this.projection.translate([x - left + MARGIN, y - top + MARGIN]);
        this.projection.clipExtent([[0, 0], [WIDTH, this.height]]);
        this.path = geoPath(this.projection).digits(1);
        this.taken = [];
        const middle = this.projection.invert([WIDTH / 2, this.height / 2]);
        const [, below] = this.projection(towards(middle, 100_000, 180));
        this.pixelsPerKm = (below - this.height / 2) / 100;
    }

    /// Takes a box, unless it leaves the paper or somebody has a part of it.
    take([left, top, right, bottom]) {
        const isFree =
            0 <= left && right <= WIDTH && 0 <= top && bottom <= this.height &&
            this.taken.every(([l, t, r, b]) => right < l || r < left || bottom < t || b < top);
        if (isFree) {
            this.taken.push([left, top, right, bottom]);
        }
        return isFree;
    }
}

/// Draws land, borders and coast; the codes of countries are apart, since they lie over the strips.
function drawCountries(world, view) {
    const fine = presimplify(world);
    const map = simplify(fine, quantile(fine, 0.6));
    const { geometries } = map.objects.countries;
    const seen = geometries.filter((geometry) => view.path(feature(map, geometry)) !== null);
    const fill = (wanted, colour) => {
        const paths = seen.filter(wanted).map((geometry) => view.path(feature(map, geometry)));
        return `<path d="${paths.join("")}" fill="${colour}"/>`;
    };
    const isOfSix = (geometry) => SIX.includes(codeOf(geometry));
    const all = { type: "GeometryCollection", geometries: seen };
    const borders = mesh(map, all, (one, other) => one !== other);
    const coast = mesh(map, all, (one, other) => one === other);
    const codes = seen.filter(codeOf).map((geometry) => {
        const [x, y] = view.path.centroid(feature(map, geometry));
        view.take([x - 26, y - 28, x + 26, y + 4]);
        return `<text x="${tenth(x)}" y="${tenth(y)}">${codeOf(geometry)}</text>`;
    });
    const font = 'font-size="34" font-weight="bold" text-anchor="middle"';
    return {
        land: [
            fill((geometry) => !isOfSix(geometry), "#eceae3"),
            fill(isOfSix, PAPER),
            `<g fill="none" stroke-width="0.9"><path d="${view.path(coast)}" stroke="#9fb4c3"/>`,
            `<path d="${view.path(borders)}" stroke="#8b8a85" stroke-dasharray="5 2.5"/></g>`,
        ],
        codes: `<g ${font} fill="#8a8472" opacity="0.42">${codes.join("")}</g>`,
    };
}

/// Draws the strips of a network in their true width, and their centrelines.
function drawNetwork(network, sections, view) {
    const own = sections.filter(({ route }) => networkOf(route) === network);
    if (own.length === 0) {
        return [];
    }
    const lines = own.map(({ feature }) => view.path(feature)).join("");
    const strips = own.flatMap(({ feature }) => drawStrip(feature, view)).join("");
    const stroke = `fill="none" stroke="${network.colour}" stroke-linejoin="round" stroke-linecap="round"`;
    return [
        `<g ${stroke} opacity="0.34">${strips}</g>`,
        `<path d="${lines}" ${stroke} stroke-width="1.2"/>`,
    ];
}

/// A strip whose width changes is drawn edge by edge, each in the mean of the widths at its ends.
function drawStrip({ properties: { half_width_m: widths }, geometry }, view) {
    const drawn = (shape, halfWidth) => {
        const width = tenth((2 * halfWidth * view.pixelsPerKm) / 1000);
        return `<path d="${view.path(shape)}" stroke-width="${width}"/>`;
    };
    if (!Array.isArray(widths)) {
        return [drawn(geometry, widths)];
    }
    return geometry.coordinates.slice(1).map((end, index) => {
        const edge = { type: "LineString", coordinates: [geometry.coordinates[index], end] };
        return drawn(edge, (widths[index] + widths[index + 1]) / 2);
    });
}

function drawCrossings(crossings, view) {
    const marks = crossings.map(({ at: [lat, lon] }) => {
        const [x, y] = view.projection([lon, lat]);
        view.take([x - 3, y - 3, x + 3, y + 3]);
        return `<circle cx="${tenth(x)}" cy="${tenth(y)}" r="3.4"/>`;
    });
    return `<g fill="#ffffff" stroke="${INK}" stroke-width="1.3">${marks.join("")}</g>`;
}

/// Names a route once in each country, on its longest section there that has room for it.
function drawBadges(sections, view) {
    const named = new Set();
    const badges = sections
        .map((section) => ({ ...section, lengthM: lengthM(section.feature.geometry.coordinates) }))
        .sort((one, other) => other.lengthM - one.lengthM)
        .map(({ route, country, feature }) => {
            const name = shortName(route);
            const key = `${name} ${country}`;
            if (name === undefined || named.has(key)) {
                return "";
            }
            const badge = drawBadge(name, networkOf(route).colour, feature.geometry.coordinates, view);
            if (badge !== "") {
                named.add(key);
            }
            return badge;
        });
    const font = 'font-size="11" font-weight="bold" fill="#ffffff" text-anchor="middle"';
    return `<g ${font}>${badges.join("")}</g>`;
}

/// Draws a badge as near to the middle of a line as there is room, or not at all.
function drawBadge(name, colour, line, view) {
    const width = 10 + 6.7 * name.length;
    const spots = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].map((share) => {
        return view.projection(line[Math.round(share * (line.length - 1))]).map(Math.round);
    });
    const spot = spots.find(([x, y]) => view.take([x - width / 2, y - 8, x + width / 2, y + 8]));
    if (spot === undefined) {
        return "";
    }
    const [x, y] = spot;
    const box = `x="${tenth(x - width / 2)}" y="${y - 7.5}" width="${tenth(width)}" height="15" rx="3"`;
    return `<rect ${box} fill="${colour}"/><text x="${x}" y="${y + 4}">${name}</text>`;
}

/// Names towns, the large ones first, where there is room.
function drawTowns(places, view) {
    const large = places
        .filter(({ population }) => POPULATION_MIN <= population)
        .sort((one, other) => other.population - one.population);
    const centres = [];
    const drawn = large.map((town) => {
        const [x, y] = view.projection(town.at);
        const isPart = centres.some(([x2, y2]) => {
            return Math.hypot(x2 - x, y2 - y) < APART_KM * view.pixelsPerKm;
        });
        centres.push([x, y]);
        return isPart ? "" : drawTown(town, x, y, view);
    });
    const halo = `stroke="${PAPER}" stroke-width="2.6" stroke-linejoin="round" paint-order="stroke"`;
    return `<g fill="${INK}" ${halo}>${drawn.join("")}</g>`;
}

/// Draws a town with its name at the first side that is free, or not at all.
function drawTown({ name, population }, x, y, view) {
    const size = population < 100_000 ? 10.5 : population < 400_000 ? 12 : 14;
    const width = 0.58 * size * name.length;
    const beside = y + 0.35 * size;
    const spots = [
        { start: x + 5, base: beside, anchor: "start", at: x + 5 },
        { start: x - 5 - width, base: beside, anchor: "end", at: x - 5 },
        { start: x - width / 2, base: y - 6, anchor: "middle", at: x },
        { start: x - width / 2, base: y + 5 + 0.8 * size, anchor: "middle", at: x },
    ];
    const spot = spots.find(({ start, base }) =>
        view.take([start, base - 0.8 * size, start + width, base + 0.2 * size]),
    );
    if (spot === undefined) {
        return "";
    }
    const at = `x="${tenth(spot.at)}" y="${tenth(spot.base)}"`;
    return (
        `<circle cx="${tenth(x)}" cy="${tenth(y)}" r="2.2" stroke="none"/>` +
        `<text ${at} font-size="${size}" text-anchor="${spot.anchor}">${name}</text>`
    );
}

function drawLegend(sections, crossings, view) {
    const shown = NETWORKS.filter((network) =>
        sections.some(({ route }) => networkOf(route) === network),
    );
    const width = 322;
    const height = 142 + 21 * shown.length;
    const left = 14;
    const top = view.height - height - 14;
    view.take([left, top, left + width, top + height]);
    const rows = shown.map(({ name, colour }, index) => {
        const y = top + 46 + 21 * index;
        return (
            `<path d="M${left + 16} ${y}h34" stroke="${colour}" stroke-width="6" opacity="0.34"/>` +
            `<path d="M${left + 16} ${y}h34" stroke="${colour}" stroke-width="1.2"/>` +
            `<text x="${left + 62}" y="${y + 4}" font-size="12">${name}</text>`
        );
    });
    const y = top + 46 + 21 * shown.length;
    const bar = tenth(100 * view.pixelsPerKm);
    const frame = `x="${left}" y="${top}" width="${width}" height="${height}" rx="6"`;
    const small = [
        "Strips have their true width. Borders and coast: Natural Earth,",
        "drawn to find one's way: no position is taken on any",
        "boundary or status. Towns: GeoNames, CC BY 4.0.",
    ].map((text, row) => `<text x="${left + 16}" y="${y + 54 + 13 * row}">${text}</text>`);
    return [
        `<g fill="${INK}">`,
        `<rect ${frame} fill="${PAPER}" fill-opacity="0.94" stroke="#c9c5b8"/>`,
        `<text x="${left + 16}" y="${top + 26}" font-size="14" font-weight="bold">Transport corridors</text>`,
        ...rows,
        `<circle cx="${left + 33}" cy="${y}" r="3.4" fill="#ffffff" stroke="${INK}" stroke-width="1.3"/>`,
        `<text x="${left + 62}" y="${y + 4}" font-size="12">Border crossing (${crossings.length})</text>`,
        `<path d="M${left + 16} ${y + 23}v6h${bar}v-6" fill="none" stroke="${INK}" stroke-width="1.2"/>`,
        `<text x="${left + 24 + bar}" y="${y + 30}" font-size="11">100 km</text>`,
        `<g font-size="9.3" fill="#55595f">${small.join("")}</g>`,
        "</g>",
    ].join("\n");
}

function networkOf(route = "") {
    return NETWORKS.find(({ fits }) => fits.test(route));
}

/// What stands on the badge of a route: "X", "Vc", "R2a".
function shortName(route = "") {
    const [, corridor, branch = ""] = /Corridor ([XVI]+)(?:, branch ([a-d]))?/.exec(route) ?? [];
    const [, number] = /Routes? (\d+[a-z]?)/.exec(route) ?? [];
    return corridor === undefined ? number && `R${number}` : corridor + branch;
}

function tenth(value) {
    return Number(value.toFixed(1));
}
