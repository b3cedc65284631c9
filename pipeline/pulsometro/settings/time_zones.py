"""Names of time zones, as IANA's table has them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pulsometro.settings.faults import shown


def zone_fault(name: str) -> str:
    """Why ``name`` is no time zone, or "".

    >>> zone_fault("Europe/Madrid"), zone_fault("Madrid")
    ('', "'Madrid' is no time zone; say its name in IANA's table: Europe/Madrid.")
    >>> zone_fault("Central time")[15:]
    "is no time zone; say its name in IANA's table, Continent/City or UTC."
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if not available_timezones():
            return "this machine has no table of time zones; install it with pip install tzdata."
        meant = _meant(name) or "Continent/City or UTC"
        mark = ":" if _meant(name) else ","
        return f"'{shown(name)}' is no time zone; say its name in IANA's table{mark} {meant}."
    return ""


def _meant(name: str) -> str:
    """The zones that end in the city that was named, "" where there is none."""
    city = name.rpartition("/")[2].strip().replace(" ", "_").casefold()
    return " or ".join(sorted(each for each in available_timezones() if each.casefold().endswith(f"/{city}"))[:3])
