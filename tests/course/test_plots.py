"""The look of the pictures: panels without a window, whatever backend is set."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from course.plots import COLOURS, arrays_of, label, legend_below, panels, show_image
from course.report.pictures import draw_day
from tests.course.conftest import write


def test_importing_the_plots_does_not_import_matplotlib():
    code = "import sys, course.plots; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_panels_need_no_window_and_no_pyplot():
    code = (
        "import sys; from course.plots import panels; panels(2, 2); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_panels_come_row_by_row_and_always_as_a_list(tmp_path):
    figure, axes = panels(2, 3)
    assert len(axes) == 6
    assert axes[1].get_subplotspec().colspan.start == 1
    _, only = panels()
    assert len(only) == 1
    figure.savefig(tmp_path / "panels.png")
    assert (tmp_path / "panels.png").stat().st_size > 1000


def test_label_names_axes_title_and_legend():
    _, (ax,) = panels()
    ax.plot([0, 1], [0, 1], color=COLOURS[0], label="line")
    label(ax, "time / s", "voltage / V", "a title", legend=True)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_title()) == ("time / s", "voltage / V", "a title")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["line"]


def test_axes_in_space_are_labelled_too():
    _, (ax,) = panels(projection="3d")
    label(ax, "x", "y")
    assert ax.name == "3d"


def test_show_image_keeps_the_scale_of_grey_values():
    _, (ax,) = panels()
    show_image(ax, [[0.2, 0.4], [0.6, 0.8]], "grey")
    assert ax.images[0].get_clim() == (0.0, 1.0)
    assert list(ax.get_xticks()) == []


def test_a_legend_below_covers_no_panel():
    figure, axes = panels(1, 2)
    for ax in axes:
        ax.plot([0, 1], [0, 1], label="line")
        label(ax, "time / s", "voltage / V")
    legend_below(figure, axes[0])
    figure.canvas.draw()
    (legend,) = figure.legends
    assert all(legend.get_window_extent().y1 < ax.get_window_extent().y0 for ax in axes)


class Heard(list):
    """What a drawing says, in order."""

    def begun(self, name, number, total):
        self.append(f"{name} is {number} of {total}")

    def say(self, text):
        self.append(text)


def test_a_picture_is_named_before_it_is_drawn(tiny, tmp_path):
    write(
        tiny.root / "day01_tiny/plots.py",
        """
        from course.plots import panels

        def figure_first():
            "One."
            return panels()[0]

        def figure_second():
            raise ValueError("no data")
        """,
    )
    heard = Heard()
    drawn = draw_day(tiny, tiny.days[0], tiny.root, tmp_path, heard)
    assert [path.name for path in drawn.pictures] == ["first.png"]
    assert [text.splitlines()[0] for text in heard] == [
        "first is 1 of 2",
        f"drawn {tmp_path / 'first.png'}: One.",
        "second is 2 of 2",
        "left out figure_second: ValueError: no data",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ([np.array(1.0), np.float64(2)], np.array([1.0, 2.0])),
        ([Fraction(1, 2), 2], np.array([0.5, 2.0])),
        ([(1, 2), (3, 4)], np.array([[1, 2], [3, 4]])),
    ],
)
def test_lists_of_numbers_are_arrays_to_a_picture(given: list[object], expected: np.ndarray) -> None:
    made = arrays_of(given)
    assert isinstance(made, np.ndarray)
    assert np.array_equal(made, expected)


def test_parts_stay_parts_and_their_numbers_are_arrays() -> None:
    mean, weights = arrays_of(((1.0, 2.0), [np.ones((2, 3)), np.ones(3)]))
    assert isinstance(mean, np.ndarray)
    assert [array.shape for array in weights] == [(2, 3), (3,)]
    assert arrays_of((1.0, 2.0)) == (1.0, 2.0)
