"""Which class plays which kind of source."""

from beholder.collect.web.client import PoliteClient
from beholder.collect.web.sources.base import WebSource
from beholder.collect.web.sources.commons import Commons
from beholder.collect.web.sources.openverse import Openverse
from beholder.collect.web.sources.urls import Urls
from beholder.config.web import AnyWebSource, BingSource, CommonsSource, OpenverseSource, UrlsSource


def web_source(settings: AnyWebSource, client: PoliteClient) -> WebSource:
    """Return the service that a config section describes."""
    match settings:
        case CommonsSource():
            return Commons(settings, client)
        case OpenverseSource():
            return Openverse(settings, client)
        case UrlsSource():
            return Urls(settings)
        case BingSource():
            from beholder.collect.web.sources.bing import Bing  # icrawler, only where it was switched on

            return Bing(settings, client)
