"""Indexing as jobs: one SQLite file that says what is to be done, by whom, and how far it is.

Read half (the service may import it):
    records     what the table gives out: Job, JobParameters, JobEvent, Schedule
    schema      the tables, as a ladder of versions
    store       the file `jobs.sqlite`: opened when needed, one transaction at a time, events
    board       what users do with jobs: queue, look, pause, resume, cancel, retry
    schedules   cron expressions that queue jobs: added, removed, queued when they are due
    cron        a cron expression → the next time (the only importer of cronsim)

Write half (the worker process; the service never imports it):
    claims      what a worker does with jobs: claim, renew, report, and every way to end
    checkpoint  a run's progress, written down; where pause, cancel and stop take hold
    worker      one job after the other, run with `index_collection`
    priority    yielding processor and disk to everything else on the machine
"""
