"""A client of the HTTP API for Python programs: typed, blocking or awaitable. Loads no model and no
index, and knows nothing that the API does not say.

blocking    `Client`; blocking_resources: what it has for pictures, collections, keys, jobs
awaiting    `AsyncClient`: the same with await; awaiting_resources
calls       what is asked: a description of each request, shared by both; picture_calls, job_calls,
            key_calls
terms       texts, pictures and embeddings as parts of a question
answers     answers → typed results or errors
events      a stream of server-sent events → the events of a job
patience    when a refused request is worth another try, and how long to wait
errors      what can go wrong, as one tree

    from app.client.blocking import Client

    with Client("http://127.0.0.1:8000") as client:
        for hit in client.search("a red bird", k=5).hits:
            print(hit.score, hit.caption)
"""
