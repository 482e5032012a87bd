// Chooses the towns that positions are told from: "4.1 km south of Demir Kapija".

import { box, isNearBox, toLineM } from "./geodesy.js";

/// Every town this close to a centreline is named, metres.
const CLOSE_M = 5_000;

/// Farther off only those that people from elsewhere know, up to here, metres.
const FAR_M = 25_000;

/// Who lives in a town that is named from afar; seats of municipalities are named with fewer.
const POPULATION_MIN = 8_000;

/// Chooses the towns near centrelines, in the order of country and name.
export function choose(towns, lines) {
    const boxed = lines.map((line) => ({ line, bounds: box(line) }));
    return towns
        .filter((town) => isWanted(town, boxed))
        .sort(byCountryAndName);
}

/// Says whether a name is written in Latin script, as the others are.
export function isLatin(name) {
    return /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]+$/u.test(name);
}

function isWanted({ at, population, isSeat }, boxed) {
    const reach = POPULATION_MIN <= population ? FAR_M : isSeat ? FAR_M / 2 : CLOSE_M;
    return boxed.some(({ line, bounds }) => isNearBox(at, bounds, reach) && toLineM(at, line) <= reach);
}

/// Code points are compared, since the order of languages differs from machine to machine.
function byCountryAndName(left, right) {
    const key = ({ country, name, at: [lon, lat] }) => `${country} ${name} ${lon} ${lat}`;
    return key(left) < key(right) ? -1 : 1;
}
