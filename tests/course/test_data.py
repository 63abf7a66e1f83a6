"""The data sets: shapes and ranges, and one clear sentence when a file is missing or damaged."""

import importlib
import subprocess
import sys
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn import datasets

import course.data
from course.data import (
    STOCK_SYMBOLS,
    load_diabetes,
    load_digits,
    load_iris,
    load_photograph,
    load_river_gauge,
    load_stock,
    load_text,
    load_time_series,
    make_noisy_signal,
    split_digits,
)
from course.errors import CourseError

GAUGE = """\
Zeit \tPegel
1.8.2022, 01:00 Uhr \t120 cm
31.7.2022, 23:00 Uhr \t-3 cm
1.8.2022, 00:00 Uhr \t118 cm
"""


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch):
    monkeypatch.delenv("COURSE_DATA", raising=False)


def gauge_file(tmp_path, content=GAUGE):
    folder = tmp_path / "gauge"
    folder.mkdir()
    file = folder / "river.tab"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_importing_the_data_package_is_cheap():
    heavy = {"matplotlib", "sklearn", "PIL", "scipy", "torch"}
    code = f"import sys, course.data; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_docstrings_are_the_same_text_whatever_was_imported_before():
    for package in ("matplotlib.pyplot", "scipy.signal", "scipy.special", "scipy.stats", "sklearn", "torch"):
        importlib.import_module(package)
    code = "import zlib; from course.data import load_text; print(zlib.crc32(load_text().encode()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == zlib.crc32(load_text().encode())


def test_the_docstrings_are_those_of_numpy_where_another_package_has_written_into_them(monkeypatch):
    text = load_text()
    assert "Return the normalized sinc function." in text
    monkeypatch.setattr(np.sinc, "__doc__", "Something else. " * 20)
    assert load_text() == text


def test_digits_are_images_between_zero_and_one():
    images, labels = load_digits()
    assert images.shape == (1797, 8, 8)
    assert images.dtype == np.float64
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert set(labels) == set(range(10))


def test_the_split_of_the_digits_is_drawn_from_the_seed_and_loses_none():
    one, same, other = split_digits(1), split_digits(1), split_digits(2)
    assert [t.dtype for t in one] == [torch.float32, torch.int64] * 2
    assert [t.shape for t in one] == [(1297, 64), (1297,), (500, 64), (500,)]
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one.y_test, other.y_test)
    images, labels = load_digits()
    whole = np.column_stack([images.reshape(-1, 64), labels])
    parts = np.column_stack([torch.cat([one.x_train, one.x_test]), torch.cat([one.y_train, one.y_test])])
    np.testing.assert_array_equal(parts[np.lexsort(parts.T)], whole[np.lexsort(whole.T)])


def test_signal_is_the_same_for_the_same_seed_and_has_the_noise_it_says():
    one, two, other = make_noisy_signal(seed=1), make_noisy_signal(seed=1), make_noisy_signal(seed=2)
    np.testing.assert_array_equal(one.y_train, two.y_train)
    assert not np.array_equal(one.y_train, other.y_train)
    large = make_noisy_signal(n=4000, noise=0.5)
    residual = large.y_train - np.interp(large.t_train, large.t, large.y)
    assert abs(residual.std() - 0.5) < 0.03
    assert not np.array_equal(large.t_train, large.t_validation)


@pytest.mark.parametrize("symbol", STOCK_SYMBOLS)
def test_every_stock_is_a_positive_series_in_the_order_of_time(symbol):
    series = load_stock(symbol)
    assert len(series.times) == len(series.values) >= 70
    assert (np.diff(series.times) > np.timedelta64(0)).all()
    assert (series.values > 0).all()


def test_a_part_of_a_series_includes_its_start_and_excludes_its_end():
    part = load_stock("IBM").between("2000-01-01", "2000-04-01")
    assert [str(day) for day in part.times] == ["2000-01-01", "2000-02-01", "2000-03-01"]
    assert part.days[1] - part.days[0] == 31


def test_an_unknown_stock_names_the_known_ones():
    with pytest.raises(CourseError, match="no stock 'ACME'; choose one of IBM"):
        load_stock("ACME")


def test_a_damaged_stock_file_names_the_line(tmp_path):
    file = tmp_path / "Stocks.csv"
    file.write_text("# source\nDate,IBM\n1990-01-01,10.5\n1990-02-01,ten\n")
    with pytest.raises(CourseError, match=r"Stocks\.csv, line 4: .*'1990-02-01,ten'"):
        load_stock("IBM", file)
    with pytest.raises(CourseError, match="install Matplotlib again"):
        load_stock("IBM", tmp_path / "absent.csv")


def test_photograph_is_colour_between_zero_and_one():
    image = load_photograph()
    assert image.shape == (427, 640, 3)
    assert 0.0 <= image.min() < 0.1 < 0.9 < image.max() <= 1.0


def test_a_file_that_is_no_image_is_named(tmp_path):
    file = tmp_path / "notes.png"
    file.write_text("not an image")
    with pytest.raises(CourseError, match=r"notes\.png is not an image"):
        load_photograph(file)
    with pytest.raises(CourseError, match="There is no image"):
        load_photograph(tmp_path / "absent.png")


def test_river_gauge_is_sorted_by_time(tmp_path):
    series = load_river_gauge(gauge_file(tmp_path))
    assert series.values.tolist() == [-3.0, 118.0, 120.0]
    assert str(series.times[0]) == "2022-07-31T23:00"
    assert series.unit == "cm"


def test_river_gauge_is_found_in_the_data_folder(tmp_path, monkeypatch):
    gauge_file(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert len(load_river_gauge().values) == 3
    assert load_time_series().unit == "cm"


def test_the_time_series_without_a_data_folder_is_a_stock():
    assert load_time_series().name == "NASDAQ Composite"
    assert len(load_time_series().values) == 36


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (GAUGE + "1.8.2022 02:00\t121\n", r"river\.tab, line 5: expected .* found '1\.8\.2022 02:00"),
        (GAUGE + "32.8.2022, 02:00 Uhr \t121 cm\n", "line 5"),
        ("Zeit \tPegel\n", "holds no water level"),
        ("", "holds no water level"),
        (b"\xff\xfe\x00\x01", "not a text file"),
    ],
)
def test_a_damaged_river_gauge_says_what_and_where(tmp_path, content, says):
    with pytest.raises(CourseError, match=says):
        load_river_gauge(gauge_file(tmp_path, content))


def test_a_missing_river_gauge_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(CourseError, match="set COURSE_DATA"):
        load_river_gauge()
    with pytest.raises(CourseError, match="does not exist"):
        load_river_gauge(tmp_path / "absent.tab")
    with pytest.raises(CourseError, match=r"holds no gauge/\*\.tab"):
        load_river_gauge(tmp_path)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "absent"))
    with pytest.raises(CourseError, match="not a folder"):
        load_time_series()


@pytest.mark.parametrize("name", ["digits", "diabetes", "iris"])
def test_what_scikit_learn_lacks_is_one_sentence(name, monkeypatch, tmp_path):
    (tmp_path / "__init__.py").touch()
    spec = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr("course.data.bundled.find_spec", lambda _: spec)
    with pytest.raises(CourseError, match=r"cannot be read \(.+\); install scikit-learn again\."):
        getattr(course.data, f"load_{name}")()


def test_without_scikit_learn_it_is_named(monkeypatch):
    monkeypatch.setattr("course.data.bundled.find_spec", lambda _: None)
    with pytest.raises(CourseError, match="pip install scikit-learn"):
        load_digits()


def test_files_of_scikit_learn_are_read_as_its_own_loaders_do():
    theirs = datasets.load_digits()
    np.testing.assert_array_equal(load_digits().images, theirs.images / 16)
    np.testing.assert_array_equal(load_digits().labels, theirs.target)
    np.testing.assert_array_equal(load_iris().measurements, datasets.load_iris().data)
    np.testing.assert_array_equal(load_iris().species, datasets.load_iris().target)
    theirs = datasets.load_diabetes(scaled=False)
    np.testing.assert_array_equal(load_diabetes().bmi, theirs.data[:, 2])
    np.testing.assert_array_equal(load_diabetes().progression, theirs.target)
