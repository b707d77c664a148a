"""Report: the pages that show everything, ask a person, and give credit.

Needs: <results>/figures/, <results>/tables/, <results>/faces/{selection.parquet,suspicions.csv}
Makes: <results>/report/{index.html,audit.html,review.html,credits.md,credits.csv,datasheet.md,datasheet.csv}
Reads: config `report.title` (write_index), `report.review` (write_review), `report.audit` (write_audit)
"""


localrules:
    write_index,
    write_audit,
    write_review,
    write_credits,


rule write_index:
    """Write one self-contained page with every figure and table, and how each was made."""
    input:
        figures=[item["path"] for item in page_figures()],
        tables=[item["path"] for item in page_tables()],
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
        settings=lambda wc: page_rule_settings("write_index", page_settings()),
    message:
        "Writing the page"
    shell:
        "python -m scripts.write_index --settings {params.settings:q}"
        " --figures {input.figures:q} --tables {input.tables:q}"
        " --page {output.page:q} --log {log:q}"


rule write_review:
    """Write the page on which a person looks the photographs over and marks rejects."""
    input:
        selection="<results>/faces/selection.parquet",
        suspicions="<results>/faces/suspicions.csv",
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
        " --selection {input.selection:q} --suspicions {input.suspicions:q}"
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


rule write_audit:
    """Write one self-contained page with the verdicts, what led to them, and photographs to look through."""
    input:
        table="<results>/audit/table.csv",
        evidence="<results>/audit/verdicts.json",
        tests="<results>/audit/hypotheses.csv",
        test="<results>/splits/test.csv",
        regions="<results>/audit/regions.npz",
        geometry="<results>/splits/packed/geometry/test.npz",
        maps=files_of(audit_page_runs(), "<results>/explain/{run}/maps.parquet"),
        geometries=files_of(audit_page_runs(), "<results>/explain/{run}/geometry.json"),
        averages=files_of(audit_page_runs(), "<results>/explain/{run}/averages.npz"),
        measures=files_of(
            audit_page_runs(), "<results>/audit/{run}/localisation.parquet"
        ),
        swaps=files_of(audit_page_runs(), "<results>/audit/{run}/swaps.parquet"),
        variants=files_of(audit_page_runs(), "<results>/audit/{run}/variants.parquet"),
        reliability=[
            f"<results>/audit/{model}/reliability.csv" for model in audit_page_models()
        ],
        origins=[
            f"<results>/audit/{model}/origins.npz" for model in audit_page_models()
        ],
        pixels=expand("<results>/splits/packed/{name}/test.npy", name=AUDIT_BACKGROUNDS),
        faces=expand(
            "<results>/explain/average_faces/{name}.npz", name=AUDIT_BACKGROUNDS
        ),
    output:
        page="<results>/report/audit.html",
    log:
        "<logs>/write_audit.log",
    benchmark:
        "<benchmarks>/write_audit.tsv"
    conda:
        "../../envs/beholder.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime="20m",
    params:
        settings=lambda wc: page_rule_settings("write_audit", audit_page_settings()),
    message:
        "Writing the page of the audit"
    shell:
        "python -m scripts.write_audit --settings {params.settings:q}"
        " --table {input.table:q} --evidence {input.evidence:q} --tests {input.tests:q} --test {input.test:q}"
        " --regions {input.regions:q} --geometry {input.geometry:q}"
        " --maps {input.maps:q}"
        " --geometries {input.geometries:q}"
        " --averages {input.averages:q}"
        " --measures {input.measures:q}"
        " --swaps {input.swaps:q}"
        " --variants {input.variants:q}"
        " --reliability {input.reliability:q}"
        " --origins {input.origins:q}"
        " --pixels {input.pixels:q} --faces {input.faces:q}"
        " --page {output.page:q} --log {log:q}"
