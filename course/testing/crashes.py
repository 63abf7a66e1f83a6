"""What an error message of Python, NumPy or PyTorch is often the sign of: a guess, in the words of a beginner.

Only messages that say what failed and not what to do are listed; a name that does not exist explains itself.
"""

from __future__ import annotations

import re

_ONE_TRUTH_VALUE = (
    "an array where one truth value is wanted (if, and, or, not, max, min): "
    "np.where, & and np.maximum go entry by entry, .all() and .any() make one of many"
)
_ONE_NUMBER = (
    "a whole array where one number is wanted: math.exp and float take one number, "
    "np.exp and the like every entry; is a sum, a mean or an index missing?"
)
_DIFFERENT_LENGTHS = (
    "parts of different shapes, which one array cannot hold: go through the list, part by part; "
    "or a whole list where one number is meant"
)
_NOT_UNPACKED = (
    "a list or tuple where an array is meant: is it several results in one, of which only some are wanted "
    "(a, b = …), or is np.array missing?"
)
_NONE = (
    "None where a value is meant: does a function end without return, or was a method used that gives none?"
)
_METHOD = "the function itself where its value is meant: are the brackets behind it missing, as in f(x)?"
_INTEGER = (
    "a float where an integer is wanted (range, shape, index): // divides without a rest, / gives a float"
)
_PRECISION = "float32, in which PyTorch computes, beside float64, in which NumPy does: x.to(w.dtype)"
_FACTORS = "the inner lengths of a product must agree: (n, k) @ (k, m); is a transpose missing, or is the order wrong?"
_ENTRY_BY_ENTRY = (
    "these shapes do not fit entry by entry: is an axis missing ([:, None], keepdims), a transpose, "
    "or a sum over one of them?"
)

SIGNS: tuple[tuple[str, str], ...] = (
    (r"truth value of an array|Boolean value of Tensor with more than one", _ONE_TRUTH_VALUE),
    (r"only (length-1|0-dimensional|integer scalar) arrays can be converted", _ONE_NUMBER),
    (r"(one element tensors|a Tensor with \d+ elements) can(not)? be converted", _ONE_NUMBER),
    (r"inhomogeneous|setting an array element with a sequence", _DIFFERENT_LENGTHS),
    (r"can't multiply sequence by non-int", _NOT_UNPACKED),
    (r"operand type.*'NoneType'|^TypeError: 'NoneType' object|cannot unpack non-iterable NoneType", _NONE),
    (r"'NoneType' object has no attribute", _NONE),
    (r"operand type.*'(function|method|builtin_function_or_method)'", _METHOD),
    (r"'(function|method|builtin_function_or_method)' object is not (subscriptable|iterable)", _METHOD),
    (r"'(function|method|builtin_function_or_method)' object has no attribute", _METHOD),
    (r"operand type.*'(list|tuple)'|'tuple' object has no attribute", _NOT_UNPACKED),
    (
        r"'(numpy\.ndarray|Tensor|(numpy\.)?float(64|32)?|int|list|tuple|dict)' object is not callable",
        "round brackets behind something that is no function: an entry is a[i], a product needs *, "
        "or a variable has the name of a function",
    ),
    (
        r"cannot be interpreted as an integer|only integers, slices|slice indices must be integers|single integer, got",
        _INTEGER,
    ),
    (
        r"list indices must be integers or slices, not tuple",
        "a[i, j] is for arrays; of nested lists it is a[i][j]",
    ),
    (
        r"too many indices|^AxisError|Dimension out of range",
        "there are fewer axes than that: they are counted from 0, and a sum or an index takes one away (keepdims)",
    ),
    (
        r"index out of range|out of bounds for (axis|dimension)",
        "indices run from 0 to the length − 1: does a loop go one too far, or is another axis meant?",
    ),
    (
        r"'(numpy\.)?(float|int)(64|32)?'( object is not (subscriptable|iterable)| has no len)|invalid index to scalar",
        "one number where an array is meant: was a sum or an index taken over too much?",
    ),
    (r"can only convert an array of size 1", _ONE_NUMBER),
    (
        r"(not enough|too many) values to unpack|cannot unpack non-iterable",
        "left of = stand more or fewer names than the right side has parts",
    ),
    (
        r"cannot access local variable|referenced before assignment",
        "this name gets its value in a branch or a loop that was not entered: give it one before",
    ),
    (
        r"maximum recursion depth",
        "a function calls itself without end: the case that ends it is never reached",
    ),
    (r"could not be broadcast|must match the size of tensor|non-broadcastable output", _ENTRY_BY_ENTRY),
    (
        r"mismatch in its core dimension|shapes .* not aligned|shapes cannot be multiplied|inconsistent tensor size",
        _FACTORS,
    ),
    (
        r"Cannot cast ufunc .* from dtype\('(float|complex)",
        "an array of integers takes no floats in place: make it floats first, x.astype(float), or write x = x + …",
    ),
    (r"have the same dtype|expected scalar type", _PRECISION),
    (r"expected target dtype to be Long", "labels are integers, int64: y.long()"),
    (r"could not infer output dtype", "integers have no mean in PyTorch: make them floats first, x.float()"),
    (r"unexpected keyword argument 'dim'", "in NumPy it is called axis, and keepdims"),
    (r"math domain error", "a logarithm of 0 or of a negative number, or a square root of one"),
    (
        r"does not require grad and does not have a grad_fn",
        "the way back is cut: requires_grad_() comes before the forward pass, and between the two no detach(), "
        "item(), NumPy or torch.no_grad()",
    ),
    (
        r"backward through the graph a second time",
        "a backward pass uses up its graph: make the forward pass anew, and detach() what comes from the one before",
    ),
    (
        r"grad can be implicitly created only for scalar outputs",
        "a backward pass begins at one number: take the sum or the mean first",
    ),
    (
        r"leaf Variable that requires grad",
        "parameters are changed under torch.no_grad(), a copy after clone()",
    ),
    (
        r"more than 1 .*positional argument|takes \d+ positional arguments? but",
        "is `self` missing, or an argument too many?",
    ),
)


def crash_cause(message: str) -> str:
    """What this message is often the sign of; empty for one that is not known."""
    return next((cause for sign, cause in SIGNS if re.search(sign, message)), "")
