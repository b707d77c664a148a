"""Rule select_faces: keeps the usable faces of all sources, and says of every other one why not."""

from beholder.common.program import Input, Inputs, Output, log, program
from beholder.common.tables import read_table, read_tables, write_table
from beholder.config.faces import Select
from beholder.faces.cluster import clusters
from beholder.faces.select import choose, count_steps, read_rejections, require_both_groups
from beholder.faces.table import LIGHT, join


@program
def main(
    settings: dict, manifests: Inputs, faces: Inputs, selection: Output, funnel: Output, rejections: Input = None
) -> None:
    """Choose from all photographs, group what must stay together, and count what was lost to which reason."""
    limits = Select(**settings)
    photographs = join(read_tables(manifests), read_tables(faces, LIGHT))
    thumbnails = photographs.pop("thumbnail")
    by_hand: set[str] = set()
    if rejections:
        listed = read_table(rejections, remedy="Expected a UTF-8 CSV with the columns image_id and reason.")
        by_hand = read_rejections(listed, str(rejections), photographs["image_id"])
    table = choose(photographs, limits, by_hand)
    table["cluster"] = clusters(table, thumbnails, limits)
    steps = count_steps(table)
    log.info("\n%s", steps[steps["count"] > 0].to_string(index=False))
    require_both_groups(table)
    write_table(selection, table)
    write_table(funnel, steps)


if __name__ == "__main__":
    main.run()
