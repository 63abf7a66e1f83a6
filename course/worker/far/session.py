"""Requests carried out next to the student's module. The same code runs in process and in the isolated
process.

A session imports modules, reads attributes, calls, applies operators, and runs drivers that a test sent
along. What is not plain data stays in its table of objects and is known outside by a number.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import linecache
import operator
import os
import random
import re
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from types import FrameType, FunctionType, ModuleType, TracebackType
from typing import Any

import numpy as np

from course.packages import advice, is_missing
from course.places import find_file, folders
from course.worker.far.accelerators import hide_accelerators
from course.worker.far.importing import ModuleSpace
from course.worker.far.refusals import Refusals, RefusedCallError
from course.worker.far.shapes import is_array, misfit, parts_in_one
from course.worker.outcomes import Interruption, StudentProblem
from course.worker.requests import Request
from course.worker.signatures import misused, signature

_IMPORTING = "<frozen importlib._bootstrap>"  # the file that frames of an import name

_FROM_OPERATOR = """
    add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift neg pos abs invert
    eq ne lt le gt ge getitem setitem delitem contains index
    iadd isub imul itruediv imatmul ipow
"""
OPERATORS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in _FROM_OPERATOR.split()},
    "len": len,
    "iter": iter,
    "next": next,
    "str": str,
    "repr": repr,
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "hash": hash,
    "enter": lambda manager: type(manager).__enter__(manager),
    "exit": lambda manager: type(manager).__exit__(manager, None, None, None),
    "dir": dir,
}


class Session:
    """A student's modules below ``root``, and the objects of theirs that a test holds by number."""

    def __init__(self, root: Path, days: Sequence[str], first_number: int = 1) -> None:
        self.root = folders(root)[-1]  # of everything that is the student's
        self.space = ModuleSpace(root, days)
        hide_accelerators()
        self.refusals = Refusals(root, days)
        self._objects: dict[int, Any] = {}
        self._next = first_number
        self._folder = os.getcwd()

    def keep(self, value: Any) -> tuple[int, str]:
        """Put an object into the table; its number and the name of its type."""
        number, self._next = self._next, self._next + 1
        self._objects[number] = value
        return number, type(value).__name__

    def object(self, number: int) -> Any:
        return self._objects[number]

    def drop(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._objects.pop(number, None)

    def begin(self, seed: int, refused: Sequence[str]) -> None:
        """Make a check start from the same state wherever and after whatever it runs."""
        os.chdir(self._folder)
        reset_process_state(seed)
        self.refusals.activate(refused)

    def perform(self, request: Request) -> Any:
        """The raw result. Raises StudentProblem for whatever the student's code raises."""
        watched = self.refusals.watch(True)
        try:
            with self.space.active():
                return self._described(request)
        finally:
            self.refusals.watch(watched)

    def _described(self, request: Request) -> Any:
        try:
            return self._perform(request)
        except (StudentProblem, Interruption, KeyboardInterrupt):
            raise
        except BaseException as error:
            problem = describe_exception(error, self.root)
            raise problem.with_traceback(error.__traceback__) from None

    def may_be_cut_at(self, frame: FrameType | None) -> bool:
        """Whether a call may be interrupted where it stands: in the student's code or in what it called, but not in the
        midst of importing a package, half of which would stay behind, and not when the call is over.
        """
        while frame is not None:
            code = frame.f_code
            if code is Session._perform.__code__ or _is_own(code.co_filename, self.root):
                return True
            if code.co_filename == _IMPORTING:
                return False
            frame = frame.f_back
        return False

    def _perform(self, request: Request) -> Any:
        target: Any = None if request.target is None else self.object(request.target)
        match request.verb:
            case "import":
                return self._import(request.name)
            case "get":
                return self._attribute(target, request.name)
            case "set":
                return setattr(target, request.name, request.args[0])
            case "call":
                function = self._attribute(target, request.name) if request.name else target
                return function(*request.args, **request.kwargs)
            case "operator":
                return OPERATORS[request.name](*request.args)
            case "run":
                driver, *args = request.args
                return driver(target, *args, **request.kwargs)

    def _import(self, name: str) -> tuple[ModuleType, dict[str, Any]]:
        """The module and, so that nobody has to ask for each, the functions and classes that it defines."""
        place = f"{name.replace('.', '/')}.py"
        if name not in sys.modules and find_file(self.space.root, place) is None:
            file = self.space.root / place
            raise StudentProblem("not_gradable", f"{_shown(file, self.root)} is missing{_near_file(file)}")
        module = self.space.import_module(name)
        own = {
            key: value
            for key, value in list(getattr(module, "__dict__", {}).items())
            if type(value) in (FunctionType, type) and value.__module__ == name
        }
        return module, own

    def _attribute(self, target: Any, name: str) -> Any:
        if isinstance(target, ModuleType) and not hasattr(target, name):
            own = [
                n for n, v in vars(target).items() if not n.startswith("_") and not isinstance(v, ModuleType)
            ]
            near = difflib.get_close_matches(name, own, n=1)
            hint = f"; did you rename it to {near[0]!r}?" if near else "."
            where = target.__name__.replace(".", "/") + ".py"
            raise StudentProblem("not_gradable", f"{where} has nothing named {name!r}{hint}")
        return getattr(target, name)


_PRINTING: Any = {
    **np.get_printoptions(),
    "edgeitems": 3,
    "threshold": 1000,
    "precision": 8,
    "suppress": False,
}


def reset_process_state(seed: int) -> None:
    """Generators seeded, and the global switches that student code may have turned put back."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    if np.get_printoptions() != _PRINTING:
        np.set_printoptions(**_PRINTING)
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(seed)  # torch.manual_seed also queues seeds for devices, slowly
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        if torch.are_deterministic_algorithms_enabled():
            torch.use_deterministic_algorithms(False)


def describe_exception(error: BaseException, root: Path) -> StudentProblem:
    """What a student needs to know of an exception: a sentence, and the traceback cut to their own frames."""
    types = tuple(c.__name__ for c in type(error).__mro__ if c is not object)
    frames = _own_frames(error, root)
    if isinstance(error, NotImplementedError) and _is_unwritten(error, frames):
        return StudentProblem("not_implemented", "Not written yet.", "", types)
    text = _traceback_text(error, frames, root)
    if isinstance(error, RefusedCallError):
        return StudentProblem("failed", str(error), text, types)
    if isinstance(error, MemoryError) or "can't allocate memory" in _safe_str(error):
        return StudentProblem("memory", "Your code asked for more memory than a check may use.", text, types)
    if isinstance(error, SyntaxError):
        return StudentProblem("error", _syntax_message(error, root), text, types)
    left = (
        isinstance(error, NotImplementedError) and frames[-1] is _innermost(error) and _is_raised(frames[-1])
    )
    return StudentProblem("error", _LEFT_BELOW if left else _advice(error, root), text, types)


_LEFT_BELOW = (
    "NotImplementedError: a line of the skeleton still stands below what you have written; delete it."
)


def _is_unwritten(error: NotImplementedError, frames: Sequence[traceback.FrameSummary]) -> bool:
    """Whether it comes from a skeleton: raised by a line of the student's, with nothing written above it."""
    if not frames:
        return True
    last = frames[-1]
    return last is _innermost(error) and _is_raised(last) and not _stands_below_others(last)


def _is_raised(frame: traceback.FrameSummary) -> bool:
    """Whether the line itself raises; of a line that cannot be read it is believed."""
    return not frame.line or re.search(r"\braise\b", frame.line) is not None


def _stands_below_others(frame: traceback.FrameSummary) -> bool:
    """Whether this line ends a function in which something is written above it."""
    try:
        tree = ast.parse("".join(linecache.getlines(frame.filename)))
    except SyntaxError:  # saved again meanwhile
        return False
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            above = [one for one in node.body if one.lineno < (frame.lineno or 0)]
            written = [one for one in above if not _is_given(one)]
            if written and any(
                isinstance(one, ast.Raise) and one.lineno == frame.lineno for one in node.body
            ):
                return True
    return False


def _is_given(statement: ast.stmt) -> bool:
    """Whether it is what skeletons have above the line that raises: a docstring, ``super().__init__()``."""
    return isinstance(statement, ast.Expr) and (
        isinstance(statement.value, ast.Constant) or ast.unparse(statement).startswith("super().__init__(")
    )


def _recursing(error: BaseException) -> str:
    """What calls itself in an endless recursion, a function of the student's or a library's, and what to do."""
    own, theirs = Counter[str](), Counter[tuple[str, str]]()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        name, file = frame.f_code.co_name, frame.f_code.co_filename.replace(os.sep, "/")
        if "site-packages/" in file:
            theirs[name, file.rpartition("site-packages/")[2].partition("/")[0]] += 1
        elif not name.startswith("<"):
            own[name] += 1
    ((name, often),) = own.most_common(1) or [("", 0)]
    too_often = "calls itself more often than Python allows (about 1,000 times):"
    if often <= 10 and theirs:
        (inner, package), times = theirs.most_common(1)[0]
        if times > 10:
            return (
                f"{inner} of {package} {too_often} what it goes through has no end. Is something in it that holds "
                "itself, or is more put in while a loop still goes through it? `list(…)` takes all first."
            )
    who = f"your function {name}" if often > 10 else "your function"
    return f"{who} {too_often} in which case does it stop calling itself? If it would stop later, write a loop instead."


def _advice(error: BaseException, root: Path) -> str:
    name, said = type(error).__name__, _safe_str(error)
    if isinstance(error, SystemExit):
        return "Your code ended the program (sys.exit or exit); a function must return instead."
    if isinstance(error, RecursionError):
        return f"RecursionError: {_recursing(error)}"
    if isinstance(error, ModuleNotFoundError) and is_missing(error.name or ""):
        return f"Your code imports {advice(error.name or '')}."
    if isinstance(error, ModuleNotFoundError):
        return f"ModuleNotFoundError: {said}; {_where_modules_are(error, root)}"
    unknown = re.match(r"cannot import name '(\w+)' from '(\w+)' \(unknown location\)", said)
    if unknown is not None and isinstance(error, ImportError):
        name, day = unknown.groups()
        return f"ImportError: there is no {name}.py in {day}, and folders in {day} are not read."
    if isinstance(error, OSError) and error.filename is None and _starts_processes(error):
        return (
            f"{name}: {said}; no other process can be started where work is graded: do it in this one (for a "
            "DataLoader num_workers=0)."
        )
    if any(one.__name__ in ("gaierror", "URLError") for one in type(error).__mro__):
        return f"{name}: {said}; there is no network where work is graded."
    if isinstance(error, FileNotFoundError):
        return f"FileNotFoundError: {said}; where work is graded there are its modules, and no other file beside them."
    if isinstance(error, EOFError) and "reading a line" in said:
        return "Your code waits for input(); a checked function gets everything through its arguments."
    if isinstance(error, (NameError, AttributeError, ImportError)) and type(error).__module__ == "builtins":
        return _as_python_says_it(error) or f"{name}: {said}"
    return f"{name}: {said}" if said else name


def _starts_processes(error: OSError) -> bool:
    frames = [frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__)]
    innermost = _innermost(error)
    return bool(innermost and innermost.line and "fork(" in innermost.line) or any(
        Path(code.co_filename).name == "subprocess.py"
        or Path(code.co_filename).parent.name == "multiprocessing"
        for code in frames
    )


def _where_modules_are(error: ModuleNotFoundError, root: Path) -> str:
    """What to do about a module that is not found."""
    day, _, inner = (error.name or "").partition(".")
    frames = _own_frames(error, root)
    beside = Path(frames[-1].filename).with_name(f"{day}.py") if frames else None
    if beside is not None and beside.is_file():
        return f"it lies beside this one, so its name is {beside.parent.name}.{day}."
    if inner and any((folder / day).is_dir() for folder in folders(root)):
        return f"there is no {inner.partition('.')[0]}.py in {day}, and folders in {day} are not read."
    if re.match(r"day\d|project_", day):
        return f"{day} does not come along where this is graded; lay what is needed beside this module."
    return "only the packages of the course are installed where work is graded."


def _as_python_says_it(error: BaseException) -> str:
    """With what Python itself suggests: "Did you mean: 'image'?"."""
    try:
        kind, trace = type(error), error.__traceback__
        told = traceback.TracebackException(kind, error, trace, limit=1, lookup_lines=False, compact=True)
        said = "".join(told.format_exception_only()).strip()[:1500]
        return said if "Did you" in said else said + _near_name(error)
    except Exception:  # it looks at the student's own objects
        return ""


def _near_name(error: BaseException) -> str:
    """What Python 3.11 suggests on the screen only."""
    name = getattr(error, "name", None)
    if isinstance(error, NameError):
        frame = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
        known = [*frame.f_locals, *frame.f_globals, *dir(builtins)]
    elif isinstance(error, AttributeError):
        known = dir(error.obj)
    else:
        return ""
    near = difflib.get_close_matches(name or "", known, n=1, cutoff=0.7)
    return f". Did you mean: {near[0]!r}?" if near and near[0] != name else ""


def _syntax_message(error: SyntaxError, root: Path) -> str:
    where = _shown(Path(error.filename), root) if error.filename else "the file"
    line = (error.text or "").strip()
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return (
            f"{where}, line {error.lineno}: a merge conflict is still in the file; "
            "choose one side and delete the marks."
        )
    return f"{where}, line {error.lineno}: Python cannot read this file ({error.msg})."


# The engine, the installed packages and the tests, parts of which run beside the student's code, may lie below the root
# of a clone; their frames are not the student's.
_OURS = tuple(
    f"{folder}{os.sep}" for folder in (Path(__file__).resolve().parents[2], Path(sys.prefix).resolve())
)


def _own_frames(error: BaseException, root: Path) -> list[traceback.FrameSummary]:
    return [frame for frame in _all_frames(error) if _is_own(frame.filename, root)]


def _is_own(filename: str, root: Path) -> bool:
    return filename.startswith(f"{root}{os.sep}") and not filename.startswith(
        (*_OURS, f"{root}{os.sep}tests{os.sep}")
    )


def _all_frames(error: BaseException) -> list[traceback.FrameSummary]:
    key = "_course_frames"
    cached: list[traceback.FrameSummary] | None = getattr(error, key, None)
    if cached is None:
        walk = traceback.walk_tb(error.__traceback__)
        cached = list(traceback.StackSummary.extract(walk, limit=-200, lookup_lines=False))
        try:
            setattr(error, key, cached)
        except AttributeError:
            return cached
    return cached


def _innermost(error: BaseException) -> traceback.FrameSummary | None:
    frames = _all_frames(error)
    return frames[-1] if frames else None


def _traceback_text(error: BaseException, frames: Sequence[traceback.FrameSummary], root: Path) -> str:
    places = groupby(frames, key=lambda frame: (frame.filename, frame.lineno))
    shown = [next(group) for _, group in places][
        -6:
    ]  # a comprehension is a frame of its own before Python 3.12
    if isinstance(error, RecursionError):  # each line once, however often it has come by
        shown = list({(f.filename, f.lineno): f for f in frames}.values())[:6]
    lines = [
        f"  {_shown(Path(f.filename), root)}, line {f.lineno}, in {f.name}\n      {f.line}" for f in shown
    ]
    if isinstance(error, RecursionError):
        lines += ["  and so on, again and again"] if shown else []
    elif isinstance(error, SyntaxError) and error.text:
        text = error.text.rstrip("\n")
        caret = " " * max((error.offset or 1) - 1, 0) + "^"
        lines.append(f"      {text}\n      {caret}")
    elif isinstance(error, TypeError) and (name := misused(f"TypeError: {_safe_str(error)}")):
        lines += _definition(name, root)
    elif frames and isinstance(error, (ValueError, IndexError, RuntimeError, TypeError)):
        try:
            shapes = _shapes(error, frames[-1].line or "", root)
        except Exception:  # a nested tensor has none; nobody's verdict hangs on it
            shapes = ""
        lines += [f"      shapes there: {shapes}"] if shapes else []
    return "\n".join(lines)


def _definition(name: str, root: Path) -> list[str]:
    """The ``def`` of a function of the student's that was called with other arguments than it takes."""
    for module in list(sys.modules.values()):
        file = vars(module).get("__file__") if type(module) is ModuleType else None
        if isinstance(file, str) and _is_own(file, root) and name.partition(".")[0] in vars(module):
            found = signature("".join(linecache.getlines(file)), name)
            if found is not None:
                line, text = found
                return [f"  {_shown(Path(file), root)}, line {line}, takes\n      {text}"]
    return []


def _shapes(error: BaseException, line: str, root: Path) -> str:
    """The shapes of the arrays in the line that failed: what an error of NumPy or PyTorch is nearly always about; the
    dtypes too where it is about them.
    """
    own = _own_tracebacks(error, root)
    if not own:
        return ""
    said = misfit(own[-1]) if isinstance(error, (ValueError, IndexError, RuntimeError)) else ""
    if said:
        return said
    values = own[-1].tb_frame.f_locals
    words = dict.fromkeys(re.findall(r"(?<![\w.])[^\W\d]\w*", line))
    found = [(word, values[word]) for word in words if word in values]
    several = [f"{word} is {said}" for word, value in found if (said := parts_in_one(value))]
    kinds = re.search(r"dtype|scalar type", _safe_str(error)) is not None
    return "; ".join(several) or ", ".join(
        f"{word} {tuple(value.shape)}{f' {value.dtype}'.replace('torch.', '') if kinds else ''}"
        for word, value in found
        if is_array(value)
    )


def _own_tracebacks(error: BaseException, root: Path) -> list[TracebackType]:
    found, one = [], error.__traceback__
    while one is not None:
        if _is_own(one.tb_frame.f_code.co_filename, root):
            found.append(one)
        one = one.tb_next
    return found


def _safe_str(error: BaseException) -> str:
    try:
        return str(error)[:1500]
    except BaseException:
        return ""


def _shown(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else file.name


def _near_file(file: Path) -> str:
    names = [p.stem for p in file.parent.glob("*.py")] if file.parent.is_dir() else []
    near = difflib.get_close_matches(file.stem, names, n=1)
    return f"; did you rename it to {near[0] + '.py'!r}?" if near else "; it is needed for these checks."
