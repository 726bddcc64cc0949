"""Sources: what lists pictures.

source         what every kind of source can do
opening        a path or URI → the source that it names
folder         a folder and everything below it
manifest       a CSV, JSONL or Parquet file that names pictures
shards         tar shards: pictures with their captions and metadata
local_shards   shards on this machine
remote         folders, manifests and shards in anything that fsspec opens
patterns       names of many shards in one
uploads        what clients put into the collection
touched        where something happened in sources
refusals       why a listed file is refused unopened
"""
