"""Inputs of the figure rules, made up in the formats of docs/architecture.md."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from skimage.data import astronaut
from skimage.transform import resize

MODELS = ["custom", "resnet18", "resnet34", "resnet50", "efficientnet_b0"]
#: What they are, in words.
NETWORKS = {name: f"{name}, scratch" for name in MODELS} | {"vit": "vit_base_patch16_224, imagenet"}
SIZE, CELLS = 96, 7


def runs(models=MODELS, backgrounds=("original", "white"), seeds=(0, 1, 2), recipe="published") -> list[dict]:
    """Descriptions of trainings, as the settings carry them."""
    return [
        {"backbone": model, "background": background, "recipe": recipe, "seed": seed}
        for background in backgrounds
        for model in models
        for seed in seeds
    ]


def _seeded(*parts) -> np.random.Generator:
    return np.random.default_rng([byte for part in parts for byte in str(part).encode()])


def face(seed: int = 0, size: int = SIZE) -> np.ndarray:
    """A photograph of a face, uint8 [size,size,3], shifted, mirrored and tinted by seed."""
    random = _seeded("face", seed)
    y, x = random.integers(5, 20), random.integers(125, 140)
    image = resize(astronaut()[y : y + 220, x : x + 220], (size, size), anti_aliasing=True)
    image = image * random.uniform(0.9, 1.1, 3)
    return (255 * np.clip(image, 0, 1)).astype(np.uint8)


def split(path: Path, people: int = 30) -> pd.DataFrame:
    """A training set: every second row of the group good is a flip of the row before."""
    images = [f"{('faces', 'stars')[looks]}/{index}" for looks in (0, 1) for index in range(people)]
    table = pd.DataFrame({"image_id": images, "looks": np.repeat([0, 1], people), "flip": 0})
    table = pd.concat([table, table[table["looks"] == 1].assign(flip=1)]).sort_values(["looks", "image_id", "flip"])
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)
    return table


def packed(path: Path, table: pd.DataFrame) -> np.ndarray:
    """The packed array of a split."""
    pixels = np.stack([face(index) for index in range(table["image_id"].nunique())])
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, pixels)
    return pixels


def history(path: Path, run: dict, epochs: int = 10) -> Path:
    """history.csv of one training."""
    random = _seeded("history", *run.values())
    difficulty = 0.3 * MODELS.index(run["backbone"]) if run["backbone"] in MODELS else 1
    epoch = np.arange(1, epochs + 1)
    error = 0.35 * np.exp(-epoch / (1 + difficulty))
    table = pd.DataFrame(
        {
            "epoch": epoch,
            "lr": 1e-4,
            "train_loss": error,
            "train_accuracy": np.clip(1 - error + random.normal(0, 0.004, epochs), 0, 1),
            "val_loss": 1.2 * error,
            "val_accuracy": np.clip(1 - 1.2 * error - 0.01 + random.normal(0, 0.015, epochs), 0, 1),
            "seconds": 1.0,
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)
    return path


def maps(path: Path, run: dict, images: int = 200, wrong: int = 6) -> Path:
    """maps.parquet of one training, without the maps: the first `wrong` images are misjudged."""
    random = _seeded("maps", *run.values())
    looks = np.arange(images) % 2
    margin = np.where(looks == 1, 1, -1) * random.uniform(0.5, 6, images)
    margin[:wrong] *= -1
    table = pd.DataFrame(
        {"image_id": [f"x/{i}" for i in range(images)], "looks": looks.astype(np.int8), "margin": margin}
    )
    table["cluster"] = np.arange(images)
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path)
    return path


def averages(path: Path, run: dict, n: int = 60) -> Path:
    """averages.npz and, beside it, geometry.json: evidence for good at the middle, against it at the right edge."""
    random = _seeded("averages", *run.values())
    y, x = np.mgrid[:CELLS, :CELLS]
    middle = np.exp(-((y - 3) ** 2 + (x - 3) ** 2) / 3) * (1 + MODELS.index(run["backbone"]) / 4)
    right = np.exp(-((y - 2) ** 2 + (x - 6) ** 2) / 2)
    signed = {"good": 0.12 * middle - 0.02 * right, "normal": 0.03 * middle - 0.09 * right}
    arrays = {}
    for group, sign in (("good", 1), ("normal", -1)):
        margin = (signed[group] + random.normal(0, 0.004, (CELLS, CELLS))).astype(np.float32)
        positive = np.maximum(sign * margin, 0)
        arrays |= {f"margin_{group}": margin, f"positive_{group}": positive, f"n_{group}": n}
        arrays[f"stock_{group}"] = 0.8 * resize(positive / positive.max(), (SIZE, SIZE), order=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    stride = SIZE / CELLS
    geometry = {"input_size": SIZE, "height": CELLS, "width": CELLS, "offset": 0.0, "stride": stride}
    geometry |= {"measured_offset_x": 0.1, "measured_offset_y": 0.2, "weight_cosine": 0.99, "bias": [0.0, 0.0]}
    path.with_name("geometry.json").write_text(json.dumps(geometry | {"method": "closed_form"}))
    return path


def average_faces(path: Path) -> Path:
    """Mean faces of both groups."""
    mean = np.mean([face(seed, SIZE) for seed in range(24)], axis=0).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, face_good=mean, face_normal=mean, n_good=60, n_normal=60)
    return path


def overlays(path: Path, per_group: int = 6) -> Path:
    """Photographs and maps of both groups; in each the image of the smallest margin in favour of its group is misjudged."""
    arrays = {"method": "gradcam++"}
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE
    for group, margins in (("good", np.linspace(-0.8, 6, per_group)), ("normal", np.linspace(-6, 0.8, per_group))):
        random = _seeded("overlays", group)
        middles = random.uniform(0.3, 0.7, (per_group, 2))
        bumps = [np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 0.06) for cy, cx in middles]
        arrays |= {
            f"image_id_{group}": np.array([f"{group}/{i}" for i in range(per_group)]),
            f"image_{group}": np.stack([face(i) for i in range(per_group)]),
            f"map_{group}": np.stack(bumps).astype(np.float32),
            f"margin_{group}": margins.astype(np.float32),
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **arrays)
    return path


def funnel(path: Path) -> Path:
    """A funnel of three sources."""
    counts = {
        ("stars", 1): {"collected": 372, "no_face": 2, "several_faces": 9, "yaw": 14, "pitch": 3, "kept": 344},
        ("fairface", 0): {
            "collected": 3200,
            "too_small": 0,
            "no_face": 11,
            "several_faces": 64,
            "yaw": 811,
            "pitch": 204,
            "roll": 12,
            "kept": 2098,
        },
        ("street", 0): {"collected": 240, "unreadable": 3, "no_face": 40, "yaw": 50, "duplicate": 7, "kept": 140},
    }
    rows = [
        {"looks": looks, "source": source, "step": step, "count": count}
        for (source, looks), steps in counts.items()
        for step, count in steps.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


STAGES = {
    "collect": ["collect_folder", "collect_fairface", "collect_synthetic"],
    "faces": ["crop_faces", "select_faces"],
    "splits": ["split", "pack", "pack_geometry"],
    "train": ["pretrain", "train"],
    "explain": ["explain", "average_maps", "average_faces", "explain_overlays"],
    "audit": ["measure_maps", "swap_backgrounds", "probe_confounders", "decide_verdicts"],
    "figures": [
        *["plot_samples", "plot_curves", "tabulate_accuracy", "plot_heatmaps", "plot_overlays", "plot_funnel"],
        *["plot_workflow", "plot_audit"],
    ],
    "report": ["write_index", "write_audit"],
}

EDGES = [
    edge.split(">")
    for edge in [
        "collect_folder>crop_faces",
        "collect_fairface>crop_faces",
        "collect_synthetic>crop_faces",
        "crop_faces>select_faces",
        "collect_folder>select_faces",
        "collect_fairface>select_faces",
        "collect_synthetic>select_faces",
        "select_faces>split",
        "crop_faces>pack",
        "split>pack",
        "crop_faces>pack_geometry",
        "split>pack_geometry",
        "split>pretrain",
        "pack>pretrain",
        "pretrain>train",
        "split>train",
        "pack>train",
        "train>explain",
        "split>explain",
        "pack>explain",
        "explain>average_maps",
        "pack>average_faces",
        "split>average_faces",
        "train>explain_overlays",
        "explain>explain_overlays",
        "pack>explain_overlays",
        "split>explain_overlays",
        "explain>measure_maps",
        "pack_geometry>measure_maps",
        "train>swap_backgrounds",
        "pack>swap_backgrounds",
        "pack_geometry>swap_backgrounds",
        "select_faces>probe_confounders",
        "explain>probe_confounders",
        "measure_maps>decide_verdicts",
        "swap_backgrounds>decide_verdicts",
        "probe_confounders>decide_verdicts",
        "split>plot_samples",
        "pack>plot_samples",
        "train>plot_curves",
        "train>tabulate_accuracy",
        "explain>tabulate_accuracy",
        "average_maps>plot_heatmaps",
        "explain>plot_heatmaps",
        "average_faces>plot_heatmaps",
        "explain_overlays>plot_overlays",
        "select_faces>plot_funnel",
        "decide_verdicts>plot_audit",
        "plot_samples>write_index",
        "plot_curves>write_index",
        "tabulate_accuracy>write_index",
        "plot_heatmaps>write_index",
        "plot_overlays>write_index",
        "plot_funnel>write_index",
        "plot_workflow>write_index",
        "plot_audit>write_audit",
        "decide_verdicts>write_audit",
    ]
]
#: Rules whose files nobody reads: what is wanted.
TARGETS = sorted({after for _, after in EDGES} - {before for before, _ in EDGES})
