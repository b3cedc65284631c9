"""Names of time zones, as IANA's table has them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pulsometro.settings.faults import shown


def zone_fault(name: str) -> str:
    """Why ``name`` is no time zone, or "".

    >>> zone_fault("America/Monterrey"), zone_fault("Monterrey")[:33]
    ('', "'Monterrey' is no time zone; say ")
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if not available_timezones():
            return "this machine has no table of time zones; install it with pip install tzdata."
        return f"'{shown(name)}' is no time zone; say one of IANA's, such as America/Monterrey or UTC."
    return ""
