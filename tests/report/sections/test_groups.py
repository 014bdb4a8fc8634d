import dataclasses

import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.frames import Frame
from diabolo.report.sections.groups import APART, CLOUD, LOOSE, groups
from diabolo.report.view import View


def test_two_clouds_are_found_and_told_apart():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    X[:30, 0] += 20
    section = groups(View(LinearAutoencoder(2).fit(X), Frame.of(X)))
    assert section.headline == f"2 groups among 90 rows. {APART}"
    (table,) = section.tables
    assert [line[1] for line in table.lines] == ["60", "30"]
    assert all("x0" in line[3] for line in table.lines)


@pytest.mark.parametrize(("silhouette", "verdict"), [(0.6, APART), (0.5, LOOSE), (0.25, LOOSE), (0.1, CLOUD)])
def test_the_verdict_is_no_better_than_the_silhouette(rng, silhouette: float, verdict: str):
    X = rng.normal(size=(60, 3))
    view = View(LinearAutoencoder(2).fit(X), Frame.of(X))
    view.__dict__["clusters"] = dataclasses.replace(view.clusters, silhouette={2: silhouette})
    assert groups(view).headline.endswith(verdict)


def test_a_group_of_images_has_its_picture(of_digits: View):
    section = groups(of_digits)
    assert len(section.pictures[0].tiles) == len(section.tables[0].lines)


def test_few_rows_have_no_groups(rng):
    X = rng.normal(size=(20, 3))
    assert groups(View(LinearAutoencoder(2).fit(X), Frame.of(X))) is None


def test_equal_codes_are_one_group_without_a_verdict(rng):
    x = np.repeat(rng.normal(size=(1, 3)), 40, 0)
    model = LinearAutoencoder(2).fit(rng.normal(size=(60, 3)))
    section = groups(View(model, Frame.of(x)))
    assert section.headline == "1 group among 40 rows."
