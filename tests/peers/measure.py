"""Measures places against centrelines by Karney's geodesics, to judge our distances, chainage and sides.

Reads one JSON object a line: {"parts": [[[lon, lat], ..], ..], "half_widths": [[m, ..], ..], "at": [lon, lat]}. An
edge is the straight line in longitude and latitude, walked in many steps with pyproj's geodesics; the last word on a
distance and on a side has GeographicLib's own Python. Prints for each line: {"edge_m", "feet": [{"away_m",
"along_m", "fraction", "left_m"}, ..]}, a foot for each segment of the centreline.
"""

import json
import math
import sys

import numpy as np
from geographiclib.geodesic import Geodesic
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
# How many places of a segment are tried at a time, and how often between the two beside the best.
TRIED = 41
ZOOMS = 6
# How far apart the places are between which the length of a segment is measured, metres.
STEP_M = 100.0


def towards(start, end, fraction):
    return [start[axis] + (end[axis] - start[axis]) * fraction for axis in (0, 1)]


def least(start, end, at, start_width, end_width):
    """Finds the fraction of a segment at which the distance less the half-width is least."""
    low, high = 0.0, 1.0
    for _ in range(ZOOMS):
        fractions = np.linspace(low, high, TRIED)
        lons, lats = towards(start, end, fractions)
        _, _, away = WGS84.inv(lons, lats, np.full(TRIED, at[0]), np.full(TRIED, at[1]))
        best = int(np.argmin(away - (start_width + (end_width - start_width) * fractions)))
        low, high = fractions[max(best - 1, 0)], fractions[min(best + 1, TRIED - 1)]
        fraction = fractions[best]
    return float(fraction)


def geodesic(start, end):
    return Geodesic.WGS84.Inverse(start[1], start[0], end[1], end[0])


def length_m(start, end):
    steps = max(2, math.ceil(geodesic(start, end)["s12"] / STEP_M))
    lons, lats = towards(start, end, np.linspace(0.0, 1.0, steps + 1))
    return WGS84.line_length(lons, lats)


def measured(case):
    at = case["at"]
    edge_m = math.inf
    feet = []
    reached_m = 0.0
    for part, widths in zip(case["parts"], case["half_widths"]):
        for start, end, start_width, end_width in zip(part, part[1:], widths, widths[1:]):
            fraction = least(start, end, at, start_width, end_width)
            away_m = geodesic(towards(start, end, fraction), at)["s12"]
            edge_m = min(edge_m, away_m - (start_width + (end_width - start_width) * fraction))

            fraction = least(start, end, at, 0.0, 0.0)
            foot = towards(start, end, fraction)
            way = geodesic(foot, at)
            # The direction of the edge there: from a place a little behind to one a little ahead.
            along = geodesic(towards(start, end, fraction - 1e-6), towards(start, end, fraction + 1e-6))
            turn = math.radians(way["azi1"] - along["azi1"])
            feet.append({
                "away_m": way["s12"],
                "along_m": reached_m + length_m(start, foot),
                "fraction": fraction,
                "left_m": -math.sin(turn) * way["s12"],
            })
            reached_m += length_m(start, end)
    return {"edge_m": edge_m, "feet": feet}


def main():
    for line in sys.stdin:
        print(json.dumps(measured(json.loads(line))))


main()
