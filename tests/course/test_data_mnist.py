"""MNIST and the image sets: the real files where they are at hand, damaged and missing ones everywhere."""

import gzip
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.data import IMAGE_SETS, load_digits, load_images, load_mnist
from course.errors import CourseError, UsageError

NAMES = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
NEIGHBOUR = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch, tmp_path):
    """Neither a data folder nor a cache of downloads, whatever this machine has."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="session")
def real_folder():
    """The folder with the real files of MNIST's test part, as they are published: compressed."""
    named = os.environ.get("COURSE_DATA", "")
    for folder in [*([Path(named), Path(named) / "mnist"] if named else []), NEIGHBOUR / "mnist"]:
        if all((folder / f"{name}.gz").is_file() for name in NAMES):
            return folder
    pytest.skip("the files of MNIST are not here; name their folder in COURSE_DATA to run this test")


def idx(array):
    """The bytes of an idx file."""
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.fixture
def small(tmp_path):
    """A folder with seven images of 3×2 in place of ten thousand of 28×28, plain and compressed; and the arrays."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, size=(7, 3, 2)), rng.integers(0, 10, size=7)
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / NAMES[0]).write_bytes(idx(images))
    (folder / f"{NAMES[1]}.gz").write_bytes(gzip.compress(idx(labels)))
    return folder, images, labels


def test_the_real_files_hold_ten_thousand_digits(real_folder):
    images, labels = load_mnist(real_folder)
    assert (images.shape, images.dtype) == ((10_000, 28, 28), np.float64)
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert (labels.shape, labels.dtype) == ((10_000,), np.int64)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert np.bincount(labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert images.mean() == pytest.approx(0.1325, abs=1e-4)
    ones = images[labels == 1] > 0.5
    assert ones.any(axis=2).sum() > 2 * ones.any(axis=1).sum(), "a one is taller than it is wide"


def test_the_real_files_cut_short_are_reported(real_folder, tmp_path):
    for name in NAMES:
        shutil.copy(real_folder / f"{name}.gz", tmp_path)
    file = tmp_path / f"{NAMES[0]}.gz"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(
        CourseError, match=r"t10k-images-idx3-ubyte\.gz is not a whole gzip file; copy or download"
    ):
        load_mnist(tmp_path)


def test_files_are_read_plain_and_compressed(small):
    folder, images, labels = small
    loaded = load_mnist(folder)
    np.testing.assert_allclose(loaded.images, images / 255)
    np.testing.assert_array_equal(loaded.labels, labels)


@pytest.mark.parametrize("place", [".", "mnist"])
def test_the_data_folder_is_searched(small, monkeypatch, tmp_path, place):
    folder, images, _ = small
    root = tmp_path / "data"
    shutil.copytree(folder, root / place)
    monkeypatch.setenv("COURSE_DATA", str(root))
    np.testing.assert_allclose(load_images("mnist").images, images / 255)


def test_an_earlier_download_is_found(small, tmp_path):
    folder, images, _ = small
    shutil.copytree(folder, tmp_path / "cache" / "deep-learning-course" / "MNIST" / "raw")
    np.testing.assert_allclose(load_mnist().images, images / 255)


def test_image_sets_have_one_interface(small):
    folder, _, _ = small
    assert IMAGE_SETS == ("digits", "mnist")
    np.testing.assert_array_equal(load_images().images, load_digits().images)
    for loaded in (load_images("digits"), load_images("mnist", folder)):
        assert loaded.images.dtype == np.float64
        assert loaded.labels.dtype == np.int64
        assert loaded.images.shape[0] == loaded.labels.shape[0]
        assert 0 <= loaded.images.min() < loaded.images.max() <= 1
    with pytest.raises(UsageError, match="no image set 'mnits'; choose one of digits, mnist"):
        load_images("mnits")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not an idx file"),
        (b"\0\0\x08", "is not an idx file"),
        (b"\x89PNG and so on, many bytes of it", "is not an idx file"),
        (b"\0\0\x0d\x01" + struct.pack(">I", 7) + bytes(28), "is not an idx file of unsigned bytes"),
        (b"\0\0\x08\x03" + struct.pack(">I", 7), "is not an idx file"),
        (b"\0\0\x08\x01" + struct.pack(">I", 7) + bytes(6), "has 14 bytes instead of 15"),
        (b"\0\0\x08\x01" + struct.pack(">I", 7) + bytes(8), "has 16 bytes instead of 15"),
        (b"\0\0\x08\x03" + struct.pack(">III", *3 * [2**32 - 1]), "has 16 bytes instead of"),
    ],
)
def test_damaged_files_are_named_with_the_next_step(small, content, problem):
    folder, _, _ = small
    (folder / NAMES[0]).write_bytes(content)
    with pytest.raises(CourseError, match=f"{NAMES[0]} {problem}.*; copy or download it again"):
        load_mnist(folder)


def test_a_text_file_with_the_ending_gz_is_no_gzip_file(small):
    folder, _, _ = small
    (folder / f"{NAMES[1]}.gz").write_text("404: Not Found")
    with pytest.raises(CourseError, match=rf"{NAMES[1]}\.gz is not a whole gzip file"):
        load_mnist(folder)


@pytest.mark.parametrize("labels", [np.arange(6), np.arange(7) + 5, np.ones((7, 1))])
def test_labels_that_do_not_fit_the_images_are_reported(small, labels):
    folder, _, _ = small
    (folder / NAMES[1]).write_bytes(idx(labels))
    with pytest.raises(CourseError, match=r"do not belong together: shapes \(7, 3, 2\) and"):
        load_mnist(folder)


def test_missing_files_are_named(small, tmp_path):
    folder, _, _ = small
    with pytest.raises(CourseError, match="lacks train-images-idx3-ubyte or train-labels-idx1-ubyte"):
        load_mnist(folder, part="train")
    (folder / NAMES[0]).unlink()
    with pytest.raises(CourseError, match="lacks t10k-images-idx3-ubyte or t10k-labels-idx1-ubyte"):
        load_mnist(folder)
    with pytest.raises(CourseError, match="absent is not a folder"):
        load_mnist(tmp_path / "absent")


@pytest.mark.slow
def test_without_files_and_network_the_next_step_is_said():
    pytest.importorskip("torch", reason="PyTorch is not installed")
    code = (
        "from course.data.mnist import load_mnist\n"
        "from course.data.vision import import_torchvision\n"
        "import_torchvision('datasets').MNIST.mirrors = ['http://127.0.0.1:9/']\n"
        "from course.errors import CourseError\n"
        "try:\n    load_mnist()\n"
        "except CourseError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("MNIST is not on this machine and cannot be downloaded (")
    assert "name it in COURSE_DATA" in done.stdout
    assert "Traceback" not in done.stderr
