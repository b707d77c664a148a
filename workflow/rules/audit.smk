"""Audit, measurements: what every network does with the photographs, its maps and composites of them.

Needs: <results>/train/{run}/{best,last}.pt, <results>/explain/{run}/{maps.parquet,geometry.json}, <results>/splits/,
       <results>/faces/selection.parquet, <results>/faces/{source}/{shard}.parquet
Makes: <results>/audit/regions.npz, <results>/audit/touched.parquet, <results>/audit/leakage.csv,
       <results>/audit/confounders/{background}.{csv,parquet},
       <results>/audit/{run}/{localisation,swaps,variants,occlusion,removal}.parquet,
       <results>/audit/{run}/{random_weights.csv,plain.npz}, <results>/audit/{model}/{subgroups,reliability}.csv,
       <results>/audit/{model}/origins.{csv,npz}
Reads: the section of config `audit` that bears a rule's name; `audit.uncertainty` where there are intervals
"""


rule audit_regions:
    """Divide every test image into parts of the face, of the person and of the background."""
    input:
        geometry="<results>/splits/packed/geometry/test.npz",
    output:
        regions="<results>/audit/regions.npz",
    log:
        "<logs>/audit_regions.log",
    benchmark:
        "<benchmarks>/audit_regions.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="30m",
    params:
        settings=lambda wc: settings("audit_regions", {}),
    message:
        "Dividing the test images into regions"
    shell:
        "python -m scripts.audit_regions --settings {params.settings:q} --geometry {input.geometry:q}"
        " --regions {output.regions:q} --log {log:q}"


rule audit_leakage:
    """Find photographs and persons that lie in two sets."""
    input:
        train="<results>/splits/train.csv",
        val="<results>/splits/val.csv",
        test="<results>/splits/test.csv",
        selection="<results>/faces/selection.parquet",
        faces=shard_tables(),
    output:
        touched="<results>/audit/touched.parquet",
        estimates="<results>/audit/leakage.csv",
    log:
        "<logs>/audit_leakage.log",
    benchmark:
        "<benchmarks>/audit_leakage.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime="1h",
    params:
        settings=lambda wc: settings("audit_leakage", config["audit"]["leakage"]),
    message:
        "Looking for photographs and persons in two sets"
    shell:
        "python -m scripts.audit_leakage --settings {params.settings:q} --train {input.train:q} --val {input.val:q}"
        " --test {input.test:q} --selection {input.selection:q} --faces {input.faces:q} --touched {output.touched:q}"
        " --estimates {output.estimates:q} --log {log:q}"


rule audit_confounders:
    """Probe what file, pixels and framing give away of the group."""
    input:
        test="<results>/splits/test.csv",
        selection="<results>/faces/selection.parquet",
        pixels="<results>/splits/packed/{background}/test.npy",
        geometry="<results>/splits/packed/geometry/test.npz",
    output:
        estimates="<results>/audit/confounders/{background}.csv",
        features="<results>/audit/confounders/{background}.parquet",
    log:
        "<logs>/audit_confounders/{background}.log",
    benchmark:
        "<benchmarks>/audit_confounders/{background}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="2h",
    params:
        settings=lambda wc: audit_settings("audit_confounders", ["confounders"]),
    message:
        "Probing what file, pixels and framing give away, background {wildcards.background}"
    shell:
        "python -m scripts.audit_confounders --settings {params.settings:q} --test {input.test:q}"
        " --selection {input.selection:q} --pixels {input.pixels:q} --geometry {input.geometry:q}"
        " --background {wildcards.background} --estimates {output.estimates:q} --features {output.features:q} --log {log:q}"


rule audit_localisation:
    """Measure where the evidence of one network's maps lies."""
    input:
        maps="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/maps.parquet",
        geometry="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/geometry.json",
        regions="<results>/audit/regions.npz",
    output:
        measures="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/localisation.parquet",
    log:
        "<logs>/audit_localisation/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/audit_localisation/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime="30m",
    params:
        settings=lambda wc: settings(
            "audit_localisation", config["audit"]["localisation"]
        ),
    message:
        "Measuring where the evidence lies: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.audit_localisation --settings {params.settings:q} --maps {input.maps:q}"
        " --geometry {input.geometry:q} --regions {input.regions:q} --measures {output.measures:q} --log {log:q}"


rule audit_swaps:
    """Swap faces and backgrounds and cover regions, and see what happens to the margin of one network."""
    input:
        weights=explained_weights,
        test="<results>/splits/test.csv",
        pixels="<results>/splits/packed/{background}/test.npy",
        geometry="<results>/splits/packed/geometry/test.npz",
        regions="<results>/audit/regions.npz",
    output:
        swaps="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/swaps.parquet",
        variants="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/variants.parquet",
        occlusion="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/occlusion.parquet",
    log:
        "<logs>/audit_swaps/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/audit_swaps/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        gpu=GPU,
        mem_mb=growing(6000),
        runtime="4h",
    params:
        settings=lambda wc: settings("audit_swaps", config["audit"]["swaps"]),
    message:
        "Swapping faces and backgrounds: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.audit_swaps --settings {params.settings:q} --weights {input.weights:q} --test {input.test:q}"
        " --pixels {input.pixels:q} --geometry {input.geometry:q} --regions {input.regions:q} --swaps {output.swaps:q}"
        " --variants {output.variants:q} --occlusion {output.occlusion:q} --threads {threads} --log {log:q}"


rule audit_faithfulness:
    """Test whether one network's maps mark what matters and depend on what it learnt."""
    input:
        weights=explained_weights,
        pixels="<results>/splits/packed/{background}/test.npy",
        maps="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/maps.parquet",
        geometry="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/geometry.json",
    output:
        removal="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/removal.parquet",
        random_weights="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/random_weights.csv",
        plain="<results>/audit/{background}/{backbone}/{recipe}/seed{seed}/plain.npz",
    log:
        "<logs>/audit_faithfulness/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/audit_faithfulness/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        gpu=GPU,
        mem_mb=growing(4000),
        runtime="4h",
    params:
        settings=lambda wc: settings(
            "audit_faithfulness", config["audit"]["faithfulness"]
        ),
    message:
        "Testing the maps: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.audit_faithfulness --settings {params.settings:q} --weights {input.weights:q}"
        " --pixels {input.pixels:q} --maps {input.maps:q} --geometry {input.geometry:q} --removal {output.removal:q}"
        " --random-weights {output.random_weights:q} --plain {output.plain:q} --threads {threads} --log {log:q}"


rule audit_subgroups:
    """Compare groups of people, and check whether one model's probabilities mean what they say."""
    input:
        test="<results>/splits/test.csv",
        maps=lambda wc: files_of(seeds_of(wc), "<results>/explain/{run}/maps.parquet"),
        measures=lambda wc: files_of(
            seeds_of(wc), "<results>/audit/{run}/localisation.parquet"
        ),
        swaps=lambda wc: files_of(seeds_of(wc), "<results>/audit/{run}/swaps.parquet"),
    output:
        estimates="<results>/audit/{background}/{backbone}/{recipe}/subgroups.csv",
        curve="<results>/audit/{background}/{backbone}/{recipe}/reliability.csv",
    log:
        "<logs>/audit_subgroups/{background}.{backbone}.{recipe}.log",
    benchmark:
        "<benchmarks>/audit_subgroups/{background}.{backbone}.{recipe}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="30m",
    params:
        settings=lambda wc: audit_settings(
            "audit_subgroups", ["subgroups"], **model_of(wc)
        ),
    message:
        "Comparing groups of people: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}"
    shell:
        "python -m scripts.audit_subgroups --settings {params.settings:q} --test {input.test:q} --maps {input.maps:q}"
        " --measures {input.measures:q}"
        " --swaps {input.swaps:q}"
        " --estimates {output.estimates:q} --curve {output.curve:q} --log {log:q}"


rule audit_origins:
    """Take the averaged heatmaps of one model apart: how much of their lean is drawing, averaging, frame or content."""
    input:
        test="<results>/splits/test.csv",
        regions="<results>/audit/regions.npz",
        geometry="<results>/splits/packed/geometry/test.npz",
        maps=lambda wc: files_of(seeds_of(wc), "<results>/explain/{run}/maps.parquet"),
        geometries=lambda wc: files_of(
            seeds_of(wc), "<results>/explain/{run}/geometry.json"
        ),
    output:
        estimates="<results>/audit/{background}/{backbone}/{recipe}/origins.csv",
        averages="<results>/audit/{background}/{backbone}/{recipe}/origins.npz",
    log:
        "<logs>/audit_origins/{background}.{backbone}.{recipe}.log",
    benchmark:
        "<benchmarks>/audit_origins/{background}.{backbone}.{recipe}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(6000),
        runtime="1h",
    params:
        settings=lambda wc: audit_settings("audit_origins", **model_of(wc)),
    message:
        "Taking averaged heatmaps apart: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}"
    shell:
        "python -m scripts.audit_origins --settings {params.settings:q} --test {input.test:q} --regions {input.regions:q}"
        " --geometry {input.geometry:q}"
        " --maps {input.maps:q}"
        " --geometries {input.geometries:q}"
        " --estimates {output.estimates:q} --averages {output.averages:q} --log {log:q}"
