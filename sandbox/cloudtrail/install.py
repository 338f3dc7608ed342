"""CloudTrail of one pretend account: history, trails and their delivery."""

from __future__ import annotations

import moto.cloudtrail.urls

from sandbox.account.world import ApiCall, BearerCall, World
from sandbox.cloudtrail.delivery import Delivery
from sandbox.cloudtrail.history import History
from sandbox.cloudtrail.lookup import Lookup
from sandbox.cloudtrail.records import data_record, management_record
from sandbox.cloudtrail.responses import Responses


class CloudTrail:
    """What listens to the account's calls; `world.part(CloudTrail)` finds it."""

    def __init__(self, world: World) -> None:
        self.history = History()
        self.delivery = Delivery(world)
        self.lookup = Lookup(world, self.history)
        self._settings = world.settings

    def on_api_call(self, call: ApiCall) -> None:
        record = management_record(call)
        self.history.add(call.time, record)
        self.delivery.offer(call.time, record)

    def on_bearer_call(self, call: BearerCall) -> None:
        # A token of nobody's belongs to no account's records.
        if call.user is not None:
            self.delivery.offer(call.time, data_record(call, credential_ids=self._settings.credential_ids))

    def flush(self) -> None:
        """Deliver everything that waits for a trail's bucket, now."""
        self.delivery.flush()

    def digest(self) -> None:
        """Deliver digest files of what was delivered since the last ones, now."""
        self.delivery.digest()


def install(world: World) -> None:
    """Give the world a CloudTrail and bind the API to it; must come before the API's first request."""
    cloudtrail = CloudTrail(world)
    world.add(cloudtrail)
    world.on_api_call.append(cloudtrail.on_api_call)
    world.on_bearer_call.append(cloudtrail.on_bearer_call)
    world.on_close.append(cloudtrail.delivery.stop)
    Responses.world, Responses.lookup = world, cloudtrail.lookup
    moto.cloudtrail.urls.url_paths["{0}/$"] = Responses.dispatch
    cloudtrail.delivery.start()
