"""What stands where on the index page, and which figure of the source a picture repeats."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from beholder.figures.runs import GRID_ORDER, model_name

_DRAWINGS = {"stock": "as published", "signed": "registered and signed"}
_HEATMAPS = {("original", "good"): 6, ("original", "normal"): 7, ("white", "good"): 8, ("white", "normal"): 9}
#: The source shows the models' single photographs in this order, each good, then normal, from figure 10 on.
_OVERLAYS = {
    (model, group): 10 + 2 * GRID_ORDER.index(model) + (group == "normal")
    for model in GRID_ORDER
    for group in ("good", "normal")
}


class Section(NamedTuple):
    """A part of the page, and the rules whose pictures and tables it shows."""

    anchor: str
    short: str
    """Its name in the navigation."""
    heading: str
    rules: Sequence[str]
    side_by_side: bool = False
    """Whether its pictures stand two in a row."""
    folded: bool = False
    """Whether its batches of pictures are folded, all but the first."""


SECTIONS = [
    Section("accuracy", "Accuracy", "How well the networks tell the groups apart", ["tabulate_accuracy"]),
    Section("photographs", "Photographs", "The photographs", ["plot_samples"]),
    Section("funnel", "Funnel", "Which photographs were used", ["plot_funnel"]),
    Section("training", "Training", "Training", ["plot_curves"]),
    Section("heatmaps", "Heatmaps", "Where the evidence lies, on average", ["plot_heatmaps"], side_by_side=True),
    Section("overlays", "Single photographs", "Single photographs", ["plot_overlays"], folded=True),
    Section("calibration", "Calibration", "Can the audit be believed?", ["plot_calibration"]),
    Section("workflow", "Workflow", "How all this was made", ["plot_workflow"]),
]
#: Takes what every other rule makes.
OTHERS = Section("others", "Further results", "Further results", [])


def section_of(rule: str) -> Section:
    """Return the part of the page for what `rule` makes."""
    return next((section for section in SECTIONS if rule in section.rules), OTHERS)


def title(item: Mapping) -> str:
    """Return the heading of a picture inside its batch. `item` has the key `rule` and the rule's wildcards."""
    match item["rule"]:
        case "plot_samples":
            return f"Group “{item['group']}”"
        case "plot_funnel":
            return "From collected to kept photographs"
        case "plot_calibration":
            return "What the audit finds of a planted difference"
        case "plot_curves":
            return f"Recipe “{item['recipe']}”"
        case "plot_heatmaps":
            return f"Group “{item['group']}”, {_DRAWINGS[item['drawing']]}"
        case "plot_overlays":
            return f"Group “{item['group']}”, seed {item['seed']}"
        case "plot_workflow":
            return "Rules and what flows between them"
        case rule:
            return rule.replace("_", " ").capitalize()


def batch(item: Mapping) -> str:
    """Return the heading that a picture shares with its neighbours, which are shown side by side or folded together."""
    match item["rule"]:
        case "plot_samples" | "plot_heatmaps":
            return f"{item['background'].capitalize()} background"
        case "plot_overlays":
            return f"{model_name(item['backbone'])}, {item['background']} background, recipe “{item['recipe']}”"
        case _:
            return ""


def source_figure(item: Mapping) -> int | None:
    """Return the number of the source's figure that a picture repeats, if there is one."""
    match item["rule"]:
        case "plot_samples" if item["background"] == "original":
            return {"good": 3, "normal": 4}[item["group"]]
        case "plot_curves":
            return 5
        case "plot_heatmaps" if item["drawing"] == "stock":
            return _HEATMAPS.get((item["background"], item["group"]))
        case "plot_overlays" if item["background"] == "original":
            return _OVERLAYS.get((item["backbone"], item["group"]))
        case _:
            return None
