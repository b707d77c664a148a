"""Faces: finds, crops and measures the face of every photograph, and chooses the usable ones.

Needs: <results>/collect/{source}/manifest.parquet
Makes: <results>/faces/{source}/{shard}.parquet, <results>/faces/selection.parquet, <results>/faces/funnel.csv,
       <results>/faces/suspicions.csv
Reads: config `faces.crop` and `faces.pose` (crop_faces), `faces.select` (select_faces), `faces.curate` (curate)
"""


rule crop_faces:
    """Detect, crop, mask and measure the faces of one shard of photographs."""
    input:
        manifest="<results>/collect/{source}/manifest.parquet",
    output:
        faces="<results>/faces/{source}/{shard}.parquet",
    log:
        "<logs>/crop_faces/{source}.{shard}.log",
    benchmark:
        "<benchmarks>/crop_faces/{source}.{shard}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime="6h",
    params:
        settings=lambda wc: settings(
            "crop_faces", {key: config["faces"][key] for key in ("crop", "pose")}
        ),
    message:
        "Cropping the faces of {wildcards.source}, shard {wildcards.shard}"
    shell:
        "python -m scripts.crop_faces --settings {params.settings:q}"
        " --manifest {input.manifest:q} --shard {wildcards.shard}"
        " --faces {output.faces:q} --log {log:q}"


rule select_faces:
    """Keep the frontal, single, sharp faces; say of every other one why not."""
    input:
        manifests=expand("<results>/collect/{source}/manifest.parquet", source=SOURCES),
        faces=shard_tables(),
        rejections=config["faces"]["select"]["rejections"] or [],
    output:
        selection="<results>/faces/selection.parquet",
        funnel="<results>/faces/funnel.csv",
    log:
        "<logs>/select_faces.log",
    benchmark:
        "<benchmarks>/select_faces.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="2h",
    params:
        settings=lambda wc: settings("select_faces", config["faces"]["select"]),
        rejections=lambda wc: (
            "--rejections" if config["faces"]["select"]["rejections"] else ""
        ),
    message:
        "Selecting the faces to use"
    shell:
        "python -m scripts.select_faces --settings {params.settings:q}"
        " --manifests {input.manifests:q} --faces {input.faces:q} {params.rejections} {input.rejections:q}"
        " --selection {output.selection:q} --funnel {output.funnel:q} --log {log:q}"


rule curate:
    """List what a person should look at: duplicates, drawings, faces unlike the person's others."""
    input:
        selection="<results>/faces/selection.parquet",
        faces=shard_tables(),
    output:
        suspicions="<results>/faces/suspicions.csv",
    log:
        "<logs>/curate.log",
    benchmark:
        "<benchmarks>/curate.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime="2h",
    params:
        settings=lambda wc: settings("curate", curate_settings()),
    message:
        "Listing suspicious photographs"
    shell:
        "python -m scripts.curate --settings {params.settings:q}"
        " --selection {input.selection:q} --faces {input.faces:q}"
        " --suspicions {output.suspicions:q} --log {log:q}"
