"""The rows of the table of settings, a topic a file. `app.settings` puts them together.

collections   where collections lie, and which is meant
doors         who gets in, and how much a stranger may send
fetching      whether pictures are fetched by URL, and from where
model         which model, and where it runs
service       how the running service works: threads, queues, the worker, the log
log           what is written to the log, and how
traces        where traces are sent
indexing      what is indexed, how, and what is kept
"""
