"""The rules keep the rules of the house."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from beholder.report.page import made

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = sorted((REPOSITORY / "workflow/rules").glob("*.smk"))
RULES = {
    match["name"]: match["body"]
    for file in FILES
    for match in re.finditer(r"^rule (?P<name>\w+):\n(?P<body>(?:(?:    .*)?\n)+)", file.read_text(), re.MULTILINE)
}
SCRIPTS = {path.stem for path in (REPOSITORY / "workflow/scripts").glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_it_does_needs_and_costs(name):
    body = RULES[name]
    for directive in ("output", "log", "benchmark", "conda", "threads", "resources", "params", "message", "shell"):
        assert f"    {directive}:" in body, f"{name} has no {directive}"
    assert body.startswith('    """'), f"{name} has no docstring"
    assert re.search(r'runtime="\d+[mh]"', body) and "mem_mb=" in body
    assert f"python -m scripts.{name} --settings {{params.settings:q}}" in body, "script and rule share their name"
    assert "run:" not in body and "script:" not in body


@pytest.mark.parametrize("name", RULES)
def test_every_path_in_a_command_is_quoted(name):
    command = RULES[name].split("shell:")[1]
    unquoted = [
        field for field in re.findall(r"{(?:input|output|log)[.\w]*(?::\w+)?}", command) if not field.endswith(":q}")
    ]
    assert unquoted == []


def test_every_script_belongs_to_a_rule_and_back():
    assert set(RULES) == SCRIPTS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rule_file_opens_with_what_it_needs_makes_and_reads(file):
    text = file.read_text()
    if "\nrule " in text:
        assert all(f"\n{word}: " in text for word in ("Needs", "Makes", "Reads"))


def snakemake(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "snakemake", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_snakemake_finds_nothing_to_mend():
    done = snakemake("--lint", "--configfile", "config/demo.yaml")
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]


def test_the_full_experiment_says_what_to_put_where(tmp_path):
    done = snakemake("--cores", "1", "--dry-run", "all")
    if not (REPOSITORY / "resources/fairface/train").exists():
        assert done.returncode != 0
        assert "resources/fairface/README.md" in done.stderr + done.stdout
        assert "Traceback" not in done.stderr + done.stdout


def test_a_mistake_in_the_config_stops_before_the_first_job(tmp_path):
    text = (REPOSITORY / "config/demo.yaml").read_text().replace("epochs:", "epoch:")
    (tmp_path / "typo.yaml").write_text(text)
    done = snakemake("--cores", "1", "--dry-run", "--configfile", str(tmp_path / "typo.yaml"))
    assert done.returncode != 0
    assert "Did you mean `epochs`?" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_models_may_start_from_pretraining_without_the_original_background(tmp_path):
    text = (REPOSITORY / "config/demo.yaml").read_text()
    assert "backgrounds: [original, white]" in text
    (tmp_path / "white.yaml").write_text(text.replace("backgrounds: [original, white]", "backgrounds: [white]"))
    done = snakemake("maps", "--cores", "1", "--dry-run", "--configfile", str(tmp_path / "white.yaml"))
    assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-3000:]


def test_the_command_that_a_page_names_makes_the_file(tmp_path):
    """What follows `--configfile` is read as another config unless `--` stands between."""
    file = Path("results/demo/tables/accuracy.csv")
    command = made(
        {"rule": "any", "inputs": [], "more": 0}, file, file, "snakemake --cores 1 --configfile config/demo.yaml"
    )
    done = snakemake("--dry-run", *command.command.split()[1:])
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
