"""Which host: endpoints, FIPS, dual stack, partitions."""

from __future__ import annotations

from tests.services.aws.credentials.setting import ALL, BY_OTHER, HERE, KEYS, OTHER, ROLE, Setting, sts

GLOBAL = {"AWS_ENDPOINT_URL": "{url}/any"}
OF_IAM = {"AWS_ENDPOINT_URL_IAM": "{url}/iam"}
OF_LOGS = {"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "{url}/logs"}
SERVICES = (
    "[default]\nregion = eu-west-1\nservices = mine\n[services mine]\niam =\n  endpoint_url = {url}/mine\n"
)
BY_CONFIG = "[default]\nregion = eu-west-1\nendpoint_url = {url}/config\n"
LEGACY = {"AWS_STS_REGIONAL_ENDPOINTS": "legacy"}
LEGACY_STS = "`AWS_STS_REGIONAL_ENDPOINTS`"

ENDPOINTS = (
    Setting("one endpoint for all", KEYS | HERE | GLOBAL, services=ALL),
    Setting("an endpoint of one service", KEYS | HERE | OF_IAM, services=ALL),
    Setting("both", KEYS | HERE | GLOBAL | OF_IAM | OF_LOGS, services=ALL),
    Setting("an endpoint of the profile", KEYS, config=BY_CONFIG, services=ALL),
    Setting("the environment's before the profile's", KEYS | GLOBAL, config=BY_CONFIG, services=ALL),
    Setting("a services section", KEYS, config=SERVICES, services=ALL),
    Setting(
        "a services section before the environment's for all", KEYS | GLOBAL, config=SERVICES, services=ALL
    ),
    Setting(
        "the environment's of a service before the section", KEYS | OF_IAM, config=SERVICES, services=ALL
    ),
    Setting(
        "none of them", KEYS | HERE | GLOBAL | {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, services=ALL
    ),
    Setting(
        "none of them, by the profile",
        KEYS | GLOBAL,
        config=SERVICES.replace("services =", "ignore_configured_endpoint_urls = true\nservices ="),
        services=ALL,
    ),
    Setting(
        "a role through an endpoint",
        {"AWS_ENDPOINT_URL_STS": "{url}/sts"},
        config=BY_OTHER,
        credentials=OTHER,
        profile="incident",
        services=ALL,
    ),
    Setting(
        "FIPS", KEYS | {"AWS_DEFAULT_REGION": "us-east-2", "AWS_USE_FIPS_ENDPOINT": "true"}, services=ALL
    ),
    Setting(
        "FIPS by the profile",
        KEYS,
        config="[default]\nregion = us-west-2\nuse_fips_endpoint = true\n",
        services=ALL,
    ),
    Setting("dual stack", KEYS | HERE | {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, services=ALL),
    Setting(
        "dual stack by the profile",
        KEYS,
        config="[default]\nregion = us-west-2\nuse_dualstack_endpoint = true\n",
        services=ALL,
    ),
    Setting(
        "FIPS and dual stack",
        KEYS
        | {
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_USE_FIPS_ENDPOINT": "true",
            "AWS_USE_DUALSTACK_ENDPOINT": "true",
        },
        services=ALL,
    ),
    Setting("China", KEYS | {"AWS_DEFAULT_REGION": "cn-northwest-1"}, services=ALL),
    Setting("GovCloud", KEYS | {"AWS_DEFAULT_REGION": "us-gov-east-1"}, services=ALL),
    Setting(
        "GovCloud with FIPS",
        KEYS | {"AWS_DEFAULT_REGION": "us-gov-west-1", "AWS_USE_FIPS_ENDPOINT": "true"},
        services=ALL,
    ),
    Setting("the European Sovereign Cloud", KEYS | {"AWS_DEFAULT_REGION": "eusc-de-east-1"}, services=ALL),
    Setting("ISO", KEYS | {"AWS_DEFAULT_REGION": "us-iso-east-1"}, services=ALL),
    Setting(
        "a role with FIPS",
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        config=ROLE + "source_profile = other\nregion = us-east-1\n",
        credentials=OTHER,
        profile="incident",
    ),
    Setting(
        "STS as it once was",
        KEYS | {"AWS_DEFAULT_REGION": "eu-west-1"} | LEGACY,
        differs=LEGACY_STS,
        ours=(sts("AKIAENV", "eu-west-1"),),
    ),
    Setting(
        "S3 in us-east-1",
        KEYS | {"AWS_DEFAULT_REGION": "us-east-1"},
        services=("s3",),
        differs="S3 in us-east-1",
        ours=(("ListBuckets", "s3.us-east-1.amazonaws.com", "AKIAENV", "us-east-1"),),
    ),
    Setting("S3 elsewhere", KEYS | HERE, services=("s3",)),
    Setting("an invalid Region", KEYS | {"AWS_DEFAULT_REGION": "eu central 1"}),
)
