"""What an error message of Python, NumPy or PyTorch is often the sign of: a guess, in the words of a beginner.

Only messages that say what failed and not what to do are listed; a name that does not exist explains itself.
"""

from __future__ import annotations

import re

_ONE_TRUTH_VALUE = (
    "an array where one truth value is wanted (if, and, or, not, max, min): "
    "np.where, & and np.maximum go entry by entry, .all() and .any() make one of many; whether something was given "
    "at all is asked with `is not None`"
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
    "None where a value is meant: does a function end without return, was a method used that gives none, or may an "
    "argument be None, so that it is to be asked first (if b is not None)?"
)
_TENSORS = (
    "a tuple or a list of tensors where one is meant: each for itself, tuple(s.detach() for s in state)"
)
_METHOD = "the function itself where its value is meant: are the brackets behind it missing, as in f(x)?"
_INTEGER = (
    "a float where an integer is wanted (range, shape, index): // divides without a rest, / gives a float"
)
_PRECISION = (
    "float32, in which PyTorch computes, beside float64, in which NumPy does: make both the same, "
    "with dtype=torch.float64 where the tensor is made, or by x.to(w.dtype)"
)
_FACTORS = "the inner lengths of a product must agree: (n, k) @ (k, m); is a transpose missing, or is the order wrong?"
_ONE_BY_ONE = "a generator (or map, zip, filter) gives its items one by one, once: put list(…) around it"
_EMPTY = (
    "one of the two is empty: was it cut by x[:-k] where k is 0 (x[: n - k] is then the whole), "
    "or does a slice, a mask or a loop leave nothing?"
)
_ENTRY_BY_ENTRY = (
    "these shapes do not fit entry by entry: is an axis missing ([:, None], keepdims), a transpose, "
    "or a sum over one of them?"
)

SIGNS: tuple[tuple[str, str], ...] = (
    (r"shapes there: .*\bparts in one \w+", _NOT_UNPACKED),
    (
        r"shapes there: .*; as matrices, with @, they fit",
        "* multiplies entry by entry; the product of two matrices is written @",
    ),
    (
        r"shapes there: .*; the slice of .* ends at .*, which has only",
        "a slice that reaches over the end of an array is shorter, without an error: does the loop over positions go "
        "too far?",
    ),
    (
        r"shapes there: .*; the lengths are the same, in another order",
        "rows and columns, height and width, are exchanged in one of the two",
    ),
    (
        r"shapes there: .*; entry by entry, with \*, they fit",
        "the inner lengths of a product of matrices must agree, so @ needs a transpose of one of the two here; or is a "
        "product entry by entry meant (*)?",
    ),
    (
        r"shapes there: .*; .T reverses all \d+ axes",
        "of more than two axes, .T reverses the order of all: x.transpose(0, 2, 1) or np.swapaxes(x, -1, -2) exchanges "
        "the last two",
    ),
    (
        r"shapes there: .*; (with the transpose of .*|in the other order) they fit",
        "the inner lengths of a product must agree: (n, k) @ (k, m); is a transpose missing or too many, or is the "
        "order wrong?",
    ),
    (
        r"shapes there: .*; transposed they do not fit either",
        "one of the two has not the size it should have, whichever way it is turned: is a step before this line left "
        "out, or does it make something too small or too large?",
    ),
    (
        r"'torch\.return_types\.\w+' object has no attribute|unsupported operand.*torch\.return_types",
        "several results in one, as max, min, sort and topk give them along an axis: .values and .indices; argmax "
        "gives the places alone",
    ),
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
    (
        r"'(list|tuple)' object has no attribute '(detach|clone|backward|requires_grad|to|cpu|float)_?'",
        _TENSORS,
    ),
    (r"operand type.*'(list|tuple)'|'tuple' object has no attribute", _NOT_UNPACKED),
    (
        r"'(numpy\.ndarray|Tensor|(numpy\.)?float(64|32)?|int|list|tuple|dict)' object is not callable",
        "round brackets behind something that is no function: an entry is a[i], a product needs *, a variable has the "
        "name of a function, or where a function is to be handed over its value was (f(x) for f)",
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
        "indices run from 0 to the length − 1: does a loop go one too far, is another axis meant, or is the array "
        "too short?",
    ),
    (
        r"'(numpy\.)?(float|int)(64|32)?'( object is not subscriptable| has no len)|invalid index to scalar",
        "one number where an array is meant: was a sum or an index taken over too much?",
    ),
    (r"can only convert an array of size 1", _ONE_NUMBER),
    (
        r"'(numpy\.)?bool_?' object has no attribute|'(numpy\.)?bool_?' object is not (iterable|subscriptable)",
        "one truth value where an array of them is meant: None != 0 is just True, and so is a comparison with a list "
        "or of one number; is a part of it None (p.grad before backward)?",
    ),
    (
        r"does not result in an equal division",
        "np.split cuts along axis 0 unless it is told another one (axis=1), and wants parts of the same length; "
        "np.array_split makes parts whose lengths differ by one at most",
    ),
    (
        r"cannot reshape array of size|is invalid for input of size",
        "a reshape keeps the number of entries, and here are more or fewer: was the new shape worked out from other "
        "numbers than those the array was made with, does a slice before it end too early or too late, or is the "
        "length of another axis meant?",
    ),
    (
        r"(not enough|too many) values to unpack|cannot unpack non-iterable",
        "left of = stand more or fewer names than the right side has parts",
    ),
    (
        r"cannot access local variable|referenced before assignment",
        "this name gets its value in a branch or a loop that was not entered: give it one before",
    ),
    (
        r"broadcast.* shapes? .*\b0[,)]|shapes .*\b0[,)].* not aligned|size of tensor [ab] \(0\)"
        r"|size (0 is different from \d+|\d+ is different from 0)\)|inconsistent tensor size, .*\[0\]",
        _EMPTY,
    ),
    (r"could not be broadcast|must match the size of tensor|non-broadcastable output", _ENTRY_BY_ENTRY),
    (
        r"mat1 and mat2 shapes cannot be multiplied[^\n]*\n *shapes there: (?!.*must meet)",
        "a layer (nn.Linear) is made for the first number of the second shape, and gets the second number of the "
        "first: is a step before it missing, such as a pooling, does one flatten otherwise, or was the layer made for "
        "another size?",
    ),
    (
        r"mismatch in its core dimension|shapes .* not aligned|shapes cannot be multiplied|inconsistent tensor size",
        _FACTORS,
    ),
    (
        r"Cannot cast ufunc .* from dtype\('(float|complex)",
        "an array of integers takes no floats in place: make it floats first, x.astype(float), or write x = x + …",
    ),
    (
        r"running_mean should contain \d+ elements not \d+",
        "a batch normalisation is made for a number of channels, and here come others: does it stand at another place "
        "among the layers, or was it made with the number of another layer?",
    ),
    (r"have the same dtype|expected scalar type", _PRECISION),
    (r"expected target dtype to be Long", "labels are integers, int64: y.long()"),
    (r"could not infer output dtype", "integers have no mean in PyTorch: make them floats first, x.float()"),
    (r"unexpected keyword argument 'dim'", "in NumPy it is called axis, and keepdims"),
    (
        r"cannot read this file \(unexpected indent",
        "this line stands further in than the one above: the lines of a block begin in the same column",
    ),
    (
        r"cannot read this file \(expected an indented block",
        "what belongs to def, if, for or while stands below it, four blanks further in: is its body missing?",
    ),
    (
        r"cannot read this file \((unindent does not match|inconsistent use of tabs)",
        "a line begins in a column in which no block above begins: four blanks for each step, and no tabs",
    ),
    (
        r"cannot read this file \(unterminated",
        "a text ends with the quotes with which it begins: are they missing, or of another kind?",
    ),
    (
        r"cannot read this file \(invalid syntax\)",
        "Python was lost here: is there a bracket, a comma, a colon or an operator missing, or are the quotes around "
        "a text? Look at the line above as well",
    ),
    (
        r"must be square|batches of square matrices|Expected square matrix",
        "a square matrix is wanted here (solve, inv, det, eig), and this one is tall or wide: for least squares the "
        "square one is AᵀA",
    ),
    (
        r"[Ss]ingular matrix|input matrix is singular",
        "the matrix has no inverse: do its columns depend on each other, are there fewer rows than columns, or is a "
        "term missing that was to be added to its diagonal?",
    ),
    (
        r"at least two-dimensional|must have at least 2 dimensions",
        "a vector or a number where a matrix is wanted; of np.linalg.solve(A, b) the matrix comes first",
    ),
    (
        r"did not converge|must not contain infs or NaNs|contained non-finite values",
        "there is a NaN or an infinity in the matrix: look first where it comes from",
    ),
    (
        r"Cannot interpret '\d+' as a data type",
        "the shape is one argument, in brackets of its own: np.zeros((m, n)); what comes next is a dtype",
    ),
    (
        r"too large to convert to C|cannot convert float (infinity|NaN) to integer|Python integer .* out of bounds",
        "a number that an array of integers cannot hold: make that array one of floats",
    ),
    (r"bitwise_xor|operand type\(s\) for \^", "a power is written **; ^ compares the bits of integers"),
    (r"math domain error", "a logarithm of 0 or of a negative number, or a square root of one"),
    (
        r"does not require grad and does not have a grad_fn|differentiated Tensors does not require grad",
        "the way back is cut: requires_grad_() comes before the forward pass, and between the two no detach(), "
        "item(), NumPy or torch.no_grad()",
    ),
    (
        r"differentiated Tensor.* not have been used in the graph",
        "the result was not computed from this tensor: is it a copy made later (clone, detach, an index), and the "
        "forward pass used another one?",
    ),
    (
        r"must override the setup_context staticmethod",
        "torch.func (grad, vmap) passes no backward hook and no older autograd.Function: take the gradient with "
        "torch.autograd.grad",
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
        r"""'(generator|map|zip|filter|enumerate|dict_\w+)'( object is not subscriptable| has no len)"""
        r"|operand type.*'(generator|map|zip|filter)'|'(generator|map|zip|filter)' object (cannot be|has no attribute)",
        _ONE_BY_ONE,
    ),
    (
        r"must be real number, not (generator|map|zip)|infer dtype of (generator|map|zip|filter)",
        _ONE_BY_ONE,
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy keeps no track for gradients: x.detach().numpy(), or stay with torch's functions",
    ),
    (
        r"modified by an inplace operation",
        "a value that the backward pass still needs was overwritten: write x = x + …, not x += … or x[i] = …",
    ),
    (
        r"on the same device|not compiled with CUDA|NVIDIA driver|[Uu]nsupported device|MPS (backend|framework|device)",
        "checks run on the CPU, on every machine: leave the device out, or take 'cuda' only where "
        "torch.cuda.is_available() says so",
    ),
    (
        r"[Ii]ntegers to negative integer powers",
        "NumPy has no fractions among integers: make them floats first, x.astype(float) or 2.0 ** x",
    ),
    (
        r"[Oo]nly Tensors of floating point|result type Float can't be cast|can't be cast to the desired output type",
        "these are integers, which have no gradients and take no floats: x.float(), or write 1.0 for 1",
    ),
    (
        r"unhashable type",
        "keys of a dict and members of a set never change: a tuple for a list, a number or float(x) for an array",
    ),
    (
        r"'list' object has no attribute '(shape|T|dot|sum|mean|std|max|min|reshape|ndim|dtype|astype|size|item)'",
        "a list where an array is meant: np.array(…) or np.asarray(…) makes one of it",
    ),
    (
        r"'numpy\.ndarray' object has no attribute '(append|extend|insert|push)'",
        "arrays do not grow: collect in a list and make an array of it at the end, or use np.concatenate",
    ),
    (
        r"'numpy\.ndarray' object has no attribute '(clone|detach|numpy|backward|unsqueeze|float|double|long|dim|cpu)'",
        "an array of NumPy where a tensor is meant: torch.as_tensor(x) makes one of PyTorch; in an engine of your own "
        "tensors come of its operations, and a function of NumPy gives an array",
    ),
    (
        r"'Tensor' object has no attribute '(astype|copy|transpose_|tolist_|append)'",
        "NumPy's name for it: of a tensor it is x.to(dtype), x.clone(); a list of tensors becomes one by torch.stack",
    ),
    (
        r"must be Tensor, (not (numpy\.ndarray|list|float|int|tuple)|got <class)",
        "a function of PyTorch takes tensors: torch.as_tensor(x) makes one",
    ),
    (
        r"before Module\.__init__\(\) call|object has no attribute '_(parameters|modules|buffers)'",
        "super().__init__() comes first in the __init__ of a module of PyTorch",
    ),
    (
        r"assignment destination is read-only|buffer source array is read-only",
        "a view that may not be changed (np.broadcast_to, an argument): take a copy first, x = x.copy()",
    ),
    (
        r"ZeroDivisionError",
        "a length, a count or a sum is 0 here: what shall come out then, and can it be asked for before?",
    ),
    (
        r"'(int|float|bool|numpy\.\w+)' object is not iterable|iteration over a 0-d",
        "one number where several are gone through: range(n) for a count, a list or an array for values",
    ),
    (
        r"zero-size array to reduction|arg(max|min) of an empty seq|\(\) (arg is an empty|iterable arg.* is empty)",
        "nothing is left to choose from: is a slice, a mask or a loop empty?",
    ),
    (
        r"object does not support item assignment",
        "tuples, strings and numbers cannot be changed in a place: make a list or an array first",
    ),
    (r"takes no arguments", "does the class have an __init__, with two underscores on either side?"),
    (r"\w+\.\w+\(\) .*\n *def \w+\((?!self)", "is `self` missing as the first argument of the method?"),
    (
        r"\(\) takes .*positional arg|missing \d+ required positional|unexpected keyword argument|got multiple values",
        "a call and the def do not agree: as many arguments, in the same order, with the same names",
    ),
)


def crash_cause(message: str, known: str = "") -> str:
    """What this message is often the sign of; empty for one that is not known. ``known`` is the ``def`` of what was
    called, where the message is about its arguments, or what is told of the shapes in the line that failed.
    """
    text = f"{message}\n{known}"
    return next((cause for sign, cause in SIGNS if re.search(sign, text)), "")
