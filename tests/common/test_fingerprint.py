"""What makes a rule run again when code is edited, and what does not."""

from pathlib import Path

import pytest

from beholder.common import fingerprint as module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "scripts/draw.py": '"""Draw."""\nfrom beholder.figures.curve import curve\nimport beholder.common.tables\n',
        "beholder/figures/curve.py": "from beholder.common import labels\n\ndef curve():\n    return 1  # one\n",
        "beholder/figures/other.py": "x = 1\n",
        "beholder/common/tables.py": "y = 1\n",
        "beholder/common/labels.py": "z = 1\n",
        "beholder/config/figures.py": "k = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def fingerprint(root: Path) -> str:
    for function in (module.fingerprint, module._tree, module._code):
        function.cache_clear()
    return module.fingerprint("scripts.draw", root)


@pytest.mark.parametrize("file", ["figures/curve.py", "common/tables.py", "common/labels.py"])
def test_an_edit_of_any_imported_module_counts(root, file):
    before = fingerprint(root)
    path = root / "beholder" / file
    path.write_text(path.read_text().replace("1", "2"))
    assert fingerprint(root) != before


@pytest.mark.parametrize("file", ["beholder/figures/other.py", "beholder/config/figures.py"])
def test_an_edit_elsewhere_does_not(root, file):
    before = fingerprint(root)
    (root / file).write_text("x = 2\n")
    assert fingerprint(root) == before


def test_comments_docstrings_and_file_times_do_not(root):
    before = fingerprint(root)
    path = root / "beholder/figures/curve.py"
    path.write_text(
        '"""A curve."""\n' + path.read_text().replace("# one", "# the only one").replace("():", '():\n    """One."""')
    )
    assert fingerprint(root) == before


def test_every_script_of_the_workflow_can_be_fingerprinted():
    scripts = [path for path in (module.ROOT / "scripts").glob("*.py") if path.stem != "__init__"]
    prints = {path.stem: module.fingerprint(f"scripts.{path.stem}") for path in scripts}
    assert len(set(prints.values())) == len(prints)


def test_scripts_do_not_know_snakemake():
    files = [*module.ROOT.glob("scripts/*.py"), *module.ROOT.glob("beholder/**/*.py")]
    offenders = [
        path.name for path in files if "import snakemake" in path.read_text() or "from snakemake" in path.read_text()
    ]
    assert offenders == []
