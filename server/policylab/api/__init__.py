"""The rooms as clients see them; the only place that speaks GraphQL."""
