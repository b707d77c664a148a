"""Report: the pages that show everything, ask a person, and give credit.

Needs: <results>/figures/, <results>/tables/, <results>/faces/{selection.parquet,suspicions.csv}
Makes: <results>/report/{index.html,review.html,credits.md,credits.csv,datasheet.md,datasheet.csv}
Reads: config `report.title` (write_index), `report.review` (write_review)
"""

#: What the templates of the pages include.
PAGE_PARTS = [
    str(WORKFLOW / f"beholder/report/{name}") for name in ("page.css", "macros.html.j2")
]


localrules:
    write_index,
    write_review,
    write_credits,


rule write_index:
    """Write one self-contained page with every figure and table, and how each was made."""
    input:
        figures=[item["path"] for item in page_figures()],
        tables=[item["path"] for item in page_tables()],
        captions=sorted(str(path) for path in (WORKFLOW / "report").glob("*.rst")),
        template=str(WORKFLOW / "beholder/report/index.html.j2"),
        shared=PAGE_PARTS,
    output:
        page="<results>/report/index.html",
    log:
        "<logs>/write_index.log",
    benchmark:
        "<benchmarks>/write_index.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime="10m",
    params:
        settings=lambda wc: settings("write_index", page_settings()),
    message:
        "Writing the page"
    shell:
        "python -m scripts.write_index --settings {params.settings:q}"
        " --figures {input.figures:q} --tables {input.tables:q}"
        " --captions {input.captions:q} --template {input.template:q} --page {output.page:q} --log {log:q}"


rule write_review:
    """Write the page on which a person looks the photographs over and marks rejects."""
    input:
        selection="<results>/faces/selection.parquet",
        suspicions="<results>/faces/suspicions.csv",
        template=str(WORKFLOW / "beholder/report/review.html.j2"),
        rejections=config["faces"]["select"]["rejections"] or [],
    output:
        page="<results>/report/review.html",
    log:
        "<logs>/write_review.log",
    benchmark:
        "<benchmarks>/write_review.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime="1h",
    params:
        settings=lambda wc: settings(
            "write_review", {"title": config["name"], **config["report"]["review"]}
        ),
        rejections=lambda wc: (
            "--rejections" if config["faces"]["select"]["rejections"] else ""
        ),
    message:
        "Writing the review page"
    shell:
        "python -m scripts.write_review --settings {params.settings:q}"
        " --selection {input.selection:q} --suspicions {input.suspicions:q} --template {input.template:q}"
        " {params.rejections} {input.rejections:q} --page {output.page:q} --log {log:q}"


rule write_credits:
    """Write who made every photograph used, under which licence, and the datasheet of all that were collected."""
    input:
        selection="<results>/faces/selection.parquet",
    output:
        credits="<results>/report/credits.md",
        credits_table="<results>/report/credits.csv",
        sheet="<results>/report/datasheet.md",
        sheet_table="<results>/report/datasheet.csv",
    log:
        "<logs>/write_credits.log",
    benchmark:
        "<benchmarks>/write_credits.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime="30m",
    params:
        settings=lambda wc: settings("write_credits", {"title": config["name"]}),
    message:
        "Writing credits and datasheet"
    shell:
        "python -m scripts.write_credits --settings {params.settings:q} --selection {input.selection:q}"
        " --credits {output.credits:q} --credits-table {output.credits_table:q}"
        " --sheet {output.sheet:q} --sheet-table {output.sheet_table:q} --log {log:q}"
