"""Where the background of an averaged heatmap comes from: its lopsidedness, taken apart step by step.

A published heatmap is a mean over photographs of one class' maps, each cut at zero, stretched to full red and drawn by
a plain resize. Its heat right of the person less that left of the person is some share of both together. Every step
undoes one of these choices, and what the share loses with it is that choice's part; the parts add up to what was
published. Steps depend on their order, which is that in which heatmaps are made, from the picture back to the network:

outline       what a heatmap of one even colour would show: the people stand off centre (H7)
misalignment  the mean person is no one's outline: its edge takes in other people's faces (H8)
drawing       cells drawn where the network did not look (H1)
min_max       weak maps weigh as much as strong ones (H4)
complement    only one class' evidence is drawn: what speaks against it is cut off (H3)
frame         stays in its place when the photograph is mirrored: padding (H2)
framing       follows the photograph, in proportion to how far the face is off centre (H7)
content       follows the photograph otherwise: what is in the background, or beside the face (H5)

The same holds for bottom less top, and for background less person, whose steps end before the mirror: `rest`. Everything
is measured outside the person, and outside the face oval alone, where close crops leave little background.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from beholder.audit.heatmaps import ClassMaps, Photographs, as_published, cell_means
from beholder.audit.localisation import MASKS
from beholder.audit.table import Counts, row
from beholder.audit.uncertainty import Resampling
from beholder.common.labels import GROUPS
from beholder.explain.average import forms
from beholder.explain.geometry import Geometry

Row = dict[str, Any]

#: Parts that add up, in their order, where photographs were mirrored and where that does not apply.
PARTS = ("outline", "misalignment", "drawing", "min_max", "complement", "frame", "framing", "content")
PARTS_UNMIRRORED = (*PARTS[:5], "rest")


def origin_rows(
    maps: ClassMaps, photographs: Photographs, people: pd.DataFrame, size: int, draws: Resampling, level: float = 0.95
) -> list[Row]:
    """Return per group and direction the lopsidedness of the averaged heatmap as published, and its parts.

    heatmap_asymmetry (detail `direction/mask`), heatmap_part (`direction/mask/part`); average_asymmetry (`right/mask/form`)
    of the registered maps in four forms of averaging, side by side; against_own_class, the share of the evidence in `mask`
    and on its `background` that speaks against the predicted class.
    people: looks and cluster of the N photographs; size: side of the network's input in pixels.
    """
    rows = []
    for looks, group in GROUPS.items():
        member = (people["looks"] == looks).to_numpy()
        scored = member & np.isfinite(photographs.offset)
        if scored.any():
            clusters, absent = people["cluster"][scored].nunique(), int(member.sum() - scored.sum())
            counts = Counts(int(scored.sum()), clusters, absent)
            found = _measures(maps.subset(scored), photographs.subset(scored), size, draws.subset(scored))
            rows += [
                row(metric, draws.interval(values, level), detail=detail, group=group, counts=counts)
                for metric, detail, values in found
            ]
    return rows


def _measures(
    maps: ClassMaps, photographs: Photographs, size: int, draws: Resampling
) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield metric, detail and draws of everything that is said of some photographs."""
    published, averaged = np.stack([as_published(seed, size) for seed in maps.predicted]), _averages(maps)
    picture = cell_means(published, draws)
    for name in photographs.registered:
        parts = decompose(maps, published, picture, photographs, name, draws)
        yield "heatmap_asymmetry", name, np.sum(list(parts.values()), axis=0)
        for part, values in parts.items():
            yield "heatmap_part", f"{name}/{part}", values
    for mask in MASKS:
        halves = photographs.registered[f"right/{mask}"]
        flat = _flat(halves, draws)
        for form, evidence in averaged.items():
            yield "average_asymmetry", f"right/{mask}/{form}", _contrast(_sums(evidence, halves, draws)) - flat
        inside, outside = _against(maps.signed, photographs.registered[f"outside/{mask}"], draws)
        yield "against_own_class", mask, inside
        yield "against_own_class", f"outside {mask}", outside
        yield "against_own_class", f"{mask} less outside", inside - outside


def setting_rows(places: Sequence[Geometry]) -> list[Row]:
    """Return what the networks themselves say, over trainings: no intervals.

    drawing_shift: pixels by which a plain resize draws the cells too far right and down, on average; weight_cosine: of the
    weights of one class with those of the other, reversed.
    """
    place = places[0]
    side = place.input_size
    shift = (side - 1) / 2 - (place.offset + place.stride * (place.width - 1) / 2)
    cosines = [each.weight_cosine for each in places if each.weight_cosine is not None]
    rows = [
        row(
            "drawing_shift",
            shift,
            note="by the layers' formula" if place.registration == "formula" else place.registration,
        )
    ]
    return rows + ([row("weight_cosine", float(np.mean(cosines)), note="mean over trainings")] if cosines else [])


def decompose(
    maps: ClassMaps,
    published: np.ndarray,
    picture: np.ndarray,
    photographs: Photographs,
    name: str,
    draws: Resampling,
) -> dict[str, np.ndarray]:
    """Return the parts [1 + S + draws] of the lopsidedness of the mean heatmap of the photographs.

    published [S, N, P]: `as_published`; picture: its `cell_means`; name: `direction/mask`.
    """
    stock, registered = photographs.stock[name], photographs.registered[name]
    raw, flat = np.maximum(maps.predicted, 0), _flat(registered, draws)
    levels = [
        _contrast((picture * cell_means(stock[None, :, side], draws)).sum(0) for side in (0, 1)),
        _contrast(_sums(published, stock, draws)),
        _contrast(_sums(published, registered, draws)),
        _contrast(_sums(raw, registered, draws)),
    ]
    strength = sum(_sums(np.abs(maps.signed), registered, draws))
    signed = _difference(_sums(maps.signed, registered, draws), flat)
    steps = -np.diff([*(level - flat for level in levels), _ratio(signed, strength)], axis=0)
    parts = dict(zip(PARTS, (flat, *steps), strict=False))
    if not name.startswith("right/"):
        return {**parts, "rest": _ratio(signed, strength)}
    mirrored = _difference(_sums(maps.mirrored, photographs.mirrored[name], draws), -flat)
    content = _ratio((signed - mirrored) / 2, strength)
    framing = _ratio(_framing(maps, photographs, name, draws), strength)
    return {
        **parts,
        "frame": _ratio((signed + mirrored) / 2, strength),
        "framing": framing,
        "content": content - framing,
    }


def _framing(maps: ClassMaps, photographs: Photographs, name: str, draws: Resampling) -> np.ndarray:
    """Return how much of the content half goes with the face's place: slope over photographs times mean offset.

    What an even heatmap would show of the place is the outline's part and taken off photograph by photograph.
    """
    halves = photographs.registered[name], photographs.mirrored[name]
    of_image = [
        _difference(_energy(evidence, sides), np.nan_to_num(_contrast(sides.sum(2).T)))
        for evidence, sides in zip((maps.signed, maps.mirrored), halves, strict=True)
    ]
    content = (of_image[0] - of_image[1]) / 2
    offset = np.broadcast_to(photographs.offset, content.shape)
    x, y, xy, xx = draws.means(np.stack([offset, content, offset * content, offset**2]))
    slope = np.divide(xy - x * y, xx - x**2, out=np.zeros_like(x), where=xx - x**2 > 1e-9)
    return slope * x


def _against(signed: np.ndarray, halves: np.ndarray, draws: Resampling) -> Iterator[np.ndarray]:
    """Yield the share of the evidence in a mask that is negative, then the same outside it."""
    against = _sums(np.maximum(-signed, 0), halves, draws)
    return (_ratio(*both) for both in zip(against, _sums(np.abs(signed), halves, draws), strict=True))


def _averages(maps: ClassMaps) -> dict[str, np.ndarray]:
    """Return the evidence for the predicted class in the forms of `explain.average.forms`, each [S, N, P]."""
    shape, side = maps.predicted.shape, round(np.sqrt(maps.predicted.shape[2]))
    found = forms(np.maximum(maps.predicted, 0).reshape(-1, side, side))
    return {name: form.reshape(shape) for name, form in found.items()}


def _energy(evidence: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """Return the energy [2, S, N] of evidence [S, N, P] on both sides [N, 2, P]."""
    return np.einsum("snp,nkp->ksn", evidence, halves)


def _sums(evidence: np.ndarray, halves: np.ndarray, draws: Resampling) -> np.ndarray:
    """Return the mean energy [2, 1 + S + draws] on both sides of the photographs."""
    return draws.means(_energy(evidence, halves))


def _flat(halves: np.ndarray, draws: Resampling) -> np.ndarray:
    """Return the contrast [1 + S + draws] of a heatmap of one even colour."""
    return _contrast(cell_means(halves.sum(2)[None], draws))


def _contrast(sums: Any) -> np.ndarray:
    first, second = sums
    return _ratio(second - first, first + second)


def _difference(sums: Any, flat: Any) -> np.ndarray:
    """Return second less first, less what an even map of the same sum has."""
    first, second = sums
    return second - first - flat * (first + second)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator > 0)
