"""Relations read from the whole article by a net: the component ``zonekg_relations``.

``reading`` what the net reads, ``options`` what it may say, ``net`` the model around it. A trained
component needs no torch.
"""

from zonekg.components.relations.component import RelationReader, make_relations

__all__ = ["RelationReader", "make_relations"]
