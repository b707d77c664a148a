"""What the profiles take from the machine and from the environment."""

import re

import pytest
import yte

from experiment import REPOSITORY

SMI = '#!/bin/sh\n[ "$1" = --list-gpus ] && printf "GPU 0: A (UUID: GPU-1)\\nGPU 1: A (UUID: GPU-2)\\n"\n'
SCONTROL = "#!/bin/sh\necho AccountingStorageType = accounting_storage/{}\n"


def profile(name: str) -> dict:
    with (REPOSITORY / f"profiles/{name}/profile.yaml").open() as file:
        return yte.process_yaml(file, require_use_yte=True)


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Return a function that makes a command of the machine; there are no others."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(name: str, text: str) -> None:
        (tmp_path / name).write_text(text.replace("#!/bin/sh", "#!/bin/sh\nPATH=/usr/bin:/bin"))
        (tmp_path / name).chmod(0o755)

    return make


def test_as_many_gpu_jobs_run_at_once_as_there_are_gpus(commands):
    assert profile("default")["resources"] == {"gpu": 0}
    commands("nvidia-smi", SMI)
    assert profile("default")["resources"] == {"gpu": 2}


def test_partition_and_account_come_from_slurms_own_variables(commands, monkeypatch):
    for name in ("SBATCH_PARTITION", "SBATCH_ACCOUNT", "SBATCH_QOS"):
        monkeypatch.delenv(name, raising=False)
    assert set(profile("slurm")["default-resources"]) == {"tasks", "slurm_extra"}
    monkeypatch.setenv("SBATCH_PARTITION", "gpu")
    monkeypatch.setenv("SBATCH_ACCOUNT", "faces")
    asked = profile("slurm")["default-resources"]
    assert (asked["slurm_partition"], asked["slurm_account"]) == ("gpu", "faces")


@pytest.mark.parametrize(("storage", "command"), [("slurmdbd", "sacct"), ("none", "squeue")])
def test_squeue_is_asked_where_there_are_no_accounts(storage, command, commands):
    commands("scontrol", SCONTROL.format(storage))
    assert profile("slurm")["slurm-status-command"] == command


def test_no_rule_names_a_partition_or_an_account():
    for file in (REPOSITORY / "workflow/rules").glob("*.smk"):
        assert "slurm" not in file.read_text().lower()


def test_every_job_of_the_cluster_asks_for_more_memory_with_each_attempt():
    files = [REPOSITORY / "Snakefile", *(REPOSITORY / "workflow/rules").glob("*.smk")]
    text = "\n".join(file.read_text() for file in files)
    local = re.findall(r"\w+", " ".join(re.findall(r"^localrules:\n((?:    .+\n)+)", text, re.MULTILINE)))
    rules = dict(re.findall(r"^rule (\w+):\n((?:(?:    .*)?\n)+)", text, re.MULTILINE))
    assert {rule for rule, body in rules.items() if "mem_mb=growing(" not in body} <= set(local)
