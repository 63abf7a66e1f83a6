"""A small server on this machine with as much of the interfaces of GitHub, GitLab and Canvas as the course uses. It
keeps what it is told, and speaks to the real clients.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SHA = "c" * 40
TOKEN = "a-token"
Answer = tuple[int, Any, dict[str, str]]


class State:
    """What the hosts hold, and every request in order."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.activity: list[dict[str, str]] = []
        self.grades: dict[str, str] = {}
        self.requests: list[str] = []
        self.address = ""


def github(state: State, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer | None:
    about = {"full_name": "ada/course", "url": f"{state.address}/repos/ada/course", "default_branch": "main"}
    place = f"{state.address}/repos/ada/course"
    if path == "/repos/ada/course":
        return 200, about, {}
    if path == "/repos/ada/course/activity":
        first = int(query.get("after", ["0"])[0])
        rows = state.activity[first : first + 2]
        more = first + 2 < len(state.activity)
        head = {"Link": f'<{state.address}{path}?after={first + 2}&per_page=100>; rel="next"'} if more else {}
        return 200, rows, head
    if path == f"/repos/ada/course/commits/{SHA}":
        return 200, {"sha": SHA, "url": f"{place}/commits/{SHA}"}, {}
    if path == f"/repos/ada/course/commits/{SHA}/comments":
        if method == "POST":
            number = len(state.comments) + 1
            state.comments.append({"id": number, "body": body["body"], "url": f"{place}/comments/{number}"})
            return 201, state.comments[-1] | {"html_url": f"{place}#c{number}"}, {}
        return 200, [one | {"html_url": f"{place}#c{one['id']}"} for one in state.comments], {}
    if method == "PATCH" and (found := re.fullmatch(r"/repos/ada/course/comments/(\d+)", path)):
        state.comments[int(found[1]) - 1]["body"] = body["body"]
        return 200, state.comments[int(found[1]) - 1], {}
    return None


def gitlab(state: State, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer | None:
    project = "/api/v4/projects/ada/course"
    discussions = f"{project}/repository/commits/{SHA}/discussions"
    if path == project:
        return 200, {"id": 7, "path_with_namespace": "ada/course", "default_branch": "main"}, {}
    if path == "/api/v4/projects/7/events":
        return 200, state.activity, {}
    if path == discussions and method == "POST":
        state.comments.append({"id": len(state.comments) + 1, "body": body["body"]})
        return 201, {"id": "d1", "notes": state.comments[-1:]}, {}
    if path == discussions:
        return 200, [{"id": "d1", "notes": state.comments}] if state.comments else [], {}
    if method == "PUT" and (found := re.fullmatch(rf"{discussions}/d1/notes/(\d+)", path)):
        state.comments[int(found[1]) - 1]["body"] = body["body"]
        return 200, state.comments[int(found[1]) - 1], {}
    return None


def canvas(state: State, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answer | None:
    handed = "/api/v1/courses/1/assignments/2/submissions/9"
    if path == "/api/v1/users/sis_login_id:ada":
        return 200, {"id": 9, "name": "Ada"}, {}
    if path == "/api/v1/courses/1":
        return 200, {"id": 1}, {}
    if path == "/api/v1/courses/1/assignments/2":
        return 200, {"id": 2, "course_id": 1}, {}
    if path == handed and method == "PUT":
        state.grades["ada"] = body["submission[posted_grade]"][0]
        if "comment[text_comment]" in body:
            state.comments.append({"comment": body["comment[text_comment]"][0]})
        return 200, {"id": 5, "user_id": 9, "assignment_id": 2}, {}
    if path == handed:
        return 200, {"id": 5, "user_id": 9, "assignment_id": 2, "submission_comments": state.comments}, {}
    return None


@contextmanager
def host(answer: Callable[..., Answer | None]) -> Iterator[State]:
    """A server that answers like one of the hosts to whoever has the token."""
    state = State()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            is_json = "json" in self.headers.get("Content-Type", "")
            body = json.loads(raw) if is_json and raw else parse_qs(raw)
            state.requests.append(f"{self.command} {unquote(parts.path)}")
            said = " ".join([self.headers.get("Authorization", ""), self.headers.get("PRIVATE-TOKEN", "")])
            found: Answer | None = (401, {"message": "Bad credentials"}, {})
            if TOKEN in said:
                found = answer(state, self.command, unquote(parts.path), parse_qs(parts.query), body)
            status, content, more = found or (404, {"message": "Not Found", "errors": "not found"}, {})
            data = json.dumps(content).encode()
            self.send_response(status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(data)), **more}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = _do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing on the screen of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
