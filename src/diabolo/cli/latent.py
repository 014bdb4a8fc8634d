"""How good a code is as a map, and what can be read off it, for a terminal and for machines."""

from typing import TYPE_CHECKING, Any

from diabolo.cli.tables import compared, number, plain_table, share
from diabolo.cli.terminal import Terminal

if TYPE_CHECKING:
    from diabolo.evaluate import MapQuality, ProbeScores
    from diabolo.frames import Frame
    from diabolo.models import Autoencoder

__all__ = ["judge_latent", "show_map", "show_probe"]


def judge_latent(
    model: "Autoencoder", frame: "Frame", label: str | None, terminal: Terminal
) -> dict[str, Any]:
    """Judge the code as a map and, with a label, by probes; print both, and answer them for machines.

    Parameters
    ----------
    model : Autoencoder or another
        Fitted.
    frame : Frame
    label : str or None
        A column of the frame.
    terminal : Terminal

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.frames import Frame
    >>> rows = Frame.of(load_iris().data)
    >>> found = judge_latent(LinearAutoencoder(2).fit(rows), rows, None, Terminal(machine=True))
    >>> found["map"]["sample"]
    150
    """
    from diabolo.evaluate import map_quality, probe

    with terminal.working("judging the map"):
        quality = map_quality(model, frame, label)
        probes = None if label is None else probe(model, frame, label)
    show_map(quality, terminal)
    if probes is None:
        return {"map": quality.to_json()}
    show_probe(probes, terminal)
    return {"map": quality.to_json(), "probe": probes.to_json()}


def show_map(quality: "MapQuality", terminal: Terminal) -> None:
    """Print how good the map is, beside PCA's.

    Parameters
    ----------
    quality : MapQuality
    terminal : Terminal

    Examples
    --------
    >>> from diabolo.evaluate import Geometry, MapQuality
    >>> same = Geometry(1.0, 1.0, 0.0, 1.0, {})
    >>> show_map(MapQuality(same, same, 100, 100, 0, 2, 5), Terminal(machine=True))
    """
    rows = f"{quality.rows:,} rows" if quality.sample == quality.rows else _sample(quality)
    terminal.say(f"How good a map the code is, on {rows}")
    terminal.say()
    table = plain_table("Measure", ("Diabolo", "right"), ("PCA", "right"))
    for line in quality.table():
        pair = compared(number, line["model"], line["pca"], up=line["better"] == "higher")
        table.add_row(line["measure"], *pair)
    terminal.say(table)
    terminal.say()


def show_probe(probes: "ProbeScores", terminal: Terminal) -> None:
    """Print what simple classifiers read off the code, the data and PCA.

    Parameters
    ----------
    probes : ProbeScores
    terminal : Terminal

    Examples
    --------
    >>> from diabolo.evaluate import Probe, ProbeScores
    >>> half = Probe(0.5, 0.5)
    >>> show_probe(ProbeScores(half, half, half, 0.5, 9, 9, ("a", "b"), 5, 5, 2), Terminal(machine=True))
    """
    terminal.say(
        f"What can be read off it: {len(probes.classes)} labels, {probes.folds}-fold cross-validation over "
        f"{probes.sample:,} rows, the most frequent label alone {share(probes.majority)}"
    )
    terminal.say()
    table = plain_table("From", ("Linear", "right"), (f"{probes.n_neighbors} nearest", "right"))
    for line in probes.table():
        table.add_row(line["representation"], share(line["linear"]), share(line["knn"]))
    terminal.say(table)
    terminal.say()


def _sample(quality: "MapQuality") -> str:
    """How many of how many rows."""
    return f"a sample of {quality.sample:,} of {quality.rows:,} rows"
