"""Report: the page that shows every figure and table.

Needs: <results>/figures/, <results>/tables/
Makes: <results>/report/index.html
Reads: config `report`
"""


localrules:
    write_index,


rule write_index:
    """Write one self-contained page with every figure and table, and how each was made."""
    input:
        figures=[item["path"] for item in page_figures()],
        tables=[item["path"] for item in page_tables()],
        captions=sorted(str(path) for path in (WORKFLOW / "report").glob("*.rst")),
        template=str(WORKFLOW / "beholder/report/index.html.j2"),
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
