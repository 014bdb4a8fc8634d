"""The questions a report answers about a latent space, one file each. This list is the registry, in the page's order."""

from diabolo.report.sections.dimensions import dimensions
from diabolo.report.sections.few_labels import few_labels
from diabolo.report.sections.fresh_judge import fresh_judge
from diabolo.report.sections.groups import groups
from diabolo.report.sections.new_images import new_images
from diabolo.report.sections.new_rows import new_rows
from diabolo.report.sections.oddities import oddities
from diabolo.report.sections.plane import plane
from diabolo.report.sections.quality import quality
from diabolo.report.sections.typical import typical
from diabolo.report.sections.width import width

__all__ = [
    "dimensions",
    "few_labels",
    "fresh_judge",
    "groups",
    "new_images",
    "new_rows",
    "oddities",
    "plane",
    "quality",
    "typical",
    "width",
]

MADE = (new_rows, new_images, fresh_judge)
"""Those about rows that a model makes up; they need no code."""

ORDER = (few_labels, *MADE, width, plane, dimensions, typical, groups, quality, oddities)
