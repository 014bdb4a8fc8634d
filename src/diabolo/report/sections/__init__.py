"""The questions a report answers about a latent space, one file each. This list is the registry, in the page's order."""

from diabolo.report.sections.dimensions import dimensions
from diabolo.report.sections.few_labels import few_labels
from diabolo.report.sections.groups import groups
from diabolo.report.sections.oddities import oddities
from diabolo.report.sections.plane import plane
from diabolo.report.sections.quality import quality
from diabolo.report.sections.typical import typical
from diabolo.report.sections.width import width

__all__ = ["dimensions", "few_labels", "groups", "oddities", "plane", "quality", "typical", "width"]

ORDER = (few_labels, width, plane, dimensions, typical, groups, quality, oddities)
