"""The lean of an averaged heatmap in parts: planted causes end in their own part, and the parts add up."""

import numpy as np
import pandas as pd
import pytest

from audit.faces import face
from beholder.audit.heatmaps import DIRECTIONS, ClassMaps, Photographs, as_published, cell_means
from beholder.audit.localisation import MASKS, MapGrid, stock_grid
from beholder.audit.origins import PARTS, PARTS_UNMIRRORED, decompose, origin_rows, setting_rows
from beholder.audit.regions import reduced_partition
from beholder.audit.table import tidy
from beholder.audit.uncertainty import resample
from beholder.explain.geometry import Geometry
from beholder.explain.registration import stock, upsampling

SIZE, CELLS, N = 224, 7, 40
RESNET, NOMINAL = MapGrid(SIZE, CELLS, 0, 32), stock_grid(SIZE, CELLS)
CENTRED = reduced_partition(*face(SIZE))
LOOKS = np.arange(N) % 2


def photographs(grid, shifts=(0.0,)):
    """Return N photographs; faces stand `shifts` off centre, in turn."""
    some = [reduced_partition(*face(SIZE, (0.5 + shift, 0.5))) for shift in shifts]
    partitions = np.stack([some[n // 2 % len(some)] for n in range(N)])
    partitions = partitions if len(shifts) > 1 else (partitions.astype(int) + partitions[..., ::-1]).clip(0, 255)
    return Photographs.of(np.asarray(partitions, np.uint8), grid)


def maps(cells, mirrored=None):
    """Return class maps of one training from maps [N, 7, 7] of positive evidence."""
    cells = np.broadcast_to(np.asarray(cells, np.float32), (N, CELLS, CELLS)).reshape(1, N, -1)
    mirrored = cells if mirrored is None else np.broadcast_to(mirrored, (N, CELLS, CELLS)).reshape(1, N, -1)
    return ClassMaps(cells, cells, mirrored.astype(np.float32))


def parts(found, seen, name="right/person", member=None):
    member = np.ones(N, bool) if member is None else member
    draws = resample(np.arange(N), LOOKS, len(found.predicted), 200, 0).subset(member)
    found, seen = found.subset(member), seen.subset(member)
    published = np.stack([as_published(seed, SIZE) for seed in found.predicted])
    picture = cell_means(published, draws)
    return {part: values[0] for part, values in decompose(found, published, picture, seen, name, draws).items()}


def balanced(seen, values):
    """Return a map whose registered heat is the same on both sides: what a network without any lean shows."""
    left, right = np.einsum("p,nkp->k", values.ravel(), seen.registered["right/person"])
    columns = np.linspace(-1, 1, CELLS)
    tilt = np.tile(columns, (CELLS, 1))
    tilted = np.einsum("p,nkp->k", (values * tilt).ravel(), seen.registered["right/person"])
    return values * (1 - tilt * (right - left) / (tilted[1] - tilted[0]))


def only(found, part, limit=0.02):
    """Tell whether a part carries the lean and no other does."""
    others = {name: value for name, value in found.items() if name != part}
    return abs(found[part]) > 5 * limit and max(map(abs, others.values())) < limit, found


@pytest.fixture
def hill():
    y, x = np.indices((CELLS, CELLS)) - 3
    return 1 + 4 * np.exp(-(x**2 + y**2) / 6)


def test_a_shift_of_the_drawing_ends_in_the_drawing(hill):
    seen = photographs(RESNET)
    centred = balanced(seen, hill)
    # The mirrored photograph's map balances as well: it has no side, wherever it is drawn.
    found = parts(maps(centred / centred.max()), seen)
    holds, shown = only({**found, "min_max": 0.0}, "drawing")
    assert holds, shown
    assert found["drawing"] > 0, "the plain resize draws too far right"
    assert abs(found["min_max"]) < 0.05, shown


def test_what_stays_in_its_place_ends_in_the_frame(hill):
    border = hill.copy()
    border[:, 0] += 5
    holds, shown = only({**parts(maps(border - border.min()), photographs(NOMINAL))}, "frame")
    assert holds and shown["frame"] < 0, shown


def test_what_follows_the_photograph_ends_in_the_content(hill):
    lamp = hill - hill.min()
    lamp[1:4, 6] += 5
    holds, shown = only(parts(maps(lamp, lamp[:, ::-1]), photographs(NOMINAL)), "content")
    assert holds and shown["content"] > 0, shown


def test_what_follows_the_place_of_the_face_ends_in_the_framing(hill):
    """Faces stand right of the centre, more or less; each drags a light along that lies the more to its side."""
    shifts = (0.0, 0.02, 0.04, 0.06)
    seen = photographs(NOMINAL, shifts)
    columns = np.linspace(-1, 1, CELLS)
    flat = np.ones((CELLS, CELLS))
    tilted = np.stack([flat * (1 + 10 * shifts[n // 2 % 4] * columns) for n in range(N)])
    found = parts(maps(tilted, tilted[..., ::-1]), seen)
    assert found["framing"] > 0.1 and abs(found["content"]) < 0.03, found
    assert found["outline"] < -0.02, "little background is left right of them"


def test_people_off_centre_lend_an_even_heatmap_a_lean():
    seen = photographs(NOMINAL, (0.06, 0.08, 0.1, 0.12))
    even = np.ones((CELLS, CELLS)) + 1e-3 * np.indices((CELLS, CELLS)).sum(0) % 2  # quite even, it would be no heatmap
    found = parts(maps(even), seen)
    assert found["outline"] < -0.05 and abs(found["framing"]) < 1e-3 and abs(found["content"]) < 1e-3, found
    nothing = parts(maps(0 * even), seen)
    assert np.isnan(sum(nothing.values())), "without heat there is no lean"


def test_stretching_weak_maps_ends_in_min_max(hill):
    """Half the maps are strong and even, half are weak and lean: raw averages do not see these, stretched ones do."""
    lamp = 0 * hill
    lamp[:, 6] = 1
    even = np.tile(hill - hill.min(), (N, 1, 1))
    even[::2] = 0.001 * lamp
    found = parts(maps(even), photographs(NOMINAL))
    assert found["min_max"] > 0.1 and abs(found["drawing"]) < 1e-5, found


def test_what_was_cut_at_zero_ends_in_the_complement(hill):
    """Evidence for the class on the right, as much on the left, and on the left as much against it: cut, it leans not; whole, right."""
    whole = np.tile(0 * hill, (N, 1, 1))
    whole[:, :, 6], whole[:, :, 0] = 1, 1
    whole[::2, :, 0] = -1  # half of the photographs speak against the class there
    seen, cut = photographs(NOMINAL), maps(whole)
    found = parts(cut, seen)
    raw = np.maximum(whole, 0).mean(0)
    assert found["complement"] < 0, "cutting hides how far the map leans right"
    assert raw[0, 6] > raw[0, 0] and found["frame"] > 0.4, found


@pytest.mark.parametrize("name", [f"{direction}/{mask}" for direction in DIRECTIONS for mask in MASKS])
def test_parts_add_up_to_the_published_picture(name):
    random = np.random.default_rng(1)
    values = random.normal(size=(3, 2, N, CELLS**2)).astype(np.float32)
    seen = photographs(RESNET, (-0.05, 0.02, 0.08))
    found = parts(ClassMaps(*values), seen, name)
    assert tuple(found) == (PARTS if name.startswith("right") else PARTS_UNMIRRORED)
    picture = np.mean([as_published(seed, SIZE).mean(0) for seed in values[0]], axis=0)
    first, second = (seen.stock[name].mean(0) * picture).sum(1)
    assert sum(found.values()) == pytest.approx((second - first) / (second + first), abs=1e-5)


@pytest.mark.parametrize("cells", [4, 7, 14])
def test_as_published_is_what_stock_tools_draw(cells):
    values = np.random.default_rng(cells).normal(size=(5, cells**2)).astype(np.float32)
    drawing = upsampling(SIZE, cells, (SIZE / cells - 1) / 2, SIZE / cells)
    ours = drawing @ as_published(values, SIZE).reshape(-1, cells, cells) @ drawing.T
    assert np.abs(ours - stock(values.reshape(-1, cells, cells), SIZE)).max() < 1e-5
    assert (as_published(-np.abs(values), SIZE) == 0).all(), "no evidence, no heat"


def test_rows_count_who_was_scored_and_have_intervals():
    random = np.random.default_rng(2)
    partitions = np.stack([CENTRED] * N)
    partitions[3] = 0
    people = pd.DataFrame({"looks": LOOKS, "cluster": np.arange(N)})
    draws = resample(np.arange(N), LOOKS, 1, 200, 0)
    cells = ClassMaps(*random.normal(size=(3, 1, N, CELLS**2)).astype(np.float32))
    table = tidy(origin_rows(cells, Photographs.of(partitions, RESNET), people, SIZE, draws))
    assert set(table["n"]) == {N // 2 - 1, N // 2} and set(table["missing"]) == {0, 1}
    assert table[["estimate", "low", "high"]].notna().all().all()
    assert not table.duplicated(["metric", "detail", "group"]).any()
    whole = table[(table["metric"] == "heatmap_asymmetry") & (table["detail"] == "right/face")].set_index("group")
    for group, own in table[
        table["detail"].str.startswith("right/face/") & (table["metric"] == "heatmap_part")
    ].groupby("group"):
        assert own["estimate"].sum() == pytest.approx(whole.loc[group, "estimate"])


def test_a_cause_in_some_photographs_is_found_in_those(hill):
    lamp = hill - hill.min()
    lamp[1:4, 6] += 5
    cells = np.where((LOOKS == 1)[:, None, None], lamp, hill - hill.min())
    found = maps(cells, np.where((LOOKS == 1)[:, None, None], lamp[:, ::-1], hill - hill.min()))
    good, normal = (parts(found, photographs(NOMINAL), member=value == LOOKS)["content"] for value in (1, 0))
    assert good > 0.1 and abs(normal) < 0.02


@pytest.mark.parametrize(("offset", "stride", "shift"), [(0, 32, 15.5), (31, 32, -15.5), (15.5, 32, 0.0)])
def test_the_shift_of_the_drawing_follows_from_the_layers(offset, stride, shift):
    place = Geometry(SIZE, CELLS, CELLS, offset, stride, "formula", None, None, 0.95, [0, 0], "closed_form")
    rows = {row["metric"]: row["estimate"] for row in setting_rows([place, place])}
    assert rows == {"drawing_shift": pytest.approx(shift), "weight_cosine": pytest.approx(0.95)}
