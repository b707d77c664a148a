"""A small run whose truth is known, as the earlier stages leave it: one network reads the face, one the background."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn

from audit.faces import face
from beholder.common.phash import phash, thumbnail
from beholder.common.tables import write_arrays, write_table
from beholder.train.network import save_network
from explain.toys import network
from scripts import (
    audit_comparisons,
    audit_confounders,
    audit_estimates,
    audit_faithfulness,
    audit_hypotheses,
    audit_leakage,
    audit_localisation,
    audit_origins,
    audit_regions,
    audit_subgroups,
    audit_swaps,
    audit_verdict,
    average_faces,
    average_maps,
    explain,
)

SIZE, IMAGES, SEEDS = 96, 96, (0, 1)
LANDMARKS, OVAL, PERSON = face(SIZE)
UNCERTAINTY = {"draws": 300}
SWAPS = {
    "pairs": 60,
    "pairs_per_person": 4,
    "composite": {"mask": "person", "dilation": 2, "feather": 2},  # the whole person is grainy, to the very edge
    "robustness": {"masks": [], "placements": ["target"], "fills": ["mean"], "dilations": []},
    "occlusion_images": 6,
    "variant_images": 80,
}
FAITHFULNESS = {"images": 6, "steps": 4, "random_orders": 2, "randomisations": 1}
VERDICT = {
    "gates": {"min_seeds": 2, "min_clusters_per_class": 10, "planted_dose": "optional", "self_paste_max": 0.5},
    "thresholds": {"conflict_face_min": 0.85},  # few persons
}


def photographs(count: int, grain: np.ndarray, stripes: np.ndarray, seed: int) -> np.ndarray:
    """Return uint8 [count, SIZE, SIZE, 3]: a dull scene, grain in the person where told, stripes behind where told."""
    random = np.random.default_rng(seed)
    coarse = torch.from_numpy(random.uniform(90, 160, (count, 3, 4, 4))).float()
    scene = nn.functional.interpolate(coarse, size=SIZE, mode="bicubic").permute(0, 2, 3, 1).numpy()
    inside = (PERSON > 0)[..., None]
    bands = np.sign(np.sin(np.arange(SIZE) * np.pi / 3 + 0.1))[None, :, None]
    scene = scene + 45 * random.choice([-1.0, 1.0], (count, SIZE, SIZE, 1)) * inside * grain[:, None, None, None]
    return (scene + 45 * bands * ~inside * stripes[:, None, None, None]).clip(0, 255).astype(np.uint8)


def trained(reads: str, seed: int) -> nn.Module:
    """Return a network that learnt from photographs in which only the face, or only the background, tells the class."""
    random = np.random.default_rng([seed, 1])
    looks, noise = np.arange(256) % 2, random.integers(0, 2, 256)
    cues = (looks, noise) if reads == "face" else (noise, looks)
    pixels, targets = torch.from_numpy(photographs(256, *cues, seed + 10)), torch.from_numpy(looks)
    net = network("test_resnet", SIZE, seed).train()
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    torch.manual_seed(seed)
    for _ in range(6):
        for rows in torch.randperm(256).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(pixels[rows]), targets[rows]).backward()
            optimizer.step()
    return net.eval()


_TABLES = ("estimates.csv", "subgroups.csv", "origins.csv")


class Run:
    """The files of the run in `folder`, made by the scripts of the rules."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.models = [("original", "face_reader"), ("original", "background_reader"), ("harmonised", "face_reader")]

    def path(self, *parts: str) -> Path:
        """Return a path below the folder."""
        path = self.folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def of(self, model: tuple[str, str], name: str) -> list[Path]:
        """Return one file per seed of a model."""
        return [self.path(*model, str(seed), name) for seed in SEEDS]

    def make(self) -> "Run":
        """Make everything from photographs to verdicts."""
        self._collect()
        audit_regions.main({}, geometry=self.path("geometry.npz"), regions=self.path("regions.npz"))
        audit_leakage.main(
            {"distance": 6, "correlation": 0.95},
            train=self.path("train.csv"),
            val=self.path("val.csv"),
            test=self.path("test.csv"),
            selection=self.path("selection.parquet"),
            faces=[self.path("faces.parquet")],
            touched=self.path("touched.parquet"),
            estimates=self.path("leakage.csv"),
        )
        for background in ("original", "harmonised"):
            self._background(background)
        for model in self.models:
            self._measure(model)
            self._sum_up(model)
        runs = [{"background": b, "backbone": m, "recipe": "short", "seed": s} for b, m in self.models for s in SEEDS]
        audit_comparisons.main(
            {"uncertainty": UNCERTAINTY, "runs": runs},
            test=self.path("test.csv"),
            maps=[path for model in self.models for path in self.of(model, "maps.parquet")],
            swaps=[path for model in self.models for path in self.of(model, "swaps.parquet")],
            estimates=self.path("comparisons.csv"),
        )
        estimates = [self.path(*model, name) for model in self.models for name in _TABLES]
        audit_verdict.main(
            VERDICT,
            estimates=[
                *estimates,
                self.path("original.csv"),
                self.path("harmonised.csv"),
                self.path("comparisons.csv"),
                self.path("leakage.csv"),
            ],
            table=self.path("table.csv"),
            verdicts=self.path("verdicts.csv"),
            evidence=self.path("verdicts.json"),
            cards=self.path("cards.md"),
        )
        audit_hypotheses.main(
            {"hypotheses": {}, "flags": {}, "reliance": 0.15},
            table=self.path("table.csv"),
            tests=self.path("hypotheses.csv"),
            answers=self.path("hypotheses.md"),
        )
        return self

    def verdicts(self) -> dict[tuple[str, str], dict]:
        """Return the verdicts by background and model."""
        found = json.loads(self.path("verdicts.json").read_text(), parse_constant=_refuse)["verdicts"]
        return {(verdict["background"], verdict["model"]): verdict for verdict in found}

    def _collect(self) -> None:
        looks = np.arange(IMAGES) % 2
        person = np.arange(IMAGES) // 4 * 2 + looks
        pixels = photographs(IMAGES, looks, looks, seed=99)
        about = pd.DataFrame(
            {
                "image_id": [f"toy/{i}" for i in range(IMAGES)],
                "looks": looks,
                "person": [f"toy/{i}" for i in person],
                "cluster": person,
                "source": np.where(looks == 1, "stars", np.where(person % 4 < 2, "street", "square")),
                "gender": np.where(person % 4 < 2, "Male", "Female"),
                "race": None,
                "age": "20-29",
            }
        )
        flipped = about.iloc[:1]  # a mirrored row repeats its image
        write_table(self.path("test.csv"), pd.concat([about.assign(flip=0), flipped.assign(flip=1)]))
        others = about.assign(image_id=about["image_id"].str.replace("toy", "train"), person="train/" + about["person"])
        write_table(self.path("train.csv"), others)
        write_table(self.path("val.csv"), others.iloc[:4])
        greys = [thumbnail(image) for image in photographs(2 * IMAGES, np.ones(2 * IMAGES), np.zeros(2 * IMAGES), 3)]
        hashes = [[f"{int(value):016x}" for value in phash(grey)] for grey in greys]
        everyone = pd.concat([about, others], ignore_index=True)
        geometry = dict.fromkeys(("yaw", "pitch", "interocular", "missing_area"), 0.0)
        selection = everyone.assign(sha256=everyone["image_id"], path="gone.jpg", **geometry)
        selection["phash"], selection["phash_mirrored"] = zip(*hashes, strict=True)
        write_table(self.path("selection.parquet"), selection)
        faces = pd.DataFrame({"image_id": everyone["image_id"], "thumbnail": [grey.tobytes() for grey in greys]})
        write_table(self.path("faces.parquet"), faces)
        usable = np.arange(IMAGES) >= 2
        write_arrays(
            self.path("geometry.npz"),
            {
                "image_id": about["image_id"].to_numpy(str),
                "face": np.stack([OVAL] * IMAGES),
                "person": np.stack([PERSON] * IMAGES),
                "landmarks": np.stack([LANDMARKS] * IMAGES),
                "mask_plausible": usable,
            },
        )
        np.save(self.path("original.npy"), pixels)
        np.save(self.path("harmonised.npy"), pixels // 4 * 4)

    def _background(self, name: str) -> None:
        pixels = self.path(f"{name}.npy")
        average_faces.main({}, test=self.path("test.csv"), pixels=pixels, faces=self.path(f"faces_{name}.npz"))
        audit_confounders.main(
            {"confounders": {"permutations": 99, "selections": 2}, "uncertainty": UNCERTAINTY},
            test=self.path("test.csv"),
            selection=self.path("selection.parquet"),
            pixels=pixels,
            geometry=self.path("geometry.npz"),
            background=name,
            estimates=self.path(f"{name}.csv"),
            features=self.path(f"{name}.parquet"),
        )

    def _measure(self, model: tuple[str, str]) -> None:
        pixels, test, regions = self.path(f"{model[0]}.npy"), self.path("test.csv"), self.path("regions.npz")
        for seed in SEEDS:
            own = lambda name, seed=seed: self.path(*model, str(seed), name)  # noqa: E731
            net = trained(model[1].split("_")[0], seed)
            save_network(own("best.pt"), net, net.body.state_dict(), 1)
            explain.main({"batch_size": 32}, own("best.pt"), test, pixels, own("maps.parquet"), own("geometry.json"))
            average_maps.main({}, own("maps.parquet"), own("geometry.json"), own("averages.npz"))
            audit_localisation.main(
                {"weighting": "density"},
                own("maps.parquet"),
                own("geometry.json"),
                regions,
                own("localisation.parquet"),
            )
            audit_swaps.main(
                SWAPS,
                own("best.pt"),
                test,
                pixels,
                self.path("geometry.npz"),
                regions,
                *(own(f"{name}.parquet") for name in ("swaps", "variants", "occlusion")),
            )
            audit_faithfulness.main(
                FAITHFULNESS,
                own("best.pt"),
                pixels,
                own("maps.parquet"),
                own("geometry.json"),
                own("removal.parquet"),
                own("random_weights.csv"),
                own("plain.npz"),
            )

    def _sum_up(self, model: tuple[str, str]) -> None:
        run = {"background": model[0], "model": model[1], "recipe": "short"}
        audit_subgroups.main(
            {"subgroups": {"min_images": 10, "min_persons": 5}, "uncertainty": UNCERTAINTY, **run},
            test=self.path("test.csv"),
            maps=self.of(model, "maps.parquet"),
            measures=self.of(model, "localisation.parquet"),
            swaps=self.of(model, "swaps.parquet"),
            estimates=self.path(*model, "subgroups.csv"),
            curve=self.path(*model, "reliability.csv"),
        )
        audit_origins.main(
            {"uncertainty": UNCERTAINTY, **run},
            test=self.path("test.csv"),
            regions=self.path("regions.npz"),
            geometry=self.path("geometry.npz"),
            maps=self.of(model, "maps.parquet"),
            geometries=self.of(model, "geometry.json"),
            estimates=self.path(*model, "origins.csv"),
            averages=self.path(*model, "origins.npz"),
        )
        audit_estimates.main(
            {"uncertainty": UNCERTAINTY, "models": 2, "seeds": list(SEEDS), **run},
            test=self.path("test.csv"),
            regions=self.path("regions.npz"),
            touched=self.path("touched.parquet"),
            features=self.path(f"{model[0]}.parquet"),
            maps=self.of(model, "maps.parquet"),
            geometry=self.of(model, "geometry.json")[0],
            measures=self.of(model, "localisation.parquet"),
            random_weights=self.of(model, "random_weights.csv"),
            plain=self.of(model, "plain.npz"),
            estimates=self.path(*model, "estimates.csv"),
            **{name: self.of(model, f"{name}.parquet") for name in ("swaps", "variants", "occlusion", "removal")},
        )


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
