"""Who may do what: keys, roles, and what each route asks for. Knows no question and no answer.

roles          search ⊂ write ⊂ admin
route_roles    the table: every route and the role that it asks for
key_records    keys as they are kept, and as they are handed out once
key_store      the file of keys: making, revoking, reading; private_file: how such files are kept
keyring        the keys as a running service knows them, and checking one
session_store  the file of sessions: who has signed in with a key, by a cookie
addresses      where a request comes from, also through proxies that are trusted
callers        who asks, and what that lets them do
rate           so many requests a second for each caller, in bounded memory
key_description  keys and roles in the OpenAPI document
doors          what stands before every route: who asks, how often, and whether they may
"""
