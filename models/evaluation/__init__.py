"""How good a model is, by the field's own measures. Never trains, never serves.

Figures:
    recall          recall@k of retrieval, both ways: the definition, and ranks in bounded memory
    retrieval       recall@k, median rank, mean rank and MRR with their intervals
    classification  zero-shot top-1 and top-5, recall by class, confusions
    index_recall    recall@k of an index against exact search
    intervals       95 % bootstrap intervals over pictures
    calibration     whether a probability can be taken at its word
    zero_shot_calibration  fits a model's class probabilities and "none of these", and measures them

    relevance_judge      which pictures answer a question, by the words of their captions
    relevance_questions  questions with an answer and questions without, from captions
    relevance_fit        fits a model's relevance; relevance_report: what it is worth

Material and reports:
    encoding        picture files → embeddings, and why some have none
    phrases         questions for collections without captions
    examples        the questions worth looking at
    charts          PNG charts (the only importer of matplotlib here)
    page            one self-contained HTML page
    report          what all reports share, and writing them
    retrieval_report, classification_report, index_report   figures → tables and charts
"""
