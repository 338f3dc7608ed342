"""Whatever stands in the environment and the files: one sentence that names what is wrong, or an answer."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from services.aws.credentials import helper
from services.aws.errors import AwsError
from services.aws.session import AwsSession
from tests.services.aws.credentials.test_renewal import call, last_key
from tests.signin import fixtures
from tests.signin.aws import Aws, role
from tests.signin.person import Person

aws, person = fixtures.aws, fixtures.person

PRINTS = """credential_process = echo '{"Version":1,"SecretAccessKey":"s","AccessKeyId":%s}'"""
ROLE = f"role_arn = {role('Responder')}\nregion = eu-west-1\n"


async def failure(profile: str | None = None) -> str:
    with pytest.raises(AwsError) as caught:
        async with AwsSession(profile, regions=("eu-west-1",)) as session:
            await call(session)
    said = str(caught.value)
    assert "\n" not in said
    assert "Traceback" not in said
    return said


def write(person: Person, section: str, name: str = "odd") -> None:
    with (person.home / ".aws" / "config").open("a") as config:
        config.write(f"\n[profile {name}]\n{section}\n")


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("role_arn = notanarn\nsource_profile = keys", "RoleArn"),
        (ROLE + "source_profile = nobody", '"nobody"'),
        (ROLE + "source_profile = odd2\n[profile odd2]\n" + ROLE + "source_profile = odd", "Infinite loop"),
        (ROLE, "source_profile"),
        (ROLE + "credential_source = Nowhere", "Nowhere"),
        (ROLE + "credential_source = Environment", "Environment"),
        (ROLE + "credential_source = Environment\nsource_profile = keys", "both"),
        (ROLE + "web_identity_token_file = {home}/vanished", "vanished cannot be read (No such file"),
        (ROLE + "web_identity_token_file = {home}", "cannot be read (Is a directory)"),
        ("sso_session = gone\nsso_account_id = 1\nsso_role_name = r", "gone"),
        ("sso_session = corp\nsso_account_id = 1", "sso_role_name"),
        ("sso_start_url = https://x\nsso_account_id = 1", "sso_region"),
        ("credential_process =", "credential_process is empty"),
        (ROLE + "web_identity_token_file = /dev/null", "token in /dev/null is empty"),
        (ROLE + "web_identity_token_file = {home}/binary", "binary isn't text"),
        (ROLE + "source_profile = keys\nservices = gone", '"gone"'),
        (ROLE + "source_profile = keys\nservices = s\n[services s]\niam = http://127.0.0.1:9", "its kind"),
        (ROLE + "source_profile = keys\nservices =\n  a = b", "its kind"),
        (
            "credential_source = Environment\nmetadata_service_timeout = soon",
            "timeout ('soon') isn't a number",
        ),
        (
            "aws_access_key_id = AKIA X\naws_secret_access_key = s",
            "the access key ID is empty, or has a space",
        ),
        ("aws_access_key_id = AKIAX\naws_secret_access_key = s\u00df", "the secret access key is"),
        ('credential_process = /bin/sh -c "echo', "isn't a valid command"),
        ("credential_process = /bin/true", "the helper /bin/true didn't print JSON"),
        ("credential_process = /bin/sh -c 'echo Sign in first >&2; exit 3'", "failed (Sign in first)"),
        (
            "credential_process = /bin/sh -c 'printf \"n\\351 en 1970\" >&2; exit 3'",
            "failed (n\ufffd en 1970)",
        ),
        ("credential_process = /bin/sh -c 'kill $$'", "ended by SIGTERM"),
        ("credential_process = {python} -c 'raise OSError(\"sealed\")'", "failed (OSError: sealed)"),
        ("credential_process = yes", "printed more than"),
        ("credential_process = {home}", "isn't executable"),
        ("credential_process = echo []", "JSON without credentials"),
        ("credential_process = echo '{\"Version\":2}'", "Version 1"),
        (ROLE + "source_profile = odd2\n[profile odd2]\n" + PRINTS % "12", "AccessKeyId isn't text"),
        (PRINTS % '""', "without AccessKeyId"),
        (PRINTS % '"AKIA\\nX: y"', "the access key ID is empty, or has"),
        (PRINTS % '"AKIA","Expiration":"tomorrow"', "an Expiration that isn't a time"),
        ("aws_access_key_id = AKIAX", "aws_secret_access_key"),
        ("", "aws configure --profile odd"),
    ],
)
async def test_a_profile_that_cannot_sign(person: Person, section: str, told: str) -> None:
    (person.home / "binary").write_bytes(b"\xff\xfe")
    write(person, section.replace("{home}", str(person.home)).replace("{python}", sys.executable))
    said = await failure("odd")
    assert "profile odd" in said
    assert told in said


@pytest.mark.parametrize("key", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
async def test_a_chain_of_three_roles_over_the_environment(
    aws: Aws, person: Person, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Named in the environment, the chain is passed over for the keys there, as the AWS CLI does it."""
    write(person, f"role_arn = {role('Third')}\nsource_profile = two", "three")
    write(person, f"role_arn = {role('Second')}\nsource_profile = one", "two")
    write(person, f"role_arn = {role('First')}\ncredential_source = Environment", "one")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv(key, "three")
    async with AwsSession("three", regions=("eu-west-1",)) as session:
        await call(session)
        assert last_key(aws).startswith("ASIATHIRD")
    async with AwsSession(regions=("eu-west-1",)) as session:
        await call(session)
        assert last_key(aws) == "AKIAENV"


@pytest.mark.parametrize(
    ("form", "good"),
    [
        ("{:%Y-%m-%dT%H:%M:%SZ}", True),
        ("{:%Y-%m-%dT%H:%M:%S+00:00}", True),
        ("{:%Y-%m-%dT%H:%M:%S.123456Z}", True),
        ("{:%a, %d %b %Y %H:%M:%S GMT}", True),
        ("{:%Y%m%dT%H%M%SZ}", True),
        ("{:%Y-%m-%dT%H:%M:%S}", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("0001-01-01T00:00:00+12:00", False),
        ("2020-01-01T00:00:00Z", False),
        ("tomorrow", False),
        ("-1", None),
        ("4102444800", None),
        ("1e400", False),
        (" ", None),
        ("2026-02-30T00:00:00Z", False),
    ],
)
async def test_an_expiration_of_any_form(aws: Aws, person: Person, form: str, good: bool | None) -> None:
    """None is for forms of which only this is asked: that they end in an answer or in one sentence."""
    when = form.format(datetime.now(UTC) + timedelta(hours=6))
    person.write_helper("AKIAHELPER", SessionToken="t", Expiration=when)
    try:
        async with AwsSession("helped") as session:
            await call(session)
            await call(session)
    except AwsError as error:
        assert not good
        said = str(error)
        assert "profile helped" in said
        assert "\n" not in said
    else:
        assert good is not False


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"AWS_CA_BUNDLE": "/nowhere.pem"}, "AWS_CA_BUNDLE"),
        ({"AWS_CA_BUNDLE": "/"}, "AWS_CA_BUNDLE"),
        ({"AWS_CA_BUNDLE": __file__}, "AWS_CA_BUNDLE"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "the proxy 127.0.0.1:9"),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128"}, "the proxy proxy.invalid"),
        ({"HTTPS_PROXY": "proxy.invalid"}, "the proxy proxy.invalid"),
        ({"HTTPS_PROXY": "http://127.0.0.1:99999"}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "socks5://127.0.0.1:9"}, "socks5 proxies aren't supported"),
        ({"HTTPS_PROXY": "http://ann:s3cret@127.0.0.1:9"}, "the proxy 127.0.0.1:9"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "127.0.0.1"),
        ({"AWS_ENDPOINT_URL": "http://nobody.invalid"}, "nobody.invalid"),
        ({"AWS_ENDPOINT_URL": "foo"}, "AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL": "https://[::1"}, "AWS_ENDPOINT_URL"),
    ],
)
@pytest.mark.parametrize("profile", ["keys", "role"])
async def test_the_way_to_aws_is_named_whoever_goes_it(
    person: Person, monkeypatch: pytest.MonkeyPatch, profile: str, variables: dict[str, str], told: str
) -> None:
    """The first to go may be botocore's own client, which asks for a role."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
        if name.endswith("_URL"):
            for proxy in ("HTTPS_PROXY", "HTTP_PROXY"):
                monkeypatch.delenv(proxy)
    said = await failure(profile)
    assert told in said
    assert "s3cret" not in said


@pytest.mark.parametrize("profile", ["keys", "role"])
async def test_an_empty_variable_is_none(
    person: Person, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", os.environ["AWS_CA_BUNDLE"])
    for name in ("AWS_CA_BUNDLE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "")
    async with AwsSession(profile) as session:
        await call(session)


@pytest.mark.parametrize(
    "program",
    ["sleep 60 & sleep 60", "exec >&- 2>&-; sleep 60", "exec yes >&2"],
    ids=["says nothing", "says that no more will come", "complains for ever"],
)
async def test_a_helper_that_nobody_can_answer_has_an_end(
    person: Person, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(helper, "DETACHED_SECONDS", 0.2)
    write(person, f"credential_process = /bin/sh -c '{program}'")
    assert "profile odd: the helper /bin/sh didn't end within" in await failure("odd")


async def test_a_clock_that_is_off_is_told_of_signing_in_too(aws: Aws, person: Person) -> None:
    aws.clock_is_off = True
    assert "timedatectl" in await failure("role")


@pytest.mark.parametrize("when", ["tomorrow", "2099-01-01T00:00:00", "4102444800", "1e400"])
async def test_an_expiration_in_the_environment_that_is_no_time(
    person: Person, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "s", "AWS_CREDENTIAL_EXPIRATION": when}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    said = await failure()
    assert "environment: AWS_CREDENTIAL_EXPIRATION isn't a time" in said


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil.example/x"}, "evil.example"),
        (
            {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/x",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere",
            },
            "/nowhere cannot be read",
        ),
        ({"AWS_ROLE_ARN": role("R"), "AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere"}, "/nowhere cannot be read"),
    ],
)
async def test_a_machine_that_is_told_wrongly(
    person: Person, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    (person.home / ".aws" / "config").unlink()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    said = await failure()
    assert told in said
    assert "profile" not in said
    assert "AWS_* variables" in said


@pytest.mark.parametrize("text", [b"junk", b"\xff\xfe[\x00d", b"[profile a]\nx = 1\n[profile a\n"])
async def test_a_file_that_cannot_be_parsed_is_named(person: Person, text: bytes) -> None:
    (person.home / ".aws" / "config").write_bytes(text)
    for profile in ("keys", None):
        said = await failure(profile)
        assert ".aws/config" in said
