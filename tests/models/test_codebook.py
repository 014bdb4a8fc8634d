"""Rows as codes and back: every cell in the code that holds it, gaps as a code, rare levels as themselves."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.codebook import HIDDEN, Codebook


def table(n: int = 400) -> pd.DataFrame:
    """Levels, some rare; amounts with gaps; counts; a truth value."""
    random = np.random.default_rng(0)
    town = random.choice(["Rome", "Oslo", "Bern"], n).astype(object)
    town[0] = "Ulm"
    return pd.DataFrame(
        {
            "town": town,
            "pay": np.where(random.random(n) < 0.2, np.nan, random.lognormal(size=n)),
            "kids": random.poisson(1.0, n),
            "born": pd.Timestamp("1980-01-01") + pd.to_timedelta(random.integers(0, 9000, n), "D"),
            "smoker": random.random(n) < 0.3,
        }
    )


@pytest.fixture(scope="module")
def coded() -> tuple[pd.DataFrame, Schema, Codebook, torch.Tensor]:
    frame = Frame.of(table())
    schema = Schema.fit(frame)
    batch = schema.to_batch(frame)
    book = Codebook.fit(schema, batch, 100)
    return table(), schema, book, book.to_codes(batch)


def test_codes_lie_within_the_sizes(coded):
    _, _, book, codes = coded
    assert (codes >= 0).all()
    assert (codes < torch.tensor(book.sizes)).all()


def test_levels_gaps_and_whole_numbers_come_back(coded):
    rows, schema, book, codes = coded
    batch = book.to_batch(codes, torch.rand(codes.shape, generator=torch.Generator().manual_seed(0)))
    again = schema.to_table(batch.values, Frame.of(rows).template, seen=batch.seen)
    assert (again["town"] == rows["town"]).all()  # Ulm, too, which is rare
    assert again["kids"].equals(rows["kids"])
    assert again["smoker"].equals(rows["smoker"])
    assert (again["pay"].isna() == rows["pay"].isna()).all()
    assert again["born"].sub(rows["born"]).abs().max() < pd.Timedelta(days=900)  # 20 bins of about 450 days


def test_a_level_training_never_met_and_a_gap_where_it_had_none_are_hidden(coded):
    rows, schema, book, _ = coded
    strange = rows.iloc[:2].astype({"kids": float})
    strange.loc[0, "kids"] = np.nan
    codes = book.to_codes(schema.to_batch(Frame.of(strange)))
    assert codes[0, book.places("kids")[0]] == HIDDEN
    assert codes[1, book.places("kids")[0]] != HIDDEN


def test_a_file_keeps_the_codes(coded):
    rows, schema, book, codes = coded
    again = Codebook.from_tensors(schema, book.tensors())
    assert again.sizes == book.sizes
    assert torch.equal(again.to_codes(schema.to_batch(Frame.of(rows))), codes)


def test_wide_arrays_have_coarser_bins():
    frame = Frame.of(np.random.default_rng(0).normal(size=(2000, 400)))
    schema = Schema.fit(frame)
    book = Codebook.fit(schema, schema.to_batch(frame), 100)
    assert len(book.variables) == 400
    assert max(book.sizes) <= 42
