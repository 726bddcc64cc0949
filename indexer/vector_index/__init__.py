"""Nearest neighbours among one generation's embeddings. The only importer of faiss.

    neighbours  what a search answers, and how several answers become one
    rows        ids and the rows that hold them
    exact       the kind that compares with every stored embedding
    scanner     what a kind of index must be able to do
    index       VectorIndex: one file of ids and embeddings, built, saved, mapped, searched
    parted      PartedIndex: several of them, and the ids that count no longer, searched as one

Knows no item, no catalog, no query language.
"""
