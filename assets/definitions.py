"""The one place where everything that Dagster shows is put together."""

import dagster as dg

from assets import backfill, dnc, doors, drops, feeds, lists, midnight, notifications, reports, sensors
from assets.resources import ClockResource, HomeResource, SecretsResource

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([drops, dnc, lists, reports]),
    asset_checks=[dnc.every_live_lead_was_checked, feeds.feeds_have_come],
    jobs=[
        sensors.import_drops,
        doors.import_queued_drops,
        feeds.fetch_feeds,
        backfill.backfill_drops,
        dnc.rescreen_dnc,
        midnight.expire_leads,
        midnight.maintain_store,
    ],
    sensors=[
        sensors.landing_sensor,
        doors.door_sensor,
        feeds.fetch_sensor,
        feeds.feed_sensor,
        lists.list_sensor,
        notifications.notification_sensor,
    ],
    schedules=[
        reports.supplier_summary_schedule,
        dnc.rescreen_dnc_schedule,
        midnight.expire_leads_schedule,
        midnight.maintain_store_schedule,
    ],
    resources={"home": HomeResource(), "clock": ClockResource(), "secrets": SecretsResource()},
    executor=dg.in_process_executor,
)
