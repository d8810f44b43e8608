"""What extra hours for a package come to, while it runs."""

from starlette.responses import Response

from checkout.domain.extra_hours import as_package, cheaper
from checkout.look import PackageFacts
from checkout.shop import Shop
from checkout.web import troubles
from checkout.web.answers import house, trouble
from checkout.web.deciding import Counter
from checkout.web.views import Extra

NO_EDITION = "Сайт ещё загружается. Подождите минуту и\u00a0обновите страницу."


def extra_counter(shop: Shop, own: PackageFacts, hours: int) -> Counter | Response:
    """So many hours by the rate of the package's own edition, or why they are not sold."""
    if not own.runs:
        return package_has_ended(shop)
    if own.refused:
        return trouble(troubles.package_refused(house(shop), f"/orders/{own.token}"), shop, 409)
    release = shop.shelf.release()
    package = own.terms.package(own.named.hours)
    if release is None or package is None:
        return trouble(troubles.not_selling(house(shop), NO_EDITION), shop, 503)
    wanted = as_package(package, hours)
    in_force = release.current("offer")
    on_sale = in_force.terms.packages if in_force and in_force.terms else ()
    extra = Extra(own.token, own.named, cheaper(on_sale, *own.owned, wanted))
    return Counter(release, own.edition, own.terms, wanted, own.period, extra)


def own_extra(counter: Counter) -> Extra:
    """What a counter of extra hours has, and one of packages has not."""
    if counter.extra is None:
        raise LookupError("this counter sells packages")
    return counter.extra


def package_has_ended(shop: Shop) -> Response:
    """409: money is not taken for hours that nobody could use."""
    return trouble(troubles.package_ended(house(shop)), shop, 409)
