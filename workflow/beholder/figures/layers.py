"""Layered drawing of a directed graph: which order within the rows, and which place.

After Sugiyama, Tagawa and Toda (1981) and Gansner, Koutsofios, North and Vo (1993): dummy nodes on edges that pass rows,
rows ordered by the barycentres of their neighbours, places by linear programming so that long edges run straight.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
from scipy.optimize import linprog

_SWEEPS = 24
#: Of a link between two rules, a rule and a dummy, two dummies: the longer an edge, the straighter.
_WEIGHTS = (1, 2, 8)


class Dummy(tuple):
    """Where an edge passes a row: (source, row). Edges from one source share their dummies and part where they must."""


def thread(edges: Sequence[Sequence[Any]], rows: Mapping[Any, int]) -> tuple[nx.DiGraph, list[list]]:
    """Return the graph of `edges` with a dummy in every row that an edge passes, and each edge as its chain of nodes.

    Nodes have the attribute `row`, links a `weight`. `rows` tells the row of every node, edges lead to higher rows.
    """
    graph, chains = nx.DiGraph(), []
    for node, row in rows.items():
        graph.add_node(node, row=row)
    for source, target in edges:
        chain = [source, *(Dummy((source, row)) for row in range(rows[source] + 1, rows[target])), target]
        for row, node in enumerate(chain[1:-1], rows[source] + 1):
            graph.add_node(node, row=row)
        for upper, lower in itertools.pairwise(chain):
            graph.add_edge(upper, lower, weight=_WEIGHTS[isinstance(upper, Dummy) + isinstance(lower, Dummy)])
        chains.append(chain)
    return graph, chains


def order_rows(graph: nx.DiGraph) -> list[list]:
    """Return the nodes of every row, ordered so that few links cross."""
    rows: list[list] = [[] for _ in range(1 + max(row for _, row in graph.nodes(data="row")))]
    for node, row in graph.nodes(data="row"):
        rows[row].append(node)
    best, fewest = rows, _crossings(graph, rows)
    for sweep in range(_SWEEPS):
        rows = _sweep(graph, rows, downwards=sweep % 2 == 0)
        if (crossings := _crossings(graph, rows)) < fewest:
            best, fewest = rows, crossings
    return best


def place(graph: nx.DiGraph, rows: Sequence[Sequence], width: Callable[[Any], float], gap: float) -> dict:
    """Return the centre of every node along its row, from 0 up.

    Minimises the weighted sideways length of all links, keeping the order of the rows and `gap` between nodes.
    """
    number = {node: index for index, node in enumerate(graph)}
    links = list(graph.edges(data="weight"))
    unknowns = len(number) + len(links)
    limits, bounds = [], []

    def add(coefficients: dict[int, float], bound: float) -> None:
        limits.append(np.bincount(list(coefficients), list(coefficients.values()), unknowns))
        bounds.append(bound)

    for index, (upper, lower, _) in enumerate(links, len(number)):  # the length of a link is at least either difference
        add({number[upper]: 1, number[lower]: -1, index: -1}, 0)
        add({number[upper]: -1, number[lower]: 1, index: -1}, 0)
    for left, right in (pair for row in rows for pair in itertools.pairwise(row)):
        add({number[left]: 1, number[right]: -1}, -gap - (width(left) + width(right)) / 2)
    cost = np.array([0.0] * len(number) + [weight for *_, weight in links])
    lowest = [(width(node) / 2, None) for node in number] + [(0, None)] * len(links)
    solution = linprog(cost, np.array(limits), bounds, bounds=lowest, method="highs").x
    return {node: float(solution[index]) for node, index in number.items()}


def _sweep(graph: nx.DiGraph, rows: list[list], downwards: bool) -> list[list]:
    """Return the rows, each sorted by the mean places of its neighbours in the row before."""
    neighbours = graph.pred if downwards else graph.succ
    share = {node: index / len(row) for row in rows for index, node in enumerate(row)}
    ordered = []
    for row in rows if downwards else reversed(rows):
        centre = {node: np.mean([share[other] for other in neighbours[node]] or [share[node]]) for node in row}
        row = sorted(row, key=centre.__getitem__)
        share |= {node: index / len(row) for index, node in enumerate(row)}
        ordered.append(row)
    return ordered if downwards else ordered[::-1]


def _crossings(graph: nx.DiGraph, rows: Sequence[Sequence]) -> int:
    index = {node: place for row in rows for place, node in enumerate(row)}
    total = 0
    for row in rows:
        links = [(index[upper], index[lower]) for upper in row for lower in graph.succ[upper]]
        total += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in itertools.combinations(links, 2))
    return total
