"""Compositing, the choice of pairs, and margins of composites, with scores whose answer is known."""

import cv2
import numpy as np
import pytest
import torch

from audit.faces import face
from beholder.audit.compositing import common_ellipse, fill_holes, signed_distances, soft_edge, take_apart
from beholder.audit.occlusion import occlusion_effects
from beholder.audit.regions import REGIONS, reduced_partition
from beholder.audit.swaps import composite_margins, partners, sample_pairs, swap_margins
from beholder.audit.variants import variant_margins

SIZE = 64


@pytest.fixture(scope="module")
def people():
    """8 images of 64 pixels: the face's grey level is 100 + n, the background's 10 * n; red tells nothing."""
    landmarks, oval, _ = face(SIZE)
    alpha = torch.from_numpy(oval)[None, ..., None].float() / 255
    n = torch.arange(8.0).view(-1, 1, 1, 1)
    pixels = torch.lerp(10 * n.expand(8, SIZE, SIZE, 3), 100 + n, alpha).round().to(torch.uint8)
    return pixels, torch.from_numpy(oval)[None].expand(8, -1, -1), np.stack([landmarks] * 8)


@pytest.fixture(scope="module")
def layers(people):
    return take_apart(*people, dilation=0, feather=0)


def centre(images):
    return images[:, 0, SIZE // 2, SIZE // 2]


def corner(images):
    return images[:, 0, 2, 2]


def test_composites_take_the_face_from_one_and_the_rest_from_another(layers):
    faces, backgrounds = np.array([1, 5]), np.array([7, 2])
    assert composite_margins(centre, layers, faces, backgrounds).tolist() == [101, 105]
    assert composite_margins(corner, layers, faces, backgrounds).tolist() == [70, 20]


def test_the_filled_hole_shows_the_surroundings_only(layers):
    plates = layers.plates.float()
    for n in range(8):
        assert (plates[n] - 10 * n).abs().max() <= 1


@pytest.mark.parametrize("fill", ["inpaint", "blur", "mean", "noise", "white"])
def test_fills_leave_everything_outside_the_hole(people, fill):
    images = people[0].float()
    holes = torch.zeros(8, SIZE, SIZE, 1)
    holes[:, 20:40, 20:40] = 1
    filled = fill_holes(images, holes, fill, colour=torch.tensor([1.0, 2.0, 3.0]))
    assert torch.equal(filled[:, :20], images[:, :20])
    assert not torch.equal(filled[1, 20:40, 20:40], images[1, 20:40, 20:40])
    assert filled.min() >= 0 and filled.max() <= 255 and torch.isfinite(filled).all()


def test_inpainting_continues_a_gradient_as_opencv_does():
    import cv2

    ramp = torch.linspace(0, 255, 96).view(1, 1, 96, 1).expand(1, 96, 96, 3).contiguous()
    hole = torch.zeros(1, 96, 96, 1)
    hole[:, 30:66, 30:66] = 1
    ours = fill_holes(ramp, hole)[0].numpy()
    reference = cv2.inpaint(
        ramp[0].to(torch.uint8).numpy(), hole[0, ..., 0].to(torch.uint8).numpy(), 3, cv2.INPAINT_TELEA
    )
    assert np.abs(ours - reference)[30:66, 30:66].mean() < 12


def test_inpainting_an_image_without_surroundings_stays_finite():
    assert torch.isfinite(fill_holes(torch.full((1, 8, 8, 3), 9.0), torch.ones(1, 8, 8, 1))).all()


def test_dilation_and_feather_widen_a_mask():
    mask = np.zeros((2, 41, 41), np.uint8)
    mask[0, 15:26, 15:26] = 255
    distance = torch.from_numpy(signed_distances(mask))
    assert torch.equal(soft_edge(distance, 0, 0)[0], torch.from_numpy(mask[0] / 255).float())
    assert soft_edge(distance, 8, 0)[0, 20].sum() == 11 + 2 * 8
    soft = soft_edge(distance, 0, 4)[0, :, 20]
    assert soft[11:20].tolist() == pytest.approx([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1, 1])
    assert not soft_edge(distance, 8, 4)[1].any()


def test_target_placement_moves_a_face_onto_the_others_landmarks():
    small, large = face(SIZE, centre=(0.35, 0.5), scale=0.6), face(SIZE, centre=(0.6, 0.5), scale=0.9)
    pixels = torch.zeros(2, SIZE, SIZE, 3, dtype=torch.uint8)
    for n, (_, oval, _) in enumerate((small, large)):
        pixels[n] = torch.from_numpy(oval)[..., None]
    masks = torch.from_numpy(np.stack([small[1], large[1]]))
    taken = take_apart(
        pixels, masks, np.stack([small[0], large[0]]), dilation=0, feather=0, fill="mean", colour=torch.zeros(3)
    )
    moved = taken.compose(torch.tensor([0]), torch.tensor([1]), "target")[0, 0] / 255
    expected = masks[1] / 255
    overlap = torch.minimum(moved, expected).sum() / torch.maximum(moved, expected).sum()
    assert overlap > 0.9
    kept = taken.compose(torch.tensor([0]), torch.tensor([1]), "source")[0, 0] / 255
    assert torch.minimum(kept, expected).sum() / torch.maximum(kept, expected).sum() < 0.6


def test_swap_margins_are_a_full_factorial(layers):
    first, second = np.array([4, 5, 4]), np.array([0, 1, 1])
    margins = swap_margins(lambda x: centre(x) + corner(x), layers, first, second, batch=3)
    face_of, background_of = 100 + np.arange(8), 10 * np.arange(8)
    for row, i, j in zip(margins, first, second, strict=True):
        expected = [face_of[f] + background_of[b] for f in (i, j) for b in (i, j)]
        assert row.tolist() == expected


def test_a_face_on_its_own_background_is_scored_once(layers):
    scored = []
    first, second = np.array([4, 4, 4]), np.array([0, 1, 2])
    swap_margins(lambda x: scored.append(len(x)) or centre(x), layers, first, second)
    assert sum(scored) == 2 * 3 + 4


def test_pairs_respect_class_mask_and_person():
    looks = np.repeat([1, 0], 50)
    clusters = np.r_[np.repeat([0, 1, 2], [40, 5, 5]), 10 + np.arange(50)]
    usable = np.ones(100, bool)
    usable[:3] = False
    first, second = sample_pairs(looks, clusters, usable, 1000, per_cluster=4, seed=0)
    assert len(first) == len(second) == 12
    assert (looks[first] == 1).all() and (looks[second] == 0).all() and usable[first].all()
    assert np.unique(clusters[first], return_counts=True)[1].tolist() == [4, 4, 4]
    assert len(np.unique(first)) == 12
    again = sample_pairs(looks, clusters, usable, 1000, per_cluster=4, seed=0)
    assert np.array_equal(first, again[0]) and np.array_equal(second, again[1])
    assert not len(sample_pairs(looks, clusters, looks == 1, 10, 4, 0)[0])


@pytest.mark.parametrize("kind", ["same", "random", "opposite"])
def test_partners_are_other_persons(kind):
    looks, clusters, usable = np.repeat([1, 0], 20), np.arange(40) // 2, np.ones(40, bool)
    usable[0] = False
    chosen = partners(looks, clusters, usable, kind, seed=1)
    assert chosen[0] == -1 and (chosen[1:] > 0).all()
    assert (clusters[chosen[1:]] != clusters[1:]).all()
    if kind != "random":
        assert ((looks[chosen[1:]] == looks[1:]) == (kind == "same")).all()
    alone = partners(np.array([1, 1]), np.array([0, 0]), np.ones(2, bool), "same", 0)
    assert alone.tolist() == [-1, -1]


def test_variants_show_what_they_say(layers):
    looks, clusters, usable = np.array([1, 1, 1, 1, 0, 0, 0, 0]), np.arange(8), np.arange(8) != 7
    ellipse = common_ellipse(np.stack([face(SIZE)[1]] * 8), usable)
    level = variant_margins(centre, layers, looks, clusters, usable, ellipse)
    around = variant_margins(corner, layers, looks, clusters, usable, ellipse)
    assert level["ellipse_only"][:7].tolist() == level["original"][:7].tolist()
    assert len(set(around["ellipse_only"][:7])) == 1, "the colour of all outside"
    assert level["original"][7] == 107 and np.isnan(level["face_only"][7])
    assert level["face_only"][:7].tolist() == level["original"][:7].tolist()
    assert around["self_paste"][:7].tolist() == around["original"][:7].tolist()
    assert around["background_only"][:7] == pytest.approx(10 * np.arange(7), abs=1)
    assert level["background_only"][:7] == pytest.approx(10 * np.arange(7), abs=1)
    assert (level["box_black"][:7] == 0).all()
    assert level["box_tiled"][:7] == pytest.approx(10 * np.arange(7))
    assert level["mixed_opposite"][:7] == pytest.approx(100 + np.arange(7))
    assert (around["mixed_opposite"][:4] >= 40).all() and (around["mixed_same"][:4] <= 30).all()


def test_one_ellipse_for_all_is_where_the_faces_are():
    faces = np.zeros((3, 60, 80), np.uint8)
    for n, shift in enumerate((-4, 4, 30)):
        cv2.ellipse(faces[n], (40 + shift, 30), (15, 25), 0, 0, 360, (255,), -1)
    ellipse = common_ellipse(faces[..., :60], np.array([True, False, False])) > 0
    rows, columns = np.flatnonzero(ellipse.any(1)), np.flatnonzero(ellipse.any(0))
    assert (rows[0], rows[-1]) == pytest.approx((5, 55), abs=1)
    assert (columns[0], columns[-1]) == pytest.approx((21, 51), abs=1)
    both = common_ellipse(faces[..., 10:70], np.array([True, True, False]))
    assert np.average(np.flatnonzero(both.any(0))) == pytest.approx(30, abs=0.6)
    assert not common_ellipse(faces[..., :60], np.zeros(3, bool)).any()


def test_occlusion_finds_the_region_that_decides(people):
    landmarks, oval, person = face(SIZE)
    pixels = people[0]
    partitions = np.stack(
        [reduced_partition(landmarks, oval, person)] * 7 + [np.zeros((len(REGIONS), 16, 16), np.uint8)]
    )
    effects = occlusion_effects(lambda x: x[:, 0, 29:36, 29:36].mean((1, 2)), pixels, partitions, fill="white")
    strongest = max(effects, key=lambda name: abs(effects[name][0]))
    assert strongest == "nose"
    assert np.isnan(effects["nose"][7])
    edge = occlusion_effects(lambda x: x[:, 0, 30, -1], pixels, partitions, fill="white")
    assert edge["side_right"][0] == pytest.approx(-255, abs=2) and edge["side_left"][0] == 0
