"""What lies between the studio and its workers in a Ray cluster: a bridge on this side, outposts on the other.

The bridge is a process of its own, because a Ray driver does not belong into the studio: the cluster inherits its
environment, it prints what it likes, and where the head of the cluster is lost, Ray ends it without a word. An outpost
is an actor that starts the same worker as the local pool, so that all that is known of workers holds there too. Only
bytes pass between them, in pieces that Ray sends along with the call: nothing of the studio lies in its object store,
and nothing is pickled but Ray's own calls.
"""
