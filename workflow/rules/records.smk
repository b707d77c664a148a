"""Records: what the jobs of a run cost.

Needs: the records that every job leaves in <results>/records/
Makes: <results>/records.csv, <results>/figures/cost.png
Reads: config `figures.dpi`
"""


localrules:
    gather_records,
    plot_cost,


rule gather_records:
    """Gather the records of all jobs before the figures into one table."""
    input:
        results=files_of(runs_with(), "<results>/explain/{run}/averages.npz"),
    output:
        table="<results>/records.csv",
    log:
        "<logs>/gather_records.log",
    benchmark:
        "<benchmarks>/gather_records.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: settings("gather_records", {}),
    message:
        "Gathering the records of all jobs"
    shell:
        "python -m scripts.gather_records --settings {params.settings:q}"
        " --results {input.results:q} --table {output.table:q} --log {log:q}"


rule plot_cost:
    """Draw time, memory and attempts by rule."""
    input:
        records="<results>/records.csv",
    output:
        png=report(
            "<results>/figures/cost.png",
            caption="../report/plot_cost.rst",
            category="Workflow",
        ),
        svg="<results>/figures/cost.svg",
    log:
        "<logs>/plot_cost.log",
    benchmark:
        "<benchmarks>/plot_cost.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings("plot_cost"),
    message:
        "Drawing what the run cost"
    shell:
        "python -m scripts.plot_cost --settings {params.settings:q}"
        " --records {input.records:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"
