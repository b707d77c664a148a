"""Rule crop_faces: finds, measures and cuts out the face of every photograph of a shard."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from beholder.common.program import Input, Output, log, program, progress
from beholder.common.tables import read_table
from beholder.config.faces import Crop, Pose
from beholder.faces.reader import FaceReader
from beholder.faces.table import write_faces


@program
def main(settings: dict, manifest: Input, shard: int, faces: Output) -> None:
    """Measure the photographs of one shard of a manifest; what cannot be used gets a row with the reason."""
    photographs = read_table(manifest, ["image_id", "path", "sha256", "shard"])
    photographs = photographs[photographs["shard"] == shard]
    reasons: Counter[str] = Counter()

    def rows(reader: FaceReader) -> Iterator[dict]:
        columns = zip(photographs["image_id"], photographs["path"], photographs["sha256"], strict=True)
        for image_id, path, sha256 in progress(columns, f"faces, shard {shard}", len(photographs)):
            row = reader.read(Path(path), sha256)
            reasons[row["reason"] or "measured"] += 1
            yield {"image_id": image_id, **row}

    with FaceReader(Crop(**settings["crop"]), Pose(**settings["pose"])) as reader:
        write_faces(faces, rows(reader))
    log.info("%d photographs: %s", len(photographs), dict(reasons.most_common()) or "none in this shard")


if __name__ == "__main__":
    main.run()
