"""How every figure looks and how it is saved: one place for fonts, colours and file metadata."""

import textwrap
from pathlib import Path

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from beholder.common.tables import atomic

#: Width in inches of a figure that fills the page; at 9 points its text is then as large as the page's own.
WIDTH = 10.0

#: Width of a figure that shares a page with another one beside it.
HALF_WIDTH = 6.0

#: Of 9-point text, cautiously.
_CHARACTERS_PER_INCH = 14.0

#: Okabe and Ito (2008), distinguishable with every form of colour blindness.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = OKABE_ITO = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
GREY = "#767676"
PALE = "#DDDDDD"

#: The two groups have the same colours everywhere; they are the ends of the diverging colour map as well.
GROUP_COLOURS = {"good": VERMILION, "normal": BLUE}

_RC = {
    "font.family": "DejaVu Sans",  # carried by matplotlib, hence the same on every machine
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "#333333",
    "ytick.labelcolor": "#333333",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # text stays text: searchable and editable
    "svg.hashsalt": "beholder",
}

#: Decorator and context manager: matplotlib's defaults, whatever the user's own settings, and the style above.
styled = matplotlib.style.context(["default", _RC])


@styled
def new_figure(height: float, title: str, subtitle: str, width: float = WIDTH) -> Figure:
    """Return an empty figure of `height` inches plus a header: the title, and lines that say n and interval."""
    lines = textwrap.wrap(subtitle, int(_CHARACTERS_PER_INCH * width))
    header = 0.36 + 0.155 * len(lines)
    height += header
    layout = ConstrainedLayoutEngine(rect=(0, 0, 1, 1 - header / height))
    figure = Figure(figsize=(width, height), layout=layout)
    left = 0.05 / width
    figure.text(left, 1 - 0.06 / height, title, va="top", fontsize=12, fontweight="bold")
    figure.text(left, 1 - 0.29 / height, "\n".join(lines), va="top", color="#444444", linespacing=1.25)
    return figure


@styled
def save(figure: Figure, png: Path, svg: Path, dpi: int) -> None:
    """Write a figure twice. The bytes depend on the drawing alone: no date, no version."""
    with atomic(png) as temporary:
        figure.savefig(temporary, format="png", dpi=dpi, metadata={"Software": None})
    with atomic(svg) as temporary:
        figure.savefig(temporary, format="svg", dpi=dpi, metadata={"Date": None, "Creator": None})


def show_image(axes: Axes, image: np.ndarray) -> None:
    """Show a uint8 [H,W,3] or [H,W] image in its own pixel coordinates, without ticks."""
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    bare(axes)


def bare(axes: Axes) -> None:
    """Leave nothing of the axes but their content."""
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
