"""Scripts that measure and print. They assert nothing: a number is not right or wrong."""
