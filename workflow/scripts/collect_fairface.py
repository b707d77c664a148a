"""Lists the photographs of FairFace and hashes them."""

from pathlib import Path

from beholder.collect.fairface import list_photographs
from beholder.collect.manifest import build_manifest
from beholder.common.program import Output, program
from beholder.common.tables import write_table


@program
def main(settings: dict, manifest: Output) -> None:
    """Write the manifest of a `fairface` source; `settings` is the source's config section and its `name`."""
    root = Path(settings["path"])
    photographs = list_photographs(root, settings["parts"], settings["limit"], settings["seed"])
    write_table(manifest, build_manifest(photographs, root, settings["name"], settings["looks"], settings["shards"]))


if __name__ == "__main__":
    main.run()
