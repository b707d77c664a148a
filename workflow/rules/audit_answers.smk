"""Audit, answers: from measurements to estimates, controls, calibration, verdicts and hypotheses.

Needs: what audit.smk makes; <results>/explain/{run}/{maps.parquet,geometry.json}, <results>/splits/test.csv
Makes: <results>/audit/{model}/estimates.csv, <results>/audit/{comparisons,controls,table,verdicts}.csv,
       <results>/audit/calibration/{cue}/{dose}.csv, <results>/audit/calibration.csv,
       <results>/audit/verdicts.json, <results>/audit/cards.md, <results>/audit/hypotheses.{csv,md}
Reads: the section of config `audit` that bears a rule's name; `audit.uncertainty` where there are intervals
"""


rule audit_estimates:
    """Sum up what was measured on all seeds of one model, with intervals over seeds and persons."""
    input:
        test="<results>/splits/test.csv",
        regions="<results>/audit/regions.npz",
        touched="<results>/audit/touched.parquet",
        features="<results>/audit/confounders/{background}.parquet",
        geometry=lambda wc: files_of(
            seeds_of(wc), "<results>/explain/{run}/geometry.json"
        )[0],
        maps=lambda wc: files_of(seeds_of(wc), "<results>/explain/{run}/maps.parquet"),
        measures=lambda wc: files_of(
            seeds_of(wc), "<results>/audit/{run}/localisation.parquet"
        ),
        swaps=lambda wc: files_of(seeds_of(wc), "<results>/audit/{run}/swaps.parquet"),
        variants=lambda wc: files_of(
            seeds_of(wc), "<results>/audit/{run}/variants.parquet"
        ),
        occlusion=lambda wc: files_of(
            seeds_of(wc), "<results>/audit/{run}/occlusion.parquet"
        ),
        removal=lambda wc: files_of(
            seeds_of(wc), "<results>/audit/{run}/removal.parquet"
        ),
        random_weights=lambda wc: files_of(
            seeds_of(wc), "<results>/audit/{run}/random_weights.csv"
        ),
        plain=lambda wc: files_of(seeds_of(wc), "<results>/audit/{run}/plain.npz"),
    output:
        estimates="<results>/audit/{background}/{backbone}/{recipe}/estimates.csv",
    log:
        "<logs>/audit_estimates/{background}.{backbone}.{recipe}.log",
    benchmark:
        "<benchmarks>/audit_estimates/{background}.{backbone}.{recipe}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(6000),
        runtime="2h",
    params:
        settings=lambda wc: audit_settings(
            "audit_estimates",
            models=len({run["backbone"] for run in RUNS}),
            seeds=[run["seed"] for run in seeds_of(wc)],
            **model_of(wc),
        ),
    message:
        "Summing up: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}"
    shell:
        "python -m scripts.audit_estimates --settings {params.settings:q} --test {input.test:q} --regions {input.regions:q}"
        " --touched {input.touched:q} --features {input.features:q} --geometry {input.geometry:q}"
        " --maps {input.maps:q}"
        " --measures {input.measures:q}"
        " --swaps {input.swaps:q}"
        " --variants {input.variants:q}"
        " --occlusion {input.occlusion:q}"
        " --removal {input.removal:q}"
        " --random-weights {input.random_weights:q}"
        " --plain {input.plain:q}"
        " --estimates {output.estimates:q} --log {log:q}"


rule audit_comparisons:
    """Compare backgrounds and models that share the test set."""
    input:
        test="<results>/splits/test.csv",
        maps=files_of(runs_with(), "<results>/explain/{run}/maps.parquet"),
        swaps=files_of(runs_with(), "<results>/audit/{run}/swaps.parquet"),
    output:
        estimates="<results>/audit/comparisons.csv",
    log:
        "<logs>/audit_comparisons.log",
    benchmark:
        "<benchmarks>/audit_comparisons.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="1h",
    params:
        settings=lambda wc: audit_settings("audit_comparisons", runs=runs_with()),
    message:
        "Comparing backgrounds and models"
    shell:
        "python -m scripts.audit_comparisons --settings {params.settings:q} --test {input.test:q} --maps {input.maps:q}"
        " --swaps {input.swaps:q} --estimates {output.estimates:q} --log {log:q}"


rule audit_controls:
    """Tell how well networks learnt what they must not be able to learn."""
    input:
        test="<results>/splits/test.csv",
        regions="<results>/audit/regions.npz",
        maps=files_of(controls(), "<results>/explain/{run}/maps.parquet"),
        geometries=files_of(controls(), "<results>/explain/{run}/geometry.json"),
    output:
        estimates="<results>/audit/controls.csv",
    log:
        "<logs>/audit_controls.log",
    benchmark:
        "<benchmarks>/audit_controls.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="1h",
    params:
        settings=lambda wc: audit_settings(
            "audit_controls",
            ["localisation"],
            runs=controls(),
            ordinary=ordinary_sources(),
        ),
    message:
        "Scoring the negative controls"
    shell:
        "python -m scripts.audit_controls --settings {params.settings:q} --test {input.test:q} --regions {input.regions:q}"
        " --maps {input.maps:q}"
        " --geometries {input.geometries:q}"
        " --estimates {output.estimates:q} --log {log:q}"


rule audit_dose:
    """Train on rendered people with a planted difference and audit the networks, by this workflow itself."""
    output:
        estimates="<results>/audit/calibration/{cue}/{dose}.csv",
    log:
        "<logs>/audit_dose/{cue}.{dose}.log",
    benchmark:
        "<benchmarks>/audit_dose/{cue}.{dose}.tsv"
    retries: 2
    conda:
        "../../envs/beholder.yaml"
    threads: 4
    resources:
        gpu=GPU,
        mem_mb=growing(12000),
        runtime="24h",
    params:
        settings=lambda wc: settings(
            "audit_dose",
            planted_config(config, wc.cue, float(wc.dose)),
            uses=DOSE_PROGRAMS,
        ),
        folder=lambda wc: f"work/{config['name']}/calibration/{wc.cue}/{wc.dose}",
    message:
        "Planting {wildcards.cue} at dose {wildcards.dose}, training and auditing"
    shell:
        "python -m scripts.audit_dose --settings {params.settings:q} --folder {params.folder:q}"
        " --estimates {output.estimates:q} --threads {threads} --gpus {resources.gpu} --log {log:q}"


rule audit_planted:
    """Show each measure against the dose of planted differences, and tell whether the audit found them."""
    input:
        doses=dose_tables(),
    output:
        calibration="<results>/audit/calibration.csv",
    log:
        "<logs>/audit_planted.log",
    benchmark:
        "<benchmarks>/audit_planted.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime="10m",
    params:
        settings=lambda wc: settings(
            "audit_planted",
            {
                "shown": shown(CALIBRATION),
                "floor": CALIBRATION["floor"],
                "ceiling": CALIBRATION["ceiling"],
            },
        ),
    message:
        "Comparing what was planted with what the audit found"
    shell:
        "python -m scripts.audit_planted --settings {params.settings:q} --doses {input.doses:q}"
        " --calibration {output.calibration:q} --log {log:q}"


rule audit_verdict:
    """Say in words what every network decides by."""
    input:
        estimates=audit_tables(),
    output:
        table="<results>/audit/table.csv",
        verdicts="<results>/audit/verdicts.csv",
        evidence="<results>/audit/verdicts.json",
        cards="<results>/audit/cards.md",
    log:
        "<logs>/audit_verdict.log",
    benchmark:
        "<benchmarks>/audit_verdict.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="30m",
    params:
        settings=lambda wc: settings("audit_verdict", config["audit"]["verdict"]),
    message:
        "Judging the networks"
    shell:
        "python -m scripts.audit_verdict --settings {params.settings:q} --estimates {input.estimates:q}"
        " --table {output.table:q} --verdicts {output.verdicts:q} --evidence {output.evidence:q} --cards {output.cards:q} --log {log:q}"


rule audit_hypotheses:
    """Answer where the background of the averaged heatmaps comes from."""
    input:
        table="<results>/audit/table.csv",
    output:
        tests="<results>/audit/hypotheses.csv",
        answers="<results>/audit/hypotheses.md",
    log:
        "<logs>/audit_hypotheses.log",
    benchmark:
        "<benchmarks>/audit_hypotheses.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="30m",
    params:
        settings=lambda wc: settings("audit_hypotheses", hypotheses_settings()),
    message:
        "Asking where the background of the heatmaps comes from"
    shell:
        "python -m scripts.audit_hypotheses --settings {params.settings:q} --table {input.table:q}"
        " --tests {output.tests:q} --answers {output.answers:q} --log {log:q}"
