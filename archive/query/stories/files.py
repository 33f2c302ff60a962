"""Flows as files: a table in CSV, and a graph in GEXF 1.3 (https://gexf.net), which Gephi and networkx read."""

import csv
import io
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from archive.export.writers import cell
from archive.query.stories.flows import Flow
from archive.text.clean import clean_line

COLUMNS: Final = ("from", "to", "month", "copies", "stories", "median_lag_hours", "median_coverage")
"""Of the table, as `Flow.as_json` names them."""
_ATTRIBUTES: Final = (
    ("copies", "integer"),
    ("stories", "integer"),
    ("median_lag_hours", "double"),
    ("median_coverage", "double"),
    ("month", "string"),
)


def as_csv(flows: Sequence[Flow]) -> str:
    """A table as the export writes them (docs/data.md): a row a flow, empty where something is not known."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in flows:
        told = one.as_json()
        rows.writerow([cell(told[name]) for name in COLUMNS])
    return text.getvalue()


def gexf(flows: Sequence[Flow]) -> bytes:
    """A directed graph, in UTF-8: a node for each name, an edge from it to each that reprinted it, whose weight are the
    copies. Edges of one pair in several months are parallel."""
    root = Element("gexf", {"xmlns": "http://gexf.net/1.3", "version": "1.3"})
    SubElement(SubElement(root, "meta"), "creator").text = "Jianbao"
    graph = SubElement(root, "graph", {"defaultedgetype": "directed", "mode": "static"})
    attributes = SubElement(graph, "attributes", {"class": "edge"})
    for number, (name, kind) in enumerate(_ATTRIBUTES):
        SubElement(attributes, "attribute", {"id": str(number), "title": name, "type": kind})
    names = sorted({name for one in flows for name in (one.from_, one.to)})
    ids = {name: str(number) for number, name in enumerate(names)}
    nodes, edges = SubElement(graph, "nodes"), SubElement(graph, "edges")
    for name in names:
        SubElement(nodes, "node", {"id": ids[name], "label": clean_line(name) or ""})
    for number, one in enumerate(flows):
        ends = {"source": ids[one.from_], "target": ids[one.to]}
        edge = SubElement(edges, "edge", {"id": str(number), **ends, "weight": str(one.copies)})
        values = SubElement(edge, "attvalues")
        told = one.as_json()
        for place, (name, _) in enumerate(_ATTRIBUTES):
            if told[name] is not None:
                SubElement(values, "attvalue", {"for": str(place), "value": str(told[name])})
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"
