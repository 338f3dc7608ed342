"""Which profiles there are is read as botocore reads it, which then signs in with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.session import Session

from services.aws.credentials.profiles import read_profiles
from services.aws.errors import NoCredentials
from services.aws.session import AwsSession


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("[profile foo]", "foo"),
        ("[profile  foo]", "foo"),
        ('[profile "foo bar"]', "foo bar"),
        (r'[profile "a\"b"]', 'a"b'),
        ("[profile foo bar]", None),
        ("[ profile foo ]", None),
        ("[profile it's]", None),
        ("[foo]", None),
        ("[default]", "default"),
        ("[default ]", None),
    ],
)
def test_a_section_is_the_profile_that_botocore_takes_it_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, name: str | None
) -> None:
    configure(tmp_path, monkeypatch, header)
    assert list(read_profiles()) == list(Session().full_config["profiles"]) == [name] * (name is not None)


@pytest.mark.parametrize(("header", "name"), [("[ profile foo ]", "foo"), ("[profile foo bar]", "foo bar")])
async def test_what_is_no_profile_is_not_told_as_one_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, name: str
) -> None:
    configure(tmp_path, monkeypatch, header)
    with pytest.raises(NoCredentials) as caught:
        async with AwsSession(name) as session:
            await session.resolve_credentials()
    assert str(caught.value) == f"There is no profile {name} in the AWS configuration. See ~/.aws/config."


def configure(folder: Path, monkeypatch: pytest.MonkeyPatch, header: str) -> None:
    (folder / "config").write_text(f"{header}\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
