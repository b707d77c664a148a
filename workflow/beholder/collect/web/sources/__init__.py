"""The services that are asked for photographs, each a class with one method."""
