"""Which AWS call an HTTP request is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, TypeAlias
from urllib.parse import parse_qsl

import werkzeug.wrappers

from sandbox.account.world import HOME_REGION

Protocol: TypeAlias = Literal["query", "json", "cbor", "s3", "rest"]

SCOPE = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
RPC_PATH = re.compile(r"/service/[^/]+/operation/([A-Za-z]+)$")
SIGNING_NAMES = {"monitoring": "cloudwatch", "access-analyzer": "accessanalyzer"}

# Its calls are told by method and path alone.
ANALYZER_CALLS = {
    ("PUT", "/analyzer"): "CreateAnalyzer",
    ("GET", "/analyzer"): "ListAnalyzers",
    ("POST", "/findingv2"): "ListFindingsV2",
    ("PUT", "/finding"): "UpdateFindings",
    ("POST", "/policy/validation"): "ValidatePolicy",
}

# Of these the path may hold the id of a case.
INCIDENT_CALLS = {
    ("POST", "/v1/membership"): "CreateMembership",
    ("POST", "/v1/create-case"): "CreateCase",
    ("POST", "/v1/list-cases"): "ListCases",
    ("GET", "/v1/cases/*/get-case"): "GetCase",
    ("POST", "/v1/cases/*/create-comment"): "CreateCaseComment",
    ("POST", "/v1/cases/*/list-comments"): "ListComments",
    ("POST", "/v1/cases/*/get-presigned-url"): "GetCaseAttachmentUploadUrl",
}

# S3 names an operation by method, what it is about, and the one sub-resource in its query.
S3_SUBRESOURCES = {
    "policy": "BucketPolicy",
    "acl": "BucketAcl",
    "versioning": "BucketVersioning",
    "encryption": "BucketEncryption",
    "publicAccessBlock": "PublicAccessBlock",
    "tagging": "BucketTagging",
    "lifecycle": "BucketLifecycle",
    "ownershipControls": "BucketOwnershipControls",
    "logging": "BucketLogging",
}
S3_BUCKET = {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket"}
S3_OBJECT = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
S3_VERBS = {"PUT": "Put", "GET": "Get", "DELETE": "Delete"}


class Request(werkzeug.wrappers.Request):
    """One HTTP request and, where it is signed, the AWS call in it."""

    def __init__(self, environ: dict[str, Any], sent: Sequence[tuple[str, str]]) -> None:
        super().__init__(environ)
        self.sent = sent
        """The headers as they came, in Latin-1; WSGI folds names that differ."""
        self.body = b""

    @property
    def target(self) -> str:
        """The path and the query as they came, still encoded."""
        raw = str(self.environ.get("RAW_URI", "/"))
        return raw if raw.startswith("/") else "/" + raw.partition("://")[2].partition("/")[2]

    @property
    def authority(self) -> str | None:
        """The host that the request line names; None where it names none."""
        raw = str(self.environ.get("RAW_URI", "/"))
        if raw.startswith("/") or raw == "*":
            return None
        return re.split("[/?#]", raw.partition("://")[2] or raw, maxsplit=1)[0]

    def header(self, name: str) -> str:
        """A header's value as it came, those of one name joined; empty where there is none."""
        found = (value for given, value in self.sent if given.lower() == name)
        return ",".join(" ".join(value.split()) for value in found)

    @cached_property
    def _scope(self) -> tuple[str, str, str] | None:
        found = SCOPE.match(self.headers.get("Authorization", ""))
        return (found[1], found[2], found[3]) if found else None

    @property
    def signed(self) -> bool:
        return self._scope is not None

    @property
    def access_key_id(self) -> str | None:
        return self._scope[0] if self._scope else None

    @property
    def region(self) -> str:
        return self._scope[1] if self._scope else HOME_REGION

    @property
    def service(self) -> str:
        """The service by botocore's name; empty where the request is not signed."""
        return SIGNING_NAMES.get(self._scope[2], self._scope[2]) if self._scope else ""

    @cached_property
    def protocol(self) -> Protocol:
        if self.service == "s3":
            return "s3"
        if "cbor" in self.headers.get("smithy-protocol", ""):
            return "cbor"
        if "X-Amz-Target" in self.headers:
            return "json"
        return "query" if "Action" in self.form_fields else "rest"

    @cached_property
    def form_fields(self) -> Mapping[str, str]:
        """The query protocol's parameters, still in their dotted form."""
        if self.content_type and self.content_type.startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        return self.args.to_dict() if "Action" in self.args else {}

    @cached_property
    def json_fields(self) -> Mapping[str, Any]:
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    @cached_property
    def operation(self) -> str:
        """The API operation, as `ListUsers`; empty where it cannot be told."""
        if target := self.headers.get("X-Amz-Target"):
            return target.rpartition(".")[2]
        if self.service == "s3":
            return self._s3_operation()
        if self.service == "accessanalyzer":
            return ANALYZER_CALLS.get((self.method, self.path), "")
        if self.service == "security-ir":
            path = re.sub(r"(?<=/cases/)[^/]+", "*", self.path)
            return INCIDENT_CALLS.get((self.method, path), "")
        if self.service == "account" and (self.method, self.path) == ("POST", "/listRegions"):
            return "ListRegions"
        if action := self.form_fields.get("Action"):
            return action
        found = RPC_PATH.search(self.path)
        return found[1] if found else ""

    def _s3_operation(self) -> str:
        bucket, _, key = self.path.lstrip("/").partition("/")
        if not bucket:
            return "ListBuckets"
        if key:
            return S3_OBJECT.get(self.method, "")
        for name, thing in S3_SUBRESOURCES.items():
            if name in self.args:
                return S3_VERBS.get(self.method, "") + thing
        if self.method == "GET":
            if "location" in self.args:
                return "GetBucketLocation"
            if "versions" in self.args:
                return "ListObjectVersions"
            return "ListObjectsV2" if "list-type" in self.args else "ListObjects"
        return S3_BUCKET.get(self.method, "")
