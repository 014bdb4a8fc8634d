"""Groups that nobody labeled: clusters of the latent space, and what sets each apart."""

from diabolo import maps
from diabolo.report.blocks import Section, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["groups"]

APART = "They are well apart."
LOOSE = "They touch: take them as a way to sort the rows, not as kinds that exist."
CLOUD = "They run into each other: the rows are more of a cloud than groups."
WEAK, REASONABLE = 0.25, 0.5  # mean silhouettes; Kaufman & Rousseeuw, "Finding Groups in Data", 1990, table 4


def groups(view: View) -> Section | None:
    """k-means of the latent, as many groups as the silhouette says; None for few rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> from diabolo.frames import Frame
    >>> groups(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))).key
    'groups'
    """
    found = view.clusters
    if found is None:
        return None
    best = max(found.silhouette.values(), default=None)
    apart = "" if best is None else f" {_verdict(best)}"
    chosen = (
        ""
        if best is None
        else f"; their number has the best mean silhouette ({number(best, 2)} of at most 1)"
    )
    lines = tuple(
        (f"{group.number + 1}", number(group.size), percent(group.share), group.sentence.partition(": ")[2])
        for group in found.groups
    )
    return Section(
        "groups",
        "Groups nobody labeled",
        f"{found.sentence}{apart}",
        f"Found by k-means of the codes, without labels{chosen}.",
        _strip(view, found),
        (Table(("Group", "Rows", "Share", "What sets it apart"), lines, (False, True, True, False)),),
    )


def _verdict(silhouette: float) -> str:
    """How far apart the groups are, in a sentence."""
    if silhouette > REASONABLE:
        return APART
    return LOOSE if silhouette >= WEAK else CLOUD


def _strip(view: View, found: maps.Clusters) -> tuple[Strip, ...]:
    """The prototype of each group."""
    if view.image is None:
        return ()
    low, high = view.image.low, view.image.high
    tiles = tuple(
        Tile(
            data_uri(view.pixels(group.prototype)[0], low, high),
            f"group {group.number + 1}",
            f"prototype of group {group.number + 1}",
        )
        for group in found.groups
    )
    return (Strip("", tiles),)
