"""Prints what a GeoJSON library and a geometry library of others hold against files, one fault a line.

The paths are lines on standard input. The last line says how many features were looked at.
"""

import sys

import geojson
import shapely.geometry
import shapely.validation

judged = 0
for path in map(str.strip, sys.stdin):
    with open(path) as file:
        collection = geojson.load(file)
    if not isinstance(collection, geojson.FeatureCollection):
        print(f"{path}: is no feature collection")
    for nth, feature in enumerate(collection["features"]):
        if not isinstance(feature, geojson.Feature) or not feature.is_valid:
            print(f"{path}: feature {nth}: {feature.errors()}")
        shape = shapely.geometry.shape(feature["geometry"])
        if not shape.is_valid:
            print(f"{path}: feature {nth}: {shapely.validation.explain_validity(shape)}")
        if isinstance(shape, shapely.geometry.Polygon):
            holes = [hole.is_ccw for hole in shape.interiors]
            if not shape.exterior.is_ccw or any(holes):
                print(f"{path}: feature {nth}: its rings do not follow the right-hand rule")
        judged += 1
print(f"{judged} features judged")
