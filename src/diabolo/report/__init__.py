"""Reports: a model and rows become one record, and the record one page, a Markdown text or JSON."""

from diabolo.report.html import to_html, write_html
from diabolo.report.markdown import to_markdown
from diabolo.report.records import Report
from diabolo.report.study import Study

__all__ = ["Report", "Study", "to_html", "to_markdown", "write_html"]
