"""Whom the photographs are owed to, and what the collected set is made of."""

import math
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

import pandas as pd

from beholder.common.labels import GROUPS

CREDITS = [
    "image_id",
    "person",
    "source",
    "title",
    "author",
    "licence",
    "licence_url",
    "attribution",
    "page",
    "url",
    "retrieved",
    "sha256",
]
_UNKNOWN = "unknown"
_SHOWN = 100  # rows of a table in the page
#: Tables of ranges of numbers, which are not in the order of their names.
_RANGES = ("age", "shorter side")


def used_photographs(selection: pd.DataFrame) -> pd.DataFrame:
    """Return CREDITS for the photographs that were kept; what a source does not say is null."""
    used = selection[selection["kept"]]
    return used.reindex(columns=CREDITS).reset_index(drop=True)


def credits_page(table: pd.DataFrame) -> str:
    """Return the credits of `used_photographs` as Markdown: what must be said wherever one of them is shown."""
    lines = [
        "# Photographs used",
        "",
        f"{len(table)} photographs. The same, with hashes and times, is in the CSV beside this file.",
        "",
    ]
    for source, rows in table.groupby("source", sort=True):
        licences = rows["licence"].fillna(_UNKNOWN).value_counts()
        lines += [f"## {source}", "", "; ".join(f"{count} {licence}" for licence, count in licences.items()) + ".", ""]
        # A whole source under one attribution, such as a published data set, is one line.
        said = rows.fillna({"attribution": ""}).groupby("attribution", sort=False)
        for attribution, same in said:
            if len(same) > 1 or not attribution:
                lines.append(f"- {len(same)} photographs: {attribution or 'no attribution stated'}")
            else:
                lines.append(f"- {_line(same.iloc[0])}")
        lines.append("")
    return "\n".join(lines)


def datasheet(selection: pd.DataFrame) -> pd.DataFrame:
    """Return table, value, collected, kept: how many photographs have which value, for every table of the datasheet.

    `selection` as `select_faces` writes it. The counts of each table add up to those of all photographs.
    """
    rows = []
    for name, values in _facts(selection):
        counts = pd.DataFrame({"value": values, "kept": selection["kept"].astype(int)})
        grouped = counts.groupby("value")["kept"].agg(["size", "sum"])
        if name in _RANGES:
            grouped = grouped.loc[sorted(grouped.index, key=_upper_end)]
        rows += [
            (name, str(value), int(size), int(kept))
            for value, (size, kept) in zip(grouped.index, grouped.to_numpy(), strict=True)
        ]
    return pd.DataFrame(rows, columns=["table", "value", "collected", "kept"])


def datasheet_page(counts: pd.DataFrame, title: str) -> str:
    """Return the datasheet as Markdown; of tables with many values the largest are shown."""
    lines = [f"# Datasheet: {title}", ""]
    for name, rows in counts.groupby("table", sort=False):
        shown = rows.nlargest(_SHOWN, "collected", keep="first").sort_index()
        lines += [f"## By {name}", "", f"| {name} | collected | kept |", "|---|---:|---:|"]
        lines += [f"| {_cell(row.value)} | {row.collected} | {row.kept} |" for row in shown.itertuples()]
        if len(rows) > len(shown):
            lines += ["", f"The {_SHOWN} largest of {len(rows)}; all are in the CSV."]
        lines.append("")
    return "\n".join(lines)


def _facts(selection: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    column = selection.reindex
    yield "group", selection["looks"].map(GROUPS)
    yield "source", selection["source"]
    for name in ("gender", "race", "age"):
        yield name, selection[name].fillna(_UNKNOWN)
    yield "licence", selection["licence"].fillna(_UNKNOWN)
    yield "host", selection["url"].map(lambda url: urlsplit(url).hostname if isinstance(url, str) else "local file")
    yield "shorter side", _sizes(selection)
    yield "year of capture", column(columns=["captured"])["captured"].map(_year)
    yield "age counted to", column(columns=["age_basis"])["age_basis"].fillna(_UNKNOWN)
    yield "month of retrieval", selection["retrieved"].map(lambda text: text[:7] if isinstance(text, str) else _UNKNOWN)
    yield "person", selection["person"]


def _upper_end(text: str) -> tuple[float, str]:
    """Return the last number in the name of a range, by which ranges are in order; those without come last."""
    numbers = re.findall(r"\d+", text)
    return (float(numbers[-1]) if numbers else math.inf, text)


def _sizes(selection: pd.DataFrame) -> pd.Series:
    side = selection[["width", "height"]].min(axis=1, skipna=False)
    edges = [0, 200, 400, 800, 1600, 100_000]
    names = ["below 200", "200 to 399", "400 to 799", "800 to 1599", "1600 and more"]
    return pd.cut(side, edges, right=False, labels=names).astype(object).fillna(_UNKNOWN)


def _year(text: object) -> str:
    return str(date.fromisoformat(text).year) if isinstance(text, str) else _UNKNOWN


def _line(row: pd.Series) -> str:
    page = row["page"] or row["url"]
    return f"{row['attribution']}" + (f" <{page}>" if isinstance(page, str) and page not in row["attribution"] else "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
