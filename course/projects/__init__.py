"""What teams hand in beside their code, and the program that measures it."""
