"""The floor: the only place that opens sockets, to the warehouse and to the systems."""
