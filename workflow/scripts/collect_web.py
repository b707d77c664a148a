"""Collects the photographs of people from a service on the web."""

from pydantic import TypeAdapter

from beholder.collect.web.manifest import refuse_missing, report, web_manifest
from beholder.collect.web.run import collect_people
from beholder.common.program import Input, Output, Scratch, program
from beholder.common.tables import write_table
from beholder.config.web import AnyWebSource


@program
def main(settings: dict, people: Input, manifest: Output, missing: Output, cache: Scratch) -> None:
    """Write the manifest of a web source, and the report of what is missing.

    `settings` is the source's config section and its `name`. `cache` is the folder that keeps photographs and journal
    from run to run; a copy of the report lies there too, since the outputs of a job that stops are removed.
    """
    name = settings["name"]
    source = TypeAdapter(AnyWebSource).validate_python({key: settings[key] for key in settings if key != "name"})
    outcomes, store = collect_people(source, people, cache)
    table = report(outcomes, source.filters.per_person)
    for path in (cache / "missing.csv", missing):
        write_table(path, table)
    if source.on_missing == "stop":
        refuse_missing(table, name, cache / "missing.csv")
    write_table(manifest, web_manifest(outcomes, store, name, source.looks, source.shards))


if __name__ == "__main__":
    main.run()
