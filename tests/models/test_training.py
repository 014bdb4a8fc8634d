"""What every trained model does with its rows first."""

import numpy as np
import pytest

from diabolo.errors import ParameterError
from diabolo.models import VAE
from diabolo.models.training import Material

ROWS = np.random.default_rng(0).normal(size=(50, 4))


def test_the_rows_are_split_and_the_schema_is_that_of_the_training_rows():
    model = VAE(random_state=0)
    material = Material.gather(model, ROWS, None, None)
    assert (len(material.everything), len(material.rows), len(material.held_out)) == (50, 45, 5)
    assert sorted([*material.rows.index.tolist(), *material.held_out.index.tolist()]) == list(range(50))
    assert model.schema_.names == tuple(model.schema_.table)


def test_the_plan_is_what_was_asked_for():
    model = VAE(batch_size=10, max_epochs=7, learning_rate=0.5, random_state=0)
    plan = Material.gather(model, ROWS, None, None).plan(model)
    assert (plan.batch_size, plan.max_epochs, plan.learning_rate) == (10, 7, 0.5)


def test_a_run_folder_needs_a_seed(tmp_path):
    with pytest.raises(ParameterError, match="random_state"):
        Material.gather(VAE(), ROWS, None, tmp_path)


def test_a_trainer_is_a_trainer():
    with pytest.raises(ParameterError, match="trainer="):
        Material.gather(VAE(trainer="fast"), ROWS, None, None)
