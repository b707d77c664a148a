"""Splits: makes the training, validation and test sets, and packs their pixels once per background.

Needs: <results>/faces/selection.parquet, <results>/faces/{source}/{shard}.parquet
Makes: <results>/splits/{split}.csv, <results>/splits/packed/{background}/{split}.npy,
       <results>/splits/packed/geometry/{split}.npz
Reads: config `splits.split` (split), `splits.pack` (pack, pack_geometry)
"""


rule split:
    """Draw balanced sets that share no person and no near-duplicate."""
    input:
        selection="<results>/faces/selection.parquet",
    output:
        train="<results>/splits/train.csv",
        val="<results>/splits/val.csv",
        test="<results>/splits/test.csv",
        pretrain="<results>/splits/pretrain.csv",
    log:
        "<logs>/split.log",
    benchmark:
        "<benchmarks>/split.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="1h",
    params:
        settings=lambda wc: settings("split", config["splits"]["split"]),
    message:
        "Drawing the training, validation and test sets"
    shell:
        "python -m scripts.split --settings {params.settings:q} --selection {input.selection:q}"
        " --train {output.train:q} --val {output.val:q} --test {output.test:q} --pretrain {output.pretrain:q}"
        " --log {log:q}"


rule pack:
    """Put the faces of a set before a background and pack them at the networks' input size."""
    input:
        split="<results>/splits/{split}.csv",
        faces=shard_tables(),
    output:
        packed="<results>/splits/packed/{background}/{split}.npy",
    log:
        "<logs>/pack/{background}.{split}.log",
    benchmark:
        "<benchmarks>/pack/{background}.{split}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime="4h",
    params:
        settings=lambda wc: settings("pack", pack_settings(wc.background)),
    message:
        "Packing the {wildcards.split} set, background {wildcards.background}"
    shell:
        "python -m scripts.pack --settings {params.settings:q} --split {input.split:q} --faces {input.faces:q}"
        " --packed {output.packed:q} --threads {threads} --log {log:q}"


rule pack_geometry:
    """Pack masks and landmarks of a set at the networks' input size."""
    input:
        split="<results>/splits/{split}.csv",
        faces=shard_tables(),
    output:
        geometry="<results>/splits/packed/geometry/{split}.npz",
    log:
        "<logs>/pack_geometry/{split}.log",
    benchmark:
        "<benchmarks>/pack_geometry/{split}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="2h",
    params:
        settings=lambda wc: settings(
            "pack_geometry", {"input_size": config["splits"]["pack"]["input_size"]}
        ),
    message:
        "Packing masks and landmarks of the {wildcards.split} set"
    shell:
        "python -m scripts.pack_geometry --settings {params.settings:q} --split {input.split:q}"
        " --faces {input.faces:q} --geometry {output.geometry:q} --log {log:q}"
