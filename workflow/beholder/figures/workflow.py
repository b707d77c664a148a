"""The graph of rules as a picture: a row of boxes per step, rows grouped and coloured by stage."""

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from beholder.common.errors import BeholderError
from beholder.figures import style
from beholder.figures.layers import Dummy, order_rows, place, thread
from beholder.figures.runs import plural

#: The stages in the order in which data flow.
_COLOURS = {
    "collect": style.GREY,
    "faces": style.ORANGE,
    "splits": style.YELLOW,
    "train": style.VERMILION,
    "explain": style.PURPLE,
    "audit": style.BLUE,
    "figures": style.GREEN,
    "report": style.SKY,
}
#: In inches, the text being 8 points high.
_ROW, _BOX, _LETTER, _GAP, _LABEL = 0.62, 0.27, 0.066, 0.14, 0.75


def assign_rows(edges: Sequence[Sequence[str]], stages: Mapping[str, str]) -> dict[str, int]:
    """Return the row of each rule: stages below each other, within a stage by the longest path.

    Raises BeholderError where an edge leads from a later stage back to an earlier one, or in a circle.
    """
    order = list(_COLOURS)
    for source, target in edges:
        if order.index(stages[source]) > order.index(stages[target]):
            raise BeholderError(
                f"rule `{target}` of stage {stages[target]} reads what `{source}` of the later stage {stages[source]} "
                "makes; data must flow down the list of stages in docs/architecture.md."
            )
    rows: dict[str, int] = {}
    first = 0
    for stage in order:
        inner = nx.DiGraph()
        inner.add_nodes_from(rule for rule in stages if stages[rule] == stage)
        inner.add_edges_from(edge for edge in edges if {stages[rule] for rule in edge} == {stage})
        if not nx.is_directed_acyclic_graph(inner):
            raise BeholderError(f"the rules {' and '.join(nx.find_cycle(inner)[0])} of stage {stage} need each other.")
        generations = list(nx.topological_generations(inner))
        rows |= {rule: first + index for index, generation in enumerate(generations) for rule in generation}
        first += len(generations)
    return rows


@style.styled
def plot_workflow(edges: Sequence[Sequence[str]], stages: Mapping[str, str], targets: Sequence[str]) -> Figure:
    """Draw rules and what flows between them, top to bottom.

    `edges` are pairs of rules, the first making what the second reads; `stages` tells the stage of every rule. Rules
    that none of the `targets` needs take no part in this experiment and are left out.
    """
    flow = nx.DiGraph(edges)
    used = set(targets).union(*(nx.ancestors(flow, target) for target in targets if target in flow))
    stages = {rule: stage for rule, stage in stages.items() if rule in used}
    edges = [edge for edge in edges if used.issuperset(edge)]
    rows = assign_rows(edges, stages)
    graph, chains = thread(edges, rows)
    x = place(graph, order_rows(graph), _width, _GAP)
    right = max(x[node] + _width(node) / 2 for node in x)
    height = (max(rows.values()) + 1) * _ROW
    figure = style.new_figure(
        height,
        "The workflow",
        f"{plural(len(stages), 'rule')} in {plural(len(set(stages.values())), 'stage')}. An arrow leads from the rule "
        "that makes a file to a rule that reads it.",
        width=max(right + _LABEL + 0.2, style.HALF_WIDTH),
    )
    axes = figure.subplots()
    axes.set(xlim=(-_LABEL, right + 0.1), ylim=(height - _ROW / 2, -_ROW / 2), aspect="equal")
    axes.set_axis_off()
    _draw_bands(axes, rows, stages)
    for chain in chains:
        points = np.array([(x[node], graph.nodes[node]["row"] * _ROW) for node in chain])
        _draw_edge(axes, points, _COLOURS[stages[chain[0]]])
    for rule, row in rows.items():
        _draw_box(axes, rule, x[rule], row * _ROW, _COLOURS[stages[rule]])
    return figure


def _width(node: str | Dummy) -> float:
    return 0.06 if isinstance(node, Dummy) else _LETTER * len(node) + 0.16


def _draw_bands(axes: Axes, rows: Mapping[str, int], stages: Mapping[str, str]) -> None:
    for stage in dict.fromkeys(stages.values()):
        inside = [rows[rule] for rule in rows if stages[rule] == stage]
        top, bottom = (min(inside) - 0.5) * _ROW, (max(inside) + 0.5) * _ROW
        axes.axhspan(top + 0.03, bottom - 0.03, facecolor=_lighten(_COLOURS[stage], 0.93), linewidth=0)
        axes.text(-_LABEL + 0.08, (top + bottom) / 2, stage, va="center", fontweight="bold")


def _draw_edge(axes: Axes, points: np.ndarray, colour: str) -> None:
    """Draw a line through the centres [K,2] of nodes: straight down past the boxes' height, curved between the rows."""
    half = np.array([0, _BOX / 2])
    vertices, codes = [points[0] + half], [Path.MOVETO]
    for upper, lower in zip(points[:-1] + half, points[1:] - half, strict=True):
        middle = (upper[1] + lower[1]) / 2
        vertices += [(upper[0], middle), (lower[0], middle), lower, lower + 2 * half]
        codes += [Path.CURVE4] * 3 + [Path.LINETO]
    path = Path(vertices[:-1], codes[:-1])
    arrow = "-|>,head_length=3,head_width=1.6"
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle=arrow, color=_darken(colour), linewidth=0.9))


def _draw_box(axes: Axes, rule: str, x: float, y: float, colour: str) -> None:
    width = _width(rule)
    box = FancyBboxPatch(
        (x - width / 2, y - _BOX / 2),
        width,
        _BOX,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=_lighten(colour, 0.65),
        edgecolor=_darken(colour),
        zorder=3,
    )
    axes.add_patch(box)
    axes.text(x, y, rule, ha="center", va="center", fontsize=8, zorder=4)


def _lighten(colour: str, share: float) -> np.ndarray:
    return 1 - (1 - np.array(to_rgb(colour))) * (1 - share)


def _darken(colour: str) -> np.ndarray:
    return np.array(to_rgb(colour)) * 0.75
