"""Turns a function into the command-line program of a rule.

A script declares what it reads and writes by the types of its arguments and stays callable from tests:

    @program
    def main(settings: dict, manifest: Input, faces: Output, shard: int): ...

    if __name__ == "__main__":
        main.run()

`main.run` reads `--settings` (canonical JSON: the config values `cfg`, the fingerprint of the `code`, and those of other
programs that it `uses`), one flag per argument, and `--log`. It sends everything printed to the log, shows progress and
errors on the terminal too, and ends with status 1 and one clear message on a `BeholderError`.
"""

import argparse
import errno
import functools
import gc
import inspect
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO, TypeVar, get_args

from tqdm import tqdm

from beholder.common.errors import BeholderError
from beholder.common.fingerprint import fingerprint
from beholder.common.record import Record, altered, open_attempt_log, processor, record_path
from beholder.common.tables import remove_leftovers

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
    if not gc.isenabled():  # see scripts/__init__.py
        gc.freeze()
        gc.enable()
    arguments = vars(_parser(function).parse_args(argv))
    settings = json.loads(arguments.pop("settings"))
    path = arguments.pop("log")
    try:
        _redirect(path)
    except OSError as error:
        sys.exit(f"Error: the log {path} cannot be written: {error}. Free some space, or make the folder writable.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # let `finally` blocks clean up
    name = Path(inspect.getfile(function)).stem
    record = Record(name, settings, _paths(function, arguments, "input"), _paths(function, arguments, "output"))
    status = 1
    try:
        if path is not None:
            record.open(record_path(path))
        if "without AVX" in processor():
            log.warning("this host is a %s: programs may be slow, or end as illegal instructions", processor())
        for used, code in {name: settings.get("code"), **settings.get("uses", {})}.items():
            _refuse_edited_code(used, code)
        for output in record.outputs:
            remove_leftovers(output)
        function(settings=settings["cfg"], **arguments)
        status = 0
    except BeholderError as error:
        _show(f"Error: {error}")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
    except Exception as error:
        _show_unexpected(error, altered(record.inputs, record_path(path)) if path is not None else [])
    if path is not None:
        try:
            record.write(record_path(path), status)
        except BeholderError as error:
            _show(f"Error: {error}")
            status = 1
    sys.exit(status)


def _parser(function: Callable[..., None]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=inspect.getdoc(function))
    parser.add_argument("--settings", required=True, help='JSON: {"cfg": values, "code": fingerprint}')
    parser.add_argument("--log", type=Path, help="file that receives everything printed")
    for name, kind, mark, default in _arguments(function):
        many = mark == "inputs"
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=Path if many else kind,
            nargs="*" if many else None,
            required=default is inspect.Parameter.empty,
            default=None if default is inspect.Parameter.empty else default,
        )
    return parser


def _arguments(function: Callable[..., None]) -> Iterator[tuple[str, type, str | None, Any]]:
    """Yield name, type, mark ("input", "inputs", "output", "scratch" or None) and default of each argument."""
    for name, parameter in inspect.signature(function).parameters.items():
        if name != "settings":
            kind, *marks = get_args(parameter.annotation) or (parameter.annotation,)
            yield name, kind, marks[0] if marks else None, parameter.default


def _paths(function: Callable[..., None], arguments: dict[str, Any], wanted: str) -> list[Path]:
    """Return the values of all arguments marked as input or as output."""
    marked = [arguments[name] for name, _, mark, _ in _arguments(function) if mark and mark.startswith(wanted)]
    return [path for value in marked if value is not None for path in (value if isinstance(value, list) else [value])]


def _redirect(path: Path | None) -> None:
    """Send file descriptors 1 and 2 to the log, C libraries' chatter included; keep the terminal for progress."""
    global _terminal
    if path is not None:
        attempt = open_attempt_log(path)
        _terminal = os.fdopen(os.dup(2), "w", buffering=1)
        with attempt.open("w") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def _refuse_edited_code(name: str, expected: str | None) -> None:
    if expected and fingerprint(f"scripts.{name}") != expected:
        raise BeholderError(
            f"the code of `{name}` was edited after this run started, so its results would mix two versions. "
            "Nothing was written. Start the run again."
        )


def _show_unexpected(error: Exception, damaged: list[Path]) -> None:
    """Show what went wrong: a full disk or damaged inputs in words, the traceback in the log alone; else the traceback."""
    words = [f"Error: {file} is not as it was made. Delete it: the next run makes it again." for file in damaged]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        words = ["Error: the disk is full. Free some space and start the run again; what is finished stays."]
    if not words:
        return _show("".join(traceback.format_exception(error)))
    traceback.print_exception(error, file=sys.stderr)
    for line in words:
        _show(line)


def _show(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
    if _terminal is not sys.stderr:
        print(message, file=_terminal, flush=True)
