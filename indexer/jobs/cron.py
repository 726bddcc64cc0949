"""A cron expression → the next time. The only importer of `cronsim`.

Times are the machine's local ones, as cron's are. Keeps nothing.
"""

from datetime import datetime

from cronsim import CronSim, CronSimError

from indexer.errors import ConfigError


def next_time_s(expression: str, after_s: float) -> float:
    """The first moment after a Unix time that an expression of five fields names, as Unix time.

    Raises ConfigError for an expression that makes no sense or never comes true.
    """
    # Without a zone: the result is local wall time, and `timestamp` finds the moment for it. A time
    # that the clock jumps over in spring comes an hour later, one that it repeats comes once.
    after = datetime.fromtimestamp(after_s)
    if len(expression.split()) != 5:
        raise ConfigError(
            f"the cron expression {expression!r} needs five fields: minute, hour, day of month, "
            "month, day of week"
        )
    try:
        return next(CronSim(expression, after)).timestamp()
    except CronSimError as error:
        raise ConfigError(f"the cron expression {expression!r} is not usable: {error}") from error
    except StopIteration as error:
        raise ConfigError(f"the cron expression {expression!r} never comes true") from error
