"""Explain: predictions and signed, registered class maps of the test set.

Needs: <results>/train/{run}/{best,last}.pt, <results>/splits/test.csv, <results>/splits/packed/{background}/test.npy
Makes: <results>/explain/{run}/{maps.parquet,geometry.json,averages.npz,overlays.npz},
       <results>/explain/average_faces/{background}.npz
Reads: config `explain.weights` and `explain.batch_size` (explain), `explain.overlays` (explain_overlays)
"""


rule explain:
    """Predict the test set once, keeping the class maps of every photograph and of its mirror image."""
    input:
        weights=explained_weights,
        test="<results>/splits/test.csv",
        pixels="<results>/splits/packed/{background}/test.npy",
    output:
        maps="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/maps.parquet",
        geometry="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/geometry.json",
    log:
        "<logs>/explain/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/explain/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        gpu=GPU,
        mem_mb=growing(4000),
        runtime="2h",
    params:
        settings=lambda wc: settings(
            "explain", {"batch_size": config["explain"]["batch_size"]}
        ),
    message:
        "Explaining {wildcards.backbone} on background {wildcards.background}, recipe {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.explain --settings {params.settings:q}"
        " --weights {input.weights:q} --test {input.test:q} --pixels {input.pixels:q}"
        " --maps {output.maps:q} --geometry {output.geometry:q} --threads {threads} --log {log:q}"


rule average_maps:
    """Average the maps of one network per group, stock and registered."""
    input:
        maps="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/maps.parquet",
        geometry="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/geometry.json",
    output:
        averages="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/averages.npz",
    log:
        "<logs>/average_maps/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/average_maps/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="30m",
    params:
        settings=lambda wc: settings("average_maps", {}),
    message:
        "Averaging the maps of {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.average_maps --settings {params.settings:q}"
        " --maps {input.maps:q} --geometry {input.geometry:q} --averages {output.averages:q} --log {log:q}"


rule average_faces:
    """Average the test photographs of each group."""
    input:
        test="<results>/splits/test.csv",
        pixels="<results>/splits/packed/{background}/test.npy",
    output:
        faces="<results>/explain/average_faces/{background}.npz",
    log:
        "<logs>/average_faces/{background}.log",
    benchmark:
        "<benchmarks>/average_faces/{background}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime="30m",
    params:
        settings=lambda wc: settings("average_faces", {}),
    message:
        "Averaging the test faces, background {wildcards.background}"
    shell:
        "python -m scripts.average_faces --settings {params.settings:q}"
        " --test {input.test:q} --pixels {input.pixels:q} --faces {output.faces:q} --log {log:q}"


rule explain_overlays:
    """Explain a few photographs with a method of pytorch-grad-cam."""
    input:
        weights=explained_weights,
        test="<results>/splits/test.csv",
        pixels="<results>/splits/packed/{background}/test.npy",
        maps="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/maps.parquet",
    output:
        overlays="<results>/explain/{background}/{backbone}/{recipe}/seed{seed}/overlays.npz",
    log:
        "<logs>/explain_overlays/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/explain_overlays/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        gpu=GPU,
        mem_mb=growing(3000),
        runtime="1h",
    params:
        settings=lambda wc: settings("explain_overlays", config["explain"]["overlays"]),
    message:
        "Explaining single photographs: {wildcards.backbone}, {wildcards.background}, {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.explain_overlays --settings {params.settings:q} --weights {input.weights:q}"
        " --test {input.test:q} --pixels {input.pixels:q} --maps {input.maps:q}"
        " --overlays {output.overlays:q} --threads {threads} --log {log:q}"
