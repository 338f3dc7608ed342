"""Settings that grew by themselves: chains in other orders, doubled names, and what isn't valid."""

from __future__ import annotations

from functools import partial

from tests.services.aws.credentials.endpoints import GLOBAL, LEGACY_STS
from tests.services.aws.credentials.setting import (
    ALL,
    BY_OTHER,
    FILE_KEYS,
    HELPER,
    HERE,
    KEYS,
    OTHER,
    ROLE,
    SSO_NEW,
    Setting,
    sts,
)
from tests.services.aws.credentials.ways_in import PRINTS, TOKEN, WEB, WEB_FILE, WEB_VARIABLES

DUAL = {"AWS_USE_DUALSTACK_ENDPOINT": "true"}
FIPS = {"AWS_USE_FIPS_ENDPOINT": "true"}
TWO = "[profile two]\nrole_arn = arn:aws:iam::123456789012:role/Two\n"
BY_TWO = ROLE + "source_profile = two\nregion = eu-west-2\n"
THREE = BY_TWO + TWO + "source_profile = one\n" + TWO.replace("two", "one").replace("Two", "One")
SECTION = "[default]\nregion = eu-west-1\nservices = m\n[services m]\n"
NO_SUCH_REGION = "A name that isn't a Region"


def at(region: str) -> dict[str, str]:
    return KEYS | {"AWS_DEFAULT_REGION": region}


incident = partial(Setting, profile="incident")

CHAINS = (
    incident("three roles, on keys", config=THREE + "source_profile = other\n", credentials=OTHER),
    incident("three roles, on the environment", KEYS, config=THREE + "credential_source = Environment\n"),
    incident(
        "a role on a role that has keys as well",
        config=BY_TWO + TWO + "source_profile = other\n" + FILE_KEYS.format("AKIATWO"),
        credentials=OTHER,
    ),
    incident(
        "a role that has keys as well", config=BY_OTHER + FILE_KEYS.format("AKIATWO"), credentials=OTHER
    ),
    incident(
        "a role in the credentials file",
        credentials=OTHER + BY_OTHER.replace("[profile ", "["),
    ),
    incident("a role on a web identity", config=BY_TWO + TWO + WEB.partition("\n")[2], files=TOKEN),
    incident("a role, a web identity and a source", config=WEB + "source_profile = other\n", files=TOKEN),
    incident("a role by itself alone", config=ROLE + "region = eu-west-2\n"),
    incident(
        "a role with all that it takes",
        config=BY_OTHER + "role_session_name = me\nexternal_id = x\nduration_seconds = 900\n",
        credentials=OTHER,
    ),
    incident(
        "a role with a code, and nobody there",
        config=BY_OTHER + "mfa_serial = arn:aws:iam::123456789012:mfa/a\n",
        credentials=OTHER,
    ),
    incident(
        "a role on SSO that has a role as well",
        config=SSO_NEW.replace("[profile sso]\n", "[profile incident]\nsource_profile = other\n"),
        credentials=OTHER,
        sso="hours",
    ),
)
NAMES = (
    Setting(
        "[default] and [profile default]",
        HERE,
        config="[default]\n" + FILE_KEYS.format("AKIAD") + "[profile default]\n" + FILE_KEYS.format("AKIAP"),
    ),
    Setting("[profile default] alone", KEYS, config="[profile default]\nregion = eu-west-3\n"),
    incident("a section without profile", HERE, config="[incident]\n" + FILE_KEYS.format("AKIAB")),
    incident(
        "profile in the credentials file",
        HERE,
        credentials="[profile incident]\n" + FILE_KEYS.format("AKIAB"),
    ),
    incident("capital letters", HERE, credentials="[incident]\n" + FILE_KEYS.format("AKIAU").upper()),
    incident(
        "keys in two halves",
        HERE,
        config="[profile incident]\naws_access_key_id = AKIAC\n",
        credentials="[incident]\naws_secret_access_key = s\n",
    ),
    incident(
        "a helper in the credentials file",
        HERE,
        credentials="[incident]\n" + HELPER,
        files={"helper.py": PRINTS % {}},
    ),
)
PLACES = (
    Setting("dual stack where there is none", at("us-iso-east-1") | DUAL),
    Setting("FIPS where there is none", at("cn-north-1") | FIPS, services=ALL),
    Setting("FIPS in Europe", at("eu-west-1") | FIPS, services=(*ALL, "s3")),
    Setting("dual stack in China", at("cn-north-1") | DUAL, services=ALL),
    Setting("S3 by dual stack", KEYS | HERE | DUAL, services=("s3",)),
    Setting(
        "S3 with settings of its own",
        KEYS,
        config="[default]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n",
        services=("s3",),
    ),
    Setting("FIPS that is neither", at("us-east-2") | {"AWS_USE_FIPS_ENDPOINT": "maybe"}, services=ALL),
    Setting(
        "FIPS not, over the profile's",
        KEYS | {"AWS_USE_FIPS_ENDPOINT": "false"},
        config="[default]\nregion = us-west-2\nuse_fips_endpoint = true\n",
    ),
    Setting("a services section that is not there", KEYS, config=SECTION.replace("[services m]\n", "")),
    Setting("a services section of another kind", KEYS, config=SECTION + "iam = {url}\n", services=("iam",)),
    Setting(
        "a services section with what is no service",
        KEYS,
        config=SECTION + "frob =\n  endpoint_url = {url}/frob\n",
        services=ALL,
    ),
    Setting("an endpoint without a scheme", KEYS | HERE | {"AWS_ENDPOINT_URL": "localhost:4566"}),
    Setting("an endpoint that is empty", KEYS | HERE | {"AWS_ENDPOINT_URL": ""}, services=ALL),
    Setting(
        "endpoints not ignored",
        KEYS | HERE | GLOBAL | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"},
        services=ALL,
    ),
    Setting("SSO's endpoint too", GLOBAL, config=SSO_NEW, profile="sso", sso="hours"),
    Setting(
        "SSO in another Region",
        {"AWS_DEFAULT_REGION": "us-west-2"},
        config=SSO_NEW,
        profile="sso",
        sso="hours",
    ),
    Setting(
        "STS as it once was, by the profile",
        KEYS,
        config="[default]\nregion = eu-west-1\nsts_regional_endpoints = legacy\n",
        differs=LEGACY_STS,
        ours=(sts("AKIAENV", "eu-west-1"),),
    ),
    *(
        Setting(f"Region {name}", at(name), differs=NO_SUCH_REGION)
        for name in ("aws-global", "us-gov-east-1-fips", "EU-WEST-1")
    ),
)
MACHINES = (
    Setting(
        "a container of elsewhere", HERE | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"}
    ),
    Setting("a web identity without a role", HERE | {"AWS_WEB_IDENTITY_TOKEN_FILE": WEB_FILE}, files=TOKEN),
    Setting(
        "AWS_PROFILE before a web identity",
        HERE | WEB_VARIABLES | {"AWS_PROFILE": "other"},
        credentials=OTHER,
    ),
    Setting(
        "boto's own configuration",
        HERE | {"BOTO_CONFIG": "{folder}/boto"},
        files={"boto": "[Credentials]\n" + FILE_KEYS.format("AKIABOTO")},
    ),
    Setting("an old token's name", KEYS | HERE | {"AWS_SECURITY_TOKEN": "t"}),
    Setting("an empty secret", HERE | {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": ""}),
    Setting(
        "a key with a space",
        HERE | {"AWS_ACCESS_KEY_ID": "AKIAENV ", "AWS_SECRET_ACCESS_KEY": "s"},
        differs="A key or token with a space",
    ),
    Setting(
        "attempts that are no number",
        KEYS | HERE | {"AWS_MAX_ATTEMPTS": "many"},
        differs="AWS_MAX_ATTEMPTS",
        ours=(sts("AKIAENV", "eu-central-1"),),
    ),
)
MIXTURES = CHAINS + NAMES + PLACES + MACHINES
