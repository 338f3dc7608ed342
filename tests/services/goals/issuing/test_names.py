"""Names that AWS refuses, in one sentence before anything is made."""

from __future__ import annotations

import pytest

from services.goals.issuing import names
from services.goals.issuing.names import BadName, Tag
from services.goals.issuing.wanted import KeySetup, default_group


@pytest.mark.parametrize("name", ["", "a b", "a" * 65, "é", "a/b", "a\n", "a;b", "-\x1b[31m"])
def test_no_user(name: str) -> None:
    with pytest.raises(BadName, match="isn't a valid user name"):
        names.user_name(name)


@pytest.mark.parametrize("name", ["", "a b", "a" * 513, "aws/x", "a:b", "/app/*", "/app/é", "/app\n"])
def test_no_log_group(name: str) -> None:
    with pytest.raises(BadName, match="isn't a valid log group name"):
        names.log_group_name(name)


@pytest.mark.parametrize("name", ["", "a:b", "a*", "a" * 513, "a\nb", "\x1b[2J"])
def test_no_log_stream(name: str) -> None:
    with pytest.raises(BadName, match="isn't a valid log stream name"):
        names.log_stream_name(name)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ([("a", "x" * 257)], "isn't a valid tag"),
        ([("a" * 129, "x")], "isn't a valid tag"),
        ([("a", "x;y")], "isn't a valid tag"),
        ([("a\x1b", "x")], "isn't a valid tag"),
        ([("Team", "x"), ("team", "y")], "is given twice"),
        ([(str(number), "x") for number in range(51)], "51 tags are too many"),
    ],
)
def test_no_tags(tags: list[Tag], words: str) -> None:
    with pytest.raises(BadName, match=words):
        names.tags(tags)


def test_what_aws_takes() -> None:
    assert names.user_name("A.b_c+d=e,f@g-1") == "A.b_c+d=e,f@g-1"
    assert names.log_group_name("/aws/hlc-logs/my_app.1#x") == "/aws/hlc-logs/my_app.1#x"
    assert names.log_stream_name("a b/é[$LATEST]") == "a b/é[$LATEST]"
    assert names.tags([("cost centre", "été 1"), ("empty", "")])
    assert names.log_group_name(default_group("A.b_c+d=e,f@g-1")) == "/aws/hlc-logs/A.b_c-d-e-f-g-1"


@pytest.mark.parametrize("groups", [(), tuple(f"/app/{number}" for number in range(11))])
def test_too_few_or_too_many_log_groups(groups: tuple[str, ...]) -> None:
    with pytest.raises(BadName, match="Name 1 to 10 log groups"):
        KeySetup("web", "us-east-1", groups)
