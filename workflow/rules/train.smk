"""Train: fits every network of the config's runs.

Needs: <results>/splits/{train,val,pretrain}.csv, <results>/splits/packed/{background}/{train,val}.npy
Makes: <results>/train/{background}/{backbone}/{recipe}/seed{seed}/{best.pt,last.pt,history.csv,log.txt},
       <results>/train/pretrain/{architecture}.pt
Reads: one entry each of config `train.models` and `train.recipes` (train), `train.pretrain` (pretrain)
"""


rule pretrain:
    """Train on FairFace's race, gender and age, to start from where the published weights are not at hand."""
    input:
        split="<results>/splits/pretrain.csv",
        pixels="<results>/splits/packed/original/pretrain.npy",
    output:
        weights="<results>/train/pretrain/{architecture}.pt",
        history="<results>/train/pretrain/{architecture}.csv",
    log:
        "<logs>/pretrain/{architecture}.log",
    benchmark:
        "<benchmarks>/pretrain/{architecture}.tsv"
    retries: RETRIES
    conda:
        "../../envs/beholder.yaml"
    threads: 2
    resources:
        gpu=GPU * config["train"]["pretrain"]["recipe"]["processes"],
        mem_mb=growing(8000),
        runtime="12h",
    params:
        settings=lambda wc: settings(
            "pretrain",
            {"architecture": wc.architecture, **config["train"]["pretrain"]},
        ),
        state=lambda wc: f"work/{config['name']}/pretrain/{wc.architecture}",
    message:
        "Pretraining {wildcards.architecture} on the FairFace attributes"
    shell:
        "python -m scripts.pretrain --settings {params.settings:q} --split {input.split:q} --pixels {input.pixels:q}"
        " --weights {output.weights:q} --history {output.history:q}"
        " --state {params.state:q} --threads {threads} --log {log:q}"


rule train:
    """Fit one network; resumes from its own state after an interruption."""
    input:
        train="<results>/splits/train.csv",
        val="<results>/splits/val.csv",
        train_pixels="<results>/splits/packed/{background}/train.npy",
        val_pixels="<results>/splits/packed/{background}/val.npy",
        weights=initial_weights,
    output:
        best="<results>/train/{background}/{backbone}/{recipe}/seed{seed}/best.pt",
        last="<results>/train/{background}/{backbone}/{recipe}/seed{seed}/last.pt",
        history="<results>/train/{background}/{backbone}/{recipe}/seed{seed}/history.csv",
        text="<results>/train/{background}/{backbone}/{recipe}/seed{seed}/log.txt",
    log:
        "<logs>/train/{background}.{backbone}.{recipe}.seed{seed}.log",
    benchmark:
        "<benchmarks>/train/{background}.{backbone}.{recipe}.seed{seed}.tsv"
    retries: RETRIES
    conda:
        "../../envs/beholder.yaml"
    # One core each: trainings side by side use a machine best, and the result does not depend on its size.
    threads: 1
    resources:
        gpu=lambda wc: GPU * RECIPES[wc.recipe]["processes"],
        mem_mb=growing(8000),
        runtime="12h",
    params:
        settings=lambda wc: settings("train", train_settings(wc)),
        state=lambda wc: f"work/{config['name']}/train/{RUN.format(**wc)}",
        weights=lambda wc: "--weights" if initial_weights(wc) else "",
    message:
        "Training {wildcards.backbone} on background {wildcards.background}, recipe {wildcards.recipe}, seed {wildcards.seed}"
    shell:
        "python -m scripts.train --settings {params.settings:q}"
        " --train {input.train:q} --train-pixels {input.train_pixels:q}"
        " --val {input.val:q} --val-pixels {input.val_pixels:q} {params.weights} {input.weights:q}"
        " --best {output.best:q} --last {output.last:q} --history {output.history:q} --text {output.text:q}"
        " --state {params.state:q} --threads {threads} --log {log:q}"
