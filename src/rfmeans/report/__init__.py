"""Summary -> the report, one self-contained HTML page."""

from rfmeans.report.page import Report, render

__all__ = ["Report", "render"]
