"""What GitHub and GitLab can be asked and told, through their own clients: when they received a push, and a comment on
a commit. A client is imported when it is first needed.
"""

from __future__ import annotations

import os
import re
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from course.errors import CourseError
from course.forks.git import NotFetchedError
from course.forks.pushes import Push
from course.results.roster import Person

if TYPE_CHECKING:
    from github import Github
    from gitlab import Gitlab

MARK = "<!-- feedback of the course -->"
_MEANINGS = {
    401: "the token is not valid",
    403: "the token may not do this",
    404: "there is no such thing, or the token may not see it",
}
_PAGE = 100
_MOST_PAGES = 10


class Host(Protocol):
    """A server of repositories."""

    @abstractmethod
    def pushes(self, person: Person, since: datetime | None = None) -> list[Push]:
        """The pushes to a student's branch. Raises NotFetchedError where it does not say."""

    @abstractmethod
    def comment(self, person: Person, commit: str, body: str) -> str:
        """Write a comment on a commit, in the place of one that was written before; its address."""


def open_host(kind: str, api: str = "", *, pause: float = 1.0) -> Host:
    """GitHub or GitLab, with the token that the environment holds.

    ``api`` is the address of the interface where it is not that of the public server, ``pause`` the seconds between
    two writes that GitHub asks for. Raises CourseError without a token or a client.
    """
    variable = f"{kind.upper()}_TOKEN"
    token = os.environ.get(variable, "")
    if not token:
        raise CourseError(f"{kind} wants a token; set {variable} to one that may read these repositories.")
    try:
        if kind == "github":
            import github

            auth = github.Auth.Token(token)
            return GitHub(
                github.Github(
                    auth=auth,
                    base_url=api or "https://api.github.com",
                    seconds_between_writes=pause,
                    lazy=True,
                )
            )
        import gitlab

        return GitLab(
            gitlab.Gitlab(api or "https://gitlab.com", private_token=token, retry_transient_errors=True)
        )
    except ImportError:
        raise CourseError(
            f"The client of {kind} is not installed; `pip install --editable '.[hosts]'` brings it."
        ) from None


def full_name(address: str) -> str:
    """``ada/deep-learning`` of ``https://github.com/ada/deep-learning.git`` and ``git@github.com:ada/deep-learning``.

    Raises NotFetchedError for an address that names no repository of a host.
    """
    path = urlsplit(address).path if "://" in address else address.partition(":")[2]
    name = re.sub(r"\.git$", "", path.strip("/"))
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name):
        raise NotFetchedError(f"{address or 'an empty address'} is no repository of a host")
    return name


@contextmanager
def _told(host: str) -> Iterator[None]:
    """What a client or the way to the host complains of, as a few words."""
    import requests

    try:
        yield
    except requests.RequestException:
        raise NotFetchedError(f"{host} does not answer") from None
    except NotFetchedError:
        raise
    except Exception as error:
        status = getattr(error, "status", None) or getattr(error, "response_code", None)
        if status is None:
            raise
        raise NotFetchedError(f"{host} says {status}: {_MEANINGS.get(int(status), 'it cannot')}") from None


class GitHub:
    """Source: docs.github.com/rest/repos/repos#list-repository-activities and /rest/commits/comments."""

    def __init__(self, client: Github) -> None:
        self._client = client

    def pushes(self, person: Person, since: datetime | None = None) -> list[Push]:
        name = full_name(person.repository)
        with _told("GitHub"):
            branch = person.branch or self._client.get_repo(name).default_branch
            asked: dict[str, Any] = {"ref": f"refs/heads/{branch}", "per_page": _PAGE}
            found: list[Push] = []
            for _ in range(_MOST_PAGES):
                headers, rows = self._client.requester.requestJsonAndCheck(
                    "GET", f"/repos/{name}/activity", parameters=asked
                )
                found += [Push(datetime.fromisoformat(one["timestamp"]), one["after"]) for one in rows]
                cursor = re.search(r'[?&]after=([^&>]+)[^>]*>; rel="next"', headers.get("link", ""))
                if cursor is None or (since is not None and found and found[-1].time < since):
                    break
                asked["after"] = cursor[1]
            return sorted(push for push in found if set(push.commit) != {"0"})

    def comment(self, person: Person, commit: str, body: str) -> str:
        with _told("GitHub"):
            place = self._client.get_repo(full_name(person.repository)).get_commit(commit)
            for one in place.get_comments():
                if one.body.startswith(MARK):
                    if one.body != f"{MARK}\n{body}":
                        one.edit(f"{MARK}\n{body}")
                    return str(one.html_url)
            return str(place.create_comment(f"{MARK}\n{body}").html_url)


class GitLab:
    """Source: docs.gitlab.com/api/events and /api/discussions#commits."""

    def __init__(self, client: Gitlab) -> None:
        self._client = client

    def pushes(self, person: Person, since: datetime | None = None) -> list[Push]:
        with _told("GitLab"):
            project = self._client.projects.get(full_name(person.repository))
            branch = person.branch or project.default_branch
            asked = {"after": f"{since - timedelta(days=1):%Y-%m-%d}"} if since else {}
            return sorted(
                Push(datetime.fromisoformat(one.created_at), one.push_data["commit_to"])
                for one in project.events.list(action="pushed", per_page=_PAGE, iterator=True, **asked)
                if one.push_data["ref"] == branch and one.push_data.get("commit_to")
            )

    def comment(self, person: Person, commit: str, body: str) -> str:
        with _told("GitLab"):
            project = self._client.projects.get(full_name(person.repository), lazy=True)
            place = project.commits.get(commit, lazy=True)
            text = f"{MARK}\n{body}"
            for discussion in place.discussions.list(iterator=True):
                for note in discussion.attributes["notes"]:
                    if note["body"].startswith(MARK):
                        if note["body"] != text:
                            discussion.notes.update(note["id"], {"body": text})
                        return f"{person.repository}, commit {commit[:7]}"
            place.discussions.create({"body": text})
            return f"{person.repository}, commit {commit[:7]}"
