"""Nearest neighbours among one generation's embeddings. The only importer of faiss.

    kinds       the names of the kinds
    choice      which kind a collection gets, and why
    neighbours  what a search answers, and how several answers become one
    rows        ids and the rows that hold them
    scanner     what a kind of index must be able to do
    exact       the kind that compares with every stored embedding
    gpu_exact   the kind that compares with every stored embedding on a graphics card
    card        whether there is a card, whether it computes right, what fits on it
    torch_card  its search by torch (the only importer of torch here)
    faiss_card  its search by faiss, where the installed library can
    self_test   whether the installed library finds what it should
    ivf_rabitq  the kind that scans short codes near the query, and compares what they name
    index       VectorIndex: one file of ids and embeddings, built, saved, mapped, searched
    parted      PartedIndex: several of them, and the ids that count no longer, searched as one

Knows no item, no catalog, no query language.
"""
