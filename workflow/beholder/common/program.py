"""Turns a function into the command-line program of a rule.

A script declares what it reads and writes by the types of its arguments and stays callable from tests:

    @program
    def main(settings: dict, manifest: Input, faces: Output, shard: int): ...

    if __name__ == "__main__":
        main.run()

`main.run` reads `--settings` (canonical JSON of the config values and the code's fingerprint), one flag per
argument, and `--log`. It sends everything printed to the log, shows progress and errors on the terminal too, and
ends with status 1 and one clear message on a `BeholderError`.
"""

import argparse
import functools
import inspect
import json
import logging
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, TextIO, TypeVar, get_args

from tqdm import tqdm

from beholder.common.errors import BeholderError
from beholder.common.fingerprint import fingerprint

Input = Annotated[Path, "input"]
Inputs = Annotated[list[Path], "inputs"]
Output = Annotated[Path, "output"]
#: A place for state that outlives the job and is no output, such as a checkpoint.
Scratch = Annotated[Path, "scratch"]

Item = TypeVar("Item")
log = logging.getLogger("beholder")
_terminal: TextIO = sys.stderr


def program(function: Callable[..., None]) -> Callable[..., None]:
    """Give `function` a method `run(argv)` that calls it as a command-line program."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    call.run = functools.partial(_run, function)  # type: ignore[attr-defined]
    return call


def progress(items: Iterable[Item], description: str, total: int | None = None) -> Iterator[Item]:
    """Yield `items` under a progress bar: live on a terminal, a line now and then in a log."""
    live = _terminal.isatty()
    file = _terminal if live else sys.stderr
    return iter(tqdm(items, description, total, file=file, mininterval=0.2 if live else 20, dynamic_ncols=live))


def _run(function: Callable[..., None], argv: list[str] | None = None) -> None:
    arguments = vars(_parser(function).parse_args(argv))
    settings = json.loads(arguments.pop("settings"))
    _redirect(arguments.pop("log"))
    try:
        _refuse_edited_code(function, settings.get("code"))
        function(settings=settings["cfg"], **arguments)
    except BeholderError as error:
        _fail(f"Error: {error}")
    except Exception:
        _fail(traceback.format_exc())


def _parser(function: Callable[..., None]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=inspect.getdoc(function))
    parser.add_argument("--settings", required=True, help='JSON: {"cfg": values, "code": fingerprint}')
    parser.add_argument("--log", type=Path, help="file that receives everything printed")
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "settings":
            continue
        kind, *marks = get_args(parameter.annotation) or (parameter.annotation,)
        many = "inputs" in marks
        required = parameter.default is inspect.Parameter.empty
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=Path if many else kind,
            nargs="*" if many else None,
            required=required,
            default=None if required else parameter.default,
        )
    return parser


def _redirect(path: Path | None) -> None:
    """Send file descriptors 1 and 2 to the log, C libraries' chatter included; keep the terminal for progress."""
    global _terminal
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _terminal = os.fdopen(os.dup(2), "w", buffering=1)
        with open(path, "w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def _refuse_edited_code(function: Callable[..., None], expected: str | None) -> None:
    name = Path(inspect.getfile(function)).stem
    if expected and fingerprint(f"scripts.{name}") != expected:
        raise BeholderError(
            f"the code of `{name}` was edited after this run started, so its results would mix two versions. "
            "Nothing was written. Start the run again."
        )


def _fail(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
    if _terminal is not sys.stderr:
        print(message, file=_terminal, flush=True)
    sys.exit(1)
