// Writes the set as a text that reads well and differs little when a waypoint moves.

/// As long as a line of coordinates gets, characters.
const WIDTH = 100;

/// Writes a feature collection; the same features give the same bytes.
export function written(about, features) {
    const head = Object.entries(about).map(([key, value]) => `  ${pair(key, value)},\n`).join("");
    const body = features.map((feature) => indented(one(feature), "    ")).join(",\n");
    return `{\n  "type": "FeatureCollection",\n${head}  "features": [\n${body}\n  ]\n}\n`;
}

function one({ type, properties, geometry }) {
    if (geometry.type === "Point") {
        return JSON.stringify({ type, properties, geometry });
    }
    const rows = Object.entries(properties).map(([key, value]) => pair(key, value));
    return [
        "{",
        `  ${pair("type", type)},`,
        '  "properties": {',
        rows.map((row) => indented(row, "    ")).join(",\n"),
        "  },",
        `  "geometry": {${pair("type", geometry.type)}, "coordinates": [`,
        indented(coordinates(geometry), "    "),
        "  ]}",
        "}",
    ].join("\n");
}

function coordinates({ type, coordinates: parts }) {
    if (type === "LineString") {
        return wrapped(parts);
    }
    return parts.map((ring) => `[\n${indented(wrapped(ring), "  ")}\n]`).join(",\n");
}

function pair(key, value) {
    const text = Array.isArray(value) ? list(value) : JSON.stringify(value);
    return `${JSON.stringify(key)}: ${text}`;
}

function list(values) {
    return `[${wrapped(values)}]`;
}

function wrapped(values) {
    const rows = [""];
    for (const value of values.map((value) => JSON.stringify(value))) {
        const row = rows.at(-1);
        if (row === "") {
            rows[rows.length - 1] = value;
        } else if (row.length + value.length + 2 <= WIDTH) {
            rows[rows.length - 1] = `${row}, ${value}`;
        } else {
            rows[rows.length - 1] = `${row},`;
            rows.push(value);
        }
    }
    return rows.join("\n");
}

function indented(text, by) {
    return text.split("\n").map((row) => by + row).join("\n");
}
