"""One real demo for the whole folder, and clients whose browser tells what it did not like."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.client import a_client, publish_dearer
from tests.story.driving import Demo, clone_of_the_project, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo of a clone: the released site, the shop, the simulated YooKassa, the mailbox."""
    with running_demo(clone_of_the_project(tmp_path_factory.mktemp("browser"))) as running:
        yield running


@pytest.fixture(scope="session")
def old_editions(demo: Demo) -> Demo:
    """The demo when an edition of the offer is no longer in force."""
    publish_dearer(demo)
    return demo


@pytest.fixture
def page(browser: Browser, demo: Demo) -> Iterator[Page]:
    """A client at a desk."""
    with a_client(browser, demo) as page:
        yield page
