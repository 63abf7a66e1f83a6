# Write the parts marked TODO(day12). Made by `course sync` from the course's single source.
# skeleton 5b5980cf0291f13e
"""One image and one kernel: correlation and convolution by loops, and two things they are good for.

Slow on purpose. Here you see what is multiplied with what; the next module does the same for whole batches with
many channels, fast. Arguments come back unchanged.
"""

from typing import Literal

import numpy as np

Mode = Literal["valid", "same", "full"]


def output_size(n: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """How many positions a kernel has along one axis.

    A dilated kernel spans d (k − 1) + 1 pixels. It starts at the first pixel of the padded axis, moves on by
    the stride, and never looks over the end:

        ⌊(n + 2 p − d (k − 1) − 1) / s⌋ + 1

    Parameters
    ----------
    n : pixels along the axis
    kernel : entries of the kernel along the axis, k
    stride : pixels from one position to the next, s
    padding : zeros added at *each* end, p
    dilation : pixels from one entry of the kernel to the next, d

    Returns
    -------
    int
        at least 1

    Raises
    ------
    ValueError
        when the kernel spans more pixels than there are, so that it has no position at all

    References
    ----------
    Dumoulin and Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285,
    relationships 6 and 15
    """
    # TODO(day12): raise ValueError when the kernel does not fit, else count its positions
    raise NotImplementedError("output_size is not written yet")


def correlate(image: np.ndarray, kernel: np.ndarray, mode: Mode = "valid") -> np.ndarray:
    """Cross-correlation: lay the kernel on the image, multiply, add, move on.

        y_ij = Σ_u Σ_v  x_{i+u, j+v} k_uv

    where x is the image with zeros around it. How many, for a kernel of k pixels along an axis:

    ========  ========  ======  ==================
    mode      before    after   size of the result
    ========  ========  ======  ==================
    "valid"   0         0       n − k + 1
    "same"    (k−1)//2  k // 2  n
    "full"    k − 1     k − 1   n + k − 1
    ========  ========  ======  ==================

    This is what deep learning calls a convolution.

    Parameters
    ----------
    image : (h, w) float array
    kernel : (kh, kw) float array, not necessarily square
    mode : how far the kernel may hang over the edge

    Returns
    -------
    float array
        of the size in the table

    Raises
    ------
    ValueError
        for another mode, and in mode "valid" for a kernel that is larger than the image

    Not allowed here: ``torch.conv2d``, ``torch.nn.Conv2d``; from ``scipy.signal``: ``correlate2d``,
    ``correlate``, ``convolve2d``, ``convolve``, ``fftconvolve``, ``oaconvolve``; from ``scipy.ndimage``:
    ``correlate``, ``convolve``; from ``numpy``: ``convolve``, ``correlate``; from
    ``torch.nn.functional``: ``conv2d``, ``unfold``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.1, equation 9.6
    """
    # TODO(day12): pad with zeros, then one sum of products per position of the kernel
    raise NotImplementedError("correlate is not written yet")


def convolve(image: np.ndarray, kernel: np.ndarray, mode: Mode = "valid") -> np.ndarray:
    """True convolution: correlation with the kernel turned by 180 degrees.

    In mode "full", with x and k continued by zeros,

        y_ij = Σ_u Σ_v  x_{i−u, j−v} k_uv .

    The minus signs make it commutative and associative, which correlation is not.

    Parameters
    ----------
    image : (h, w) float array
    kernel : (kh, kw) float array
    mode : as in `correlate`, with as many zeros before and after the image; for a kernel of even size in mode "same"
        ``scipy.signal.convolve2d`` has them the other way round

    Returns
    -------
    float array
        of the size of ``correlate(image, kernel, mode)``

    Raises
    ------
    ValueError
        as `correlate` does

    Not allowed here: ``torch.conv2d``, ``torch.nn.Conv2d``; from ``scipy.signal``: ``correlate2d``,
    ``correlate``, ``convolve2d``, ``convolve``, ``fftconvolve``, ``oaconvolve``; from ``scipy.ndimage``:
    ``correlate``, ``convolve``; from ``numpy``: ``convolve``, ``correlate``; from
    ``torch.nn.functional``: ``conv2d``, ``unfold``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning, section 9.1, equations 9.4 to 9.6
    """
    # TODO(day12): turn the kernel, not the result
    raise NotImplementedError("convolve is not written yet")


def image_gradient(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How fast the brightness changes to the right and downwards, by the filters of Sobel and Feldman.

    To the right: the central difference (right − left) / 2, averaged over three rows with the weights
    1/4, 1/2, 1/4. Downwards: the same, turned: (below − above) / 2 averaged over three columns.
    On the ramp x_ij = a j + b i + c the results are a and b everywhere.

    Parameters
    ----------
    image : (h, w) float array, at least 3×3

    Returns
    -------
    to_the_right, downwards : (h − 2, w − 2) float arrays
        in units of brightness per pixel; the outermost pixels have no neighbours and no result

    Not allowed here: ``numpy.gradient``; from ``scipy.ndimage``: ``sobel``, ``prewitt``, ``convolve``,
    ``correlate``, ``convolve1d``, ``correlate1d``; from ``scipy.signal``: ``convolve2d``,
    ``correlate2d``.

    References
    ----------
    Gonzalez and Woods, Digital Image Processing, 4th ed., section 10.2
    """
    # TODO(day12): a 3×3 kernel that correlates to one result, its transpose for the other
    raise NotImplementedError("image_gradient is not written yet")


def match_template(image: np.ndarray, template: np.ndarray) -> np.ndarray:
    """Where does the image look like the template? Normalised cross-correlation.

    For every window w of the image that has the size of the template t,

        r = Σ (w − w̄)(t − t̄) / √( Σ (w − w̄)² · Σ (t − t̄)² ) ,

    the correlation coefficient of their pixels. It is 1 where the window is the template up to brightness and
    contrast, and −1 where it is its negative. Plain correlation would be largest where the image is brightest.

    Parameters
    ----------
    image : (h, w) float array
    template : (th, tw) float array, not larger than the image

    Returns
    -------
    (h − th + 1, w − tw + 1) float array
        in [−1, 1]; 0 where all pixels of the window are equal

    Raises
    ------
    ValueError
        when all pixels of the template are equal: it has no pattern to look for

    Not allowed here: ``numpy.corrcoef``, ``scipy.stats.pearsonr``; from ``scipy.signal``:
    ``correlate2d``, ``correlate``, ``fftconvolve``.

    References
    ----------
    Lewis (1995), Fast normalized cross-correlation, Vision Interface 95, 120-123
    """
    # TODO(day12): centre the template once and each window on its own, then one coefficient per window
    raise NotImplementedError("match_template is not written yet")
