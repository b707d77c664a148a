"""A real SLURM on this machine: munge, slurmctld and slurmd as one node, on free ports, in a folder of their own.

Needs root and Debian's packages `slurm-wlm` and `munge`. Two made-up graphics cards are declared as generic resources,
so that requests for them are really scheduled; there is no accounting database. `cred_expire` is also how long a job of a
lost node waits before it starts again.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psutil

CONFIG = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
MinJobAge=3600
ReturnToService=2
KillWait=10
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=200000,batch_sched_delay=0
PriorityType=priority/basic
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:{gpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


class Slurm:
    """Starts the daemons on entry and ends them on exit; commands run with `environment`."""

    def __init__(self, folder: Path, cpus: int = 4, memory_mb: int = 32000, gpus: int = 2):
        self.folder, self.gpus = folder, gpus
        self.host = socket.gethostname().split(".")[0]
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
        }
        self._values = {"cpus": cpus, "memory": memory_mb, "gpus": gpus, "host": self.host, "folder": folder}
        self._daemons: list[subprocess.Popen] = []

    def __enter__(self) -> "Slurm":
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        ports = {"controller_port": _free_port(), "node_port": _free_port()}
        (self.folder / "slurm.conf").write_text(CONFIG.format(**self._values, **ports))
        (self.folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
        # nodes find the config below /etc/slurm; here it is elsewhere, and the plugin drops SLURM_CONF from its jobs
        (self.folder / "bin").mkdir()
        srun = self.folder / "bin/srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        devices = [self.folder / f"gpu{number}" for number in range(self.gpus)]
        for device in devices:
            os.mknod(device, 0o20666, os.makedev(1, 3))
        lines = [f"NodeName={self.host} Name=gpu File={device}" for device in devices]
        (self.folder / "gres.conf").write_text("\n".join(lines) + "\n")
        try:
            self._start_munge()
            self._start("slurmctld", "-D", "-i", "-f", self.folder / "slurm.conf")
            self.start_node()
            self.wait_until_idle()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(20)
            daemon.kill()
        for process in psutil.process_iter(["environ", "cmdline"]):  # jobs of a lost node outlive it
            mine = f"{self.folder}/bin" in (process.info["environ"] or {}).get("PATH", "")
            if process.pid != os.getpid() and (mine or str(self.folder) in " ".join(process.info["cmdline"] or [])):
                with contextlib.suppress(psutil.Error):
                    process.kill()

    def start_node(self) -> subprocess.Popen:
        """Start the node's daemon (again)."""
        return self._start("slurmd", "-D", "-f", self.folder / "slurm.conf")

    def command(self, *arguments: str) -> str:
        """Run a SLURM command and return what it prints."""
        done = subprocess.run(arguments, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout

    def completed(self) -> list[dict[str, str]]:
        """Return what the scheduler knows of every finished job, from its own log."""
        path = self.folder / "completed.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        return [dict(part.split("=", 1) for part in line.split() if "=" in part) for line in lines]

    def wait_until_idle(self, seconds: float = 60) -> None:
        """Wait until the node takes jobs."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(subprocess.CalledProcessError):
                if self.command("sinfo", "-h", "-o", "%T").strip() == "idle":
                    return
            time.sleep(0.3)
        log = "".join((self.folder / f"{name}.log").read_text()[-2000:] for name in ("slurmctld", "slurmd"))
        raise RuntimeError(f"the SLURM node does not come up:\n{log}")

    def _start_munge(self) -> None:
        munged = shutil.which("munged") or "/usr/sbin/munged"
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        paths = {"socket": "munge.socket", "pid-file": "munge.pid", "log-file": "munge.log", "seed-file": "munge.seed"}
        flags = [f"--{name}={self.folder / file}" for name, file in paths.items()]
        self._start(munged, "--foreground", "--force", f"--key-file={key}", *flags)
        end = time.monotonic() + 20
        while not (self.folder / "munge.socket").exists() and time.monotonic() < end:
            time.sleep(0.1)

    def _start(self, *command: str | Path) -> subprocess.Popen:
        with (self.folder / "daemons.log").open("a") as log:
            daemon = subprocess.Popen([str(part) for part in command], env=self.environment, stdout=log, stderr=log)
        self._daemons.append(daemon)
        return daemon


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
