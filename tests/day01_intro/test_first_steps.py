"""Checks of first_steps.py: the shortest of the course. Read one of them today; they are ordinary Python."""

import platform
from importlib import metadata

from course.testing import assert_equal, hidden, points

NAMES = ["Ada", "Emmy", "Sofja", "Grace", "Ludwig", "Zoë", "Ibn al-Haytham", "O'Neill"]
PACKAGES = ["click", "matplotlib", "numpy", "pillow", "pytest", "rich", "scikit-learn", "scipy"]


@points(1)
def test_hello_greets_by_name(student, rng):
    for first in rng.permutation(NAMES)[:3].tolist():
        name = f"{first} {''.join(rng.choice(list('abcdefghijklmnopqrstuvwxyz'), size=6)).title()}"
        assert_equal(student.hello(name), f"Hello, {name}!", name="greeting")


@points(1)
def test_versions_of_python_and_of_packages(student, rng):
    packages = rng.permutation(PACKAGES)[:4].tolist()
    expected = {name: metadata.version(name) for name in packages} | {"python": platform.python_version()}
    assert_equal(student.versions(packages), expected, name="dict of versions")
    missing = f"nobody-made-{rng.integers(1000, 9999)}"
    expected = {"python": platform.python_version(), "scikit-learn": metadata.version("scikit-learn")}
    result = student.versions(["scikit-learn", missing])
    assert_equal(result, expected | {missing: None}, name="dict of versions, one package missing")


@hidden
@points(1)
def test_versions_of_packages_known_by_another_name_or_not_at_all(student, rng):
    missing = f"no-such-package-{rng.integers(1000, 9999)}"
    packages = ["scikit-learn", missing, "pillow"]
    expected = {name: metadata.version(name) for name in ("scikit-learn", "pillow")}
    expected |= {"python": platform.python_version(), missing: None}
    assert_equal(student.versions(packages), expected, name="dict of versions")
