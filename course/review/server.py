"""The server of a review: on this machine only, for who knows the address, and for no other site's forms.

Requests come in side by side, so that one that is slow to come holds up nobody, and are carried out one by one, by a
thread that lives as long as the server: what reads hand-ins is a process that ends with the thread it came from.
"""

from __future__ import annotations

import hmac
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar
from urllib.parse import parse_qsl

from course.errors import CourseError, UsageError
from course.review.desk import Desk
from course.review.pages import Problem, next_of, page, problem_page
from course.review.places import Place, read_place
from course.review.saving import MeanwhileError, save

ADDRESS = "127.0.0.1"
LARGEST_FORM = 2 * 2**20  # bytes
MOST_FIELDS = 500
WAIT_SECONDS = 30.0  # for a request that has begun
IDLE_SECONDS = 1.0  # after the last change, until grades.csv is written

T = TypeVar("T")
_OPEN = "open the one that `course review` has printed."

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with none at all a browser does not say where a form comes from
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ReviewServer(ThreadingHTTPServer):
    """Serves the pages of a desk until :meth:`shutdown`, or a request to end in the main thread."""

    daemon_threads = True

    def __init__(self, desk: Desk, port: int = 0, told: Callable[[str], None] = lambda _: None) -> None:
        """Listen on a port of this machine; 0 for one that is free. ``told`` hears what cannot be said on a page.

        Raises CourseError where the port is taken.
        """
        self.desk, self.token, self._told = desk, secrets.token_urlsafe(24), told
        self._work = ThreadPoolExecutor(max_workers=1)
        self._settling = threading.Lock()
        self.last_change = time.monotonic()
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            said = (error.strerror or "error").lower()
            raise CourseError(f"Port {port} cannot be listened on ({said}); leave --port out.") from None

    @property
    def address(self) -> str:
        """What to open, with the token."""
        return f"http://{ADDRESS}:{self.server_port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """How a browser on this machine may call the server."""
        return tuple(f"{name}:{self.server_port}" for name in (ADDRESS, "localhost"))

    def service_actions(self) -> None:
        """Twice a second: write ``grades.csv`` where something was decided and nobody has gone on since."""
        quiet = time.monotonic() - self.last_change > IDLE_SECONDS
        if self.desk.table_is_old and quiet and not self._settling.locked():
            threading.Thread(target=self.settle, daemon=True).start()

    def settle(self) -> None:
        """Write ``grades.csv`` where it is old. Where it cannot be written, that is said and the review goes on."""
        with self._settling:
            if not self.desk.table_is_old:
                return
            try:
                self.desk.write_table()
            except CourseError as error:
                self._told(f"{error} What was decided is in the store.")

    def server_close(self) -> None:
        """Wait for who is just saving, and end everything."""
        super().server_close()
        self._work.shutdown(cancel_futures=True)
        self.settle()
        self.desk.close()

    def one_by_one(self, work: Callable[[], T]) -> T:
        """What comes of ``work``, which has the desk to itself. Raises ConnectionError when the review has ended."""
        try:
            task = self._work.submit(work)
        except RuntimeError:
            raise ConnectionAbortedError("the review has ended") from None
        try:
            return task.result()
        except CancelledError:
            raise ConnectionAbortedError("the review has ended") from None

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is no news."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            traceback.print_exc()


class _RefusedError(Exception):
    """A request that is not for us, with its status and the sentence for who asked."""

    def __init__(self, status: HTTPStatus, says: str) -> None:
        super().__init__(says)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    server_version = "course"
    sys_version = ""
    timeout = WAIT_SECONDS

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_HEAD(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: addresses hold the token."""

    def _answer(self, respond: Callable[[Place], tuple[HTTPStatus, str]]) -> None:
        """Whatever comes of it, one page or one address to go to."""
        try:
            place = self._admitted()
            status, text = respond(place)
        except _RefusedError as error:
            status, text = error.status, problem_page(str(error))
        except CourseError as error:
            found = isinstance(error, UsageError)
            status = HTTPStatus.NOT_FOUND if found else HTTPStatus.INTERNAL_SERVER_ERROR
            text = problem_page(str(error))
        except ConnectionError:
            raise
        except Exception:  # a fault of ours, which must not end the review
            traceback.print_exc()
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            text = problem_page(
                "A fault of the review page; the terminal has the details. Nothing was saved."
            )
        self._send(status, text)

    def _admitted(self) -> Place:
        """The page that is asked for. Raises _RefusedError for whoever has not got the address from us."""
        if self.headers.get("Host", "") not in self.server.hosts:
            raise _RefusedError(HTTPStatus.FORBIDDEN, f"This server is called by another name; {_OPEN}")
        token, _, rest = self.path.lstrip("/").partition("/")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.server.token.encode()):
            raise _RefusedError(HTTPStatus.FORBIDDEN, f"This address is not that of the review; {_OPEN}")
        place = read_place(f"/{rest}")
        if place is None:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "There is no such page; go back to the first one.")
        return place

    def _get(self, place: Place) -> tuple[HTTPStatus, str]:
        desk, root = self.server.desk, self._root
        return HTTPStatus.OK, self.server.one_by_one(lambda: page(desk, root, place))

    def _post(self, place: Place) -> tuple[HTTPStatus, str]:
        form = self._form()
        return self.server.one_by_one(lambda: self._saved(place, form))

    def _saved(self, place: Place, form: dict[str, str]) -> tuple[HTTPStatus, str]:
        """Where to go on, or the same page with what is wrong."""
        desk = self.server.desk
        try:
            save(desk, place, form)
        except CourseError as error:
            return _status(error), page(desk, self._root, place, Problem(str(error), form))
        self.server.last_change = time.monotonic()
        onward = form.get("do", "").endswith("_next")
        target = next_of(desk, place) if onward else place
        return HTTPStatus.SEE_OTHER, f"{self._root}{target.path}{'' if onward else _anchor(form)}"

    def _form(self) -> dict[str, str]:
        """What was sent. Raises _RefusedError for another site's form, and for what no form of ours sends."""
        origin, site = self.headers.get("Origin", ""), self.headers.get("Sec-Fetch-Site", "same-origin")
        if origin not in [f"http://{host}" for host in self.server.hosts] or site != "same-origin":
            raise _RefusedError(HTTPStatus.FORBIDDEN, "This form comes from another page; nothing was saved.")
        if self.headers.get_content_type() != "application/x-www-form-urlencoded":
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This is no form; nothing was saved.")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal() and len(length) < 10 and int(length) <= LARGEST_FORM):
            raise _RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This form is too large; shorten it. Nothing was saved."
            )
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError("the form has no end")
        try:
            fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            raise _RefusedError(
                HTTPStatus.BAD_REQUEST, "This form cannot be read; nothing was saved."
            ) from None
        return dict(fields)

    @property
    def _root(self) -> str:
        return f"/{self.server.token}"

    def _send(self, status: HTTPStatus, text: str) -> None:
        moved = status == HTTPStatus.SEE_OTHER
        body = b"" if moved else text.encode("utf-8", "backslashreplace")
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if moved:
            self.send_header("Location", text)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _status(error: CourseError) -> HTTPStatus:
    """Why a form was not saved, for programs."""
    if isinstance(error, MeanwhileError):
        return HTTPStatus.CONFLICT
    return (
        HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, UsageError) else HTTPStatus.INSUFFICIENT_STORAGE
    )


def _anchor(form: dict[str, str]) -> str:
    """Where on its page the form stands."""
    if form.get("do", "") == "mark":
        return "#rubric"
    return f"#{form['anchor']}" if form.get("anchor", "").isalnum() else ""
