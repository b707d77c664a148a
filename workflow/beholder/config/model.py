"""The whole config, section by section, and what must hold between sections."""

from typing import Literal

from beholder.config.audit import Audit
from beholder.config.base import Name, Section
from beholder.config.collect import Collect
from beholder.config.explain import Explain
from beholder.config.faces import Faces
from beholder.config.figures import Figures
from beholder.config.report import Report
from beholder.config.splits import Splits
from beholder.config.train import Train


class Config(Section):
    """One experiment."""

    name: Name
    """Name of the experiment; everything it computes lies in `results/<name>/`."""
    preset: Literal["sound", "published"] = "sound"
    """Which values the keys have that are not given: sound ones, or those of the source experiment, its faults included."""
    collect: Collect
    """Where the photographs come from."""
    faces: Faces = Faces()
    """Detection, crop, pose, mask and the choice of usable faces."""
    splits: Splits = Splits()
    """The sets and their packed pixels."""
    train: Train
    """Networks, recipes and seeds."""
    explain: Explain = Explain()
    """Predictions and class maps."""
    audit: Audit = Audit()
    """What the networks decide by."""
    figures: Figures = Figures()
    """Pictures and tables."""
    report: Report = Report()
    """The pages."""
