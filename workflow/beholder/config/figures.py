"""`figures`: one section per figure, each read by that figure's rule alone."""

from typing import Annotated

from pydantic import Field

from beholder.config.base import Count, Fraction, Section, Seed


class Samples(Section):
    """Sample sheets of both groups (source figures 3 and 4). Read by `plot_samples`."""

    per_group: Count = 40
    """Photographs on a sheet."""
    columns: Count = 10
    """Photographs in a row."""
    seed: Seed = 0
    """Seed of the draw."""


class Curves(Section):
    """Training curves (source figure 5). Read by `plot_curves`."""

    lowest_accuracy: Fraction = 0.5
    """Lower end of the accuracy axis."""


class Heatmaps(Section):
    """Averaged heatmaps (source figures 6 to 9). Read by `plot_heatmaps`."""

    colormap_stock: str = "jet"
    """Matplotlib colour map of the stock drawing; the source's is jet."""
    colormap_signed: str = "RdBu_r"
    """Diverging colour map of the signed drawing."""
    opacity: Fraction = 0.6
    """Opacity over the average face."""


class OverlaySheet(Section):
    """Heatmaps of single photographs (source figures 10 to 19). Read by `plot_overlays`."""

    colormap: str = "jet"
    """Matplotlib colour map."""
    opacity: Fraction = 0.5
    """Opacity over the photograph."""
    columns: Count = 3
    """Photographs in a row."""


class Figures(Section):
    """Stage 7."""

    dpi: Annotated[int, Field(ge=50, le=600)] = 150
    """Resolution of every PNG: the one key that redraws all figures."""
    samples: Samples = Samples()
    """Sample sheets."""
    curves: Curves = Curves()
    """Training curves."""
    heatmaps: Heatmaps = Heatmaps()
    """Averaged heatmaps."""
    overlays: OverlaySheet = OverlaySheet()
    """Single photographs."""
