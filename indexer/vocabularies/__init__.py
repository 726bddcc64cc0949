"""Lists of texts that users add, searched by an embedding: which of these words fit this picture?

Read half (the service may import it):
    store      the files of a data directory's vocabularies: listed, opened, removed, searched

Write half (the command line and index runs; the service never imports it):
    embedding  a vocabulary's texts → vectors of one model, stored beside them
"""
