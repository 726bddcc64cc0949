"""What may be wrong with an installation, looked for piece by piece, each with a remedy. Changes
nothing, but for a file in the data directory that is removed again.

findings     what is found: how bad it is, and what to do
machine      processor, cards, libraries, a self-test of the vector index
model_proof  whether the model loads and computes what it should
disk         room, speed and rights of the data directory
contents     what is in it: collections, jobs
choices      settings that contradict each other, or open the service
service      a running service, asked over HTTP
"""
