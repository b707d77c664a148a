"""From what was collected to the manifest, and to the report of what is missing."""

from pathlib import Path

import pandas as pd

from beholder.collect.manifest import build_manifest
from beholder.collect.people import age_label
from beholder.collect.web.collector import Outcome, Taken
from beholder.collect.web.licences import licence_code
from beholder.collect.web.store import Store
from beholder.common.errors import BeholderError

#: People of a list are themselves whichever source has their photographs, so that nobody is in two sets.
_PEOPLE = "people"
REPORT = ["person", "name", "group", "wanted", "kept", "missing", "results", "left_out", "trouble"]
_NAMED = 10  # people named in a message


def web_manifest(outcomes: list[Outcome], store: Store, source: str, looks: int, shards: int) -> pd.DataFrame:
    """Return the manifest, with the columns that only photographs from the web have; see docs/architecture.md.

    Raises BeholderError where nobody has a photograph.
    """
    rows = [_row(taken, store) for outcome in outcomes for taken in outcome.taken]
    if not rows:
        raise BeholderError(f"`{source}` brought not a single photograph. {_worst(report(outcomes, 1))}")
    return build_manifest(pd.DataFrame(rows), store.root, source, looks, shards, _PEOPLE)


def report(outcomes: list[Outcome], wanted: int) -> pd.DataFrame:
    """Return one row per person: what was wanted, what is there, and why the rest is not."""
    rows = [
        {
            "person": outcome.person.id,
            "name": outcome.person.name,
            "group": outcome.person.group,
            "wanted": wanted,
            "kept": len(outcome.taken),
            "missing": wanted - len(outcome.taken),
            "results": outcome.results,
            "left_out": ", ".join(f"{count} {reason}" for reason, count in sorted(outcome.left_out.items())),
            "trouble": outcome.trouble or "",
        }
        for outcome in outcomes
    ]
    return pd.DataFrame(rows, columns=REPORT)


def refuse_missing(table: pd.DataFrame, source: str, where: Path) -> None:
    """Raise BeholderError where people of a report lack photographs; `where` the report can be read."""
    lacking = table[table["missing"] > 0]
    if len(lacking):
        raise BeholderError(
            f"{len(lacking)} of {len(table)} people of `{source}` lack photographs, and its `on_missing` is `stop`. "
            f"{_worst(table)} All of it is in {where}. Run again to try what failed, ask for fewer with "
            "`filters.per_person`, or set `on_missing: continue`."
        )


def _row(taken: Taken, store: Store) -> dict[str, object]:
    person, candidate, download = taken.person, taken.candidate, taken.download
    sha256 = str(download.sha256)
    age, basis = age_label(person.birthday, candidate.captured, pd.Timestamp(download.retrieved).date())
    return {
        "file": store.path(sha256, str(download.ending)).relative_to(store.root).as_posix(),
        "name": f"{person.id}/{sha256[:16]}",
        "person": person.id,
        "sha256": sha256,
        "age": age,
        "gender": person.gender,
        "race": person.race,
        "url": candidate.url,
        "page": candidate.page,
        "licence": candidate.licence,
        "author": candidate.author,
        "attribution": candidate.attribution,
        "retrieved": download.retrieved,
        "age_basis": basis,
        "person_name": person.name,
        "query": taken.query,
        "rank": taken.rank,
        "title": candidate.title,
        "licence_code": licence_code(candidate.licence),
        "licence_url": candidate.licence_url,
        "captured": candidate.captured.isoformat() if candidate.captured else None,
        "address": download.address,
        "headers": download.headers,
    }


def _worst(table: pd.DataFrame) -> str:
    worst = table.sort_values("missing", ascending=False, kind="stable").head(_NAMED)
    return (
        "; ".join(
            f"{row.name_}: {row.kept} of {row.wanted}"
            + (f" ({row.trouble or row.left_out})" if row.trouble or row.left_out else "")
            for row in worst.rename(columns={"name": "name_"}).itertuples()
        )
        + "."
    )
