"""How many seconds of a processor does `course similar` take for a class, and whom does it name?

    python benchmarks/similarity.py [--day day03] [--students 300]

Each student has of every exercise the solution, a variant or one of the wrong answers, at random, and writes it down in
an own way: sums and comparisons turned round, results and parts of them named, or not. Of every 50 students two hand in
another one's work with other names and another order of functions. Prints Markdown.
"""

from __future__ import annotations

import argparse
import ast
import random
import tempfile
import time
from pathlib import Path

from small_assignment import ROOT

from course.catalog import Course, Day, load_course
from course.catalog.selecting import find_day
from course.grading.intake import Intake
from course.similarity.comparing import compare_class
from course.testing.answers import read_answers, with_answer


def write_class(
    course: Course, day: Day, folder: Path, students: int, chance: random.Random
) -> set[tuple[str, str]]:
    """The class, and the pairs of which one has copied."""
    answers = read_answers(course, day)
    sources = course.sources(day)
    copies = set()
    for number in range(students):
        name = f"s{number:03}"
        texts = dict(sources)
        for exercise in day.exercises:
            options = [answer for answer in answers if answer.exercise == exercise.name]
            answer = chance.choice([None, *options])
            if answer is not None:
                texts[exercise.module] = with_answer(texts[exercise.module], answer)
        texts = {module: in_an_own_way(text, chance) for module, text in texts.items()}
        if number % 50 in (20, 40):
            copies.add((f"s{number - 7:03}", name))
            texts = {module: disguised(text, chance) for module, text in written[f"s{number - 7:03}"].items()}
        written[name] = texts
        for module, text in texts.items():
            path = folder / name / day.name / f"{module}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return copies


written: dict[str, dict[str, str]] = {}


class Renamed(ast.NodeTransformer):
    """Local names get other ones."""

    def __init__(self, names: set[str]) -> None:
        self.names = {name: f"my_{name}" for name in names}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.names.get(node.arg, node.arg)
        return node


TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}


class Rewritten(ast.NodeTransformer):
    """The same in one of many ways."""

    def __init__(self, chance: random.Random) -> None:
        self.often = lambda: chance.random() < 0.5

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult)) and self.often():
            node.left, node.right = node.right, node.left
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        turned = TURNED.get(type(node.ops[0]))
        if len(node.ops) == 1 and turned and self.often():
            node.left, node.comparators, node.ops = node.comparators[0], [node.left], [turned()]
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and self.often():
            value = ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)
            return ast.Assign([node.target], value)
        return node

    def visit_Return(self, node: ast.Return) -> list[ast.stmt] | ast.AST:
        return self._named(node)

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt] | ast.AST:
        return self._named(node)

    def _named(self, node: ast.Return | ast.Assign) -> list[ast.stmt] | ast.AST:
        self.generic_visit(node)
        before: list[ast.stmt] = []
        if isinstance(node.value, ast.Call):
            for place, one in enumerate(node.value.args):
                if isinstance(one, (ast.BinOp, ast.Call, ast.Subscript)) and self.often():
                    before.append(ast.Assign([ast.Name(f"part{place}", ast.Store())], one))
                    node.value.args[place] = ast.Name(f"part{place}", ast.Load())
        if node.value is not None and self.often():
            before.append(ast.Assign([ast.Name("value", ast.Store())], node.value))
            node.value = ast.Name("value", ast.Load())
        return [*before, node]


def in_an_own_way(text: str, chance: random.Random) -> str:
    return ast.unparse(ast.fix_missing_locations(Rewritten(chance).visit(ast.parse(text))))


def disguised(text: str, chance: random.Random) -> str:
    tree = ast.parse(text)
    local = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    local |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {"self"}
    tree = Renamed(local).visit(tree)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    chance.shuffle(functions)
    tree.body = [node for node in tree.body if not isinstance(node, ast.FunctionDef)] + functions
    return ast.unparse(tree)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--day", default="day03")
    parser.add_argument("--students", type=int, default=300)
    said = parser.parse_args()
    course = load_course(ROOT)
    day = find_day(course, said.day)
    with tempfile.TemporaryDirectory() as place:
        copies = write_class(course, day, Path(place), said.students, random.Random(1))
        started = time.process_time()
        with Intake(course, Path(place), [day]) as intake:
            found = compare_class(course, day, intake)
        seconds = time.process_time() - started
    named = [(pair.left, pair.right) for pair in found.pairs]
    first = sum(pair in copies for pair in named[: len(copies)])
    print("| day | students | seconds | copies | found | among the first | pairs named |")
    print("|---|---|---|---|---|---|---|")
    numbers = [f"{seconds:.1f}", len(copies), len(copies & set(named)), first, len(named)]
    print(f"| {day.number} | {said.students} | {' | '.join(map(str, numbers))} |")


if __name__ == "__main__":
    main()
