"""How the tables are cut into partitions, and the pool in which one writer runs at a time."""

import dagster as dg

# A drop's key is made by pipelines.landing.drop_key; a list's is its name, escaped.
drops = dg.DynamicPartitionsDefinition(name="drops")
lists = dg.DynamicPartitionsDefinition(name="lists")
days = dg.DailyPartitionsDefinition(start_date="2024-01-01", end_offset=1)

WRITER = "writer"
# How many drops one run takes: few enough that an urgent drop soon overtakes, many enough that starting a process
# does not count.
DROPS_PER_RUN = 250
