"""Writes the page of the audit."""

from beholder.common.program import Input, Inputs, Output, program
from beholder.common.tables import write_text
from beholder.report.audit import Network, Scene, render
from beholder.report.page import TEMPLATES


@program
def main(
    settings: dict,
    table: Input,
    evidence: Input,
    tests: Input,
    test: Input,
    regions: Input,
    geometry: Input,
    maps: Inputs,
    geometries: Inputs,
    averages: Inputs,
    measures: Inputs,
    swaps: Inputs,
    variants: Inputs,
    reliability: Inputs,
    origins: Inputs,
    pixels: Inputs,
    faces: Inputs,
    page: Output,
    template: Input = TEMPLATES / "audit.html.j2",
) -> None:
    """Write one self-contained page. `settings`: see `render`; `runs` and `backgrounds` describe the lists of files."""
    files = zip(maps, geometries, averages, measures, swaps, variants, reliability, origins, strict=True)
    networks = [
        Network(run["background"], run["backbone"], run["recipe"], run["seed"], *paths)
        for run, paths in zip(settings["runs"], files, strict=True)
    ]
    scenes = [Scene(*item) for item in zip(settings["backgrounds"], pixels, faces, strict=True)]
    html = render(settings, table, evidence, tests, test, regions, geometry, networks, scenes, template, page)
    write_text(page, html)


if __name__ == "__main__":
    main.run()
