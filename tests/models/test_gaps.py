"""Gaps in rows of codes: what hides them, what a level's code stands for, how unsure a filling is."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo.errors import UnfilledWarning
from diabolo.frames import Frame
from diabolo.models.codebook import HIDDEN
from diabolo.models.gaps import answers, doubts, hide_gaps, spoken, warn_unfilled


def codes_of(masked, rows: pd.DataFrame) -> torch.Tensor:
    return hide_gaps(masked.codebook_, masked.schema_.to_batch(Frame.of(rows)))


def test_gaps_are_hidden_also_where_a_gap_is_a_code(masked, rows):
    some = rows.iloc[:50]
    assert some["pay"].isna().any()
    codes = codes_of(masked, some)
    bins = torch.tensor([len(variable.bins) for variable in masked.codebook_.variables])
    assert (codes < bins).all()
    hidden = (codes[:, masked.codebook_.places("pay")[0]] == HIDDEN).numpy()
    assert np.array_equal(hidden, some["pay"].isna().to_numpy())


@pytest.mark.parametrize("column", ["town", "size", "kids", "paid", "smoker"])
def test_every_code_stands_for_levels_in_order(masked, column):
    levels, shares = answers(masked.codebook_, masked.codebook_.places(column)[0])
    assert shares.shape[1] == len(levels)
    assert torch.allclose(shares.sum(1), torch.ones(len(shares)))
    assert list(levels) == sorted(levels)


def test_values_are_spoken_as_a_person_knows_them(masked):
    variable = masked.codebook_.variables[masked.codebook_.places("kids")[0]]
    assert spoken(masked.codebook_, variable, torch.tensor([0.0, 2.0])).to_pylist() == [0, 2]


def test_doubt_about_a_level_is_the_chance_that_the_likeliest_is_wrong(masked, rows):
    some = rows.iloc[:20].assign(smoker=pd.array([None] * 20, dtype="boolean"))
    place = list(masked.schema_.names).index("smoker")
    with torch.inference_mode():
        found = doubts(masked.net_, masked.codebook_, codes_of(masked, some))[:, place]
    seen = some["pay"].notna().to_numpy()  # elsewhere the gap of pay is open as well
    assert np.allclose(found[seen], 1 - masked.predict_proba(some, "smoker").max(1)[seen], atol=1e-5)


def test_no_gap_left_open_is_no_warning(masked, rows):
    warn_unfilled(masked.schema_, Frame.of(rows))


def test_a_column_left_out_with_gaps_is_told(rows):
    from diabolo.data.schema import Schema

    frame = Frame.of(rows[["size", "kids"]].assign(void=np.nan))
    with pytest.warns(UserWarning, match="void"):
        schema = Schema.fit(frame)
    with pytest.warns(UnfilledWarning, match="gaps stay in 'void'"):
        warn_unfilled(schema, frame)
