import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.cli.holdout import MOST_ROWS, hold_out
from diabolo.errors import ParameterError
from diabolo.frames import Frame


def numbered(rows: int) -> Frame:
    return Frame.of(np.arange(rows, dtype=float)[:, None])


@given(rows=st.integers(10, 300), share=st.floats(0.1, 0.5), seed=st.integers(0, 9))
def test_every_row_is_in_one_part(rows: int, share: float, seed: int):
    fitting, test = (part.numbers().ravel() for part in hold_out(numbered(rows), share, seed))
    assert sorted([*fitting, *test]) == list(range(rows))
    assert len(test) == round(rows * share)
    assert (np.diff(fitting) > 0).all()


@pytest.mark.parametrize(("rows", "share"), [(9, 0.5), (2, 0.1), (100, 0.0), (12, 0.01)])
def test_where_none_are_held_out_both_are_all(rows: int, share: float):
    frame = numbered(rows)
    assert hold_out(frame, share, 0) == (frame, frame)


def test_never_more_than_needed():
    assert hold_out(numbered(3 * MOST_ROWS), 0.5, 0)[1].n_rows == MOST_ROWS


def test_the_seed_decides():
    rows = [hold_out(numbered(100), 0.1, seed)[1].numbers().ravel().tolist() for seed in (0, 0, 1)]
    assert rows[0] == rows[1] != rows[2]


@pytest.mark.parametrize("share", [-0.1, 0.51, 1.0, float("nan")])
def test_impossible_shares(share: float):
    with pytest.raises(ParameterError, match="--test"):
        hold_out(numbered(20), share, 0)
