"""One systemd of an ordinary user for the whole group, the service installed in it, and a sound server to switch on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.manager import UserManager
from tests.service.service import SCRIPTED, Service


@pytest.fixture(scope="session")
def manager() -> Iterator[UserManager]:
    if reason := UserManager.missing():
        pytest.skip(reason)
    with UserManager() as manager:
        yield manager


@pytest.fixture(scope="session")
def _installed(manager: UserManager) -> Service:
    service = Service(manager)
    service.install()
    return service


@pytest.fixture
def service(_installed: Service) -> Iterator[Service]:
    """Installed, stopped, and with scripted engines; what a test changes of it is undone."""
    _installed.configure(SCRIPTED)
    yield _installed
    _installed.reset()


@pytest.fixture
def sound(service: Service) -> Iterator[Service]:
    """The same, with a sound server that runs."""
    service.start_sound()
    yield service
