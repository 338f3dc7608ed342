"""What AWS's services have, by botocore's models of them."""

from __future__ import annotations

from functools import cache

from botocore.model import OperationModel
from moto.core.utils import get_service_model

from sandbox.wire.call import Request


@cache
def operation_model(service: str, operation: str) -> OperationModel | None:
    """None where *service* has no such operation."""
    model = get_service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def has(request: Request) -> bool:
    """Whether the service that *request* is signed for has its operation, by the protocol it is sent in."""
    model = operation_model(request.service, request.operation)
    if model is None:
        return False
    if request.protocol != "json":
        return True
    prefix = request.headers["X-Amz-Target"].rpartition(".")[0]
    return bool(model.service_model.metadata.get("targetPrefix") == prefix)
