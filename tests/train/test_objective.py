"""What an objective must say, and what it may leave out."""

import pytest
import torch

from diabolo.train import Objective


@pytest.mark.parametrize("missing", ["losses", "monitor"])
def test_terms_and_a_measure_are_required(missing):
    faces = {name: (lambda self, batch: {}) for name in ("losses", "monitor") if name != missing}
    with pytest.raises(TypeError, match=missing):
        type("Half", (Objective,), faces)()


def test_one_player_owns_every_weight_that_learns(regression, batch):
    objective = regression()
    objective.linear.bias.requires_grad_(False)
    assert objective.players == ("model",)
    assert [p is objective.linear.weight for p in objective.parameters_of("model")] == [True]
    assert Objective.blame(objective, batch()) == []


def test_players_step_in_turn(regression, batch):
    """The second player sees what the first has done, and moves its own weights only."""
    from diabolo.train import Trainer
    from diabolo.train.run import Plan, Run

    seen = []

    class Game(regression):
        players = ("slope", "offset")

        def losses(self, batch, player="model"):
            seen.append((player, self.linear.bias.item(), self.linear.weight.norm().item()))
            return super().losses(batch)

        def parameters_of(self, player):
            return [self.linear.weight if player == "slope" else self.linear.bias]

    run = Run(Game(), batch(), batch(), Plan(0, 8, 2, 0.1), Trainer(), None)
    run.step(batch(8))
    assert [player for player, _, _ in seen] == ["slope", "offset"]
    assert seen[0][1:] == (0.0, 0.0)
    assert seen[1][1] == 0.0
    assert seen[1][2] > 0
    assert run.objective.linear.bias.item() != 0
    assert torch.isfinite(run.weights.flat).all()
