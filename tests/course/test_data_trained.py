"""Networks that are trained once: what is kept, when it is used, and when it is not."""

import numpy as np
import pytest

from course.data import train_once

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
nn = torch.nn


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "deep-learning-course" / "trained"


@pytest.fixture
def x():
    return torch.tensor(np.random.default_rng(0).normal(size=(20, 3)), dtype=torch.float32)


def network(width=4):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.Linear(width, 1))


def train(model, x, steps=3):
    optimizer = torch.optim.SGD(model.train().parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


def same(a, b):
    return all(
        torch.equal(p, q) for p, q in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    )


def test_the_second_time_gives_what_the_first_has_learnt(x, cache):
    by_hand, first, second = network(), network(), network()
    train(by_hand, x)
    assert train_once(first, train, x)
    assert not train_once(second, train, x)
    assert same(first, by_hand)
    assert same(second, by_hand)
    assert [file.suffix for file in cache.iterdir()] == [".pt"]


def test_whatever_is_changed_is_trained_anew(x, monkeypatch):
    def train_otherwise(model, x, steps=3):
        train(model, 2 * x, steps)

    other = x.clone()
    other[7, 1] += 1e-6
    started = network()
    with torch.no_grad():
        started[0].weight[0, 0] += 1e-6
    assert train_once(network(), train, x)
    assert train_once(network(), train, other)
    assert train_once(network(), train, x.double().float().reshape(20, 3)[:-1])
    assert train_once(network(5), train, x)
    assert train_once(started, train, x)
    assert train_once(network(), train, x, steps=4)
    assert train_once(network(), train_otherwise, x)
    monkeypatch.setattr(torch, "__version__", "9.9")
    assert train_once(network(), train, x)


@pytest.mark.parametrize("spoil", [lambda whole: b"", lambda whole: whole[:-100], lambda whole: b"text"])
def test_a_damaged_file_is_written_again(x, cache, spoil):
    first, second, third = network(), network(), network()
    train_once(first, train, x)
    (file,) = cache.iterdir()
    file.write_bytes(spoil(file.read_bytes()))
    assert train_once(second, train, x)
    assert not train_once(third, train, x)
    assert same(first, second)
    assert same(first, third)


def test_a_file_of_other_tensors_changes_nothing(x, cache):
    first, second = network(), network()
    train_once(first, train, x)
    (file,) = cache.iterdir()
    torch.save({name: value + 1 for name, value in list(first.state_dict().items())[:2]}, file)
    assert train_once(second, train, x)
    assert same(first, second)


def test_where_nothing_can_be_written_it_is_trained_each_time(x, tmp_path):
    (tmp_path / "deep-learning-course").write_text("a file where the folder should be")
    by_hand, first, second = network(), network(), network()
    train(by_hand, x)
    assert train_once(first, train, x)
    assert train_once(second, train, x)
    assert same(first, by_hand)
    assert same(second, by_hand)
