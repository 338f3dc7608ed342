"""Whose credentials: environment, files, roles, tokens, helpers, machines."""

from __future__ import annotations

from tests.services.aws.credentials.setting import (
    ALL,
    BY_OTHER,
    DEFAULT,
    FILE_KEYS,
    HELPER,
    HERE,
    KEYS,
    NO_REGION,
    OTHER,
    REGION_VARIABLE,
    ROLE,
    SSO_NEW,
    SSO_OLD,
    Setting,
    sts,
)

PRINTS = """import json
print(json.dumps(dict(Version=1, AccessKeyId="AKIAHELPER", SecretAccessKey="s", **%r)))
"""
ENVIRONMENT = (
    Setting("keys and AWS_DEFAULT_REGION", KEYS | HERE, services=ALL),
    Setting(
        "AWS_REGION alone",
        KEYS | {"AWS_REGION": "eu-west-1"},
        differs=REGION_VARIABLE,
        ours=(sts("AKIAENV", "eu-west-1"),),
    ),
    Setting(
        "AWS_REGION before AWS_DEFAULT_REGION",
        KEYS | HERE | {"AWS_REGION": "eu-west-1"},
        differs=REGION_VARIABLE,
        ours=(sts("AKIAENV", "eu-west-1"),),
    ),
    Setting(
        "AWS_REGION before the profile's",
        KEYS | {"AWS_REGION": "eu-west-1"},
        config="[default]\nregion = ap-south-1\n",
        differs=REGION_VARIABLE,
        ours=(sts("AKIAENV", "eu-west-1"),),
    ),
    Setting("an empty AWS_REGION", KEYS | HERE | {"AWS_REGION": ""}),
    Setting(
        "no Region at all",
        KEYS,
        differs=NO_REGION,
        ours=(sts("AKIAENV", "us-east-1"),),
    ),
    Setting("a session token", KEYS | HERE | {"AWS_SESSION_TOKEN": "t"}),
    Setting("keys that end", KEYS | HERE | {"AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00Z"}),
    Setting("keys that have ended", KEYS | HERE | {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}),
    Setting("half a key", HERE | {"AWS_ACCESS_KEY_ID": "AKIAENV"}),
    Setting("nothing", HERE),
    Setting("keys before AWS_PROFILE", KEYS | HERE | {"AWS_PROFILE": "other"}, credentials=OTHER),
    Setting("--profile before keys", KEYS | HERE, credentials=OTHER, profile="other"),
    Setting(
        "an empty AWS_PROFILE",
        HERE | {"AWS_PROFILE": ""},
        credentials=DEFAULT,
        differs="An empty `AWS_PROFILE`",
        ours=(sts("AKIADEFAULT", "eu-central-1"),),
    ),
    Setting("AWS_DEFAULT_PROFILE", HERE | {"AWS_DEFAULT_PROFILE": "other"}, credentials=DEFAULT + OTHER),
    Setting(
        "AWS_PROFILE before AWS_DEFAULT_PROFILE",
        HERE | {"AWS_DEFAULT_PROFILE": "default", "AWS_PROFILE": "other"},
        credentials=DEFAULT + OTHER,
        differs="`AWS_DEFAULT_PROFILE`",
        ours=(sts("AKIAOTHER", "eu-central-1"),),
    ),
    Setting("keys, and a profile that is not there", KEYS | HERE | {"AWS_PROFILE": "gone"}),
    Setting(
        "the Region of AWS_PROFILE beside keys",
        KEYS | {"AWS_PROFILE": "other"},
        config="[profile other]\nregion = ap-south-1\n",
        credentials=OTHER,
    ),
)
FILES = (
    Setting("the credentials file", HERE, credentials=DEFAULT),
    Setting("the configuration alone", HERE, config=DEFAULT),
    Setting(
        "keys of both files",
        config="[default]\nregion = ap-south-1\n" + FILE_KEYS.format("AKIACONFIG"),
        credentials=DEFAULT,
    ),
    Setting(
        "a profile's Region",
        config="[profile other]\nregion = ap-south-1\n",
        credentials=OTHER,
        profile="other",
    ),
    Setting(
        "a Region of [default] alone",
        config="[default]\nregion = ap-south-1\n[profile other]\noutput = json\n",
        credentials=OTHER,
        profile="other",
        differs=NO_REGION,
        ours=(sts("AKIAOTHER", "us-east-1"),),
    ),
    Setting(
        "--region before all",
        KEYS | HERE,
        config="[default]\nregion = ap-south-1\n",
        region="sa-east-1",
        services=ALL,
    ),
    Setting(
        "a profile with a space",
        config='[profile "on call"]\nregion = eu-west-1\n' + FILE_KEYS.format("AKIACALL"),
        profile="on call",
    ),
)
ROLES = (
    Setting("a role by a profile", config=BY_OTHER, credentials=OTHER, profile="incident"),
    Setting("a role by AWS_PROFILE", {"AWS_PROFILE": "incident"}, config=BY_OTHER, credentials=OTHER),
    Setting("keys before a role", KEYS | {"AWS_PROFILE": "incident"}, config=BY_OTHER, credentials=OTHER),
    Setting(
        "a role by a role",
        config=BY_OTHER.replace("other", "hop")
        + "[profile hop]\nrole_arn = arn:aws:iam::123456789012:role/Hop\nsource_profile = other\n",
        credentials=OTHER,
        profile="incident",
    ),
    Setting(
        "a role whose source has the Region",
        config=ROLE + "source_profile = other\n[profile other]\nregion = us-west-2\n",
        credentials=OTHER,
        profile="incident",
        differs=NO_REGION,
        ours=(
            ("AssumeRole", "sts.amazonaws.com", "AKIAOTHER", "us-east-1"),
            sts("ASIARESPONDER", "us-east-1"),
        ),
    ),
    Setting(
        "a role by itself",
        config=ROLE + "source_profile = incident\nregion = eu-west-2\n" + FILE_KEYS.format("AKIASELF"),
        profile="incident",
    ),
    Setting(
        "a role by the environment's keys",
        KEYS,
        config=ROLE + "credential_source = Environment\nregion = eu-west-2\n",
        profile="incident",
    ),
    Setting(
        "a role of a source that is not there",
        config=ROLE + "source_profile = gone\nregion = eu-west-2\n",
        profile="incident",
    ),
    Setting(
        "roles in a circle",
        config=BY_OTHER.replace("other", "incident2")
        + BY_OTHER.replace("profile incident", "profile incident2").replace("other", "incident"),
        profile="incident",
    ),
    Setting(
        "a role with --region", config=BY_OTHER, credentials=OTHER, profile="incident", region="ap-south-1"
    ),
    Setting(
        "a role by a helper",
        config=ROLE + "source_profile = helped\nregion = eu-west-2\n[profile helped]\n" + HELPER,
        files={"helper.py": PRINTS % {}},
        profile="incident",
    ),
    Setting(
        "a role of China",
        config=ROLE.replace("arn:aws:", "arn:aws-cn:") + "source_profile = other\nregion = cn-north-1\n",
        credentials=OTHER,
        profile="incident",
    ),
)
WEB_FILE = "{folder}/web-token"
WEB = ROLE + f"web_identity_token_file = {WEB_FILE}\nregion = eu-west-2\n"
WEB_VARIABLES = {
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/Web",
    "AWS_WEB_IDENTITY_TOKEN_FILE": WEB_FILE,
}
ENDING = {"SessionToken": "t", "Expiration": "2099-01-01T00:00:00Z"}
METADATA = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{url}"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/container"}
HELPED = "[profile helped]\nregion = eu-west-2\n" + HELPER
TOKEN = {"web-token": "a.b.c"}
MACHINES = (
    Setting("a web identity", HERE | WEB_VARIABLES, files=TOKEN),
    Setting("keys before a web identity", KEYS | HERE | WEB_VARIABLES, files=TOKEN),
    Setting("a profile of a web identity", config=WEB, files=TOKEN, profile="incident"),
    Setting(
        "a profile before a web identity",
        HERE | WEB_VARIABLES,
        credentials=OTHER,
        files=TOKEN,
        profile="other",
    ),
    Setting("a web identity whose token is not there", HERE | WEB_VARIABLES),
    Setting("a helper", config=HELPED, files={"helper.py": PRINTS % {}}, profile="helped"),
    Setting("a helper of a session", config=HELPED, files={"helper.py": PRINTS % ENDING}, profile="helped"),
    Setting(
        "a helper that fails", config=HELPED, files={"helper.py": "raise SystemExit('no')"}, profile="helped"
    ),
    Setting(
        "a helper that is not there",
        config="[profile helped]\ncredential_process = {folder}/gone\n",
        profile="helped",
    ),
    Setting(
        "a helper that prints more than JSON",
        config=HELPED,
        files={"helper.py": "print('hi', {})"},
        profile="helped",
    ),
    Setting(
        "keys of a file before a helper",
        config=HELPED,
        credentials="[helped]\n" + FILE_KEYS.format("AKIAFILE"),
        files={"helper.py": PRINTS % {}},
        profile="helped",
    ),
    Setting("a container", HERE | CONTAINER),
    Setting(
        "a container with a token",
        HERE | CONTAINER | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": WEB_FILE},
        files=TOKEN,
    ),
    Setting("a file before a container", HERE | CONTAINER, credentials=DEFAULT),
    Setting(
        "a role of a container",
        HERE | CONTAINER,
        config=ROLE + "credential_source = EcsContainer\n",
        profile="incident",
    ),
    Setting("an instance", HERE | METADATA),
    Setting("a container before an instance", HERE | METADATA | CONTAINER),
    Setting(
        "a role of an instance",
        HERE | METADATA,
        config=ROLE + "credential_source = Ec2InstanceMetadata\n",
        profile="incident",
    ),
    Setting("an instance that may not be asked", HERE | METADATA | {"AWS_EC2_METADATA_DISABLED": "true"}),
    Setting(
        "an instance's Region",
        METADATA,
        differs="An instance's Region",
        ours=(("instance", "127.0.0.1", "", ""), sts("ASIAINSTANCE", "eu-west-3")),
    ),
    Setting("SSO, old form", config=SSO_OLD, profile="sso", sso="hours"),
    Setting("SSO, old form, ended", config=SSO_OLD, profile="sso", sso="ended"),
    Setting("SSO, old form, not signed in", config=SSO_OLD, profile="sso"),
    Setting("SSO, new form", config=SSO_NEW, profile="sso", sso="hours"),
    Setting(
        "SSO, new form, renewed by its own token", config=SSO_NEW, profile="sso", sso="ended, to be renewed"
    ),
    Setting("SSO, new form, ended", config=SSO_NEW, profile="sso", sso="ended"),
    Setting(
        "SSO, new form, without its session",
        config=SSO_NEW.replace("session corp", "session xx"),
        profile="sso",
        sso="hours",
    ),
    Setting(
        "a role by SSO",
        config=SSO_NEW + ROLE + "source_profile = sso\nregion = eu-west-2\n",
        profile="incident",
        sso="hours",
    ),
    Setting(
        "a login that is not there",
        config="[profile in]\nlogin_session = arn:aws:iam::123456789012:user/ann\nregion = eu-west-1\n",
        profile="in",
    ),
)
WAYS_IN = ENVIRONMENT + FILES + ROLES + MACHINES
