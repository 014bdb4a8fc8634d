import pytest
from sklearn.exceptions import NotFittedError

from diabolo import LinearAutoencoder, maps
from diabolo.errors import CapabilityError
from diabolo.maps.views import check

CALLS = {
    "traverse": lambda model, X: maps.traverse(model, 0, 0, X=X),
    "dimensions": maps.dimensions,
    "interpolate": lambda model, X: maps.interpolate(model, 0, 1, X=X),
    "origin": lambda model, X: maps.origin(model),
    "prototype": lambda model, X: maps.prototype(model, X, "city"),
}


def test_a_model_that_decodes_has_every_view(of_table):
    assert set(maps.views(of_table).values()) == {""}


def test_a_model_without_decoder_lacks_some_views_and_says_why(blind):
    found = maps.views(blind)
    assert {view for view, reason in found.items() if not reason} == {"latent_map", "neighbors", "clusters"}
    assert "Blind has no decoder" in found["grid"]


@pytest.mark.parametrize("view", CALLS)
def test_what_a_model_without_decoder_is_told(view, blind, table):
    with pytest.raises(
        CapabilityError, match=f"there is no {view}: .*no decoder.*latent_map, neighbors, clusters"
    ):
        CALLS[view](blind, table)


@pytest.mark.parametrize("view", CALLS)
def test_what_a_thing_without_codes_is_told(view, table):
    with pytest.raises(CapabilityError, match="no code"):
        CALLS[view](object(), table)


def test_a_model_without_decoder_still_has_its_views(blind, table):
    found = maps.latent_map(blind, table)
    assert found.grid.rows is None
    assert "no decoder" in found.grid.reason
    assert found.grid.counts.sum() > 290
    assert maps.clusters(blind, table, n_clusters=2).groups[0].prototype is None
    assert len(maps.neighbors(blind, table).rows) == 300


def test_a_model_has_to_be_fitted():
    with pytest.raises(NotFittedError):
        check(LinearAutoencoder(2), "origin")
