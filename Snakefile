"""Beholder: train networks to tell two groups of faces apart, then measure what they decide by.

snakemake --cores all                                       the full experiment, config/config.yaml
snakemake --cores all --configfile config/demo.yaml         rendered people, minutes on two cores
snakemake --cores all --configfile config/portraits.yaml    portraits against FairFace
"""

from snakemake.utils import min_version

min_version("9.27")

# A config named on the command line stands alone; it is not laid over the full experiment.
if not workflow.overwrite_configfiles:

    configfile: "config/config.yaml"


include: "workflow/rules/common.smk"


pathvars:
    results=f"results/{config['name']}",
    logs=f"logs/{config['name']}",
    benchmarks=f"logs/benchmarks/{config['name']}",


include: "workflow/rules/lookups.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/faces.smk"
include: "workflow/rules/splits.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/explain.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/audit_answers.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/records.smk"
include: "workflow/rules/contents.smk"
include: "workflow/rules/report.smk"


onstart:
    write_text(
        f"results/{config['name']}/config.yaml",
        yaml.safe_dump(dict(config), sort_keys=False),
    )


localrules:
    all,
    review,
    maps,
    audit,
    audit_calibration,


rule all:
    """Everything: the page that shows all figures and tables."""
    default_target: True
    input:
        "<results>/report/index.html",
        "<results>/report/audit.html",
        "<results>/report/credits.md",
        "<results>/figures/cost.png",


rule review:
    """The page on which to look the photographs over and mark rejects for `faces.select.rejections`."""
    input:
        "<results>/report/review.html",


rule maps:
    """Predictions and class maps of every training, without figures."""
    input:
        expand("<results>/explain/{run}/maps.parquet", run=RUN_PATHS),


rule audit:
    """What the networks decide by: the audit's page and all its tables."""
    input:
        "<results>/report/audit.html",
        "<results>/audit/table.csv",


rule audit_calibration:
    """Whether the audit can be believed: its measures against the dose of planted differences."""
    input:
        "<results>/audit/calibration.csv",
        "<results>/figures/calibration.png",
