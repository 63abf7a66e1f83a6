"""The look of the pictures: panels without a window, whatever backend is set."""

import subprocess
import sys

from course.plots import COLOURS, label, panels, show_image


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
