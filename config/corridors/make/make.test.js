// What the maker of the set refuses, finds and keeps. Borders of these tests: A and B share the
// meridian of 20 degrees, from 41 to 42 north.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Borders, readTowns, readWorld } from "./borders.js";
import { circle, place, strip } from "./features.js";
import { distanceM, toLineM, turnDeg } from "./geodesy.js";
import { judge } from "./judge.js";
import { picture } from "./picture.js";
import { choose, isLatin } from "./places.js";
import { readTexts } from "./waypoints.js";
import { written } from "./written.js";

const GOOD = {
    id: "a-b", name: "A - B", section: "all of it", from: "A", to: "B", half_width_m: 1000,
    why: "w", source: "s", certainty: "c", country: "MK",
    waypoints: [[41.5, 21.5, "A"], [41.55, 21.55, "B"]],
};

test("a file is read with the latitude first, and sections get the country of their file", () => {
    const { sections, crossings } = readTexts([
        ["MK.toml", toml({ waypoints: '[[41.5, 21.5, "A"], [41.6, 21.6, ""]]' })],
        ["crossings.toml", '[[crossing]]\nid = "c"\nname = "C"\ncountries = ["MK", "GR"]\n' +
            'at = [41.1, 22.5]\nsource = "s"\ncertainty = "c"\n'],
    ]);
    assert.deepEqual([sections[0].country, crossings[0].countries], ["MK", ["MK", "GR"]]);
    assert.deepEqual(strip(sections[0]).geometry.coordinates[0], [21.5, 41.5]);
});

test("what is wrong with the files is told at once", () => {
    refused("MK.toml", toml({ waypoints: "[[21.5, 41.5]]" }), /a: waypoints cannot be read/);
    refused("MK.toml", toml({ waypoints: "[[41.5, 21.5]]" }), /a: waypoints cannot be read/);
    refused("MK.toml", toml({ half_width_m: "[1000, 2000, 3000]" }), /half_width_m cannot be read/);
    refused("MK.toml", toml({ half_width_m: "0" }), /half_width_m cannot be read/);
    refused("MK.toml", toml({ id: '"A B"' }), /id cannot be read/);
    refused("MK.toml", toml({ colour: '"red"' }), /colour is not known/);
    refused("MK.toml", toml({}) + toml({}), /a: the id is taken in MK.toml/);
    refused("macedonia.toml", toml({}), /is called by its country/);
    refused("MK.toml", "[[section]]\nid = 5\n", /id cannot be read(.|\n)*why is missing/);
    refused("MK.toml", "[[sektion]]\n", /sektion is not known/);
    refused("MK.toml", "x =", /MK.toml: /);
});

test("vertices are put in until none is farther than 10 km from the next, on the geodesic", () => {
    const ends = [[45, 20], [45, 20.4]];
    const { properties, geometry } = strip({ ...GOOD, half_width_m: [1000, 3000], waypoints: ends });
    assert.equal(geometry.coordinates.length, 5);
    assert.deepEqual(properties.half_width_m, [1000, 1500, 2000, 2500, 3000]);
    const [, , middle] = geometry.coordinates;
    assert.ok(45 < middle[1], "the geodesic bends to the north");
    const spacings = geometry.coordinates.slice(1).map((at, index) =>
        distanceM(geometry.coordinates[index], at),
    );
    assert.ok(Math.max(...spacings) <= 10_000 && 7_800 < Math.min(...spacings), `${spacings}`);
    assert.equal(strip(GOOD).properties.half_width_m, 1000);
});

test("a crossing is a closed circle, counter-clockwise, filed under both countries", () => {
    const { properties, geometry } = circle({
        id: "c", name: "C", countries: ["MK", "GR"], at: [41.1, 22.5], radius_m: 2000,
    });
    const [ring] = geometry.coordinates;
    assert.deepEqual([ring.length, ring[0]], [33, ring.at(-1)]);
    for (const corner of ring) {
        assert.ok(Math.abs(distanceM([22.5, 41.1], corner) - 2000) < 1.5);
    }
    const twiceArea = ring.slice(1).reduce((sum, [x, y], index) => {
        return sum + ring[index][0] * y - x * ring[index][1];
    }, 0);
    assert.ok(0 < twiceArea, "counter-clockwise");
    assert.deepEqual([properties.country, properties.countries], ["MK", ["MK", "GR"]]);
});

test("measures are those of the ellipsoid", () => {
    // A degree of longitude at 45 degrees north is 78 846.8 m along the parallel, a little less by
    // the geodesic.
    assert.ok(Math.abs(distanceM([20, 45], [21, 45]) - 78_846.8) < 0.5);
    assert.ok(Math.abs(toLineM([20.5, 45.1], [[20, 45], [21, 45]]) - 11_113) < 220);
    assert.ok(Math.abs(turnDeg([20, 45], [20, 46], [20, 45]) - 180) < 1e-6);
    assert.ok(turnDeg([20, 45], [20, 45.1], [20, 45.2]) < 1e-6);
});

test("a vertex beyond its country is a note within 2 km, and a flaw farther off", () => {
    finds({ waypoints: [[41.5, 20.5], [41.5, 20.1]] }, []);
    finds({ waypoints: [[41.5, 19.985], [41.5, 20.5]] }, [
        "note: vertex 0 .* is 1.2 km beyond MK",
        "note: its end .* is at the border of AL, and nothing meets it",
    ]);
    finds({ waypoints: [[41.5, 20.5], [41.5, 19.96]] }, ["flaw: vertex 5 .* is 3.3 km beyond MK"]);
});

test("spikes, twins and gaps are flaws", () => {
    finds({ waypoints: [[41.5, 20.3], [41.5, 20.35], [41.501, 20.3]] }, ["flaw: the way turns by 17"]);
    finds({ waypoints: [[41.5, 20.3], [41.5, 20.35], [41.5, 20.35]] }, ["flaw: .* before again"]);
    const far = strip({ ...GOOD, waypoints: [[41.5, 20.3], [41.5, 20.5]] });
    far.geometry.coordinates.splice(1, 1);
    const set = { sections: [{ ...GOOD, feature: far }], crossings: [], places: [] };
    check(judge(set, borders(), towns(far)), ["flaw: vertex 1 .* is 16.7 km from the one before"]);
});

test("a section that runs where another one runs is a flaw of the shorter one", () => {
    const other = { ...GOOD, id: "longer", country: "AL", waypoints: [[41.503, 20.2], [41.503, 20.5]] };
    const road = { waypoints: [[41.5, 20.3], [41.502, 20.35], [41.5, 20.4]] };
    finds(road, ["flaw: it runs where longer runs"], [other]);
    finds({ waypoints: [...road.waypoints, [41.6, 20.45]] }, [], [other]);
});

test("an end at a border is met from behind it", () => {
    const here = { waypoints: [[41.5, 20.1], [41.5, 20.01]] };
    finds(here, ["note: its end at 41.5, 20.01 is at the border of AL, and nothing meets it"]);
    const beyond = (lon) => ({
        ...GOOD, id: "b-c", country: "AL", waypoints: [[41.5, lon], [41.5, 19.9]],
    });
    finds(here, [], [beyond(19.99)]);
    finds(here, ["flaw: its end .* the nearest end beyond is 4.2 km away"], [beyond(19.96)]);
});

test("a section ends near the towns that it names", () => {
    const section = { ...GOOD, waypoints: [[41.5, 20.3], [41.5, 20.4]] };
    const set = { sections: [{ ...section, feature: strip(section) }], crossings: [], places: [] };
    const town = (name, lon) => ({ name, country: "MK", at: [lon, 41.5] });
    check(judge(set, borders(), [town("Á", 20.31), town("B", 20.6)]), [
        "flaw: the end called B is 16.7 km from that town",
    ]);
    check(judge(set, borders(), [town("A", 20.3)]), ["note: no town is called B"]);
});

test("a section ends in the crossing that it names", () => {
    const road = { from: "A", to: "Qafë crossing", waypoints: [[41.5, 20.1], [41.5, 20.01]] };
    const nothing = "note: .* nothing meets it";
    finds(road, [nothing, "flaw: the end called Qafë crossing lies in no crossing"]);
    const at = [41.5, 20.002];
    const crossing = { id: "c", name: "C", countries: ["MK", "AL"], at };
    const crossings = [{ ...crossing, feature: circle(crossing) }];
    finds(road, [nothing, "note: no section of AL leads to it"], [], crossings);
});

test("a crossing lies within 3 km of the border that its two countries share", () => {
    const at = (lon) => {
        const crossing = { id: "c", name: "C", countries: ["MK", "AL"], at: [41.5, lon] };
        return [{ ...crossing, feature: circle(crossing) }];
    };
    const road = { waypoints: [[41.5, 20.1], [41.5, 20.002]] };
    const behind = { ...GOOD, id: "b", country: "AL", waypoints: [[41.5, 19.998], [41.5, 19.9]] };
    finds(road, [], [behind], at(20.002));
    finds(road, ["flaw: 41.5, 20.05 is 4.2 km from the border of MK and AL", "note: .* AL leads"],
        [behind], at(20.05));
});

test("towns near a line are named, those from farther away only if they are known", () => {
    const town = (name, lat, population, isSeat = false) =>
        ({ name, country: "MK", population, isSeat, at: [20.5, lat] });
    const chosen = choose(
        [
            town("Village", 41.52, 900), town("Far village", 41.6, 900), town("Far seat", 41.6, 900, true),
            town("Far town", 41.7, 20_000), town("City", 41.8, 900_000), town("By the road", 41.51, 1),
        ],
        [[[20.4, 41.5], [20.6, 41.5]]],
    );
    assert.deepEqual(chosen.map(({ name }) => name), ["By the road", "Far seat", "Far town", "Village"]);
    assert.ok(isLatin("Niš - Đ’") && !isLatin("Скопје"));
});

test("the same features are written as the same bytes, one place a line", () => {
    const features = [strip(GOOD), place({ name: "Å", country: "MK", at: [21.123456, 41.5] })];
    const text = written({ about: "x" }, features);
    assert.equal(text, written({ about: "x" }, structuredClone(features)));
    assert.deepEqual(JSON.parse(text).features, JSON.parse(JSON.stringify(features)));
    assert.match(text, /^ {4}\{"type":"Feature",.*\[21.12346,41.5\]\}\}$/m);
});

test("the picture is the same each time, small, and asks nothing of anybody", () => {
    const sections = [{ ...GOOD, route: "Pan-European Corridor X", feature: strip(GOOD) }];
    const towns = [{ name: "Veles", country: "MK", population: 48_000, at: [21.52, 41.52] }];
    const set = { sections, crossings: [], places: towns };
    const drawn = picture(set, readWorld());
    assert.equal(drawn, picture(structuredClone(set), readWorld()));
    assert.ok(drawn.length < 400_000 && drawn.includes("Veles") && drawn.includes(">X</text>"));
    assert.doesNotMatch(drawn.replace("http://www.w3.org/2000/svg", ""), /href|url\(|http|NaN/);
});

test("the world and the towns hold all eleven countries", () => {
    assert.equal(new Borders(readWorld()).countries.size, 11);
    const codes = new Set(readTowns().map(({ country }) => country));
    assert.equal(codes.size, 11);
    const pristina = readTowns().find(({ name, country }) => name === "Pristina" && country === "XK");
    assert.ok(new Borders(readWorld()).beyondM(pristina.at, "XK") === 0);
    assert.ok(readTowns().some(({ name }) => name === "Petrovec"), "in Latin script");
});

test("versions are pinned", () => {
    const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url)));
    for (const [name, version] of Object.entries(dependencies)) {
        assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
});

function toml(changes) {
    const record = {
        id: '"a"', name: '"n"', section: '"s"', from: '"A"', to: '"B"', half_width_m: "1000",
        why: '"w"', source: '"s"', certainty: '"c"', waypoints: "[[41.5, 21.5], [41.6, 21.6]]",
        ...changes,
    };
    const rows = Object.entries(record).map(([key, value]) => `${key} = ${value}\n`);
    return `[[section]]\n${rows.join("")}`;
}

function refused(file, text, expected) {
    assert.throws(() => readTexts([[file, text]]), { message: expected });
}

/// Judges a section with changes, among others, and compares what is found about it.
function finds(changes, expected, others = [], crossings = []) {
    const sections = [{ ...GOOD, ...changes }, ...others].map((section) =>
        ({ ...section, feature: strip(section) }),
    );
    const set = { sections, crossings, places: [] };
    check(judge(set, borders(), sections.flatMap(({ feature }) => towns(feature)), ["MK"]), expected);
}

function check(findings, expected) {
    const told = findings.map(({ kind, text }) => `${kind}: ${text}`);
    assert.equal(told.length, expected.length, told.join("\n"));
    expected.forEach((pattern, index) => assert.match(told[index], new RegExp(pattern)));
}

/// Towns called A and B at the ends of a line.
function towns({ geometry: { coordinates } }) {
    return [
        { name: "A", country: "MK", at: coordinates[0] },
        { name: "B", country: "MK", at: coordinates.at(-1) },
    ];
}

/// MK east of 20 degrees and AL west of it, as topology.
function borders() {
    const border = [[20, 41], [20, 42]];
    const east = [[20, 42], [21, 42], [21, 41], [20, 41]];
    const west = [[20, 42], [19, 42], [19, 41], [20, 41]];
    const country = (id, name, arcs) => ({ type: "Polygon", id, properties: { name }, arcs: [arcs] });
    return new Borders({
        type: "Topology",
        arcs: [border, east, west],
        objects: {
            countries: {
                type: "GeometryCollection",
                geometries: [country("807", "Macedonia", [0, 1]), country("008", "Albania", [0, 2])],
            },
        },
    });
}
