"""A run that goes on in other processes: the process that has it lends its library, over a socket, to Python processes that were started in it."""
