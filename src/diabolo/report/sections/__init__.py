"""The questions a report answers about a latent space, one file each. This list is the registry, in the page's order."""

from diabolo.report.sections.dimensions import dimensions
from diabolo.report.sections.few_labels import few_labels
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
    "groups",
    "new_images",
    "new_rows",
    "oddities",
    "plane",
    "quality",
    "typical",
    "width",
]

ORDER = (few_labels, new_rows, new_images, width, plane, dimensions, typical, groups, quality, oddities)
