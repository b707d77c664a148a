"""Lists what is suspicious about the collected photographs: no face, several, drawings, unlike faces, duplicates."""

from beholder.common.program import Input, Inputs, Output, log, program
from beholder.common.tables import read_table, write_table
from beholder.faces.curation.suspicions import find_suspicions

_COLUMNS = ["image_id", "person", "sha256", "n_faces", "phash", "phash_mirrored"]


@program
def main(settings: dict, selection: Input, faces: Inputs, suspicions: Output) -> None:
    """Write one row per photograph and suspicion; `settings` holds the thresholds by the names of `find_suspicions`."""
    photographs = read_table(selection, _COLUMNS)
    table = find_suspicions(photographs, faces, **settings)
    counts = table["suspicion"].value_counts().to_dict()
    log.info("%d of %d photographs are suspected: %s", table["image_id"].nunique(), len(photographs), counts)
    write_table(suspicions, table)


if __name__ == "__main__":
    main.run()
