"""The section ``publish`` of params.yaml: what the chain makes after the estimates."""

from dataclasses import dataclass
from typing import ClassVar

from pulsometro.settings.configuration import STRICT


@dataclass(frozen=True)
class PublishSettings:
    """``reports``: every wave's reports and the site; ``release``: the microdata that the plan
    (section ``release``) describes; without a plan there are none.

    ``store``: whether DVC keeps what the stages make; without it a fresh clone has nothing to bring, and makes it.
    """

    __pydantic_config__: ClassVar = STRICT
    reports: bool = True
    release: bool = True
    store: bool = True
