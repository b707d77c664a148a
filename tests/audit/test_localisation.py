"""Where evidence lies: known answers, edge cases, and what a popular library makes of the latter."""

import numpy as np
import pytest
from scipy.ndimage import zoom

from audit.faces import face
from beholder.audit.localisation import (
    MapGrid,
    area,
    asymmetry,
    drawing_matrix,
    energy_share,
    localise,
    permuted_share,
    pointing_game,
    positive_evidence,
    rank_accuracy,
    stock_evidence,
    stock_grid,
)
from beholder.audit.regions import FACE, REGIONS, reduced_partition
from beholder.explain.registration import adjoint, upsampling

REGISTERED = MapGrid(224, 7, 0, 32)


def pixels(mask):
    """Treat every pixel as a cell: the adjoint of a mask is the mask, that of the frame is one."""
    mask = np.atleast_2d(np.asarray(mask, float))
    return mask, np.ones(mask.shape[1])


@pytest.mark.parametrize("weighting", ["density", "mass"])
def test_share_of_a_constant_map_is_the_area(weighting):
    inside, total = pixels([1, 1, 0, 0])
    assert energy_share(np.ones((1, 4)), inside, total, weighting) == 0.5
    assert area(inside, total, weighting) == 0.5


def test_enrichment_of_a_map_that_equals_its_mask_is_one_over_its_area():
    inside, total = pixels([1, 0, 0, 0, 0])
    assert energy_share(inside, inside, total, "density") / area(inside, total, "density") == 5


def test_an_empty_map_and_a_missing_mask_have_no_share():
    inside, total = pixels([[1, 0], [np.nan, np.nan]])
    assert np.isnan(energy_share(np.array([[0, 0], [1, 1.0]]), inside, total, "density")).all()


def test_a_share_of_signed_energy_is_no_share():
    """Quantus 0.6.0's RelevanceMassAccuracy divides by the signed sum: shares beyond 1 for maps with both signs."""
    signed, (inside, total) = np.array([[3.0, -2.0]]), pixels([1, 0])
    as_quantus = (signed * inside).sum() / signed.sum()
    assert as_quantus == 3
    assert energy_share(positive_evidence(signed, np.array([1])), inside, total, "density") == 1


def test_weightings_differ_on_the_registered_grid_and_agree_on_the_stock_grid():
    left = np.zeros((224, 224))
    left[:, :112] = 1
    right = 1 - left
    shifts = {}
    for name, grid in (("registered", REGISTERED), ("stock", stock_grid(224, 7))):
        drawing = upsampling(*grid)
        total = np.outer(drawing.sum(0), drawing.sum(0)).ravel()
        for weighting in ("density", "mass"):
            shares = [
                energy_share(np.ones((1, 49)), adjoint(half, drawing, drawing).reshape(1, -1), total, weighting)[0]
                for half in (left, right)
            ]
            shifts[name, weighting] = shares[1] - shares[0]
    assert upsampling(*REGISTERED).sum(0) == pytest.approx([16.5, 32, 32, 32, 32, 32, 47.5])
    assert shifts["registered", "density"] == pytest.approx(0)
    assert shifts["registered", "mass"] == pytest.approx(-0.138, abs=5e-4)
    assert shifts["stock", "density"] == pytest.approx(0) and shifts["stock", "mass"] == pytest.approx(0)


def test_other_persons_masks_as_null():
    masks = np.eye(3)
    same_class, persons = np.ones(3), np.arange(3)
    total = np.ones(3)
    excess = energy_share(masks, masks, total, "density") - permuted_share(masks, masks, total, same_class, persons)
    assert excess == pytest.approx(1)
    alike = np.tile([1.0, 0, 0], (3, 1))
    assert permuted_share(alike, alike, total, same_class, persons) == pytest.approx(1)


def test_null_leaves_out_the_own_person_the_other_class_and_missing_masks():
    masks = np.array([[1.0, 0], [1, 0], [0, 1], [np.nan, np.nan], [0.5, 0.5]])
    looks, persons = np.array([1, 1, 1, 1, 0]), np.array([0, 0, 1, 2, 3])
    evidence = np.tile([1.0, 0], (5, 1))
    null = permuted_share(evidence, masks, np.ones(2), looks, persons)
    assert null == pytest.approx([0, 0, 1, np.nan, np.nan], nan_ok=True)


def test_null_equals_the_explicit_average_over_pairs():
    random = np.random.default_rng(0)
    masks, evidence = random.random((20, 9)), random.random((20, 9))
    looks, persons = random.integers(0, 2, 20), random.integers(0, 6, 20)
    looks = looks[np.unique(persons, return_inverse=True)[1]]
    shares = (evidence @ masks.T) / evidence.sum(1, keepdims=True)
    allowed = (looks[:, None] == looks) & (persons[:, None] != persons)
    explicit = np.where(allowed, shares, 0).sum(1) / allowed.sum(1)
    assert permuted_share(evidence, masks, np.ones(9), looks, persons) == pytest.approx(explicit)


def test_rank_accuracy():
    mask = np.zeros((1, 100))
    mask[:, :20] = 1
    assert rank_accuracy(mask, mask) == 1
    assert rank_accuracy(1 - mask, mask) == 0
    assert rank_accuracy(np.ones((1, 100)), mask) == pytest.approx(0.2)
    assert np.isnan(rank_accuracy(mask, mask * np.nan))


def test_pointing_game_counts_neither_missing_masks_nor_empty_maps():
    """Quantus 0.6.0 writes NaN into an array of bool: both count as hits there."""
    evidence = np.array([[0, 1.0], [0, 1], [0, 0], [1, 1]])
    distance = np.array([[0, 50.0], [np.nan, np.nan], [0, 0], [0, 50]])
    scores = pointing_game(evidence, distance, tolerance=16)
    assert scores == pytest.approx([0, np.nan, np.nan, 0.5], nan_ok=True)
    as_quantus_keeps_them = np.zeros(4, bool)
    as_quantus_keeps_them[:] = scores
    assert as_quantus_keeps_them[1:3].all()


def test_asymmetry_of_three_to_one_is_a_half():
    halves = np.array([[[1.0, 0], [0, 1]]])
    assert asymmetry(np.array([[1.0, 3]]), halves) == pytest.approx(0.5)
    assert asymmetry(np.array([[1.0, 1]]), np.array([[[3.0, 0], [0, 1]]])) == pytest.approx(0)
    assert np.isnan(asymmetry(np.array([[0.0, 0]]), halves))


def test_evidence_is_for_the_own_class():
    maps = np.array([[1.0, -2], [1, -2]])
    assert positive_evidence(maps, np.array([1, 0])).tolist() == [[1, 0], [0, 2]]


def test_stock_evidence_agrees_with_pytorch_grad_cam():
    from pytorch_grad_cam.utils.image import scale_cam_image

    random = np.random.default_rng(0)
    maps0, maps1, margin = random.normal(size=(4, 49)), random.normal(size=(4, 49)), np.array([1, -1, 2, 0])
    predicted = np.where(margin[:, None] > 0, maps1, maps0).reshape(4, 7, 7)
    assert stock_evidence(maps0, maps1, margin) == pytest.approx(
        scale_cam_image(np.maximum(predicted, 0)).reshape(4, 49), abs=1e-6
    )


@pytest.fixture(scope="module")
def photographs():
    """Partitions of 6 faces of 6 persons, the last without a usable mask."""
    centres = [(0.5, 0.5), (0.4, 0.5), (0.6, 0.5), (0.5, 0.45), (0.45, 0.5), (0.5, 0.5)]
    return np.stack([reduced_partition(*face(centre=c, scale=0.7), usable=n < 5) for n, c in enumerate(centres)])


def run(evidence, partitions, **options):
    looks = np.array([1, 1, 1, 1, 1, 1])
    return localise(evidence, partitions, REGISTERED, looks, np.arange(6), **options)


def test_localise_scores_what_can_be_scored(photographs):
    evidence = np.random.default_rng(0).random((6, 49))
    evidence[4] = 0
    table = run(evidence, photographs)
    scored = table.drop(columns="evidence")
    assert scored.iloc[:4].notna().all(axis=None)
    assert scored.iloc[4:].isna().all(axis=None)
    shares = table.filter(like="region_share/")
    assert np.allclose(shares.iloc[:4].sum(1), 1, atol=1e-6)
    assert np.allclose(shares[[f"region_share/{name}" for name in FACE]].sum(1)[:4], table["energy_share/face"][:4])


def test_localise_equals_sums_over_the_drawn_pixels(photographs):
    evidence = np.random.default_rng(1).random((6, 49)).astype(np.float32)
    table = run(evidence, photographs)
    drawing = drawing_matrix(REGISTERED, 56)
    drawn = drawing @ evidence[0].reshape(7, 7) @ drawing.T
    parts = photographs[0] / photographs[0].sum(0, keepdims=True)
    for k, name in enumerate(REGIONS):
        assert table[f"region_share/{name}"][0] == pytest.approx((drawn * parts[k]).sum() / drawn.sum(), abs=1e-5)
    outside = 1 - parts[: len(FACE)].sum(0)
    right, left = (drawn * outside)[:, 28:].sum(), (drawn * outside)[:, :28].sum()
    flat = (outside[:, 28:].sum() - outside[:, :28].sum()) / outside.sum()
    assert table["right/face"][0] == pytest.approx((right - left) / (right + left) - flat, abs=1e-5)


def test_quarter_size_changes_shares_by_less_than_a_thousandth():
    landmarks, oval, person = face()
    evidence = np.random.default_rng(2).random((6, 49))
    table = run(evidence, np.stack([reduced_partition(landmarks, oval, person)] * 6))
    drawing = upsampling(*REGISTERED)
    exact = (
        evidence
        @ adjoint(oval / 255, drawing, drawing).ravel()
        / (evidence @ np.outer(drawing.sum(0), drawing.sum(0)).ravel())
    )
    assert np.abs(table["energy_share/face"] - exact).max() < 1e-3


def test_a_constant_map_has_no_side_and_no_enrichment(photographs):
    table = run(np.ones((6, 49)), photographs).iloc[:5]
    assert np.allclose(table.filter(regex="^(right|bottom)/"), 0, atol=1e-6)
    assert np.allclose(table.filter(like="enrichment/"), 1, atol=1e-6)


def test_flip_tells_frame_from_content(photographs):
    """Evidence that stays right in the mirrored photograph belongs to the frame, evidence that changes side to content."""
    right = np.zeros((7, 7))
    right[:, 5] = 1
    registered_mirror = np.zeros((7, 7))
    registered_mirror[:, 2] = 1  # pixel 64 is nearest to 223 - 160
    maps = np.stack([right.ravel()] * 6)
    stays = run(maps, photographs, mirrored_evidence=maps).iloc[0]
    follows = run(maps, photographs, mirrored_evidence=np.stack([registered_mirror.ravel()] * 6)).iloc[0]
    assert stays["frame_right/face"] > 0.5 and abs(stays["content_right/face"]) < 0.05
    assert follows["content_right/face"] > 0.5 and abs(follows["frame_right/face"]) < 0.05


def test_pointing_hits_a_face_under_the_highest_cell(photographs):
    centre, corner = np.zeros((7, 7)), np.zeros((7, 7))
    centre[3, 3], corner[6, 6] = 1, 1
    assert run(np.stack([centre.ravel()] * 6), photographs)["pointing/face"][0] == 1
    assert run(np.stack([corner.ravel()] * 6), photographs)["pointing/face"][0] == 0


def test_drawing_at_a_quarter_of_the_size():
    assert drawing_matrix(REGISTERED, 56).shape == (56, 7)
    assert np.allclose(drawing_matrix(REGISTERED, 56).sum(1), 1)
    nominal = zoom(np.arange(7.0), 8, order=1, grid_mode=True, mode="nearest")
    assert np.allclose(drawing_matrix(stock_grid(56, 7), 56) @ np.arange(7), nominal, atol=1e-6)
