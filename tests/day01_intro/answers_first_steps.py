"""Answers to first_steps.py: wrong ones with what went wrong, and right ones in another style."""

import importlib
import platform
import sys
from importlib import metadata

from course.testing import misconception, variant


@misconception(
    "hello",
    "The greeting is printed, not returned. print shows a text to a person; return hands it to the caller, "
    "here the test.",
)
def prints_instead_of_returning(name):
    print(f"Hello, {name}!")


@misconception(
    "hello",
    'The text says {name} literally. Only in a text with an f before the quotes, f"…", are braces filled in.',
)
def without_the_f(name):
    return "Hello, {name}!"


@misconception(
    "hello", "Everybody is greeted as the world. The name is the argument of the function: use it."
)
def greets_the_world(name):
    return "Hello, world!"


@misconception(
    "hello",
    "The greeting is right but for a sign: compare the comma and the exclamation mark with the example.",
)
def no_exclamation_mark(name):
    return f"Hello, {name}"


@variant("hello")
def by_concatenation(name):
    return "Hello, " + name + "!"


@variant("hello")
def by_the_format_method(name):
    return "Hello, {}!".format(name)  # noqa: UP032


@misconception(
    "versions",
    "The entry for Python itself is missing: it stands under the key 'python', beside the packages.",
)
def without_python(packages):
    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


@misconception(
    "versions",
    "A package that is not installed ends the function with an error. Catch metadata.PackageNotFoundError "
    "and store None.",
)
def fails_for_a_missing_package(packages):
    return {"python": platform.python_version()} | {
        package: metadata.version(package) for package in packages
    }


@misconception(
    "versions",
    "The version of Python is cut to its first two numbers. platform.python_version() has all of them.",
)
def two_numbers_for_python(packages):
    found = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


@misconception(
    "versions",
    "A package is not always imported under the name by which it is installed (scikit-learn is sklearn, "
    "pillow is PIL). metadata.version goes by the installed name.",
)
def asks_the_imported_module(packages):
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            importlib.import_module(package)
            found[package] = metadata.version(package)
        except ImportError:
            found[package] = None
    return found


@variant("versions")
def from_the_list_of_distributions(packages):
    installed = {part.metadata["Name"].lower(): part.version for part in metadata.distributions()}
    return {"python": platform.python_version(), **{package: installed.get(package) for package in packages}}


@variant("versions")
def by_the_text_of_sys_version(packages):
    def version(package):
        try:
            return metadata.distribution(package).version
        except ModuleNotFoundError:
            return None

    return dict([("python", sys.version.split()[0])] + [(package, version(package)) for package in packages])
