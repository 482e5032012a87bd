"""Says which places lie in a corridor, by buffers that shapely draws in a plane around it.

Reads one JSON object a line: {"kind": "line", "parts": .., "half_widths": ..}, {"kind": "area", "polygons": ..} or
{"kind": "disc", "centre": .., "radius": ..}, with {"places": [[lon, lat], ..], "band": m}. The plane keeps directions and
distances from the middle of the shape; edges, straight in longitude and latitude, are walked in short steps. A strip
that widens is the union of the hulls of two discs each. Prints one letter for each place: "i" for inside by more than the
band, "o" for outside by more than it, "e" for what is as near to the edge as that.
"""

import json
import math
import sys

import numpy as np
import shapely
from pyproj import CRS, Transformer

# How far apart the places of an edge are that are drawn, degrees: between them it leaves the straight line by 2 cm.
STEP = 0.01


def quarter(radius):
    """Says into how many pieces a quarter of a circle is cut, so that it is off by 0.1 m at most."""
    return math.ceil(math.pi / 4 / math.sqrt(2 * 0.1 / max(radius, 1.0)))


def walked(run, widths=None):
    """Returns the places of a run of vertices, and the half-width at each."""
    places, at_each = [run[0]], [widths[0] if widths else 0.0]
    for number, (start, end) in enumerate(zip(run, run[1:])):
        steps = max(1, math.ceil(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / STEP))
        for step in range(1, steps + 1):
            share = step / steps
            places.append([a + (b - a) * share for a, b in zip(start, end)])
            if widths:
                at_each.append(widths[number] + (widths[number + 1] - widths[number]) * share)
    return places, at_each


def plane(vertices):
    lons, lats = np.array(vertices).T
    middle = (lons.min() + lons.max()) / 2, (lats.min() + lats.max()) / 2
    flat = CRS.from_proj4(f"+proj=aeqd +lon_0={middle[0]} +lat_0={middle[1]} +ellps=WGS84 +units=m")
    transformer = Transformer.from_crs("EPSG:4326", flat, always_xy=True)

    def project(places):
        lons, lats = np.array(places).T
        return np.column_stack(transformer.transform(lons, lats))

    return project


def strip(project, parts, half_widths):
    pieces = []
    for part, widths in zip(parts, half_widths):
        places, at_each = walked(part, widths)
        flat = project(places)
        if len(set(widths)) == 1:
            pieces.append(shapely.buffer(shapely.linestrings(flat), widths[0], quad_segs=quarter(widths[0])))
            continue
        discs = shapely.buffer(shapely.points(flat), at_each, quad_segs=quarter(max(widths)))
        pairs = shapely.geometrycollections(np.column_stack([discs[:-1], discs[1:]]))
        pieces.extend(shapely.convex_hull(pairs))
    return shapely.union_all(pieces)


def ground(shape):
    if shape["kind"] == "line":
        project = plane([vertex for part in shape["parts"] for vertex in part])
        return project, strip(project, shape["parts"], shape["half_widths"])
    if shape["kind"] == "disc":
        project = plane([shape["centre"]])
        centre = shapely.points(project([shape["centre"]])[0])
        return project, shapely.buffer(centre, shape["radius"], quad_segs=quarter(shape["radius"]))
    rings = [ring for polygon in shape["polygons"] for ring in polygon]
    project = plane([vertex for ring in rings for vertex in ring])
    polygons = []
    for exterior, *holes in shape["polygons"]:
        flat = [project(walked(ring)[0]) for ring in (exterior, *holes)]
        polygons.append(shapely.Polygon(flat[0], flat[1:]))
    return project, shapely.MultiPolygon(polygons)


def letters(shape):
    project, drawn = ground(shape)
    places = shapely.points(project(shape["places"]))
    shapely.prepare(drawn)
    inside = shapely.contains(drawn, places)
    near = shapely.dwithin(shapely.boundary(drawn), places, shape["band"])
    return "".join("e" if at_edge else "i" if within else "o" for at_edge, within in zip(near, inside))


def main():
    for line in sys.stdin:
        print(letters(json.loads(line)))


main()
