"""Functions of tensors: log-sum-exp, softmax, cross-entropy, and the product that contains all products.

Each takes tensors and returns a tensor. You may write a rule, as in `tensor.py`, or build the function of operations
that have rules already: the engine differentiates both. Arguments come back unchanged, all results and gradients are
finite for finite inputs, however large, and it is float32 in, float32 out.
"""

import numpy as np

from day16_autograd.tensor import Axis, Tensor


def logsumexp(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """log Σ exp x over one axis, several, or all of them, without overflow.

    With m the maximum over the same axes it is m + log Σ exp(x − m). Its derivative by x is the softmax of x.

    Parameters
    ----------
    x : Tensor
    axis : int, tuple of ints, or None for all; negative ones count from the end
    keepdims : whether the axes stay, with length 1

    Returns
    -------
    Tensor

    References
    ----------
    Blanchard, Higham and Higham (2021), Accurately computing the log-sum-exp and softmax functions, IMA Journal of
    Numerical Analysis 41, 2311-2330
    """
    ### BEGIN SOLUTION keep the axes while you compute, take them away at the end if they are not wanted
    m = np.max(x.data, axis=axis, keepdims=True)
    e = np.exp(x.data - m)
    total = np.sum(e, axis=axis, keepdims=True)
    y = m + np.log(total)

    def rule(g: np.ndarray) -> tuple[np.ndarray]:
        return (np.reshape(g, y.shape) * (e / total),)

    shape = np.sum(x.data, axis=axis, keepdims=keepdims).shape
    return Tensor(np.reshape(y, shape), (x,), rule, "logsumexp")
    ### END SOLUTION


def softmax(x: Tensor, axis: int = -1) -> Tensor:
    """Positive numbers with the sum 1 along an axis: p = exp x / Σ exp x.

    With the gradient g of the shape of p, that by x is p (g − Σ g p), where the sum is over the same axis.

    Parameters
    ----------
    x : Tensor with one axis or more
    axis : along which the sum is 1

    Returns
    -------
    Tensor of the shape of x

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.2.2.3
    """
    ### BEGIN SOLUTION subtract the maximum; the rule needs p and no x
    e = np.exp(x.data - np.max(x.data, axis=axis, keepdims=True))
    p = e / np.sum(e, axis=axis, keepdims=True)

    def rule(g: np.ndarray) -> tuple[np.ndarray]:
        return (p * (g - np.sum(g * p, axis=axis, keepdims=True)),)

    return Tensor(p, (x,), rule, "softmax")
    ### END SOLUTION


def cross_entropy(logits: Tensor, labels: np.ndarray) -> Tensor:
    """Mean over the samples of −log softmax(logits) at the label, from logits and without overflow.

    L = 1/n Σᵢ ( logsumexp(zᵢ) − zᵢ[labelᵢ] )

    Parameters
    ----------
    logits : (n, c) Tensor
    labels : (n,) int array of numbers from 0 to c − 1

    Returns
    -------
    Tensor with the shape ()

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 6.2.2.3
    """
    ### BEGIN SOLUTION `logsumexp`, an index, a difference, a mean: no new rule is needed
    chosen = logits[np.arange(len(labels)), labels]
    return (logsumexp(logits, axis=1) - chosen).mean()
    ### END SOLUTION


def einsum(subscripts: str, *operands: Tensor) -> Tensor:
    """Einstein's sum: name the axes, and every index that is not in the result is summed over.

    ``"ij,jk->ik"`` is the matrix product, ``"bi,bi->b"`` a scalar product per row, ``"ij->"`` the sum of all entries,
    ``"i,j,k->ijk"`` an outer product. The gradient by an operand is an einsum again: that of the gradient of the
    result and all *other* operands, with the subscripts of this operand as its result. An index that only
    this operand has is summed over in the forward pass, so its gradient is the same for all its values: repeat it.

    Parameters
    ----------
    subscripts : with ``->``, without dots and spaces; a letter stands at most once in each term
    operands : Tensors, as many as there are terms; the same tensor may be given twice

    Returns
    -------
    Tensor

    References
    ----------
    Laue, Mitterreiter and Giesen (2020), A simple and efficient tensor calculus, AAAI 34, 4527-4534
    """
    ### BEGIN SOLUTION an operand of ones with the subscripts of the result brings the indices that nobody else has
    inputs, output = subscripts.split("->")
    terms, arrays = inputs.split(","), [x.data for x in operands]

    def gradient(number: int, g: np.ndarray) -> np.ndarray:
        term, array = terms[number], arrays[number]
        other_terms = terms[:number] + terms[number + 1 :]
        other_arrays = arrays[:number] + arrays[number + 1 :]
        spec = ",".join([output, *other_terms, term]) + "->" + term
        return np.einsum(spec, g, *other_arrays, np.ones_like(array))

    def rule(g: np.ndarray) -> list[np.ndarray]:
        return [gradient(number, g) for number in range(len(arrays))]

    return Tensor(np.einsum(subscripts, *arrays), operands, rule, "einsum")
    ### END SOLUTION
