"""Figures: pictures and tables, each by a rule of its own that reads tables and arrays only.

Needs: what the stages before made
Makes: <results>/figures/ (PNG and SVG), <results>/tables/ (CSV and Markdown)
Reads: config `figures.dpi` and one section of `figures` each
"""


localrules:
    plot_samples,
    plot_funnel,
    plot_curves,
    plot_heatmaps,
    plot_overlays,
    plot_calibration,
    plot_workflow,
    tabulate_accuracy,


rule plot_samples:
    """Draw a sheet of sample photographs of one group (source figures 3 and 4)."""
    input:
        train="<results>/splits/train.csv",
        pixels="<results>/splits/packed/{background}/train.npy",
    output:
        png=report(
            "<results>/figures/samples/{background}/{group}.png",
            caption="../report/plot_samples.rst",
            category="Photographs",
            labels={"background": "{background}", "group": "{group}"},
        ),
        svg="<results>/figures/samples/{background}/{group}.svg",
    log:
        "<logs>/plot_samples/{background}.{group}.log",
    benchmark:
        "<benchmarks>/plot_samples/{background}.{group}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings(
            "plot_samples", "samples", background=wc.background
        ),
    message:
        "Drawing samples of the group {wildcards.group}, background {wildcards.background}"
    shell:
        "python -m scripts.plot_samples --settings {params.settings:q} --group {wildcards.group}"
        " --train {input.train:q} --pixels {input.pixels:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule plot_funnel:
    """Draw how many photographs were lost to which reason."""
    input:
        funnel="<results>/faces/funnel.csv",
    output:
        png=report(
            "<results>/figures/funnel.png",
            caption="../report/plot_funnel.rst",
            category="Photographs",
        ),
        svg="<results>/figures/funnel.svg",
    log:
        "<logs>/plot_funnel.log",
    benchmark:
        "<benchmarks>/plot_funnel.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings("plot_funnel"),
    message:
        "Drawing the selection funnel"
    shell:
        "python -m scripts.plot_funnel --settings {params.settings:q}"
        " --funnel {input.funnel:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule plot_curves:
    """Draw the training curves of all models side by side (source figure 5)."""
    input:
        histories=lambda wc: files_of(
            runs_with(recipe=wc.recipe), "<results>/train/{run}/history.csv"
        ),
    output:
        png=report(
            "<results>/figures/curves/{recipe}.png",
            caption="../report/plot_curves.rst",
            category="Training",
            labels={"recipe": "{recipe}"},
        ),
        svg="<results>/figures/curves/{recipe}.svg",
    log:
        "<logs>/plot_curves/{recipe}.log",
    benchmark:
        "<benchmarks>/plot_curves/{recipe}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings(
            "plot_curves", "curves", runs=runs_with(recipe=wc.recipe)
        ),
    message:
        "Drawing the training curves of the recipe {wildcards.recipe}"
    shell:
        "python -m scripts.plot_curves --settings {params.settings:q}"
        " --histories {input.histories:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule tabulate_accuracy:
    """Write accuracy per epoch (source tables 1 to 5) and the summary beside the published values."""
    input:
        histories=files_of(runs_with(), "<results>/train/{run}/history.csv"),
        maps=files_of(runs_with(), "<results>/explain/{run}/maps.parquet"),
    output:
        csv="<results>/tables/accuracy_per_epoch.csv",
        markdown="<results>/tables/accuracy_per_epoch.md",
        summary_csv=report(
            "<results>/tables/accuracy.csv",
            caption="../report/tabulate_accuracy.rst",
            category="Accuracy",
        ),
        summary_markdown="<results>/tables/accuracy.md",
    log:
        "<logs>/tabulate_accuracy.log",
    benchmark:
        "<benchmarks>/tabulate_accuracy.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: settings(
            "tabulate_accuracy",
            {"runs": runs_with(), "networks": networks()},
        ),
    message:
        "Writing the accuracy tables"
    shell:
        "python -m scripts.tabulate_accuracy --settings {params.settings:q}"
        " --histories {input.histories:q} --maps {input.maps:q}"
        " --csv {output.csv:q} --markdown {output.markdown:q}"
        " --summary-csv {output.summary_csv:q} --summary-markdown {output.summary_markdown:q} --log {log:q}"


rule plot_heatmaps:
    """Draw the averaged heatmaps of all models, as published or signed and registered (source figures 6 to 9)."""
    input:
        averages=lambda wc: files_of(
            heatmap_runs(wc), "<results>/explain/{run}/averages.npz"
        ),
        geometries=lambda wc: files_of(
            heatmap_runs(wc), "<results>/explain/{run}/geometry.json"
        ),
        face="<results>/explain/average_faces/{background}.npz",
    output:
        png=report(
            "<results>/figures/heatmaps/{recipe}/{background}/{group}_{drawing}.png",
            caption="../report/plot_heatmaps.rst",
            category="Heatmaps",
            labels={
                "recipe": "{recipe}",
                "background": "{background}",
                "group": "{group}",
                "drawing": "{drawing}",
            },
        ),
        svg="<results>/figures/heatmaps/{recipe}/{background}/{group}_{drawing}.svg",
    log:
        "<logs>/plot_heatmaps/{recipe}.{background}.{group}_{drawing}.log",
    benchmark:
        "<benchmarks>/plot_heatmaps/{recipe}.{background}.{group}_{drawing}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings(
            "plot_heatmaps", "heatmaps", runs=heatmap_runs(wc)
        ),
    message:
        "Drawing the {wildcards.drawing} heatmaps of the group {wildcards.group}, background {wildcards.background}"
    shell:
        "python -m scripts.plot_heatmaps --settings {params.settings:q}"
        " --group {wildcards.group} --drawing {wildcards.drawing}"
        " --averages {input.averages:q} --geometries {input.geometries:q} --face {input.face:q}"
        " --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule plot_overlays:
    """Draw heatmaps of single photographs with prediction and margin (source figures 10 to 19)."""
    input:
        overlays="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/overlays.npz",
    output:
        png=report(
            "<results>/figures/overlays/{recipe}/{background}/{backbone}/seed{seed}_{group}.png",
            caption="../report/plot_overlays.rst",
            category="Single photographs",
            labels={
                "recipe": "{recipe}",
                "background": "{background}",
                "backbone": "{backbone}",
                "seed": "{seed}",
                "group": "{group}",
            },
        ),
        svg="<results>/figures/overlays/{recipe}/{background}/{backbone}/seed{seed}_{group}.svg",
    log:
        "<logs>/plot_overlays/{background}.{backbone}.{recipe}.seed{seed}_{group}.log",
    benchmark:
        "<benchmarks>/plot_overlays/{background}.{backbone}.{recipe}.seed{seed}_{group}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings("plot_overlays", "overlays", run=run_of(wc)),
    message:
        "Drawing single photographs of the group {wildcards.group}: {wildcards.backbone}, {wildcards.background}"
    shell:
        "python -m scripts.plot_overlays --settings {params.settings:q} --group {wildcards.group}"
        " --overlays {input.overlays:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule plot_calibration:
    """Draw each measure of the audit against the dose of planted differences."""
    input:
        calibration="<results>/audit/calibration.csv",
    output:
        png=report(
            "<results>/figures/calibration.png",
            caption="../report/plot_calibration.rst",
            category="Audit",
        ),
        svg="<results>/figures/calibration.svg",
    log:
        "<logs>/plot_calibration.log",
    benchmark:
        "<benchmarks>/plot_calibration.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings(
            "plot_calibration", floor=CALIBRATION["floor"]
        ),
    message:
        "Drawing what the audit found of planted differences"
    shell:
        "python -m scripts.plot_calibration --settings {params.settings:q}"
        " --calibration {input.calibration:q} --png {output.png:q} --svg {output.svg:q} --log {log:q}"


rule plot_workflow:
    """Draw the graph of rules."""
    output:
        png=report(
            "<results>/figures/workflow.png",
            caption="../report/plot_workflow.rst",
            category="Workflow",
        ),
        svg="<results>/figures/workflow.svg",
    log:
        "<logs>/plot_workflow.log",
    benchmark:
        "<benchmarks>/plot_workflow.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime="10m",
    params:
        settings=lambda wc: figure_settings("plot_workflow", **rule_graph()),
    message:
        "Drawing the graph of rules"
    shell:
        "python -m scripts.plot_workflow --settings {params.settings:q}"
        " --png {output.png:q} --svg {output.svg:q} --log {log:q}"
