"""Strict reading of the CSV files that name photographs and label them."""

import difflib
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from beholder.common.errors import BeholderError
from beholder.common.labels import AGES, GENDERS, RACES, age_bin, normalise_age


def read_listing(path: Path, required: list[str], purpose: str) -> pd.DataFrame:
    """Read a user's CSV as text, empty cells as None; the index is the line number in the file.

    `purpose` says what the file is for and where it comes from; errors repeat it.

    Raises BeholderError where the file is missing, is no UTF-8 CSV, has no rows or lacks a `required` column.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row with more cells than the header
            table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False, index_col=False)
    except FileNotFoundError:
        raise BeholderError(f"{path} does not exist. Expected {purpose}.") from None
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise BeholderError(f"{path} cannot be read as a UTF-8 CSV ({error}). Expected {purpose}.") from error
    table.columns = table.columns.str.strip()
    for column in required:
        if column not in table.columns:
            raise BeholderError(_missing_column(path, column, list(table.columns), purpose))
    if table.empty:
        raise BeholderError(f"{path} lists no photographs. Expected {purpose}.")
    table.index = pd.RangeIndex(2, len(table) + 2)
    table = table.fillna("").apply(lambda column: column.str.strip())
    return table.astype(object).mask(table == "", None)


def normalise_labels(table: pd.DataFrame, origin: Path) -> pd.DataFrame:
    """Return `table` with `age`, `gender` and `race` in FairFace's vocabulary; each may be absent or None.

    Understands either case, age in years, `70+`, and what spreadsheets make of `3-9` and `10-19`.

    Raises BeholderError naming the file, the line and what is allowed.
    """
    table = table.copy()
    for column, normalise in _NORMALISERS.items():
        if column in table:
            table[column] = _normalised(table[column], normalise, origin)
    return table


def require_files_inside(table: pd.DataFrame, origin: Path) -> None:
    """Raise BeholderError unless each `file` is given, given once, and lies below the folder of the listing."""
    for line, file in table["file"].items():
        if file is None or Path(file).is_absolute() or ".." in Path(file).parts:
            raise BeholderError(
                f"{origin}, line {line}: `file` is {file!r}. Expected a path below the source's folder, such as `ada/1.jpg`."
            )
    repeated = table.index[table["file"].duplicated()]
    if len(repeated):
        file = table["file"][repeated[0]]
        raise BeholderError(
            f"{origin}, line {repeated[0]}: `{file}` is listed a second time ({len(repeated)} such lines). Keep one line per file."
        )


def _missing_column(path: Path, column: str, found: list[str], purpose: str) -> str:
    near = difflib.get_close_matches(column, found, n=1)
    hint = f" Is `{near[0]}` meant? Rename it." if near else " Columns are separated by commas."
    return (
        f"{path} has no column `{column}`; it has {', '.join(f'`{name}`' for name in found)}.{hint} Expected {purpose}."
    )


def _normalised(values: pd.Series, normalise: Callable[[str], str], origin: Path) -> pd.Series:
    meanings = {}
    for line, value in values.drop_duplicates().dropna().items():
        try:
            meanings[value] = normalise(value)
        except ValueError as error:
            raise BeholderError(f"{origin}, line {line}: {error}. Correct the label or leave it empty.") from None
    return values.map(meanings).astype(object).where(values.notna(), None)


def _one_of(name: str, allowed: list[str]) -> Callable[[str], str]:
    meanings = {_plain(value): value for value in allowed}

    def normalise(text: str) -> str:
        if _plain(text) not in meanings:
            raise ValueError(f"{name} {text!r} is none of {', '.join(allowed)}")
        return meanings[_plain(text)]

    return normalise


def _plain(text: str) -> str:
    return text.casefold().replace("_", " ")


def _age(text: str) -> str:
    if text in AGES or not text.replace(".", "", 1).isdigit():
        return normalise_age(text)
    return age_bin(float(text))


_NORMALISERS: dict[str, Callable[[str], str]] = {
    "age": _age,
    "gender": _one_of("gender", GENDERS),
    "race": _one_of("race", RACES),
}
