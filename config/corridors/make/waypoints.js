// Reads the hand-kept files: one for each country, `XY.toml` by its code, with its sections, and
// `crossings.toml`.
//
// A waypoint is [latitude, longitude, "what is here"], the way people write places down; everything
// behind this file is [longitude, latitude].

import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

import { parse } from "smol-toml";

const SECTION = {
    required: {
        id: isId, name: isText, section: isText, from: isText, to: isText,
        half_width_m: isWidth, why: isText, source: isText, certainty: isText,
        waypoints: isWaypoints,
    },
    optional: {
        ref: isText, route: isText, km_start: isNumber, km_end: isNumber, km_direction: isDirection,
    },
};
const CROSSING = {
    required: {
        id: isId, name: isText, countries: isPair, at: isPosition, source: isText, certainty: isText,
    },
    optional: { ref: isText, road: isText, radius_m: isWidth },
};

/// Reads every file of a folder, in the order of their names.
///
/// Gives `{ sections, crossings }` as they stand, each with its `file`, and a section with its
/// `country`. Throws one error with everything that is wrong.
export function readFolder(folder) {
    const files = readdirSync(folder).filter((name) => name.endsWith(".toml")).sort();
    return readTexts(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
}

/// Reads the texts of files, `[name, text]` each.
export function readTexts(files) {
    const faults = [];
    const sections = [];
    const crossings = [];
    for (const [file, text] of files) {
        const country = basename(file, ".toml");
        const { section = [], crossing = [], ...others } = parseFile(file, text, faults);
        for (const key of Object.keys(others)) {
            faults.push(`${file}: ${key} is not known: it holds [[section]] and [[crossing]]`);
        }
        if (section.length !== 0 && !/^[A-Z]{2}$/.test(country)) {
            faults.push(`${file}: a file with sections is called by its country, such as MK.toml`);
        }
        for (const record of section) {
            judgeRecord(file, record, SECTION, faults);
            sections.push({ ...record, country, file });
        }
        for (const record of crossing) {
            judgeRecord(file, record, CROSSING, faults);
            crossings.push({ ...record, file });
        }
    }
    judgeIds([...sections, ...crossings], faults);
    if (faults.length !== 0) {
        throw new Error(faults.join("\n"));
    }
    return { sections, crossings };
}

function parseFile(file, text, faults) {
    try {
        return parse(text);
    } catch (error) {
        faults.push(`${file}: ${error.message}`);
        return {};
    }
}

function judgeRecord(file, record, { required, optional }, faults) {
    const name = `${file}, ${record.id ?? record.name ?? "a record without an id"}`;
    for (const [key, isGood] of Object.entries(required)) {
        if (!(key in record)) {
            faults.push(`${name}: ${key} is missing`);
        } else if (!isGood(record[key], record)) {
            faults.push(`${name}: ${key} cannot be read`);
        }
    }
    for (const [key, value] of Object.entries(record)) {
        if (key in required) {
            continue;
        }
        if (!(key in optional)) {
            faults.push(`${name}: ${key} is not known`);
        } else if (!optional[key](value, record)) {
            faults.push(`${name}: ${key} cannot be read`);
        }
    }
}

function judgeIds(records, faults) {
    const taken = new Map();
    for (const { id, file } of records) {
        if (taken.has(id)) {
            faults.push(`${file}, ${id}: the id is taken in ${taken.get(id)}`);
        }
        taken.set(id, file);
    }
}

function isText(value) {
    return typeof value === "string" && value.trim() === value && value !== "";
}

function isId(value) {
    return isText(value) && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value);
}

function isNumber(value) {
    return typeof value === "number" && Number.isFinite(value);
}

function isDirection(value) {
    return value === "up" || value === "down";
}

/// A width in metres, or one for each waypoint.
function isWidth(value, { waypoints }) {
    if (Array.isArray(value)) {
        return value.length === waypoints?.length && value.every((width) => isWidth(width, {}));
    }
    return isNumber(value) && 0 < value && value <= 100_000;
}

function isPair(value) {
    return (
        Array.isArray(value) && value.length === 2 && value[0] !== value[1] &&
        value.every((country) => /^[A-Z]{2}$/.test(country))
    );
}

/// A latitude and a longitude; those of the region cannot be taken for each other.
function isPosition(value) {
    return (
        Array.isArray(value) && value.length === 2 && value.every(isNumber) &&
        34 <= value[0] && value[0] <= 50 && 12 <= value[1] && value[1] <= 31
    );
}

function isWaypoints(value) {
    return (
        Array.isArray(value) && 2 <= value.length &&
        value.every(
            (waypoint) =>
                Array.isArray(waypoint) && isPosition(waypoint.slice(0, 2)) &&
                (waypoint.length === 2 || (waypoint.length === 3 && typeof waypoint[2] === "string")),
        )
    );
}
