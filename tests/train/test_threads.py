"""Small steps run on one thread, large ones on as many as the person allows."""

import pytest
import torch
from torch import nn

from diabolo.train.threads import WORTH_SHARING, threads_for


@pytest.mark.parametrize(("batch_size", "shared"), [(1, False), (int(WORTH_SHARING / 100) + 1, True)])
def test_the_number_of_threads_follows_the_work(batch_size: int, shared: bool):
    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with threads_for(nn.Linear(10, 10), batch_size):
            assert torch.get_num_threads() == (2 if shared else 1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(usual)


def test_the_setting_comes_back_after_an_error():
    usual = torch.get_num_threads()
    with pytest.raises(RuntimeError), threads_for(nn.Linear(2, 2), 1):
        raise RuntimeError
    assert torch.get_num_threads() == usual
