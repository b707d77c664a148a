"""Collect: lists the photographs of every source with their labels and provenance.

Needs: what the config's sources name
Makes: <results>/collect/{source}/manifest.parquet
Reads: config `collect.sources`, one entry per job
"""


rule collect_folder:
    """List photographs on disk, one folder per person or by a CSV."""
    input:
        tables=source_tables,
    output:
        manifest="<results>/collect/{source}/manifest.parquet",
    log:
        "<logs>/collect_folder/{source}.log",
    benchmark:
        "<benchmarks>/collect_folder/{source}.tsv"
    wildcard_constraints:
        source=any_of(sources_of("folder")),
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="2h",
    params:
        settings=lambda wc: settings("collect_folder", source_settings(wc.source)),
    message:
        "Listing the photographs of {wildcards.source}"
    shell:
        "python -m scripts.collect_folder --settings {params.settings:q}"
        " --manifest {output.manifest:q} --log {log:q}"


rule collect_fairface:
    """List FairFace photographs from the official CSV files."""
    input:
        tables=source_tables,
    output:
        manifest="<results>/collect/{source}/manifest.parquet",
    log:
        "<logs>/collect_fairface/{source}.log",
    benchmark:
        "<benchmarks>/collect_fairface/{source}.tsv"
    wildcard_constraints:
        source=any_of(sources_of("fairface")),
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="2h",
    params:
        settings=lambda wc: settings("collect_fairface", source_settings(wc.source)),
    message:
        "Listing the FairFace photographs of {wildcards.source}"
    shell:
        "python -m scripts.collect_fairface --settings {params.settings:q}"
        " --manifest {output.manifest:q} --log {log:q}"


rule collect_synthetic:
    """Render people of known identity, pose and background."""
    output:
        manifest="<results>/collect/{source}/manifest.parquet",
        photographs=directory("<results>/collect/{source}/photographs"),
    log:
        "<logs>/collect_synthetic/{source}.log",
    benchmark:
        "<benchmarks>/collect_synthetic/{source}.tsv"
    wildcard_constraints:
        source=any_of(sources_of("synthetic")),
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="2h",
    params:
        settings=lambda wc: settings("collect_synthetic", source_settings(wc.source)),
    message:
        "Rendering the people of {wildcards.source}"
    shell:
        "python -m scripts.collect_synthetic --settings {params.settings:q}"
        " --manifest {output.manifest:q} --photographs {output.photographs:q} --log {log:q}"


rule collect_web:
    """Collect photographs of listed people from a service on the web; keeps what it has from run to run."""
    input:
        people=people_list,
        tables=source_tables,
    output:
        manifest="<results>/collect/{source}/manifest.parquet",
        missing="<results>/collect/{source}/missing.csv",
    log:
        "<logs>/collect_web/{source}.log",
    benchmark:
        "<benchmarks>/collect_web/{source}.tsv"
    wildcard_constraints:
        source=any_of(sources_of("commons", "openverse", "urls", "bing")),
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="24h",
    params:
        settings=lambda wc: settings("collect_web", source_settings(wc.source)),
    message:
        "Collecting the photographs of {wildcards.source} from the web"
    shell:
        "python -m scripts.collect_web --settings {params.settings:q}"
        " --people {input.people:q} --manifest {output.manifest:q} --missing {output.missing:q}"
        " --cache resources/photographs/{wildcards.source} --log {log:q}"
