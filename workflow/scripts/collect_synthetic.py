"""Renders people of known identity, pose, light and background."""

from beholder.collect.manifest import build_manifest
from beholder.collect.synthetic.source import as_table, render_source
from beholder.common.program import Output, program, progress
from beholder.common.tables import write_table


@program
def main(settings: dict, manifest: Output, photographs: Output) -> None:
    """Write the photographs and the manifest of a `synthetic` source.

    `settings` is the source's config section and its `name`.
    """
    rows = render_source(
        photographs,
        settings["people"],
        settings["photographs_per_person"],
        settings["max_yaw"],
        settings["planted"],
        settings["seed"],
    )
    count = settings["people"] * settings["photographs_per_person"]
    table = as_table(list(progress(rows, "Rendering photographs", count)))
    write_table(manifest, build_manifest(table, photographs, settings["name"], settings["looks"], settings["shards"]))


if __name__ == "__main__":
    main.run()
