"""What the page shows and how the rules hang together, read from the rules themselves."""


def page_figures():
    """Return the pictures of the page in its order, each as rule, wildcards and path."""
    main = runs_with(recipe=MAIN_RECIPE)
    first_seed = [run for run in main if run["seed"] == main[0]["seed"]]
    backgrounds = list(dict.fromkeys(run["background"] for run in main))
    groups = list(GROUPS.values())
    wanted = {
        "plot_samples": [
            {"background": background, "group": group}
            for background in backgrounds
            for group in groups
        ],
        "plot_funnel": [{}],
        "plot_curves": [
            {"recipe": recipe}
            for recipe in dict.fromkeys(run["recipe"] for run in RUNS)
        ],
        "plot_heatmaps": [
            {
                "recipe": MAIN_RECIPE,
                "background": background,
                "group": group,
                "drawing": drawing,
            }
            for background in backgrounds
            for group in groups
            for drawing in ("stock", "signed")
        ],
        "plot_overlays": [
            {**run, "group": group} for run in first_seed for group in groups
        ],
        "plot_calibration": [{}] if CALIBRATED else [],
        "plot_workflow": [{}],
    }
    return [
        made_by(name, "png", wildcards)
        for name, each in wanted.items()
        for wildcards in each
    ]


def page_tables():
    """Return the tables of the page in its order."""
    return [
        made_by("tabulate_accuracy", output, {}) for output in ("summary_csv", "csv")
    ]


def made_by(name, output, wildcards):
    """Return one output of a rule with the rule's name and its wildcards."""
    files = workflow.get_rule(name).expand_output(
        {key: str(value) for key, value in wildcards.items()}
    )[0]
    return {"rule": name, **wildcards, "path": str(getattr(files, output))}


def page_settings():
    """Return what the page depends on besides its files: how each of them was made."""

    def described(item):
        node = workflow.get_rule(item["rule"])
        inputs = [
            str(path)
            for path in node.expand_input(
                {name: str(item[name]) for name in node.wildcard_names}
            )[0]
        ]
        return {
            **{key: item[key] for key in item if key != "path"},
            **first_of(inputs),
        }

    return {
        "title": config["report"]["title"],
        "command": f".venv/bin/snakemake --cores all --configfile results/{config['name']}/config.yaml",
        "figures": [described(item) for item in page_figures()],
        "tables": [described(item) for item in page_tables()],
    }


def first_of(inputs, count=4):
    """Return the first of a file's `inputs`, and how many `more` there are: a page names no hundreds."""
    return {"inputs": inputs[:count], "more": max(0, len(inputs) - count)}


def page_rule_settings(name, cfg):
    """Return the settings of a rule that writes a page, with the digest of all templates, styles and captions.

    Tracked by content and not as input files, whose absolute paths would make a moved checkout run them again.
    """
    endings = {".rst", ".j2", ".css", ".js"}
    files = [
        path
        for folder in ("report", "beholder/report")
        for path in (WORKFLOW / folder).iterdir()
    ]
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.suffix in endings):
        digest.update(path.read_bytes())
    return settings(name, {**cfg, "templates": digest.hexdigest()[:16]})


def rule_graph():
    """Return which rules feed which (`edges`), the `stages` of rules, and those that make what `all` wants (`targets`)."""
    # A stage is what has a section in the config; the bookkeeping of runs is none. A long one has two files.
    stages = {
        node.name: Path(node.snakefile).stem.partition("_")[0]
        for node in workflow.rules
        if node.output
    }
    nodes = [node for node in workflow.rules if stages.get(node.name) in config]
    fixed = {
        "source": next(iter(SOURCES)),
        "shard": 0,
        "group": "good",
        "drawing": "stock",
        "cue": "background",
        "dose": 1,
    }
    examples = [
        {
            **fixed,
            **run,
            "split": split,
            "architecture": MODELS[run["backbone"]]["architecture"],
        }
        for run in runs_with()
        for split in ("test", "pretrain")
    ]
    edges = set()
    for node in nodes:
        wildcards = [
            {name: str(example[name]) for name in node.wildcard_names}
            for example in examples
        ]
        inputs = {
            str(path) for values in wildcards for path in node.expand_input(values)[0]
        }
        edges |= {
            (producer.name, node.name)
            for producer in nodes
            for path in inputs
            if producer.is_producer(path)
        }
    return {
        "edges": sorted(edges),
        "stages": {node.name: stages[node.name] for node in nodes},
        "targets": sorted(
            node.name
            for node in nodes
            for path in workflow.get_rule("all").expand_input({})[0]
            if node.is_producer(str(path))
        ),
    }


#: The backgrounds that networks were trained on, in the order of the trainings.
AUDIT_BACKGROUNDS = list(dict.fromkeys(run["background"] for run in RUNS))


def audit_page_runs():
    """Return the first training of every model, background and recipe: the one whose maps the page shows."""
    first = {}
    for run in runs_with():
        first.setdefault((run["background"], run["backbone"], run["recipe"]), run)
    return list(first.values())


def audit_page_models():
    """Return background, model and recipe of these trainings as folders."""
    return [
        "{background}/{backbone}/{recipe}".format(**run) for run in audit_page_runs()
    ]


def audit_page_settings():
    """Return what the audit's page depends on besides its files."""
    page = page_settings()
    return {
        **config["report"]["audit"],
        "title": f"{config['report']['title']}: what the networks decide by",
        "command": page["command"],
        "runs": audit_page_runs(),
        "backgrounds": AUDIT_BACKGROUNDS,
        "composite": config["audit"]["swaps"]["composite"],
        "made": {"rule": "audit_verdict", **first_of(audit_tables())},
    }
