"""Draws each measure of the audit against the dose of planted differences."""

from beholder.audit.inputs import read_estimates
from beholder.common.program import Input, Output, program
from beholder.figures import calibration as figure
from beholder.figures import style


@program
def main(settings: dict, calibration: Input, png: Output, svg: Output) -> None:
    """Draw the figure. `settings`: `dpi`, and the `floor` of the background reliance."""
    style.save(figure.plot_calibration(read_estimates(calibration), settings["floor"]), png, svg, settings["dpi"])


if __name__ == "__main__":
    main.run()
