"""resnet18 from a file: small ones of random numbers in the real format, and files that are missing or wrong."""

import math
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.data import imagenet_names, imagenet_numbers, load_resnet18
from course.data.vision import import_torchvision
from course.errors import CourseError

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
ROOT = Path(__file__).resolve().parents[2]
OLD_KEYS = 102  # of the file that torchvision names: batch normalisation did not count its batches yet


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch, tmp_path):
    """Neither a data folder nor downloads of PyTorch, whatever this machine has."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))


@pytest.fixture(scope="session")
def models():
    return import_torchvision("models")


def random_state(model, rng):
    """Random numbers under the real names and in the real shapes, which share so few places that the file is small."""
    numbers = torch.tensor(rng.normal(size=6000), dtype=torch.float32)
    state = {}
    for name, value in model.state_dict().items():
        if value.ndim == 0:
            state[name] = torch.tensor(int(rng.integers(1, 9)))
            continue
        scale = 1 / math.sqrt(value[0].numel()) if value.ndim > 1 else 0.1
        base = (scale * numbers).abs() + 0.5 if name.endswith("running_var") else scale * numbers
        state[name] = base.as_strided(value.shape, [1 + axis for axis in range(value.ndim)])
    return state


@pytest.fixture(scope="session")
def real_format(models, tmp_path_factory):
    """Files like those of torchvision, old and new, one with five classes, and the numbers in them."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("weights")
    states = {
        "new": random_state(models.resnet18(), rng),
        "five": random_state(models.resnet18(num_classes=5), rng),
    }
    states["old"] = {k: v for k, v in states["new"].items() if not k.endswith("num_batches_tracked")}
    for name, state in states.items():
        torch.save(state, folder / f"resnet18-{name}.pth")
    return folder, states


@pytest.mark.slow
@pytest.mark.parametrize(("name", "classes"), [("new", 1000), ("old", 1000), ("five", 5)])
def test_the_network_has_the_numbers_of_the_file(real_format, models, name, classes):
    folder, states = real_format
    file = folder / f"resnet18-{name}.pth"
    assert file.stat().st_size < 4e6
    assert len(states["old"]) == OLD_KEYS
    network = load_resnet18(file)
    assert not any(module.training for module in network.modules())
    own = network.state_dict()
    assert all(torch.equal(own[key], value) for key, value in states[name].items())
    reference = models.resnet18(num_classes=classes).eval()
    reference.load_state_dict(dict(states[name]))
    x = torch.tensor(np.random.default_rng(1).normal(size=(2, 3, 64, 96)), dtype=torch.float32)
    with torch.no_grad():
        torch.testing.assert_close(network(x), reference(x))
        assert network(x).shape == (2, classes)
        assert network[:-1](x).shape == (2, network[-1].in_features) == (2, 512)


@pytest.mark.slow
def test_a_file_is_found_where_it_is_kept(real_format, monkeypatch, tmp_path):
    folder, states = real_format
    with pytest.raises(
        CourseError, match=r"no weights of resnet18 .*; download https://.*resnet18.*COURSE_DATA"
    ):
        load_resnet18()
    downloads = tmp_path / "torch" / "hub" / "checkpoints"
    downloads.mkdir(parents=True)
    (downloads / "resnet18-f37072fd.pth").write_bytes((folder / "resnet18-five.pth").read_bytes())
    assert load_resnet18()[-1].out_features == 5
    named = tmp_path / "data" / "models"
    named.mkdir(parents=True)
    (named / "resnet18-mine.pth").write_bytes((folder / "resnet18-new.pth").read_bytes())
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "data"))
    assert torch.equal(load_resnet18()[-1].weight, states["new"]["fc.weight"])


def test_damaged_files_are_told_in_a_sentence(tmp_path):
    file = tmp_path / "resnet18.pth"
    torch.save({"conv1.weight": torch.ones(64, 3, 7, 7)}, file)
    whole = file.read_bytes()
    for content in (b"", b"404: Not Found", whole[:-200], whole[:50], b"PK\x03\x04" + bytes(100)):
        file.write_bytes(content)
        with pytest.raises(
            CourseError, match=r"resnet18\.pth is damaged, or no file of weights; copy or download"
        ):
            load_resnet18(file)
    with pytest.raises(CourseError, match=r"absent\.pth cannot be read \(No such file or directory\); check"):
        load_resnet18(tmp_path / "absent.pth")
    with pytest.raises(CourseError, match="cannot be read"):
        load_resnet18(tmp_path)


class Trap:
    """What a pickle may do when it is opened."""

    def __reduce__(self):
        return print, ("run by a file of weights",)


def test_nothing_of_a_file_is_run(tmp_path, capfd):
    for content in (pickle.dumps({"conv1.weight": Trap()}), None):
        file = tmp_path / "resnet18.pth"
        if content is None:
            torch.save({"conv1.weight": Trap()}, file)
        else:
            file.write_bytes(content)
        with pytest.raises(CourseError, match="is damaged, or no file of weights"):
            load_resnet18(file)
    assert "run by" not in capfd.readouterr().out


@pytest.mark.parametrize("content", [[], {}, 3.5, {"conv1.weight": "text"}, {"model": {"w": torch.ones(1)}}])
def test_something_else_than_weights_is_told(tmp_path, content):
    file = tmp_path / "resnet18.pth"
    torch.save(content, file)
    with pytest.raises(
        CourseError, match=r"holds something else than a state_dict; write it with torch\.save"
    ):
        load_resnet18(file)


@pytest.mark.slow
def test_another_network_is_told_by_a_name(models, tmp_path):
    rng = np.random.default_rng(2)
    file = tmp_path / "weights.pth"
    spoilt = random_state(models.resnet18(), rng)
    spoilt["layer2.0.conv1.weight"] = torch.ones(128, 64, 1, 1)
    for state, words in [
        (random_state(models.resnet34(), rng), r"it has, beyond it, layer1\.2\.conv1\.weight and \d+ more"),
        ({"0.weight": torch.ones(3, 3), "0.bias": torch.ones(3)}, r"it lacks conv1\.weight and 101 more"),
        (spoilt, r"it has in another shape layer2\.0\.conv1\.weight; name a file of resnet18"),
    ]:
        torch.save(state, file)
        with pytest.raises(CourseError, match=rf"weights\.pth holds another network than resnet18: {words}"):
            load_resnet18(file)


@pytest.mark.slow
def test_the_numbers_and_names_are_those_of_torchvision(models):
    weights = models.ResNet18_Weights.IMAGENET1K_V1
    asked = weights.transforms()
    assert imagenet_numbers() == (tuple(asked.mean), tuple(asked.std))
    names = imagenet_names()
    assert len(names) == 1000
    assert names[207] == "golden retriever"


def test_torchvision_is_not_imported_with_the_data():
    code = "import course.data, sys; print([n for n in ('torch', 'torchvision') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


BY_HAND = """
import sys, torch
from pathlib import Path
from course.data import imagenet_numbers, load_photograph, load_resnet18, read_weights
from day20_detection import pretrained
from day20_detection.transfer import extract_features, freeze_body, load_body
from day20_detection.transfer import parameter_groups, preprocess, replace_head

file = Path(sys.argv[1])
print(pretrained.main(["--weights", str(file)]), pretrained.main(["--weights", str(file.with_name("absent.pth"))]))
model = replace_head(load_resnet18(file), 3)
freeze_body(model)
before = {name: value.clone() for name, value in model.state_dict().items()}
pictures = pretrained.as_bytes(load_photograph())
x = preprocess(torch.cat([pictures, pictures.flip(2)]), 64, *imagenet_numbers())
features = extract_features(model, x)
optimizer = torch.optim.SGD(parameter_groups(model, 0.01, 0.1))
for _ in range(2):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(x), torch.tensor([0, 2])).backward()
    optimizer.step()
changed = [name for name, value in model.state_dict().items() if not torch.equal(value, before[name])]
print(tuple(x.shape), tuple(features.shape), len(optimizer.param_groups), [name.rpartition(".")[2] for name in changed])
seven = load_resnet18(file)
seven.fc = torch.nn.Linear(512, 7)
print(load_body(seven, read_weights(file.with_name("resnet18-new.pth"))))
"""


@pytest.mark.slow
def test_the_functions_of_day_20_go_on_from_it(real_format, tmp_path):
    """Seen, given a new head, and trained: nothing but the head has changed, statistics of the body neither."""
    folder, _ = real_format
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'solutions'}{os.pathsep}{ROOT}", "TORCH_HOME": str(tmp_path)}
    arguments = [sys.executable, "-c", BY_HAND, str(folder / "resnet18-old.pth")]
    done = subprocess.run(arguments, capture_output=True, text=True, env=env, cwd=tmp_path)
    *rows, codes, shapes, kept = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert len(rows) == 5
    assert all(0 <= float(row.partition("%")[0]) <= 100 for row in rows)
    assert codes == "0 1"
    assert "absent.pth cannot be read (No such file or directory)" in done.stderr
    assert shapes == "(2, 3, 64, 64) (2, 512) 1 ['weight', 'bias']"
    assert kept == "['fc.weight', 'fc.bias']"
