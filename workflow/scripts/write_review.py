"""Writes the page on which a person looks the photographs over and marks rejects."""

from beholder.common.program import Input, Output, program
from beholder.common.tables import read_table, write_text
from beholder.report.page import TEMPLATES
from beholder.report.review import review_page


@program
def main(
    settings: dict,
    selection: Input,
    suspicions: Input,
    page: Output,
    rejections: Input = None,
    template: Input = TEMPLATES / "review.html.j2",
) -> None:
    """Write the review page; `settings` holds its `title` and the `thumbnail` height."""
    rejected = {}
    if rejections:
        listed = read_table(rejections, ["image_id", "reason"]).dropna(subset="image_id")
        rejected = dict(zip(listed["image_id"], listed["reason"].fillna("").astype(str), strict=True))
    html = review_page(
        read_table(selection),
        read_table(suspicions),
        rejected,
        title=settings["title"],
        height=settings["thumbnail"],
        page=page,
        template=template.read_text(encoding="utf-8"),
    )
    write_text(page, html)


if __name__ == "__main__":
    main.run()
