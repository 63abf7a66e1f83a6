"""Mutation operators: the slips of the hand that people make in numerical code.

Each function looks at one piece of syntax and yields what could stand there instead, with the name of the
slip. They know NumPy and PyTorch by their vocabulary only: axes, signs, transposes, copies, epsilons, bounds,
the order of updates.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

Change = tuple[str, ast.expr]
StatementChange = tuple[str, list[ast.stmt]]

_OTHER_OPERATOR: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.FloorDiv: ast.Div,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_ORDER_MATTERS = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.FloorDiv, ast.Mod)
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_PAIRS = """
    sum mean, max min, amax amin, argmax argmin, maximum minimum, cumsum cumprod, any all, zeros ones,
    zeros_like ones_like, floor ceil, sin cos, std var, hstack vstack, normal uniform, train eval, add_ sub_, mul_ div_,
    logical_and logical_or, real imag, float64 float32, append extend, rfft fft, irfft ifft
"""
_OTHER_NAME = {
    word: other for pair in _PAIRS.split(",") for word, other in (pair.split(), reversed(pair.split()))
} | {"log": "log10", "log10": "log", "exp": "expm1", "log1p": "log", "expm1": "exp", "log_softmax": "softmax"}
_ELEMENTWISE = frozenset(
    """
    sqrt abs absolute exp log log2 log10 log1p expm1 tanh sin cos square sign relu sigmoid softmax clip clamp
    flip sort sorted reversed conj conjugate transpose cumsum cumprod round floor ceil maximum minimum max min
    roll rot90 fftshift array copy clone detach deepcopy abs_ sqrt_ clamp_ add_ nan_to_num unsqueeze squeeze ravel
    flatten sum mean norm
    """.split()
)
_SYMMETRIC = frozenset(
    """
    maximum minimum max min hypot logaddexp add multiply allclose isclose array_equal equal isinstance hasattr
    getattr print gcd concatenate super type mse_loss
    """.split()
)
_SIGNLESS = frozenset("empty empty_like zeros zeros_like super list dict range tuple set".split())
_RANGES = frozenset(["range", "arange"])
_ORDERED_AXES = frozenset(["reshape", "transpose", "permute", "view", "moveaxis"])
_AXES = frozenset(["axis", "dim", "axes", "dims"])
_QUIET = frozenset(["print", "warn", "warning", "info", "debug", "write", "set_description", "set_postfix"])
_PLAIN_BOUND = (ast.Name, ast.Attribute, ast.Call)
TINY = 1e-3


def expression_changes(node: ast.expr, parent: ast.AST) -> Iterator[Change]:
    """What could stand in the place of an expression below ``parent``."""
    if isinstance(parent, ast.keyword) and parent.arg in _AXES:  # the call has better ideas
        return
    if isinstance(node, ast.Tuple):
        yield from _tuples(node, parent)
    for change in _BY_TYPE.get(type(node), ()):
        yield from change(node)


def _operators(node: ast.BinOp) -> Iterator[Change]:
    other = _OTHER_OPERATOR.get(type(node.op))
    if other is not None:
        yield "operator", ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, _ORDER_MATTERS):
        yield "swapped operands", ast.BinOp(node.right, node.op, node.left)
    yield "dropped operand", node.left
    yield "dropped operand", node.right


def _signs(node: ast.UnaryOp) -> Iterator[Change]:
    if not (isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)):
        yield "negation" if isinstance(node.op, ast.Not) else "sign", node.operand


def _comparisons(node: ast.Compare) -> Iterator[Change]:
    for table, name in ((_BOUNDARY, "boundary"), (_OPPOSITE, "comparison")):
        for i, op in enumerate(node.ops):
            other = table.get(type(op))
            if other is not None:
                ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
                yield name, ast.Compare(node.left, ops, node.comparators)


def _junctions(node: ast.BoolOp) -> Iterator[Change]:
    yield "and, or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for i in range(len(node.values)):
        left = node.values[:i] + node.values[i + 1 :]
        yield "dropped condition", left[0] if len(left) == 1 else ast.BoolOp(node.op, left)


def _choices(node: ast.IfExp) -> Iterator[Change]:
    if not _is_one_comparison(node.test):
        yield "negation", ast.IfExp(node.test, node.orelse, node.body)
    yield "dropped condition", node.body
    yield "dropped condition", node.orelse


def _constants(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int):
        yield "constant", _number(value + 1)
        yield "constant", _number(value - 1)
    elif isinstance(value, float) and 0 < abs(value) <= TINY:
        yield "epsilon", ast.Constant(0.0)
        yield "epsilon", ast.Constant(math.sqrt(abs(value)))
    elif isinstance(value, float):
        yield "constant", _number(2 * value if value else 1.0)
        yield "constant", _number(value - 1)
    elif isinstance(value, str) and "->" in value:
        head, _, tail = value.partition("->")
        yield "transpose", ast.Constant(f"{head}->{tail[::-1]}")


def _number(value: float) -> ast.expr:
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _attributes(node: ast.Attribute) -> Iterator[Change]:
    if node.attr in ("T", "mT"):
        yield "transpose", node.value
    elif node.attr in _OTHER_NAME:
        yield "other function", ast.Attribute(node.value, _OTHER_NAME[node.attr], ast.Load())


def _names(node: ast.Name) -> Iterator[Change]:
    if node.id in ("max", "min", "any", "all", "float"):
        yield "other function", ast.Name({"float": "int", **_OTHER_NAME}[node.id], ast.Load())


def _calls(node: ast.Call) -> Iterator[Change]:
    name = call_name(node)
    yield from _unwrapped(node, name)
    for i, keyword in enumerate(node.keywords):
        rest = node.keywords[:i] + node.keywords[i + 1 :]
        yield f"dropped {keyword.arg or 'keywords'}", ast.Call(node.func, node.args, rest)
        if keyword.arg in _AXES:
            for axis in _other_axes(keyword.value):
                keywords = [*node.keywords[:i], ast.keyword(keyword.arg, axis), *node.keywords[i + 1 :]]
                yield "axis", ast.Call(node.func, node.args, keywords)
    if len(node.args) >= 2 and not any(isinstance(arg, ast.Starred) for arg in node.args):
        if name not in _SYMMETRIC:
            yield (
                "swapped arguments",
                ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords),
            )
        if len(node.args) == 3 and name == "where":
            yield "swapped arguments", ast.Call(node.func, [node.args[0], *node.args[:0:-1]], node.keywords)
        if name not in ("isinstance", "getattr", "hasattr", "zip"):
            yield "dropped argument", ast.Call(node.func, node.args[:-1], node.keywords)
    if name in _RANGES:
        yield from _other_ranges(node)
    if name in _ORDERED_AXES and len(node.args) > 2:
        args = [*node.args[:-2], node.args[-1], node.args[-2]]
        yield "order of axes", ast.Call(node.func, args, node.keywords)


def _unwrapped(node: ast.Call, name: str) -> Iterator[Change]:
    """``sqrt(x)`` → ``x``, ``x.copy()`` → ``x``."""
    if name not in _ELEMENTWISE:
        return
    of_a_library = isinstance(node.func, ast.Name) or is_module_path(node.func)
    if not of_a_library and isinstance(node.func, ast.Attribute):
        yield f"missing {name}", node.func.value
    elif node.args and not isinstance(node.args[0], (ast.Starred, ast.List, ast.Tuple, ast.ListComp)):
        yield f"missing {name}", node.args[0]


def _other_axes(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        yield ast.Constant({0: 1, 1: 0}.get(value.value, value.value - 1))
    elif isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.Constant):
        number = value.operand.value
        if isinstance(number, int):
            yield ast.UnaryOp(ast.USub(), ast.Constant(number + 1))
            yield ast.Constant(0)
    elif isinstance(value, ast.Tuple) and len(value.elts) > 1:
        for i in range(len(value.elts)):
            yield ast.Tuple(value.elts[:i] + value.elts[i + 1 :], ast.Load())


def _other_ranges(node: ast.Call) -> Iterator[Change]:
    for i, bound in enumerate(node.args):
        if not isinstance(bound, ast.Constant):
            for op in (ast.Add(), ast.Sub()):
                args = [*node.args[:i], _shifted(bound, op), *node.args[i + 1 :]]
                yield "off by one", ast.Call(node.func, args, node.keywords)
    if len(node.args) == 1:
        yield "off by one", ast.Call(node.func, [ast.Constant(1), node.args[0]], node.keywords)


def _shifted(node: ast.expr, op: ast.operator) -> ast.expr:
    return ast.BinOp(node, op, ast.Constant(1))


def _subscripts(node: ast.Subscript) -> Iterator[Change]:
    for index in _other_indices(node.slice):
        yield "index", ast.Subscript(node.value, index, node.ctx)
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for i, part in enumerate(parts):
        if isinstance(part, ast.Slice):
            for other in _other_slices(part):
                changed = [*parts[:i], other, *parts[i + 1 :]]
                index = ast.Tuple(changed, ast.Load()) if isinstance(node.slice, ast.Tuple) else other
                yield "slice", ast.Subscript(node.value, index, node.ctx)


def _other_indices(index: ast.expr) -> Iterator[ast.expr]:
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        yield ast.Tuple(index.elts[::-1], ast.Load())
    if isinstance(index, ast.Name):
        yield _shifted(index, ast.Sub())


def _other_slices(part: ast.Slice) -> Iterator[ast.Slice]:
    lower, upper, step = part.lower, part.upper, part.step
    if lower is not None:
        yield ast.Slice(None, upper, step)
    if upper is not None:
        yield ast.Slice(lower, None, step)
    if step is not None:
        yield ast.Slice(lower, upper, None)
    for op in (ast.Add(), ast.Sub()):
        if isinstance(lower, _PLAIN_BOUND):
            yield ast.Slice(_shifted(lower, op), upper, step)
        if isinstance(upper, _PLAIN_BOUND):
            yield ast.Slice(lower, _shifted(upper, op), step)


def _tuples(node: ast.Tuple, parent: ast.AST) -> Iterator[Change]:
    """Shapes and orders of axes; what is indexed, returned or unpacked is looked at elsewhere."""
    if not isinstance(parent, (ast.Call, ast.keyword)) or len(node.elts) < 2:
        return
    first, second, *rest = node.elts
    yield "order of axes", ast.Tuple([second, first, *rest], ast.Load())
    if rest:
        yield "order of axes", ast.Tuple([*node.elts[:-2], node.elts[-1], node.elts[-2]], ast.Load())


def _comprehensions(node: ast.expr) -> Iterator[Change]:
    assert isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp))
    for i, generator in enumerate(node.generators):
        if generator.ifs:
            bare = ast.comprehension(generator.target, generator.iter, [], generator.is_async)
            yield (
                "dropped condition",
                type(node)(node.elt, [*node.generators[:i], bare, *node.generators[i + 1 :]]),
            )


_BY_TYPE: Mapping[type[ast.expr], Sequence[Callable[..., Iterator[Change]]]] = {
    ast.BinOp: (_operators,),
    ast.UnaryOp: (_signs,),
    ast.Compare: (_comparisons,),
    ast.BoolOp: (_junctions,),
    ast.IfExp: (_choices,),
    ast.Constant: (_constants,),
    ast.Attribute: (_attributes,),
    ast.Name: (_names,),
    ast.Call: (_calls,),
    ast.Subscript: (_subscripts,),
    ast.ListComp: (_comprehensions,),
    ast.SetComp: (_comprehensions,),
    ast.GeneratorExp: (_comprehensions,),
}


def value_changes(value: ast.expr) -> Iterator[Change]:
    """What could stand in the place of a whole value that is returned or assigned."""
    if isinstance(value, ast.Tuple):
        if len(value.elts) == 2:
            yield "swapped results", ast.Tuple(value.elts[::-1], ast.Load())
        for i, part in enumerate(value.elts):
            if not isinstance(part, (ast.Constant, ast.Starred)):
                yield "sign", ast.Tuple([*value.elts[:i], _negative(part), *value.elts[i + 1 :]], ast.Load())
    elif isinstance(value, ast.Call) and call_name(value) in _SIGNLESS:
        return
    elif isinstance(value, (ast.Name, ast.BinOp, ast.Call, ast.Attribute, ast.Subscript)):
        yield "sign", _negative(value)


def _negative(value: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), value)


def statement_changes(block: Sequence[ast.stmt], at: int, known: frozenset[str]) -> Iterator[StatementChange]:
    """What could stand in the place of statement ``at`` of a block; ``known`` are the names assigned before it."""
    statement = block[at]
    if is_quiet(statement):
        return
    if isinstance(statement, ast.If):
        yield from _negated(statement)
        yield "dropped condition", list(statement.body)
        yield "removed", statement.orelse or [ast.Pass()]
    elif isinstance(statement, ast.While):
        yield from _negated(statement)
    elif isinstance(statement, ast.For):
        body = [*statement.body, ast.Break()]
        yield (
            "loop once",
            [ast.For(statement.target, statement.iter, body, statement.orelse, lineno=statement.lineno)],
        )
    elif isinstance(statement, ast.With):
        yield "removed with", list(statement.body)
    elif isinstance(statement, (ast.Break, ast.Continue)):
        yield "removed", [ast.Pass()]
        if isinstance(statement, ast.Continue):
            yield "break, continue", [ast.Break()]
    elif isinstance(statement, ast.Raise):
        yield from _other_exceptions(statement)
    elif _can_be_removed(statement, known):
        yield "removed", [ast.Pass()]
    if isinstance(statement, ast.AugAssign):
        yield from _other_updates(statement)
    if isinstance(statement, ast.Assign):
        yield from _in_place(statement)


def _negated(statement: ast.If | ast.While) -> Iterator[StatementChange]:
    if not _is_one_comparison(statement.test):  # its opposite says the same
        test = ast.UnaryOp(ast.Not(), statement.test)
        yield "negation", [type(statement)(test, statement.body, statement.orelse)]


def _is_one_comparison(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and len(node.ops) == 1


def _other_exceptions(statement: ast.Raise) -> Iterator[StatementChange]:
    raised = statement.exc
    if isinstance(raised, ast.Call) and isinstance(raised.func, ast.Name):
        other = "RuntimeError" if raised.func.id != "RuntimeError" else "ValueError"
        yield "other exception", [ast.Raise(ast.Call(ast.Name(other, ast.Load()), raised.args, []), None)]


def _other_updates(statement: ast.AugAssign) -> Iterator[StatementChange]:
    other = _OTHER_OPERATOR.get(type(statement.op))
    if other is not None:
        yield "operator", [ast.AugAssign(statement.target, other(), statement.value)]
    yield "update", [ast.Assign([statement.target], statement.value, lineno=statement.lineno)]


def _in_place(statement: ast.Assign) -> Iterator[StatementChange]:
    """``x = x - y`` → ``x -= y``, which changes the array of the caller, too."""
    target, value = statement.targets[0], statement.value
    if len(statement.targets) != 1 or not isinstance(target, ast.Name) or not isinstance(value, ast.BinOp):
        return
    if isinstance(value.left, ast.Name) and value.left.id == target.id:
        yield "in place", [ast.AugAssign(target, value.op, value.right)]


def _can_be_removed(statement: ast.stmt, known: frozenset[str]) -> bool:
    """Whether the code without the statement is not simply a NameError."""
    if isinstance(statement, ast.AugAssign):
        return True
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        names = [target for target in statement.targets if isinstance(target, (ast.Name, ast.Tuple))]
        return stored_names(statement) <= known if names else True
    return False


def swappable(first: ast.stmt, second: ast.stmt, known: frozenset[str]) -> bool:
    """Whether the order of two neighbours can matter without being a plain NameError."""
    simple = (ast.Assign, ast.AugAssign, ast.Expr)
    if not isinstance(first, simple) or not isinstance(second, simple) or is_quiet(first) or is_quiet(second):
        return False
    new = stored_names(first) - known
    if new & loaded_names(second):
        return False
    if isinstance(first, ast.Expr) or isinstance(second, ast.Expr):
        return True
    written, read = touched_names(first), loaded_names(first)
    return bool(written & (loaded_names(second) | touched_names(second)) or read & touched_names(second))


def is_quiet(statement: ast.stmt) -> bool:
    """Prints, logs and texts: what they say is not part of an exercise."""
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Call) and call_name(value) in _QUIET)


def call_name(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_module_path(node: ast.expr) -> bool:
    """``np.linalg.norm``, ``F.relu``, ``torch.exp``: a function of a library, as far as the eye can tell."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in (
        "np",
        "numpy",
        "torch",
        "F",
        "math",
        "copy",
        "scipy",
        "nn",
        "stats",
    )


def stored_names(node: ast.AST) -> set[str]:
    """Names that are assigned in ``node``."""
    return {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }


def loaded_names(node: ast.AST) -> set[str]:
    """Names that are read in ``node``; ``self.m`` counts as one."""
    return {_dotted(part) for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))} - {""}


def touched_names(statement: ast.stmt) -> set[str]:
    """Names, attributes and containers that an assignment changes: ``x`` of ``x[i] = …``."""
    first = getattr(statement, "target", None)
    targets = [*statement.targets] if isinstance(statement, ast.Assign) else [first]
    found: set[str] = set()
    while targets:
        target = targets.pop()
        if isinstance(target, (ast.Tuple, ast.List)):
            targets += target.elts
        elif isinstance(target, (ast.Subscript, ast.Starred)):
            targets.append(target.value)
        elif isinstance(target, (ast.Name, ast.Attribute)):
            found.add(_dotted(target))
    return found - {""}


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return "" if node.id in ("np", "torch", "self") else node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return ""
