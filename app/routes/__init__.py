"""One file a resource; each route checks, calls one function below, and shapes the answer.

search       GET and POST /v1/search
classify     POST /v1/classify
embeddings   POST /v1/embeddings, GET /v1/models
images       GET /v1/images/{id}, its thumbnail and its record
heatmap      GET /v1/images/{id}/heatmap
uploads      PUT and DELETE /v1/images/{id}
collections  GET /v1/collections and what is in one
generations  GET /v1/collections/{name}/generations, POST …/rollback
duplicates   GET /v1/duplicates
decisions    /v1/duplicates/decisions: what was decided of them
vocabularies GET /v1/vocabularies
tag_sets     /v1/tag-sets: class names that pictures are tagged with
fields       GET /v1/collections/{name}/fields
maps         GET /v1/collections/{name}/map, its tiles, and places of pictures
keys         /v1/keys: making, listing and ending keys; /v1/caller: who asks
sessions     /v1/session: signing in and out
jobs         /v1/jobs: queue, list, show, pause, resume, cancel, retry; events and skipped files
schedules    /v1/schedules
model        GET /v1/model
health       GET /healthz, /readyz
metrics      GET /metrics
reference    GET /docs, the API's reference, made from its OpenAPI description
described    the OpenAPI description of bodies that come as JSON or as a form
page         GET /, the page
"""
