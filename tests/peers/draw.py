"""Writes the same lines, areas and places in several formats with libraries of others.

The plan is JSON on standard input: {"folder": PATH, "lines": [[[lon, lat], ..], ..], "areas": [[ring, ..], ..],
"places": [[lon, lat], ..]}. What is drawn has the names "line 0", "area 0" and "place 0" and so on.
"""

import json
import pathlib
import sys

import geojson
import gpxpy.gpx
import shapely
import simplekml


def kml(plan, folder):
    document = simplekml.Kml(name="drawn")
    drawings = document.newfolder(name="a folder")
    for nth, line in enumerate(plan["lines"]):
        drawings.newlinestring(name=f"line {nth}", coords=line, tessellate=1)
    for nth, (outer, *inner) in enumerate(plan["areas"]):
        drawings.newpolygon(name=f"area {nth}", outerboundaryis=outer, innerboundaryis=inner)
    for nth, place in enumerate(plan["places"]):
        document.newpoint(name=f"place {nth}", coords=[place])
    document.save(folder / "drawn.kml")
    document.savekmz(folder / "drawn.kmz")


def wkt(plan, folder):
    entries = []
    for nth, line in enumerate(plan["lines"]):
        entries.append((f"line {nth}", shapely.LineString(line)))
    for nth, (outer, *inner) in enumerate(plan["areas"]):
        entries.append((f"area {nth}", shapely.Polygon(outer, inner)))
    for nth, place in enumerate(plan["places"]):
        entries.append((f"place {nth}", shapely.Point(place)))
    written = [f"{name};{shapely.to_wkt(it, rounding_precision=-1)}\n" for name, it in entries]
    (folder / "drawn.wkt").write_text("".join(written))


def gpx(plan, folder):
    document = gpxpy.gpx.GPX()
    for nth, line in enumerate(plan["lines"]):
        route = gpxpy.gpx.GPXRoute(name=f"line {nth}")
        route.points = [gpxpy.gpx.GPXRoutePoint(lat, lon) for lon, lat in line]
        document.routes.append(route)
    for nth, (lon, lat) in enumerate(plan["places"]):
        document.waypoints.append(gpxpy.gpx.GPXWaypoint(lat, lon, name=f"place {nth}"))
    (folder / "drawn.gpx").write_text(document.to_xml())


def json_features(plan, folder):
    geometries = [(f"line {nth}", geojson.LineString(it)) for nth, it in enumerate(plan["lines"])]
    geometries += [(f"area {nth}", geojson.Polygon(it)) for nth, it in enumerate(plan["areas"])]
    geometries += [(f"place {nth}", geojson.Point(it)) for nth, it in enumerate(plan["places"])]
    features = [geojson.Feature(geometry=it, properties={"name": name}) for name, it in geometries]
    with open(folder / "drawn.geojson", "w") as file:
        geojson.dump(geojson.FeatureCollection(features), file)


plan = json.load(sys.stdin)
folder = pathlib.Path(plan["folder"])
geojson.geometry.DEFAULT_PRECISION = 15
for draw in (kml, wkt, gpx, json_features):
    draw(plan, folder)
