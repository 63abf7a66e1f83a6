"""JUnit XML: a test suite with its properties, and what became of each test.

Only a passed check is shown as passed: a wrong answer, a missing one and an untouched stub are failures, what ended
the code is an error. Source: the schema that Jenkins and pytest use (``junit-10.xsd`` of the xUnit plugin).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.xmlreader import AttributesImpl

from course.files import replacing
from course.results.names import shown

if TYPE_CHECKING:  # it imports a web client: every start of `course grade` would pay for it
    from xml.sax.saxutils import XMLGenerator

ERRORS = ("error", "timeout", "memory", "output", "grader_fault")
# What XML 1.0 cannot hold, not even escaped.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Suite:
    """The tests of one record, each with its day, exercise and entry."""

    name: str
    properties: Mapping[str, Any]
    tests: Iterable[tuple[str, str, Mapping[str, Any]]]


def write_suites(suites: Iterable[Suite], target: Path) -> None:
    """Write the file, suite by suite."""
    from xml.sax.saxutils import XMLGenerator

    with replacing(target) as file:
        xml = XMLGenerator(file, encoding="utf-8", short_empty_elements=True)
        xml.startDocument()
        xml.startElement("testsuites", _clean({}))
        for suite in suites:
            _suite(xml, suite)
        xml.endElement("testsuites")
        xml.endDocument()
        file.write("\n")


def _suite(xml: XMLGenerator, suite: Suite) -> None:
    tests = list(suite.tests)
    outcomes = [test["outcome"] for _, _, test in tests]
    errors = sum(outcome in ERRORS for outcome in outcomes)
    attributes = {
        "name": shown(suite.name),
        "tests": str(len(tests)),
        "failures": str(len(tests) - errors - outcomes.count("passed")),
        "errors": str(errors),
        "skipped": "0",
        "time": f"{sum(test['seconds'] for _, _, test in tests):.4f}",
    }
    xml.characters("\n")
    xml.startElement("testsuite", _clean(attributes))
    xml.startElement("properties", _clean({}))
    for name, value in suite.properties.items():
        _element(xml, "property", {"name": name, "value": str(value)})
    xml.endElement("properties")
    for day, exercise, test in tests:
        xml.characters("\n")
        place = {"classname": f"{day}.{exercise}", "name": test["test"], "time": f"{test['seconds']:.4f}"}
        xml.startElement("testcase", _clean(place))
        if test["outcome"] != "passed":
            kind = "error" if test["outcome"] in ERRORS else "failure"
            first = (test["message"] or test["outcome"]).splitlines()[0]
            _element(xml, kind, {"type": test["outcome"], "message": first}, test["message"])
        xml.endElement("testcase")
    xml.endElement("testsuite")


def _element(xml: XMLGenerator, name: str, attributes: dict[str, str], text: str = "") -> None:
    xml.startElement(name, _clean(attributes))
    if text:
        xml.characters(UNWRITABLE.sub("\ufffd", text))
    xml.endElement(name)


def _clean(attributes: dict[str, str]) -> AttributesImpl[str]:
    return AttributesImpl({name: UNWRITABLE.sub("\ufffd", value) for name, value in attributes.items()})
