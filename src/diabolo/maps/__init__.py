"""Maps: where rows lie in the latent space, what its dimensions stand for, what is typical, and which groups there are."""

from diabolo.maps.clusters import Cluster, Clusters, clusters
from diabolo.maps.contrasts import Contrast
from diabolo.maps.dimensions import Dimensions, dimensions, importance
from diabolo.maps.grids import Grid
from diabolo.maps.interpolate import Interpolation, interpolate
from diabolo.maps.latent_map import LatentMap, latent_map
from diabolo.maps.movements import Movement
from diabolo.maps.neighbors import Neighborhoods, neighbors
from diabolo.maps.paths import Path
from diabolo.maps.planes import Plane
from diabolo.maps.prototypes import Prototypes, difference, origin, prototype, prototypes
from diabolo.maps.ranges import Ranges
from diabolo.maps.traverse import Traversal, Traversals, traverse
from diabolo.maps.views import views

__all__ = [
    "Cluster",
    "Clusters",
    "Contrast",
    "Dimensions",
    "Grid",
    "Interpolation",
    "LatentMap",
    "Movement",
    "Neighborhoods",
    "Path",
    "Plane",
    "Prototypes",
    "Ranges",
    "Traversal",
    "Traversals",
    "clusters",
    "difference",
    "dimensions",
    "importance",
    "interpolate",
    "latent_map",
    "neighbors",
    "origin",
    "prototype",
    "prototypes",
    "traverse",
    "views",
]
