"""What a run cost: time, memory and attempts of every rule."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from beholder.figures import style
from beholder.figures.runs import plural

_UNITS = [(3600, "hours"), (60, "minutes"), (1, "seconds")]


@style.styled
def plot_cost(attempts: pd.DataFrame) -> Figure:
    """Draw a row per rule: wall time of all its jobs, peak memory of the greediest, attempts that succeeded or not.

    `attempts` has the columns of `beholder.report.records.attempts_table`.
    """
    rules = attempts.groupby("rule", sort=False)
    seconds = rules["seconds"].sum()
    names = list(seconds.index)
    unit, unit_name = next((size, name) for size, name in _UNITS if seconds.max() >= size or size == 1)
    hosts = attempts["host"].nunique()
    figure = style.new_figure(
        0.24 * len(names) + 0.5,
        "What the run cost",
        f"{plural(len(attempts), 'attempt')} at {plural(attempts.groupby(['rule', 'job'], dropna=False).ngroups, 'job')} "
        f"on {plural(hosts, 'host')} ({', '.join(sorted(attempts['device'].unique()))}). "
        f"Wall time summed over all attempts: {seconds.sum() / unit:,.1f} {unit_name}. A rule's memory is its greediest job's.",
    )
    time, memory, tries = figure.subplots(1, 3, sharey=True, width_ratios=[2, 2, 1])
    _bars(time, seconds / unit, style.BLUE, "{:,.1f}")
    time.set_title(f"Wall time ({unit_name})")
    main, gpu = rules["peak_memory_mb"].max() / 1000, rules["peak_gpu_memory_mb"].max() / 1000
    _bars(memory, main, style.SKY, "{:,.2f}", label="main memory")
    if gpu.any():
        _bars(memory, gpu, style.GREEN, "", height=0.3, label="GPU memory")
        memory.legend(loc="lower right")
    memory.set_title("Peak memory (GB)")
    good = attempts["exit"].eq(0).groupby(attempts["rule"], sort=False).sum()
    bad = rules.size() - good
    _bars(tries, good, style.PALE, "")
    tries.barh(range(len(names)), bad, left=good, height=0.72, color=style.VERMILION)
    for row, (done, lost) in enumerate(zip(good, bad, strict=True)):
        text = f"{done}" + (f" + {lost} lost" if lost else "")
        tries.text(done + lost, row, f" {text}", va="center", fontsize=8)
    tries.set(title="Attempts", xlim=(0, 1.5 * rules.size().max()))
    time.set_yticks(range(len(names)), names)
    time.set_ylim(len(names) - 0.5, -0.5)
    for axes in (time, memory, tries):
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
    return figure


def _bars(
    axes: Axes, values: pd.Series, colour: str, form: str, height: float = 0.72, label: str | None = None
) -> None:
    """Draw one bar per rule with its number behind it, where `form` says how to write it."""
    axes.barh(range(len(values)), values, height=height, color=colour, label=label)
    axes.set_xlim(0, max(axes.get_xlim()[1], 1.2 * values.max()))
    for row, value in enumerate(values) if form else ():
        axes.text(value, row, f" {form.format(value)}", va="center", fontsize=8)
