"""Sharing a batch."""

import torch

from beholder.train.parallel import Team


def test_the_shares_of_a_team_make_up_the_batch():
    batch = torch.arange(11)
    shares = [Team(rank, 3).share(batch) for rank in range(3)]
    assert torch.cat(shares).sort().values.tolist() == batch.tolist()
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_team_of_one_changes_nothing():
    team, network = Team(), torch.nn.Linear(2, 2)
    assert team.leads and team.join(network) is network
    assert team.any(True, torch.device("cpu")) and not team.any(False, torch.device("cpu"))
